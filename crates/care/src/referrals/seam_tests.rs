//! From place to place without a second typing: what one side wrote stands in the next side's form, and what was waited for
//! ends by itself.

use super::model::{ConsentBy, Destination, Kind, NewReferral, Part, Referral, State};
use super::store::steps::{self, Seen};
use super::{Key, model, store};
use crate::beds::store::rooms;
use crate::contracts::ConsentHow;
use crate::episodes::{self, Place};
use crate::followups::{self, Disease};
use crate::stays::{self, NewStay};
use crate::testing::{actor, area, day, elder, institution, library, seed};
use crate::visits::model::{Kind as VisitKind, NewVisit, Wishes};
use crate::{beds, daycare, hospice, referrals, sickbeds, visits};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{ElderId, Happening, InstitutionId, StaffId, VisitId, What};
use registry::elders::{Fact, facts};
use registry::institutions::Kind as Site;
use uuid::Uuid;
use web::Routes;
use web::testing::{Client, TestApp};

const TODAY: &str = "2026-11-02";

struct County {
    app: TestApp,
    centre: InstitutionId,
    hospital: InstitutionId,
    home: InstitutionId,
    who: ElderId,
}

fn county(db: TestDb) -> County {
    db.follow(vec![
        episodes::follow,
        stays::follow,
        visits::follow,
        referrals::follow,
        followups::follow,
        sickbeds::follow,
        beds::follow,
        daycare::follow,
        hospice::follow,
    ]);
    seed(&db);
    let centre = institution(&db, 1, Site::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let hospital = institution(&db, 2, Site::Hospital, "如东县人民医院");
    let home = institution(&db, 3, Site::ElderCareInstitution, "安康养老院");
    let who = elder(&db, 2, "王桂英");
    let all = [referrals::routes(), stays::routes(), beds::routes(), sickbeds::routes(), hospice::routes()];
    let routes = all.into_iter().fold(Routes::new(), Routes::merge);
    let app = TestApp::new(db, (*library()).clone(), routes, |state| state.with(registry::areas::Names::default()));
    County { app, centre, hospital, home, who }
}

impl County {
    /// Somebody of an institution who sees only its own elders.
    fn of(&self, institution: InstitutionId, permissions: &[&'static str]) -> Client<'_> {
        let scope = Scope { area: area("320623"), institution: Some(institution) };
        self.app.person_with("办理人", permissions, scope, Some(institution))
    }

    fn by(&self) -> Actor {
        actor(TODAY, 1)
    }

    fn sent(&self, kind: Kind, (from, to): (InstitutionId, InstitutionId)) -> Key {
        let consent = model::Consent {
            by: ConsentBy::Elder,
            name: "王桂英".into(),
            relation: String::new(),
            how: ConsentHow::Spoken,
            at: self.by().now,
        };
        let new = NewReferral {
            elder: self.who,
            kind,
            from,
            to: Destination::Known(to),
            agreement: None,
            reason: "跌倒后右髋疼痛，不能站立".into(),
            diagnosis: String::new(),
            consent,
            shared: Part::ALL.to_vec(),
            purpose: "诊治".into(),
            shared_until: None,
        };
        self.app.db.write(|tx| steps::request(tx, &self.by(), &library(), &new)).expect("sent")
    }

    fn now(&self, key: Key) -> Referral {
        self.app.db.read(|tx| store::find(tx, &self.by(), key)).expect("found")
    }

    fn in_hospital(&self) -> stays::Stay {
        let (elder, institution) = (self.who, self.hospital);
        let diagnosis = Some("右股骨颈骨折".into());
        let stay = NewStay { elder, institution, admitted_on: day("2026-10-01"), discharged_on: None, diagnosis };
        self.app.db.write(|tx| stays::store::register(tx, &self.by(), &stay)).expect("admitted");
        self.stay()
    }

    fn stay(&self) -> stays::Stay {
        self.app.db.read(|tx| stays::store::of_elder(tx, &self.by(), self.who)).expect("stays").remove(0)
    }

    fn place(&self) -> Option<Place> {
        let spells = self.app.db.read(|tx| episodes::store::spells(tx, self.who, None)).expect("spells");
        spells.into_iter().find(|spell| spell.until.is_none()).map(|spell| spell.place)
    }

    fn tail(&self) -> String {
        self.app.db.read(|tx| registry::elders::store::find(tx, &self.by(), self.who)).expect("elder").id_tail
    }
}

db::on_both! {
    fn who_is_admitted_at_the_desk_lies_in_hospital_without_another_form(db: TestDb) {
        let c = county(db);
        let key = c.sent(Kind::Up, (c.centre, c.hospital));
        let desk = c.of(c.hospital, &["referrals.*", "stays.*"]);
        let case = key.href();
        assert_eq!(desk.post(&format!("{case}/accept"), &[("version", "1")]).goes_to(), case);
        let page = desk.get(&case).page();
        assert!(page.contains("收住入院") && page.contains("value=\"跌倒后右髋疼痛，不能站立\""), "{page}");
        let (tail, hour) = (c.tail(), kernel::time::show(kernel::Clock::now(c.app.clock.as_ref())));
        let mut form = vec![("version", "2"), ("arrived_at", &hour), ("id_tail", &tail), ("admit", "true")];
        let refused = desk.post(&format!("{case}/arrive"), &form);
        assert!(refused.status.as_u16() == 422 && refused.text().contains("入院诊断"));
        assert_eq!((c.now(key).state, c.place()), (State::Accepted, None), "nothing is half done");
        form.push(("diagnosis", "右股骨颈骨折"));
        let reader = c.of(c.hospital, &["referrals.*"]);
        assert!(!reader.get(&case).page().contains("收住入院"));
        assert!(reader.post(&format!("{case}/arrive"), &form).text().contains("不能登记住院"));
        assert_eq!(desk.post(&format!("{case}/arrive"), &form).goes_to(), case);
        let stay = c.stay();
        assert_eq!((stay.facts.institution, stay.facts.diagnosis.as_deref()), (c.hospital, Some("右股骨颈骨折")));
        assert_eq!((stay.facts.admitted_on, stay.facts.discharged_on), (day(TODAY), None));
        assert_eq!((c.now(key).state, c.place()), (State::Arrived, Some(Place::Ward)));
        // Who was only looked at is in no stay.
        let said = [("version", "3"), ("finding", "骨折"), ("done", "复位")];
        assert_eq!(desk.post(&format!("{case}/conclude"), &said).goes_to(), case);
        let again = c.sent(Kind::Up, (c.centre, c.hospital));
        let form = [("version", "1"), ("arrived_at", hour.as_str()), ("id_tail", &tail)];
        assert_eq!(desk.post(&format!("{}/arrive", again.href()), &form).goes_to(), again.href());
        assert_eq!(c.app.db.read(|tx| stays::store::of_elder(tx, &c.by(), c.who)).expect("stays").len(), 1);
    }

    fn a_home_that_accepts_has_the_elder_in_its_queue_and_moving_in_ends_the_transfer(db: TestDb) {
        let c = county(db);
        let stay = c.in_hospital();
        c.app.db.write(|tx| rooms::draw(tx, &c.by(), c.home, &room())).expect("drawn");
        c.app.db.write(|tx| facts::set(tx, c.who, Fact::AbilityLevel { level: Some(3), until: None })).expect("level");
        let hospital = c.of(c.hospital, &["referrals.*", "stays.*"]);
        let form = hospital.get(&format!("/referrals/new?elder={}&kind=care_transfer", c.who)).page();
        assert!(form.contains("value=\"右股骨颈骨折\""), "the diagnosis of the stay: {form}");
        let key = c.sent(Kind::CareTransfer, (c.hospital, c.home));
        let home = c.of(c.home, &["referrals.*", "beds.*", "stays.read", "elders.read"]);
        assert_eq!(home.post(&format!("{}/accept", key.href()), &[("version", "1")]).goes_to(), key.href());
        let queue = || c.app.db.read(|tx| beds::store::of_elder(tx, &c.by(), c.who)).expect("queue");
        let waits = queue().remove(0);
        assert_eq!((waits.institution, waits.state, waits.wish.as_str()), (c.home, beds::State::Waiting, "照护转介自如东县人民医院"));
        assert!(home.get(&key.href()).page().contains(&waits.key.href()));
        assert!(hospital.get(&key.href()).page().contains("登记出院"));
        let bed = c.app.db.read(|tx| beds::store::free(tx, &c.by(), c.home)).expect("free").remove(0).id.to_string();
        let admit = || home.post(&format!("{}/admit", waits.key.href()), &[("bed", &bed), ("on", TODAY)]);
        assert!(admit().text().contains("BED-14"), "still in hospital");
        let left = hospital.post(&format!("/stays/{}/{}/discharge", c.who, stay.id), &[("on", TODAY)]);
        assert_eq!(left.goes_to(), "/stays", "the elder's page is out of the hospital's sight from now on");
        assert_eq!(admit().goes_to(), waits.key.href());
        let r = c.now(key);
        assert_eq!((r.state, r.conclusion.finding.as_str()), (State::Concluded, "2026-11-02 已入住安康养老院"));
        assert_eq!((r.conclusion.follow_up_due, r.share_ended_at.is_some()), (None, true));
        assert_eq!(c.place(), Some(Place::Institution));
        assert!(c.app.db.read(|tx| referrals::open(tx, &c.by(), c.who)).expect("open").is_empty(), "nothing is owed any more");
    }

    fn accepting_again_puts_nobody_into_a_queue_twice(db: TestDb) {
        let c = county(db);
        c.in_hospital();
        let home = c.of(c.home, &["referrals.*"]);
        let first = c.sent(Kind::CareTransfer, (c.hospital, c.home));
        assert_eq!(home.post(&format!("{}/accept", first.href()), &[("version", "1")]).goes_to(), first.href());
        let why = [("version", "2"), ("reason", "家属改变主意")];
        let hospital = c.of(c.hospital, &["referrals.*"]);
        assert_eq!(hospital.post(&format!("{}/cancel", first.href()), &why).goes_to(), first.href());
        let second = c.sent(Kind::CareTransfer, (c.hospital, c.home));
        assert_eq!(home.post(&format!("{}/accept", second.href()), &[("version", "1")]).goes_to(), second.href());
        assert_eq!(c.app.db.read(|tx| beds::store::of_elder(tx, &c.by(), c.who)).expect("queue").len(), 1);
        // A health centre has no queue of residents.
        let other = c.sent(Kind::CareTransfer, (c.hospital, c.centre));
        let seen = Seen { key: other, version: 1 };
        let by = Actor { institution: Some(c.centre), ..c.by() };
        c.app.db.write(|tx| steps::accept(tx, &by, &library(), seen, None)).expect("accepted");
        assert_eq!(c.app.db.read(|tx| beds::store::of_elder(tx, &c.by(), c.who)).expect("queue").len(), 1);
    }

    fn who_moves_into_a_home_is_visited_at_home_no_more_but_cared_for_by_the_home(db: TestDb) {
        let c = county(db);
        let plan = |id: u128, on: &str, institution: InstitutionId| {
            let at = |hour| kernel::time::at(day(on), hour, 0).expect("instant");
            let new = NewVisit {
                elder: c.who,
                kind: VisitKind::CareInsurance,
                source: None,
                institution,
                carer: StaffId(Uuid::from_u128(9)),
                second: None,
                wishes: Wishes::default(),
                from: at(9),
                to: at(10),
                items: vec![],
            };
            let visit = new.planned(VisitId(Uuid::from_u128(id)), area("320623"), c.by().now);
            c.app.db.write(|tx| visits::store::insert(tx, &c.by(), std::slice::from_ref(&visit))).expect("planned");
        };
        plan(1, "2026-11-09", c.centre);
        plan(2, "2026-11-10", c.centre);
        plan(3, "2026-11-11", c.centre);
        plan(4, "2026-11-12", c.home);
        let moved = Happening { elder: c.who, what: What::MovedIn, on: day("2026-11-10"), institution: Some(c.home) };
        c.app.db.write(|tx| tx.tell(&c.by(), &moved)).expect("told");
        let every = visits::store::Filter::default();
        let mut all = c.app.db.read(|tx| visits::store::list(tx, &c.by(), &every, 9, 0)).expect("visits");
        all.sort_by_key(|one| one.visit.planned_from);
        let states: Vec<_> = all.iter().map(|one| one.visit.state).collect();
        let (planned, off) = (visits::model::State::Planned, visits::model::State::Cancelled);
        assert_eq!(states, [planned, off, off, planned]);
        let thread = c.app.db.read(|tx| episodes::store::events(tx, c.who)).expect("thread");
        assert!(thread.iter().any(|line| line.code == "EP-30" && line.title == "上门服务结束：2 次"), "{thread:?}");
    }

    fn a_referral_answers_the_follow_up_that_asked_for_it(db: TestDb) {
        let c = county(db);
        let by = actor("2026-06-01", 1);
        let key = c.app.db.write(|tx| followups::enrol(tx, &by, c.who, Disease::Hypertension)).expect("enrolled");
        let danger = followups::NewVisit { sbp: Some(182), dbp: Some(96), ..visit(TODAY) };
        c.app.db.write(|tx| followups::record(tx, &c.by(), &library(), (key, 1), &danger)).expect("recorded");
        let asked = || c.app.db.read(|tx| followups::store::visits(tx, &c.by(), c.who)).expect("visits").remove(0);
        assert_eq!(asked().referral, followups::model::Referral::Open);
        c.sent(Kind::Down, (c.hospital, c.centre));
        assert_eq!(asked().referral, followups::model::Referral::Open, "that way leads from the hospital");
        c.sent(Kind::Up, (c.centre, c.hospital));
        assert_eq!((asked().referral, asked().referral_note.as_str()), (followups::model::Referral::Made, "转诊 如东县人民医院"));
    }

    fn the_forms_of_home_sickbed_and_hospice_know_what_the_hospital_wrote(db: TestDb) {
        let c = county(db);
        let doctor = c.app.person_with("李医生", &["sickbeds.*", "hospice.*", "stays.*"], Scope { area: area("320623"), institution: None }, Some(c.centre));
        let ask = |what: &str| doctor.get(&format!("/{what}/new?elder={}", c.who)).page();
        assert!(!ask("sickbeds").contains("取自最近一次住院") && !ask("hospice").contains("取自"));
        c.in_hospital();
        let page = ask("sickbeds");
        assert!(page.contains("value=\"右股骨颈骨折\"") && page.contains("取自最近一次住院"), "{page}");
        assert!(page.contains("value=\"fracture\" selected"), "{page}");
        let page = ask("hospice");
        assert!(page.contains("value=\"右股骨颈骨折\"") && page.contains("取自最近一次住院"), "{page}");
        assert!(page.contains(&format!("value=\"{}\" selected", c.hospital)), "{page}");
    }
}

fn room() -> beds::Plan {
    beds::Plan {
        building: "1号楼".into(),
        floor: 1,
        first: 101,
        last: 101,
        beds: 2,
        bed_use: beds::BedUse::ElderCare,
        ward: beds::model::Ward::Other,
        nursing: true,
        use_zone: beds::model::UseZone::Both,
    }
}

fn visit(on: &str) -> followups::NewVisit {
    followups::NewVisit {
        on: day(on),
        way: followups::model::Way::Clinic,
        sbp: None,
        dbp: None,
        glucose: None,
        pulse: None,
        temperature: None,
        signs: vec![],
        adverse: followups::model::Adverse::None,
        adverse_note: String::new(),
        complication: false,
        complication_note: String::new(),
        adherence: followups::model::Adherence::Regular,
        lifestyle: String::new(),
        treatment: String::new(),
    }
}
