use super::model::{How, Role, Scope, State, Withdrawal};
use super::{NAV, jobs, routes, steps, store, views};
use crate::contracts::model::ConsentHow;
use crate::referrals::model::{Consent, ConsentBy, Destination, Kind, NewReferral, Part};
use crate::referrals::{self, store::steps as referral_steps};
use crate::sickbeds::model::{Application, AskedBy, Condition};
use crate::testing::{actor, area, day, dies, elder, institution, library, neighbour, seed};
use crate::{contracts, hospice, sickbeds};
use db::testing::TestDb;
use db::{Actor, Scope as Sight};
use kernel::{ConsentId, ElderId, InstitutionId};
use registry::institutions::Kind as Place;
use web::testing::TestApp;

struct County {
    centre: InstitutionId,
    hospital: InstitutionId,
    who: ElderId,
}

fn county(db: &TestDb) -> County {
    db.follow(vec![crate::episodes::follow, referrals::follow]);
    seed(db);
    let centre = institution(db, 1, Place::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let hospital = institution(db, 2, Place::Hospital, "如东县人民医院");
    County { centre, hospital, who: elder(db, 2, "王桂英") }
}

fn of(institution: InstitutionId) -> Actor {
    Actor { institution: Some(institution), ..actor("2026-11-02", 1) }
}

/// A hospital's desk: it sees its own patients only.
fn desk(institution: InstitutionId) -> Actor {
    Actor { scope: Sight { area: area("320623"), institution: Some(institution) }, ..of(institution) }
}

fn referred(db: &TestDb, c: &County) -> referrals::Key {
    let new = NewReferral {
        elder: c.who,
        kind: Kind::Up,
        from: c.centre,
        to: Destination::Known(c.hospital),
        agreement: None,
        reason: "右髋疼痛".into(),
        diagnosis: String::new(),
        consent: Consent {
            by: ConsentBy::Elder,
            name: "王桂英".into(),
            relation: String::new(),
            how: ConsentHow::Spoken,
            at: kernel::time::parse_local("2026-11-02 08:50").expect("instant"),
        },
        shared: vec![Part::Summary],
        purpose: "诊治".into(),
        shared_until: None,
    };
    db.write(|tx| referral_steps::request(tx, &of(c.centre), &library(), &new)).expect("sent")
}

fn only(db: &TestDb, c: &County) -> super::Consent {
    let day = actor("2026-11-02", 1).today();
    let all = db.read(|tx| store::of_elder(tx, c.who, day)).expect("read");
    assert_eq!(all.len(), 1);
    all.into_iter().next().expect("one")
}

fn said(name: &str) -> Withdrawal {
    Withdrawal { name: name.into(), role: Role::Elder, how: How::Written }
}

fn withdraw(db: &TestDb, c: &County, id: ConsentId, name: &str) -> Result<(), web::Error> {
    db.write(|tx| steps::withdraw(tx, &of(c.centre), c.who, id, &said(name)))
}

db::on_both! {
    fn what_a_referral_shares_stops_at_once_when_the_consent_is_withdrawn(db: TestDb) {
        let c = county(&db);
        let key = referred(&db, &c);
        let one = only(&db, &c);
        assert_eq!((one.given.scope, one.state, one.live), (Scope::Sharing, State::Given, true));
        assert_eq!((one.given.name.as_str(), one.given.role, one.given.how), ("王桂英", Role::Elder, How::Spoken));
        assert_eq!(one.given.until.map(|day| day.to_string()).as_deref(), Some("2026-12-02"));
        let find = || db.read(|tx| referrals::store::find(tx, &actor("2026-11-02", 1), key)).expect("found");
        assert!(find().against_looking(actor("2026-11-02", 1).now).is_none());
        assert!(withdraw(&db, &c, one.id, " ").expect_err("nobody").text().contains("CO-01"));
        assert!(only(&db, &c).live, "a refusal does nothing");
        withdraw(&db, &c, one.id, "王桂英").expect("withdrawn");
        let told = find().against_looking(actor("2026-11-02", 1).now).expect("closed");
        assert!(told.code == "RF-09" && told.text.contains("已撤回同意"), "{}", told.text);
        assert_eq!(find().state, referrals::State::Requested, "the referral itself goes on");
        assert!(withdraw(&db, &c, one.id, "王桂英").expect_err("twice").text().contains("已由王桂英在"));
        let one = only(&db, &c);
        assert!(!one.live && one.withdrawn.expect("withdrawn").effect.contains("不能再看"));
    }

    fn a_withdrawal_is_work_of_whom_it_concerns_until_somebody_saw_to_it(db: TestDb) {
        let c = county(&db);
        referred(&db, &c);
        let id = only(&db, &c).id;
        withdraw(&db, &c, id, "王桂英").expect("withdrawn");
        let count = |by: &Actor| db.read(|tx| store::count_waiting(tx, by)).expect("count");
        assert_eq!((count(&of(c.centre)), count(&of(c.hospital)), count(&actor("2026-11-02", 1))), (1, 0, 1));
        assert_eq!(count(&neighbour("2026-11-02")), 0);
        let handle = |by: &Actor, note: &str| db.write(|tx| steps::handle(tx, by, c.who, id, note));
        assert!(handle(&neighbour("2026-11-02"), "x").is_err());
        assert!(handle(&desk(c.hospital), "x").is_err(), "neither in its sight nor its consent");
        assert!(handle(&of(c.centre), " ").expect_err("blank").text().contains("处理情况"));
        handle(&of(c.centre), "已电话告知医院").expect("handled");
        assert!(handle(&of(c.centre), "再办").expect_err("twice").text().contains("不是待处理"));
        assert_eq!(count(&of(c.centre)), 0);
        assert_eq!(only(&db, &c).state, State::Handled);
        let line = db.read(|tx| views::timeline(tx, &of(c.centre), c.who)).expect("timeline");
        assert!(line.len() == 1 && line[0].title.contains("撤回同意"));
    }

    fn what_is_over_cannot_be_withdrawn_and_is_not_live(db: TestDb) {
        let c = county(&db);
        referred(&db, &c);
        let on = |text: &str| {
            let day = actor(text, 1).today();
            db.read(|tx| store::of_elder(tx, c.who, day)).expect("read")[0].live
        };
        assert!(on("2026-12-01") && on("2026-12-02") && !on("2026-12-03"), "the last day counts");
        dies(&db, 2, "王桂英", "2026-11-02");
        let one = only(&db, &c);
        assert!(!one.live);
        assert!(withdraw(&db, &c, one.id, "王桂英").expect_err("over").text().contains("CO-02"));
    }

    fn consents_from_before_the_register_are_written_down_once(db: TestDb) {
        let c = county(&db);
        referred(&db, &c);
        db.write(|tx| tx.exec("delete from consents", &[])).expect("as before");
        for _ in 0..2 {
            jobs::nightly(&db, &actor("2026-11-02", 1)).expect("night");
            assert_eq!(only(&db, &c).given.scope, Scope::Sharing);
        }
    }

    fn a_contract_ends_today_or_after_its_last_service_and_a_draft_is_void(db: TestDb) {
        let c = county(&db);
        for (signed, state, ended) in [(false, "withdrawn", None), (true, "ended", Some("2026-11-02"))] {
            db.write(|tx| tx.exec("delete from consents", &[])).expect("alone");
            let said = contracts::Consent {
                agreed: true, by: contracts::ConsentBy::Elder, name: "王桂英".into(), relation: String::new(),
                how: ConsentHow::Written, on: day("2026-11-01"), note: String::new(), ask_again_on: None,
            };
            let new = contracts::store::steps::NewConsent { institution: c.centre, package: None, renews: None, consent: said };
            let key = db.write(|tx| contracts::store::consent(tx, &of(c.centre), &library(), c.who, &new)).expect("draft");
            if signed {
                let sql = "update contracts set state = 'signed', signed_on = '2026-10-01', from_on = '2026-10-01', until_on = '2027-10-01'
                           where state = 'draft'";
                db.write(|tx| tx.exec(sql, &[])).expect("signed");
            }
            withdraw(&db, &c, only(&db, &c).id, "王桂英").expect("withdrawn");
            let now = db.read(|tx| contracts::store::find(tx, &actor("2026-11-02", 1), key)).expect("contract");
            assert_eq!((now.state.code(), now.ended_on.map(|on| on.to_string()).as_deref()), (state, ended));
            assert_eq!(now.end_reason, "同意已撤回");
        }
    }

    fn an_open_home_sickbed_is_closed_with_the_reason(db: TestDb) {
        let c = county(&db);
        let asked = Application {
            institution: c.centre, by: AskedBy::Elder, name: "王桂英".into(), relation: String::new(), on: day("2026-10-01"),
            condition: Condition::Stroke, diagnosis: "脑梗死后遗症".into(), diagnosis_code: String::new(), wish: String::new(),
        };
        let key = db.write(|tx| sickbeds::store::steps::apply(tx, &of(c.centre), c.who, &asked)).expect("applied");
        db.write(|tx| tx.exec("update sickbeds set state = 'accepted'", &[])).expect("the criteria hold");
        let signed = sickbeds::model::Consent {
            by: contracts::ConsentBy::Elder, name: "王桂英".into(), relation: String::new(), on: day("2026-10-02"),
        };
        db.write(|tx| sickbeds::store::steps::consent(tx, &of(c.centre), (key, None), &signed)).expect("signed");
        db.write(|tx| tx.exec("update sickbeds set state = 'open', opened_on = '2026-10-03', until_on = '2026-12-03'", &[])).expect("open");
        let one = only(&db, &c);
        assert!(one.live && one.given.how == How::Written);
        withdraw(&db, &c, one.id, "王桂英").expect("withdrawn");
        let bed = db.read(|tx| sickbeds::store::find(tx, &actor("2026-11-02", 1), key)).expect("bed");
        assert_eq!((bed.state, bed.closed_on, bed.close_reason.as_str()), (sickbeds::State::Closed, Some(day("2026-11-02")), "同意已撤回"));
    }

    fn hospice_care_that_was_applied_for_is_taken_back_and_one_that_runs_ends(db: TestDb) {
        let c = county(&db);
        let who = [c.who, elder(&db, 4, "陈玉兰")];
        for (who, admitted, state) in [(who[0], false, hospice::State::Withdrawn), (who[1], true, hospice::State::Ended)] {
            let new = hospice::model::NewCase {
                elder: who, institution: c.centre, hospital: None, place: hospice::model::Place::Home, diagnosis: "肺癌".into(),
                terminal: true, prognosis_months: 2, judged_by: "张医生".into(),
                consent: contracts::Consent {
                    agreed: true, by: contracts::ConsentBy::Family, name: "李小红".into(), relation: "女儿".into(),
                    how: ConsentHow::Written, on: day("2026-11-02"), note: String::new(), ask_again_on: None,
                },
            };
            let by = of(c.centre);
            let key = db.write(|tx| hospice::steps::apply(tx, &by, &library(), &new)).expect("applied");
            if admitted {
                db.write(|tx| hospice::steps::admit(tx, &by, &library(), key, hospice::model::Place::Home)).expect("admitted");
            }
            let id = db.read(|tx| store::of_elder(tx, who, by.today())).expect("read")[0].id;
            db.write(|tx| steps::withdraw(tx, &by, who, id, &said("李小红"))).expect("withdrawn");
            let now = db.read(|tx| hospice::store::find(tx, &by, key)).expect("case");
            assert_eq!((now.state, now.end_reason.as_str()), (state, "同意已撤回"));
        }
    }

    fn the_register_is_read_and_withdrawn_from_on_its_page(db: TestDb) {
        let c = county(&db);
        referred(&db, &c);
        let id = only(&db, &c).id;
        let (who, app) = (c.who, TestApp::new(db, policy::Library::default(), routes(), |state| state.nav(NAV)));
        let doctor = app.person_with("医生", &["consents.*"], of(c.centre).scope, Some(c.centre));
        let page = doctor.get(&format!("/consents/{who}")).page();
        assert!(page.contains("转诊资料共享") && page.contains("诊治（给如东县人民医院看）"));
        let stranger = app.person("邻县", &["consents.*"], "320612");
        assert_eq!(stranger.get(&format!("/consents/{who}")).status.as_u16(), 404);
        let form = [("name", "王桂英"), ("role", "elder"), ("how", "written")];
        let url = format!("/consents/{who}/{id}/withdraw");
        assert_eq!(stranger.post(&url, &form).status.as_u16(), 404);
        assert_eq!(doctor.post(&url, &form).goes_to(), format!("/consents/{who}"));
        assert!(doctor.get("/consents").page().contains("告知转入机构"));
        assert_eq!(doctor.post(&format!("/consents/{who}/{id}/handle"), &[("note", "已告知")]).goes_to(), format!("/consents/{who}"));
        assert!(doctor.get("/consents").page().contains("没有待处理的撤回"));
    }
}
