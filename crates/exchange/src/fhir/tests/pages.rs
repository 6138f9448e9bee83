use super::*;

db::on_both! {
    fn a_partner_is_registered_once_seen_and_revoked(db: TestDb) {
        let app = app(db);
        let admin = app.person("管理员", &["fhir.*"], "320623");
        let form = |name: &'static str, place: &'static str| [
            ("name", name), ("area", place), ("purpose", "互通"), ("contact", "信息科 84110000"), ("per_minute", "60"),
            ("valid_from", "2026-11-02"), ("valid_until", "2027-11-01"), ("read", "Patient"), ("read", "Condition"), ("write", "Condition"),
        ];
        let page = admin.post("/fhir/partners", &form("如东县健康平台", "320623")).page();
        let secret = page.split("yyfhir_").nth(1).map(|rest| format!("yyfhir_{}", &rest[..48])).expect("secret");
        assert_eq!(get(&app, &secret, "/Condition?patient=x").0, 404);
        let list = admin.get("/fhir").page();
        assert!(list.contains("如东县健康平台") && !list.contains(&secret) && list.contains("查询 基本信息、诊断；传入 诊断"));
        assert_eq!(admin.post("/fhir/partners", &form("邻县平台", "320612")).status.as_u16(), 422);
        let href = list.split("/fhir/partners/").find_map(|rest| rest.get(..32).filter(|id| PartnerId::parse(id).is_some())).expect("id").to_owned();
        let next = app.person("邻县管理员", &["fhir.*"], "320612");
        assert!(!next.get("/fhir").page().contains("如东县健康平台"));
        assert_eq!(next.get(&format!("/fhir/partners/{href}")).status.as_u16(), 404);
        assert_eq!(next.post(&format!("/fhir/partners/{href}/revoke"), &[("why", "x")]).status.as_u16(), 404);
        // Another secret: the old one is worth nothing.
        let page = admin.post(&format!("/fhir/partners/{href}/secret"), &[("version", "1")]).page();
        let second = page.split("yyfhir_").nth(1).map(|rest| format!("yyfhir_{}", &rest[..48])).expect("secret");
        assert_eq!((get(&app, &secret, "/Condition?patient=x").0, get(&app, &second, "/Condition?patient=x").0), (401, 404));
        assert_eq!(admin.post(&format!("/fhir/partners/{href}/revoke"), &[]).status.as_u16(), 422);
        assert!(admin.post(&format!("/fhir/partners/{href}/revoke"), &[("why", "合同到期")]).status.is_redirection());
        let (status, outcome) = get(&app, &second, "/Condition?patient=x");
        assert!(status == 401 && says(&outcome, "FX-02"), "{outcome}");
        assert!(admin.get(&format!("/fhir/partners/{href}")).page().contains("合同到期"));
    }

    fn what_is_wrong_with_a_partner_is_said_field_by_field(db: TestDb) {
        let app = app(db);
        let wrong = |change: fn(&mut NewPartner)| {
            let mut new = new_partner("320623");
            change(&mut new);
            new.faults(clerk().today()).into_iter().map(|f| f.field).collect::<Vec<_>>()
        };
        assert!(wrong(|_| {}).is_empty());
        assert_eq!(wrong(|n| n.per_minute = 0), ["per_minute"]);
        assert!(wrong(|n| n.per_minute = 1).is_empty() && wrong(|n| n.per_minute = 6000).is_empty());
        assert_eq!(wrong(|n| n.per_minute = 6001), ["per_minute"]);
        assert_eq!(wrong(|n| n.rights = Rights::default()), ["read"]);
        assert_eq!(wrong(|n| n.rights.write.push(Resource::Patient)), ["write"]);
        assert_eq!(wrong(|n| n.until = "2026-11-01".parse().expect("day")), ["valid_until"]);
        assert_eq!(wrong(|n| n.purpose.clear()), ["purpose"]);
        drop(app);
    }

    fn each_exchange_is_counted_and_stands_on_the_file(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let (_, secret) = partner(&app, &new_partner("320623"));
        get(&app, &secret, &format!("/Patient/{}/$everything", who.uuid()));
        get(&app, &secret, "/Patient");
        search(&app, &secret, number(2).as_str());
        let looker = app.person("监管", &["fhir.read"], "3206");
        let page = looker.get("/fhir").page();
        assert!(page.contains("整份查询") && page.contains("拒绝 400") && page.contains("320623健康信息平台"), "{page}");
        assert!(!page.contains(number(2).as_str()));
        let failed = looker.get("/fhir?failed=true").page();
        assert!(!failed.contains("整份查询："));
        let about = app.db.read(|tx| store::about(tx, who, 9)).expect("about");
        assert_eq!(about.len(), 2);
        assert!(about[0].1.contains("（接口）") && about[0].2.contains("资料互通"), "{about:?}");
        let traces = app.db.read(|tx| tx.count("select count(*) from audit where detail like $1 or subject like $1", db::params![format!("%{}%", number(2).as_str())]));
        assert_eq!(traces.expect("count"), 0);
        let card = app.db.read(|tx| crate::fhir::card(tx, &clerk(), who)).expect("card").expect("card");
        assert!(card.body.into_string().contains("320623健康信息平台（接口）"));
        assert_eq!(app.db.read(|tx| crate::fhir::timeline(tx, &clerk(), who)).expect("timeline").len(), 2);
        let daily = app.db.read(|tx| store::daily(tx, &clerk(), clerk().today())).expect("daily");
        assert_eq!((daily.len(), daily[0].requests, daily[0].given, daily[0].refused), (1, 3, 10, 1));
    }
}
