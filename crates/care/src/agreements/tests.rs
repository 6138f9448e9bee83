use super::model::{Agreement, Item, Kept, MEDICAL, Round, State, Terms, rounds_due, term};
use super::store::pairs::{self, propose};
use super::store::{self, Filter};
use super::{jobs, routes, views};
use crate::referrals;
use crate::testing::{actor, area, day, institution, library, neighbour, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{AgreementId, Bp, CreditCode, InstitutionId};
use registry::areas::Names;
use registry::institutions::{self, Kind, NewInstitution};
use web::testing::TestApp;

fn terms() -> Terms {
    Terms {
        items: vec![Item::Rounds, Item::GreenChannel],
        note: "费用按医保规定".into(),
        rounds_per_week: 2,
        green_minutes: Some(20),
        months: 12,
    }
}

struct County {
    home: InstitutionId,
    other: InstitutionId,
    hospital: InstitutionId,
}

fn county(db: &TestDb) -> County {
    seed(db);
    County {
        home: institution(db, 1, Kind::ElderCareInstitution, "安康养老院"),
        other: institution(db, 2, Kind::RuralElderHome, "栟茶敬老院"),
        hospital: institution(db, 3, Kind::Hospital, "如东县人民医院"),
    }
}

fn draft(db: &TestDb, c: &County, home: InstitutionId) -> AgreementId {
    db.write(|tx| store::draft(tx, &actor("2026-11-02", 1), (home, c.hospital), &terms(), None)).expect("draft")
}

fn signed(db: &TestDb, c: &County, from: &str) -> AgreementId {
    let id = draft(db, c, c.home);
    db.write(|tx| store::sign(tx, &actor("2026-11-02", 1), (id, 1), day(from))).expect("signed");
    id
}

fn found(db: &TestDb, id: AgreementId) -> Agreement {
    db.read(|tx| store::find(tx, &actor("2026-11-02", 1), id)).expect("found")
}

fn register(db: &TestDb, id: InstitutionId) -> NewInstitution {
    db.read(|tx| institutions::store::find(tx, &actor("2026-11-02", 1), id)).expect("found").facts
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

/// Puts an institution on the map.
fn place(db: &TestDb, id: InstitutionId, lon: f64, lat: f64) {
    let new = NewInstitution { lon: Some(lon), lat: Some(lat), ..register(db, id) };
    db.write(|tx| institutions::store::update(tx, &actor("2026-11-02", 1), id, &new)).expect("placed");
}

db::on_both! {
    fn an_agreement_in_force_is_the_source_of_the_registers_partner(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-11-02", 1);
        let code = register(&db, c.hospital).credit_code.as_str().to_owned();
        let id = draft(&db, &c, c.home);
        assert_eq!(register(&db, c.home).partner_code, None, "a draft says nothing");
        db.write(|tx| store::sign(tx, &by, (id, 1), day("2026-11-02"))).expect("signed");
        let now = register(&db, c.home);
        assert_eq!((now.partner_code.as_deref(), now.partner_until), (Some(code.as_str()), Some(day("2027-11-01"))));
        // Neither a list nor a form says otherwise now; what else they say counts.
        let list = NewInstitution { partner_code: Some("52320623MJ00000099".into()), partner_until: Some(day("2030-01-01")), beds: Some(80), ..now.clone() };
        let list = NewInstitution { partner_code: Some(CreditCode::parse(&code).expect("code").as_str().to_owned()), ..list };
        db.write(|tx| institutions::store::save(tx, &by, &list)).expect("saved");
        db.write(|tx| institutions::store::update(tx, &by, c.home, &NewInstitution { partner_code: None, partner_until: None, ..list.clone() })).expect("saved");
        let now = register(&db, c.home);
        assert_eq!((now.beds, now.partner_code.as_deref(), now.partner_until), (Some(80), Some(code.as_str()), Some(day("2027-11-01"))));
        db.write(|tx| store::end(tx, &by, (id, 2), day("2026-11-03"), "医院撤并")).expect("ended");
        let now = register(&db, c.home);
        assert_eq!((now.partner_code.as_deref(), now.partner_until), (Some(code.as_str()), Some(day("2026-11-02"))));
        db.write(|tx| institutions::store::update(tx, &by, c.home, &NewInstitution { partner_code: None, partner_until: None, ..now })).expect("saved");
        assert_eq!(register(&db, c.home).partner_code, None, "the register speaks for itself again");
    }

    fn time_ends_agreements_and_a_renewal_goes_on(db: TestDb) {
        let c = county(&db);
        let id = signed(&db, &c, "2026-11-02");
        let next = db.write(|tx| store::draft(tx, &actor("2027-10-01", 1), (c.home, c.hospital), &terms(), Some(id))).expect("draft");
        let sign = |from: &str| db.write(|tx| store::sign(tx, &actor("2027-10-01", 1), (next, 1), day(from)));
        assert!(refusal(sign("2027-11-01")).starts_with("AG-03 两家已有协议，有效至 2027-11-01"));
        sign("2027-11-02").expect("from the day after on");
        assert_eq!(register(&db, c.home).partner_until, Some(day("2028-11-01")));
        let expire = |on: &str| db.write(|tx| store::expire(tx, &actor(on, 1))).expect("expired");
        assert_eq!(["2027-11-01", "2027-11-02", "2027-11-02"].map(expire), [0, 1, 0]);
        assert_eq!((found(&db, id).state, found(&db, next).state), (State::Expired, State::Signed));
        assert_eq!(found(&db, id).state_on(day("2027-11-01")), State::Expired);
        assert_eq!(register(&db, c.home).partner_until, Some(day("2028-11-01")), "the newer one holds");
        jobs::nightly(&db, &actor("2028-11-02", 1)).expect("night");
        assert_eq!(found(&db, next).state, State::Expired);
        assert_eq!(db.read(|tx| institutions::store::partner_agreement(tx, c.home)).expect("read"), None);
    }

    fn two_windows_and_two_drafts_are_told_of_each_other(db: TestDb) {
        let c = county(&db);
        let id = draft(&db, &c, c.home);
        let by = actor("2026-11-02", 1);
        let again = db.write(|tx| store::draft(tx, &by, (c.home, c.hospital), &terms(), None));
        assert!(refusal(again).contains("待签署的协议"));
        db.write(|tx| store::sign(tx, &by, (id, 1), day("2026-11-02"))).expect("signed");
        let late = db.write(|tx| store::withdraw(tx, &by, (id, 1), "写错"));
        assert!(refusal(late).contains("别人刚刚办理了这份协议，请刷新后再看：现为“生效中”"));
        let old = db.write(|tx| store::end(tx, &by, (id, 1), day("2026-11-02"), "不办了"));
        assert!(refusal(old).contains("请刷新"));
        let end = |on: &str, why| db.write(|tx| store::end(tx, &by, (id, 2), day(on), why));
        assert!(refusal(end("2026-11-01", "不办了")).contains("终止日期"));
        assert!(refusal(end("2026-11-04", "不办了")).contains("终止日期"));
        assert!(refusal(end("2026-11-03", " ")).contains("终止原因"));
        end("2026-11-03", "不办了").expect("ended");
    }

    fn sides_are_checked_and_each_works_for_itself(db: TestDb) {
        let c = county(&db);
        let make = |by: &Actor, home, medical| db.write(|tx| store::draft(tx, by, (home, medical), &terms(), None));
        let text = refusal(make(&actor("2026-11-02", 1), c.hospital, c.home));
        assert!(text.contains("AG-01 如东县人民医院不是养老机构") && text.contains("AG-02"), "{text}");
        let own = |id| Actor { institution: Some(id), scope: Scope { area: area("320623"), institution: Some(id) }, ..actor("2026-11-02", 1) };
        assert!(refusal(make(&own(c.other), c.home, c.hospital)).starts_with("AG-04"));
        let id = make(&own(c.hospital), c.home, c.hospital).expect("the medical side may begin");
        assert!(db.read(|tx| store::find(tx, &own(c.home), id)).is_ok());
        assert!(db.read(|tx| store::find(tx, &own(c.other), id)).is_err());
        assert!(db.read(|tx| store::find(tx, &neighbour("2026-11-02"), id)).is_err());
        assert!(matches!(make(&neighbour("2026-11-02"), c.other, c.hospital), Err(web::Error::NotFound)));
    }

    fn rounds_count_once_and_against_what_was_agreed(db: TestDb) {
        let c = county(&db);
        let id = signed(&db, &c, "2026-10-20");
        let hold = |on: &str, who: &str, seen| {
            let round = Round { on: day(on), who: who.into(), seen, what: "测血压、调药".into() };
            db.write(|tx| store::hold_round(tx, &actor("2026-11-02", 1), id, &round))
        };
        hold("2026-10-21", "张医生", 12).expect("held");
        assert!(refusal(hold("2026-10-21", "张医生", 12)).contains("已经登记，没有重复记录"));
        hold("2026-10-21", "李医生", 5).expect("another");
        assert!(refusal(hold("2026-10-19", "张医生", 1)).contains("不在协议有效期内"));
        assert!(refusal(hold("2026-11-03", "张医生", 1)).contains("不能晚于今天"));
        assert!(refusal(hold("2026-10-22", "张医生", -1)).contains("诊视人数"));
        assert!(refusal(hold("2026-10-22", " ", 1)).contains("巡诊人员"));
        let a = found(&db, id);
        assert_eq!(["2026-10-26", "2026-10-27", "2026-11-02", "2026-11-03"].map(|on| rounds_due(&a, day(on))), [0, 2, 2, 4]);
        let kept = db.read(|tx| store::kept(tx, &actor("2026-11-03", 1), &a)).expect("kept");
        assert_eq!(kept, Kept { rounds_due: 4, rounds: 2, seen: 17, referrals_due: 0, referrals_in_time: 0 });
        assert_eq!((kept.rounds_share(), kept.referrals_share()), (Some(Bp(5000)), None));
    }

    fn referrals_count_when_their_time_to_be_answered_is_over(db: TestDb) {
        let c = county(&db);
        let id = signed(&db, &c, "2026-11-02");
        let who = crate::testing::elder(&db, 2, "王桂英");
        let at = |text: &str| kernel::time::parse_local(text).expect("instant");
        let new = referrals::NewReferral {
            elder: who,
            kind: referrals::Kind::GreenChannel,
            from: c.home,
            to: referrals::model::Destination::Known(c.hospital),
            agreement: Some((id, Some(20))),
            reason: "胸痛".into(),
            diagnosis: String::new(),
            consent: referrals::model::Consent {
                by: referrals::model::ConsentBy::Elder,
                name: "王桂英".into(),
                relation: String::new(),
                how: crate::contracts::ConsentHow::Spoken,
                at: at("2026-11-02 08:00"),
            },
            shared: vec![],
            purpose: String::new(),
            shared_until: None,
        };
        let key = db.write(|tx| referrals::store::steps::request(tx, &actor("2026-11-02", 1), &library(), &new)).expect("sent");
        let kept = |hour: &str| {
            let kept = db.read(|tx| store::kept(tx, &Actor { now: at(hour), ..actor("2026-11-02", 1) }, &found(&db, id))).expect("kept");
            (kept.referrals_due, kept.referrals_in_time)
        };
        assert_eq!(["2026-11-02 09:20", "2026-11-02 09:21"].map(kept), [(0, 0), (1, 0)]);
        let hospital = |hour: &str| Actor { now: at(hour), institution: Some(c.hospital), ..actor("2026-11-02", 1) };
        let seen = referrals::store::steps::Seen { key, version: 1 };
        db.write(|tx| referrals::store::steps::accept(tx, &hospital("2026-11-02 09:20"), &library(), seen, None)).expect("accepted");
        assert_eq!(kept("2026-11-02 09:21"), (1, 1));
    }

    fn a_county_is_paired_by_nearness_within_the_room_there_is(db: TestDb) {
        let c = county(&db);
        let centre = institution(&db, 4, Kind::TownshipHealthCentre, "栟茶镇卫生院");
        let by = actor("2026-11-02", 1);
        let ask = |most, kinds: &[Kind]| db.read(|tx| propose(tx, &by, area("320623"), most, kinds)).expect("proposal");
        assert_eq!(ask(2, MEDICAL).nowhere.len(), 4, "nobody said where they are");
        place(&db, c.home, 121.0, 32.0);
        place(&db, c.other, 121.02, 32.0);
        place(&db, c.hospital, 121.01, 32.0);
        place(&db, centre, 121.5, 32.0);
        let near = ask(2, MEDICAL);
        assert!(near.pairs.iter().all(|pair| pair.medical.id == c.hospital && !pair.agreed) && near.pairs.len() == 2);
        let apart = ask(1, MEDICAL);
        let with = |p: &pairs::Proposal, home| p.pairs.iter().find(|pair| pair.home.id == home).map(|pair| pair.medical.id);
        assert_eq!((with(&apart, c.home), with(&apart, c.other)), (Some(c.hospital), Some(centre)));
        let hospitals = ask(1, &[Kind::Hospital]);
        assert_eq!((hospitals.pairs.len(), hospitals.left_over.len(), hospitals.medical.len()), (1, 1, 1));
        // What is agreed stays, and takes its room.
        let id = draft(&db, &c, c.other);
        db.write(|tx| store::sign(tx, &by, (id, 1), day("2026-11-02"))).expect("signed");
        let kept = ask(1, MEDICAL);
        assert_eq!((with(&kept, c.other), with(&kept, c.home)), (Some(c.hospital), Some(centre)));
        assert_eq!(kept.pairs.iter().filter(|pair| pair.agreed).count(), 1);
        assert_eq!(db.read(|tx| pairs::counties(tx, area("3206"))).expect("counties"), [area("320612"), area("320623")]);
    }

    fn pages_lead_from_the_proposal_to_the_sealed_sheet(db: TestDb) {
        let c = county(&db);
        place(&db, c.home, 121.0, 32.0);
        place(&db, c.other, 121.02, 32.0);
        place(&db, c.hospital, 121.01, 32.0);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.with(Names::default()));
        let clerk = app.person("经办", &["agreements.*"], "320623");
        let page = clerk.get("/agreements/pairs?most=3&kinds=hospital").page();
        assert!(page.contains("<svg") && page.contains("0.9 公里") && page.contains("为全部建议起草协议"), "{page}");
        assert_eq!(clerk.post("/agreements/pairs", &[("area", "320623"), ("most", "3")]).goes_to(), "/agreements?state=draft");
        let drafts = app.db.read(|tx| store::list(tx, &actor("2026-11-02", 1), Filter { state: Some(State::Draft), ..Filter::default() })).expect("list");
        assert_eq!(drafts.len(), 2);
        let case = drafts[0].href();
        assert!(clerk.get(&case).page().contains("登记签署"));
        assert!(clerk.get(&format!("{case}/print")).page().contains("一式两份"));
        assert_eq!(clerk.post(&format!("{case}/sign"), &[("version", "1"), ("from", "2026-11-02")]).goes_to(), case);
        assert_eq!(clerk.post(&format!("{case}/sign"), &[("version", "1"), ("from", "2026-11-02")]).status.as_u16(), 409);
        let round = [("on_date", "2026-11-02"), ("who", "张医生"), ("seen", "8"), ("what", "巡诊")];
        assert_eq!(clerk.post(&format!("{case}/rounds"), &round).goes_to(), case);
        assert!(clerk.get(&case).page().contains("张医生"));
        assert_eq!(clerk.post(&format!("{}/withdraw", drafts[1].href()), &[("version", "1"), ("reason", "另签")]).goes_to(), drafts[1].href());
        assert!(clerk.get(&format!("/agreements/new?renews={}", drafts[0].id)).page().contains("续签"));
        let (home, medical) = (c.other.to_string(), c.hospital.to_string());
        let form = [("home", home.as_str()), ("medical", &medical), ("items", "advice"), ("rounds_per_week", "0"), ("months", "6")];
        let new = clerk.post("/agreements", &form).goes_to();
        assert!(clerk.get(&new).page().contains("健康咨询"));
        let page = clerk.get("/agreements?state=signed").page();
        assert!(page.contains("生效中") && page.contains("1 / 2") && page.contains("巡诊"), "{page}");
        assert!(clerk.get("/agreements?ending=true").page().contains("还没有合作协议"));
        assert_eq!(clerk.post(&format!("{case}/end"), &[("version", "2"), ("reason", "停业"), ("ended_on", "2026-11-03")]).goes_to(), case);
        let city = app.person("市里", &["agreements.*"], "3206");
        assert!(city.get("/agreements/pairs").page().contains("320623"));
        let next_door = app.person("邻县", &["agreements.*"], "320612");
        for url in [case.clone(), format!("{case}/print")] {
            assert_eq!(next_door.get(&url).status.as_u16(), 404, "{url}");
        }
        assert_eq!(next_door.post(&format!("{case}/rounds"), &round).status.as_u16(), 404);
        assert!(!next_door.get("/agreements").page().contains("安康养老院"));
        assert!(!next_door.get("/agreements/pairs?area=320623").page().contains("安康养老院"));
        let reader = app.person("监管", &["agreements.read"], "3206");
        assert!(!reader.get(&new).page().contains("登记签署"));
        let work = |on: &str| {
            let user = clerk.user.clone();
            let desk = web::Desk { user: &user, by: &actor(on, 1), policies: &library() };
            app.db.read(|tx| views::work(tx, &desk)).expect("work").into_iter().map(|g| g.title).collect::<Vec<_>>()
        };
        assert_eq!(work("2026-11-02"), ["待签署的合作协议"]);
    }
}

#[test]
fn what_was_agreed_must_fit_together() {
    let faults = |change: &dyn Fn(&mut Terms)| {
        let mut one = terms();
        change(&mut one);
        one.faults().into_iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    assert!(faults(&|_| ()).is_empty());
    assert_eq!(faults(&|t| t.rounds_per_week = 0), ["rounds_per_week"]);
    assert!(faults(&|t| t.rounds_per_week = 21).is_empty());
    assert_eq!(faults(&|t| t.rounds_per_week = 22), ["rounds_per_week"]);
    assert_eq!(faults(&|t| t.green_minutes = None), ["green_minutes"]);
    assert_eq!(faults(&|t| t.green_minutes = Some(0)), ["green_minutes"]);
    assert!(faults(&|t| t.green_minutes = Some(1440)).is_empty());
    assert_eq!(faults(&|t| t.green_minutes = Some(1441)), ["green_minutes"]);
    assert_eq!(faults(&|t| t.months = 0), ["months"]);
    assert!(faults(&|t| t.months = 120).is_empty());
    assert_eq!(faults(&|t| t.months = 121), ["months"]);
    assert_eq!(term(day("2026-08-31"), 6), Some(day("2027-02-28")));
    assert_eq!(term(day("2026-08-31"), 0), None);
}
