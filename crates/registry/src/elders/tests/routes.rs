use super::*;
use crate::elders::{LinkKind, links};
use web::testing::TestApp;

const ALL: &[&str] = &["elders.*"];

fn people(app: &TestApp) -> ElderId {
    with_areas(&app.db);
    let mut new = elder("王建国", "1949-10-01", 1, VILLAGE);
    new.details.phone = Some("13800138000".into());
    new.details.address = Some("江海社区 3 组 12 号".into());
    save(&app.db, &actor("320623"), &new)
}

fn audited(app: &TestApp, id: ElderId, action: &str) -> usize {
    let rows = app.db.read(|tx| db::audit::of_elder(tx, id, 100)).expect("audit");
    rows.iter().filter(|r| r.action == action).count()
}

db::on_both! {
    fn the_page_is_masked_and_each_view_is_kept(db: TestDb) {
        let app = app(db);
        let id = people(&app);
        let clerk = app.person("经办甲", &["elders.read"], "320623");
        let list = clerk.get("/elders?q=wjg").page();
        assert!(list.contains("王建国") && list.contains("江海社区") && !list.contains("13800138000"));
        let page = clerk.get(&format!("/elders/{id}")).page();
        assert!(page.contains("138****8000") && page.contains("建立老年人档案"));
        for secret in ["13800138000", "12 号", citizen("1949-10-01", 1).as_str()] {
            assert!(!page.contains(secret), "{secret}");
        }
        assert_eq!(audited(&app, id, "elders.view"), 1);
        assert!(!page.contains("显示完整的证件号"));
        assert_eq!(clerk.post(&format!("/elders/{id}/unmask"), &[("reason", "核实")]).status, 403);
    }

    fn unmasking_asks_for_a_reason_and_keeps_it(db: TestDb) {
        let app = app(db);
        let id = people(&app);
        let clerk = app.person("经办甲", ALL, "320623");
        assert_eq!(clerk.post(&format!("/elders/{id}/unmask"), &[("reason", " ")]).status, 422);
        let page = clerk.post(&format!("/elders/{id}/unmask"), &[("reason", "电话核实住址")]).page();
        assert!(page.contains("13800138000") && page.contains(citizen("1949-10-01", 1).as_str()));
        let rows = app.db.read(|tx| db::audit::of_elder(tx, id, 10)).expect("audit");
        assert!(rows.iter().any(|r| r.action == "elders.unmask" && r.detail == "电话核实住址"));
    }

    fn a_file_is_opened_edited_and_kept_where_blank(db: TestDb) {
        let app = app(db);
        people(&app);
        let clerk = app.person("经办甲", ALL, "320623");
        assert!(clerk.get("/elders/new").page().contains("身份证号"));
        let number = citizen("1950-02-03", 2);
        let form = [("citizen", number.as_str()), ("name", "李秀兰"), ("area", VILLAGE), ("phone", "13900139000"), ("chronic", "stroke"), ("chronic", "diabetes")];
        let url = clerk.post("/elders", &form).goes_to();
        assert!(clerk.get(&url).page().contains("糖尿病、脑卒中"));
        assert_eq!(clerk.post("/elders", &form).status, 422, "the same number again");
        assert!(clerk.get(&format!("{url}/edit")).page().contains("现为 139****9000"));
        let id = ElderId::parse(url.rsplit('/').next().expect("id")).expect("id");
        let edit = |extra: &[(&str, &str)]| clerk.post(&url, &[&[("name", "李秀兰"), ("area", VILLAGE)], extra].concat());
        assert_eq!(edit(&[("living", "alone")]).goes_to(), url);
        let now = details(&app.db, id);
        assert_eq!((now.phone.as_deref(), now.chronic), (Some("13900139000"), Some(vec![])));
        assert_eq!(edit(&[("phone", "无")]).goes_to(), url);
        assert_eq!(details(&app.db, id).phone, None);
        assert_eq!(edit(&[("status", "dead")]).status, 422);
        let wrong = clerk.post("/elders", &[("citizen", "110105194912310021"), ("name", "甲"), ("area", VILLAGE)]);
        assert!(wrong.text().contains("校验码"));
    }

    fn two_files_are_compared_merged_and_parted(db: TestDb) {
        let app = app(db);
        let first = people(&app);
        let second = save(&app.db, &actor("320623"), &elder("王健国", "1949-10-01", 3, VILLAGE));
        let clerk = app.person("经办甲", ALL, "320623");
        assert!(clerk.get(&format!("/elders/{first}/duplicates")).page().contains("王健国"));
        assert!(clerk.get("/elders/duplicates").page().contains("比对合并"));
        assert!(clerk.get(&format!("/elders/{first}/merge?with={second}")).page().contains("合并到主档案"));
        let form = [("with", &*second.to_string()), ("reason", "同一人")];
        assert_eq!(clerk.post(&format!("/elders/{first}/merge"), &form).goes_to(), format!("/elders/{first}"));
        assert_eq!(clerk.get(&format!("/elders/{second}")).goes_to(), format!("/elders/{first}"));
        let page = clerk.get(&format!("/elders/{first}")).page();
        let undo = page.split('"').find(|part| part.ends_with("/undo")).expect("undo").to_owned();
        assert_eq!(clerk.post(&undo, &[]).goes_to(), format!("/elders/{first}"));
        assert!(clerk.get(&format!("/elders/{second}")).page().contains("撤销合并"));
    }

    fn the_neighbour_and_the_confined_get_nothing(db: TestDb) {
        let app = app(db);
        let id = people(&app);
        let other = save(&app.db, &actor("320623"), &elder("王健国", "1949-10-01", 3, VILLAGE));
        let scope = Scope { area: area("320623"), institution: Some(institution(1)) };
        for client in [app.person("邻县", ALL, "320682"), app.person_with("护理员", ALL, scope, Some(institution(1)))] {
            for url in ["", "/edit", "/duplicates", &format!("/merge?with={other}")] {
                assert_eq!(client.get(&format!("/elders/{id}{url}")).status, 404, "{url}");
            }
            let merge = [("with", &*other.to_string()), ("reason", "同一人")];
            assert_eq!(client.post(&format!("/elders/{id}/merge"), &merge).status, 404);
            assert_eq!(client.post(&format!("/elders/{id}/unmask"), &[("reason", "看")]).status, 404);
            assert_eq!(client.post(&format!("/elders/{id}"), &[("name", "甲"), ("area", VILLAGE)]).status, 404);
            assert!(!client.get("/elders?q=王").page().contains("王建国"));
            assert!(!client.get("/elders/duplicates").page().contains("王建国"));
        }
        app.db.write(|tx| links::open(tx, id, institution(1), LinkKind::Ltci, day("2026-11-01"))).expect("opened");
        let carer = app.person_with("护理员", ALL, scope, Some(institution(1)));
        assert!(carer.get(&format!("/elders/{id}")).page().contains("王建国"));
        assert!(!carer.get("/elders?q=王").page().contains("王健国"));
    }

    fn a_wrong_box_is_explained_on_the_page(db: TestDb) {
        let app = app(db);
        people(&app);
        let clerk = app.person("经办甲", &["elders.read"], "320623");
        assert!(clerk.get("/elders?q=110105194912310021").page().contains("校验码"));
        assert!(clerk.get("/elders?q=123").page().contains("3 位数字"));
        assert!(clerk.get("/elders?q=%E6%9D%8E").page().contains("没有符合条件"));
        let narrowed = clerk.get("/elders?area=320623&age_from=60&sex=male&contracted=false&page=1").page();
        assert!(narrowed.contains("王建国"));
    }
}
