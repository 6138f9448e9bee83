use super::super::{ACCEPT, APPLY, ASSESS, DISPUTE, READ, REVIEW, routes, work};
use super::whole;
use crate::testing::*;
use db::Scope;
use kernel::{AccountId, StaffId};
use registry::institutions::Kind;
use uuid::Uuid;
use web::User;
use web::testing::{Client, TestApp};

fn user(number: u128, permissions: &[&'static str], staff: Option<StaffId>) -> User {
    User {
        account: AccountId(Uuid::from_u128(number)),
        login: format!("u{number}"),
        name: format!("用户{number}"),
        role: "test".into(),
        role_name: "测试".into(),
        permissions: permissions.to_vec().into(),
        scope: Scope { area: area("320623"), institution: None },
        institution: None,
        staff,
        must_change: false,
    }
}

fn titles(app: &TestApp, user: &User) -> Vec<String> {
    let by = db::Actor { account: Some(user.account), ..actor("2026-11-02", 1) };
    let groups = app.db.read(|tx| work(tx, &web::Desk { user, by: &by, policies: &app.state.policies })).expect("work");
    groups.into_iter().map(|group| group.title).collect()
}

fn ask(client: &Client<'_>, elder: &str) -> String {
    let mut form = vec![("elder", elder), ("scale", "ltci2021"), ("applicant", "王建国"), ("relation", "子女")];
    form.extend([("phone", "13800138000"), ("reason", "首次评估"), ("consent_on", "2026-11-01")]);
    let screens = ["screen0", "screen1", "screen2", "screen3", "screen4", "screen5"];
    form.extend(screens.iter().map(|name| (*name, "2")));
    assert_eq!(client.post("/assessments", &form).status.as_u16(), 422, "the beginning of the disability is missing");
    form.push(("disabled_since", "2026-01-15"));
    client.post("/assessments", &form).goes_to()
}

db::on_both! {
    fn the_whole_road_by_clicking(db: TestDb) {
        seed(&db);
        let agency = institution(&db, 7, Kind::AssessmentAgency, "如东评估中心");
        let staff: Vec<StaffId> = (1..=2).map(|n| assessor(&db, agency, n, &format!("评估员{n}"), "2027-12-31")).collect();
        let elder = elder(&db, 2, "王桂英").to_string();
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let office = app.login(user(1, &[READ.0, APPLY.0, ACCEPT.0, DISPUTE.0], None));
        let reviewer = app.login(user(2, &[READ.0, REVIEW.0], None));
        let assessors: Vec<Client<'_>> = (0..2).map(|n| app.login(user(10 + n as u128, &[READ.0, ASSESS.0], Some(staff[n])))).collect();

        assert!(office.get("/assessments/new").page().contains("老年人名册"));
        let offered = office.get(&format!("/assessments/new?elder={elder}")).page();
        assert!(offered.contains("选择评估标准") && offered.contains("scale=gbt42195"));
        for screening in ["barthel", "news2", "gbt37276"] {
            assert!(!offered.contains(&format!("scale={screening}")), "{screening} is offered");
            let asked = office.get(&format!("/assessments/new?elder={elder}&scale={screening}")).page();
            assert!(asked.contains("选择评估标准") && !asked.contains("提交申请"), "{screening}");
            assert!(!office.get("/assessments").page().contains(&format!("value=\"{screening}\"")));
            let form = [("elder", elder.as_str()), ("scale", screening), ("applicant", "王建国"), ("relation", "子女")];
            let rest = [("phone", "13800138000"), ("reason", "首次评估"), ("consent_on", "2026-11-01")];
            let refused = office.post("/assessments", &[&form[..], &rest[..]].concat());
            assert_eq!(refused.status.as_u16(), 422, "{screening}");
        }
        assert!(office.get(&format!("/assessments/new?elder={elder}&scale=ltci2021")).page().contains("失能自评"));
        let page = ask(&office, &elder);
        assert_eq!(titles(&app, &office.user), ["待受理的评估申请"]);
        let applied = day("2026-11-02");
        let days = library().parameter("acceptance_days", area("320623"), applied).expect("set").value;
        let last = kernel::time::workdays_after(applied, days);
        for (more, urgent) in [(-1, false), (0, false), (1, true)] {
            let by = actor(&(last + chrono::TimeDelta::days(more)).to_string(), 1);
            let desk = web::Desk { user: &office.user, by: &by, policies: &app.state.policies };
            let first = app.db.read(|tx| work(tx, &desk)).expect("work").remove(0).items.remove(0);
            assert_eq!((first.due, first.urgent), (Some(last), urgent), "{more}");
        }
        assert!(office.get(&page).page().contains("符合受理条件"));
        let step = |client: &Client<'_>, step: &str, form: &[(&str, &str)]| client.post(&format!("{page}/{step}"), form);
        let done = |client: &Client<'_>, name: &str, form: &[(&str, &str)]| {
            assert!(step(client, name, form).goes_to().starts_with(&page), "{name}");
        };
        done(&office, "accept", &[]);
        let ids: Vec<String> = staff.iter().map(ToString::to_string).collect();
        assert_eq!(step(&office, "assign", &[("staff", &ids[0]), ("staff", &ids[0])]).status.as_u16(), 422);
        done(&office, "assign", &[("staff", &ids[0]), ("staff", &ids[1])]);

        let library = library();
        let scale = library.scale("ltci2021").expect("scale");
        for (n, assessor) in assessors.iter().enumerate() {
            assert_eq!(titles(&app, &assessor.user), ["由我评估"]);
            let form = assessor.get(&format!("{page}/form")).page();
            assert!(form.contains("ADL10") && form.contains("form-state"));
            assert!(!form.contains("checked"), "nobody sees the other's answers");
            let mut answers = whole(scale, false);
            if n == 1 {
                answers.items.insert("ADL10".into(), 5);
            }
            let text: Vec<(String, String)> = answers.items.iter().map(|(code, n)| (code.clone(), n.to_string())).collect();
            let pairs: Vec<(&str, &str)> = text.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            done(assessor, "form", &pairs[..3]);
            assert_eq!(step(assessor, "submit", &[]).status.as_u16(), 422);
            done(assessor, "form", &pairs);
            done(assessor, "submit", &[]);
        }
        let compared = assessors[0].get(&page).page();
        assert!(compared.contains("不一致") && compared.contains("ADL10"));
        assert!(titles(&app, &assessors[0].user).contains(&"待合议的评估".to_owned()));
        assert_eq!(step(&assessors[0], "reconcile", &[("why", "复看录像")]).status.as_u16(), 422);
        done(&assessors[0], "reconcile", &[("why", "复看录像"), ("ADL10", "0")]);
        assert_eq!(titles(&app, &reviewer.user), ["待审核的评估结论"]);
        assert!(reviewer.get(&page).page().contains("等级的得出过程"));
        done(&reviewer, "review", &[("approve", "true")]);
        done(&reviewer, "notice", &[]);
        let notices = office.get("/assessments/notices").page();
        assert!(notices.contains("王*英") && !notices.contains("王桂英"));
        assert!(office.get(&format!("{page}/sheet")).page().contains("未生效"));

        app.clock.advance(chrono::TimeDelta::days(30));
        let office = app.login(user(3, &[READ.0, APPLY.0, ACCEPT.0], None));
        let reviewer = app.login(user(4, &[READ.0, REVIEW.0], None));
        assert_eq!(reviewer.post("/assessments/notices/close", &[]).goes_to(), "/assessments/notices");
        assert!(office.get(&format!("{page}/sheet")).page().contains("盖章"));
        assert!(office.get("/assessments?state=effective").page().contains("重度失能"));
        assert!(!office.get("/assessments?state=applied").page().contains("王桂英"));

        let neighbour = app.person("邻县", &["assessments.*"], "320612");
        assert_eq!(neighbour.get(&page).status.as_u16(), 404);
        assert_eq!(neighbour.get(&format!("{page}/sheet")).status.as_u16(), 404);
        assert!(!neighbour.get("/assessments").page().contains("王桂英"));
        assert_eq!(reviewer.post(&format!("{page}/accept"), &[]).status.as_u16(), 403);
    }
}
