use super::fees::{Fee, Funder, NewFee, charge};
use super::model::{
    Condition, Findings, Limits, against_criteria, against_day, against_stays, cycle, days_in_year, extended, icd10,
    plus,
};
use super::rounds::Vitals;
use crate::stays::{NewStay, Stay};
use crate::testing::{area, day, library};
use kernel::{ElderId, Fen, InstitutionId, StayId};
use uuid::Uuid;
use web::Reason;

const LIMITS: Limits = Limits { cycle_days: 90, year_days: 180, openings: 3, extensions: 1, round_days: 7 };

fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.code.as_str()).collect()
}

fn bed(from: &str, days: i64) -> (kernel::Date, kernel::Date) {
    (day(from), plus(day(from), days))
}

#[test]
fn the_limits_of_the_packs_are_read_for_a_place() {
    let limits = Limits::of(&library(), area("320623"), day("2026-11-02")).expect("limits");
    assert_eq!(limits, LIMITS);
    assert_eq!(Limits::of(&library(), area("320623"), day("2017-12-31")), None);
}

#[test]
fn a_cycle_is_cut_to_what_the_year_leaves() {
    assert_eq!(cycle(&[], &LIMITS, day("2026-03-01")), Ok(day("2026-05-30")));
    let spent = |days| [bed("2026-01-01", days)];
    assert_eq!(cycle(&spent(89), &LIMITS, day("2026-06-01")), Ok(plus(day("2026-06-01"), 90)));
    assert_eq!(cycle(&spent(90), &LIMITS, day("2026-06-01")), Ok(plus(day("2026-06-01"), 90)));
    assert_eq!(cycle(&spent(91), &LIMITS, day("2026-06-01")), Ok(plus(day("2026-06-01"), 89)));
    assert_eq!(cycle(&spent(179), &LIMITS, day("2026-07-01")), Ok(day("2026-07-02")));
    assert_eq!(codes(&cycle(&spent(180), &LIMITS, day("2026-07-01")).expect_err("used up")), ["SB-11"]);
    assert_eq!(
        cycle(&spent(150), &LIMITS, day("2026-12-20")),
        Ok(plus(day("2026-12-20"), 90)),
        "the next year has its own"
    );
}

#[test]
fn openings_of_a_year_are_counted() {
    let beds = [bed("2026-01-01", 10), bed("2026-03-01", 10), bed("2026-05-01", 10)];
    assert!(cycle(&beds[..2], &LIMITS, day("2026-07-01")).is_ok());
    assert_eq!(codes(&cycle(&beds, &LIMITS, day("2026-07-01")).expect_err("too often")), ["SB-10"]);
    assert!(cycle(&beds, &LIMITS, day("2027-01-01")).is_ok());
}

#[test]
fn days_of_a_bed_belong_to_the_year_in_which_they_lie() {
    let beds = [bed("2026-12-30", 5)];
    assert_eq!([2025, 2026, 2027].map(|year| days_in_year(&beds, year)), [0, 2, 3]);
}

#[test]
fn an_extension_keeps_to_cycle_and_year() {
    let now = bed("2026-03-01", 90);
    let ask = |earlier: &[_], done, days| extended(now, earlier, &LIMITS, (done, days));
    assert_eq!(ask(&[], 0, 89), Ok(plus(now.1, 89)));
    assert_eq!(ask(&[], 0, 90), Ok(plus(now.1, 90)));
    assert_eq!(codes(&ask(&[], 0, 91).expect_err("longer than a cycle")), ["SB-12"]);
    assert_eq!(codes(&ask(&[], 1, 10).expect_err("the second time")), ["SB-12"]);
    let earlier = [bed("2026-01-01", 30)];
    assert_eq!(ask(&earlier, 0, 59), Ok(plus(now.1, 59)));
    assert_eq!(ask(&earlier, 0, 60), Ok(plus(now.1, 60)));
    assert_eq!(codes(&ask(&earlier, 0, 61).expect_err("more than the year allows")), ["SB-11"]);
}

fn stay(from: &str, until: Option<&str>) -> [Stay; 1] {
    let facts = NewStay {
        elder: ElderId(Uuid::from_u128(1)),
        institution: InstitutionId(Uuid::from_u128(2)),
        admitted_on: day(from),
        discharged_on: until.map(day),
        diagnosis: None,
    };
    [Stay { id: StayId(Uuid::from_u128(3)), source: String::new(), facts }]
}

#[test]
fn a_stay_excludes_a_bed_but_the_days_of_coming_and_leaving_are_free() {
    let left = stay("2026-10-10", Some("2026-10-20"));
    assert_eq!(codes(&against_stays(&left, day("2026-10-19"))), ["SB-03"]);
    assert!(against_stays(&left, day("2026-10-20")).is_empty());
    assert!(against_stays(&left, day("2026-10-21")).is_empty());
    assert_eq!(codes(&against_stays(&left, day("2026-10-01"))), ["SB-03"], "it would lie in the middle of the bed");
    assert_eq!(codes(&against_stays(&stay("2026-10-10", None), day("2026-11-02"))), ["SB-03"]);
    let on = |text| against_day(&left, day(text)).len();
    assert_eq!(["2026-10-10", "2026-10-11", "2026-10-19", "2026-10-20"].map(on), [0, 1, 1, 0]);
}

#[test]
fn codes_of_diseases_and_vital_signs_that_cannot_be_are_refused() {
    assert_eq!(["I69.3", "I69", "E11.900x001"].map(icd10), [true, true, false]);
    assert_eq!(
        ["E11.9001", "i69.3", "69.3", "I6.3", "I69.", "脑梗死"].map(icd10),
        [true, false, false, false, false, false]
    );
    let fields = |v: Vitals| v.faults().iter().map(|f| f.field.clone()).collect::<Vec<_>>();
    let warm = |n| Vitals { temperature: Some(n), ..Vitals::default() };
    assert_eq!([299, 300, 430, 431].map(|n| fields(warm(n)).len()), [1, 0, 0, 1]);
    let pressure = |sbp, dbp| Vitals { sbp: Some(sbp), dbp: Some(dbp), ..Vitals::default() };
    assert_eq!(fields(pressure(120, 120)), ["dbp"]);
    assert!(fields(pressure(120, 119)).is_empty());
    assert_eq!([pressure(49, 30), pressure(301, 90), pressure(300, 201)].map(|v| fields(v).len()), [1, 1, 1]);
    let all = Vitals {
        temperature: Some(368),
        pulse: Some(80),
        breaths: Some(18),
        sbp: Some(150),
        dbp: Some(85),
        spo2: Some(97),
    };
    assert_eq!(all.line(), "体温 36.8 ℃，脉搏 80 次/分，呼吸 18 次/分，血压 150/85，血氧 97%");
    assert_eq!(Vitals::default().line(), "");
}

fn found() -> Findings {
    Findings {
        condition: Condition::Stroke,
        stable: true,
        needs_treatment: true,
        homebound: true,
        home_fit: true,
        carer_at_home: true,
    }
}

#[test]
fn each_criterion_that_is_not_met_is_said_in_words() {
    let library = library();
    let ask = |found: Findings, contracted| {
        let decision = library.decide("sickbed_admission", area("320623"), day("2026-11-02"), &found.facts(contracted));
        against_criteria(&library, &decision).into_iter().map(|r| r.text).collect::<Vec<_>>()
    };
    assert!(ask(found(), true).is_empty());
    assert_eq!(ask(found(), false), ["没有有效的家庭医生签约"]);
    assert_eq!(
        ask(Findings { stable: false, carer_at_home: false, ..found() }, true),
        ["家中无人照护", "病情不稳定，应当住院"]
    );
    assert!(ask(Findings { stable: false, condition: Condition::EndOfLife, ..found() }, true).is_empty());
    let early = library.decide("sickbed_admission", area("320623"), day("2017-12-31"), &found().facts(true));
    assert_eq!(codes(&against_criteria(&library, &early)), ["SB-06"]);
}

#[test]
fn a_line_costs_its_price_once() {
    let line = |fee, funded_by, visit_fee_charged| NewFee {
        on: day("2026-11-02"),
        fee,
        title: "换药".into(),
        price: Some(Fen(1500)),
        funded_by,
        visit_fee_charged,
    };
    for place in ["320623", "360100"].map(area) {
        let ask = |fee, funder, visit| {
            let c = charge(&library(), place, &line(fee, funder, visit)).expect("priced");
            (c.price.0, c.charge.0)
        };
        assert_eq!(ask(Fee::Opening, None, false), (2000, 2000));
        assert_eq!(ask(Fee::Round, None, false), (3000, 3000));
        assert_eq!(ask(Fee::Round, None, true), (3000, 0));
        assert_eq!(ask(Fee::Item, None, true), (1500, 1500));
        assert_eq!(ask(Fee::Item, Some(Funder::CareInsurance), false), (1500, 0));
        assert_eq!(ask(Fee::CallOut, Some(Funder::FamilyDoctor), false), (2000, 0));
    }
    let of = |place| {
        charge(&library(), area(place), &line(Fee::Item, None, false)).expect("priced").decisions[0].question.clone()
    };
    assert_eq!([of("320623"), of("360100")], ["sickbed_charge", "home_visit_charge"]);
    let price =
        |fen| charge(&library(), area("320623"), &NewFee { price: Some(Fen(fen)), ..line(Fee::Item, None, false) });
    assert_eq!([0, 1, 9_999_999, 10_000_000].map(|fen| price(fen).is_ok()), [false, true, true, false]);
}
