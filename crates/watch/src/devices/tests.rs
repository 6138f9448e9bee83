//! Devices through the router and the store, on both engines.

use super::directory::SECRET;
use super::store::steps;
use super::testing::{
    actor, area, at, device, dies, elder, found, institution, library, measured, neighbour, seed, worn,
};
use super::{Kind, READ, State, WRITE, routes, store};
use crate::vitals::Vital;
use db::Scope;
use db::testing::TestDb;
use kernel::{DeviceId, ElderId};
use registry::elders::{LinkKind, links};
use registry::institutions;
use web::Error;
use web::testing::TestApp;

fn hash(db: &TestDb, serial: &str) -> Vec<u8> {
    let sql = "select secret_hash from devices where serial = $1";
    db.read(|tx| tx.query_one(sql, db::params![serial], |row| row.get(0))).expect("hash")
}

/// The secrets that a page shows.
fn secrets(page: &str) -> Vec<String> {
    let all = page.split("class=\"yy-secret\">").skip(1);
    all.filter_map(|rest| rest.split('<').next()).map(str::to_owned).collect()
}

fn codes(refused: Error) -> Vec<String> {
    match refused {
        Error::Refused(reasons) => reasons.into_iter().map(|reason| reason.code).collect(),
        other => panic!("{other:?}"),
    }
}

fn alarm(db: &TestDb, elder: ElderId, device: DeviceId, kind: &str) {
    let id =
        kernel::AlarmId::new(at("2026-11-01 08:00"), &kernel::chance::Seeded::new(kind.bytes().map(u64::from).sum()));
    let sql = "insert into alarms (elder_id, id, kind, level, state, version, device_id, rule, message, first_at, last_at, raised_at,
                 repeats, step, acknowledged_by, assigned_name, drill, closed_by, note)
               values ($1, $2, $3, 'notice', 'open', 1, $4, '', '', 0, 0, 0, 0, 0, '', '', 0, '', '')";
    db.write(|tx| tx.exec(sql, db::params![elder, id, kind, device])).expect("alarm");
}

fn open_alarms(db: &TestDb) -> Vec<String> {
    let sql = "select kind from alarms where closed_at is null order by kind";
    db.read(|tx| tx.query(sql, &[], |row| row.get(0))).expect("alarms")
}

db::on_both! {
    fn a_device_is_registered_bound_and_mended(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let clerk = app.person("经办", &[READ.0, WRITE.0], "320623");
        assert!(clerk.get("/devices/new").page().contains("登记一批"));
        let slip = clerk.post("/devices", &[("serial", "W-1001"), ("kind", "wristband"), ("name", "一号")]).page();
        let secret = secrets(&slip);
        assert!(secret.len() == 1 && secret[0].len() == 32 && slip.contains("yiyang/W-1001/senml"), "{slip}");
        assert_eq!(hash(&app.db, "W-1001"), app.db.vault().index(SECRET, &secret[0]));
        let again = clerk.post("/devices", &[("serial", "W-1001"), ("kind", "wristband")]);
        assert!(again.status.as_u16() == 422 && again.text().contains("DV-05"));
        assert_eq!(clerk.post("/devices", &[("serial", "手环 1"), ("kind", "wristband")]).status.as_u16(), 422);
        let list = clerk.get("/devices?q=w-10&show=free").page();
        let href = list.split("href=\"/devices/").find_map(|part| part.split('"').next().filter(|id| id.len() == 32));
        let page = format!("/devices/{}", href.expect("link"));
        assert!(!clerk.get(&page).page().contains(&secret[0]), "the secret is shown once");
        assert!(clerk.get(&format!("{page}?q=王桂英")).page().contains("绑定</button>"));
        assert_eq!(clerk.post(&format!("{page}/bind"), &[("elder", &elder.to_string())]).goes_to(), page);
        let shown = clerk.get(&page).page();
        assert!(shown.contains("王桂英") && shown.contains("使用中") && shown.contains("解除绑定"), "{shown}");
        assert!(clerk.post(&format!("{page}/bind"), &[("elder", &elder.to_string())]).text().contains("DV-02"));
        assert_eq!(clerk.post(&format!("{page}/unbind"), &[]).status.as_u16(), 422);
        assert_eq!(clerk.post(&format!("{page}/unbind"), &[("why", "更换设备")]).goes_to(), page);
        assert!(clerk.get(&page).page().contains("更换设备（经办）"));
        let renewed = secrets(&clerk.post(&format!("{page}/secret"), &[]).page());
        assert!(renewed.len() == 1 && renewed != secret);
        assert_eq!(hash(&app.db, "W-1001"), app.db.vault().index(SECRET, &renewed[0]));
        let late = clerk.post(&format!("{page}/maintain"), &[("until", "2026-11-02T08:59"), ("maintenance_why", "送修")]);
        assert!(late.text().contains("DV-06"));
        let until = [("until", "2026-11-03T09:00"), ("maintenance_why", "送修")];
        assert_eq!(clerk.post(&format!("{page}/maintain"), &until).goes_to(), page);
        assert!(clerk.get(&page).page().contains("送修") && clerk.get("/devices").page().contains("维护中"));
        assert_eq!(clerk.post(&format!("{page}/maintain"), &[]).goes_to(), page);
        let event = |event: &str, why: &str| clerk.post(&format!("{page}/step"), &[("event", event), (&format!("{event}_why"), why)]);
        assert_eq!(event("suspend", "").status.as_u16(), 422);
        assert_eq!(event("suspend", "丢失").goes_to(), page);
        assert_eq!(event("suspend", "丢失").status.as_u16(), 409);
        assert_eq!(event("resume", "").goes_to(), page);
        assert_eq!(event("retire", "摔坏").goes_to(), page);
        assert!(clerk.post(&format!("{page}/secret"), &[]).text().contains("DV-01"));
        let reader = app.person("看", &[READ.0], "320623");
        assert!(reader.get(&page).page().contains("报废") && reader.post(&format!("{page}/secret"), &[]).status.as_u16() == 403);
        let next_door = app.person("邻县", &[READ.0, WRITE.0], "320612");
        for url in ["bind", "unbind", "secret", "step", "maintain"] {
            let form = [("elder", elder.to_string()), ("event", "retire".into()), ("retire_why", "x".into()), ("why", "x".into())];
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(next_door.post(&format!("{page}/{url}"), &form).status.as_u16(), 404, "{url}");
        }
        assert_eq!(next_door.get(&page).status.as_u16(), 404);
        assert!(!next_door.get("/devices").page().contains("W-1001"));
    }

    fn many_are_registered_row_by_row(db: TestDb) {
        seed(&db);
        let home = institution(&db, 1, institutions::Kind::DayCareCentre, "掘港日间照料中心");
        device(&db, "BP-1", Kind::PressureCuff, None);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let clerk = app.person("经办", &[READ.0, WRITE.0], "320623");
        let rows = "W-1\t手环\t一号\n\nBP-1,血压计\nX 2，手环\nS-1，时光机，三号\nHH-1,health_hut,小屋";
        let page = clerk.post("/devices/many", &[("rows", rows), ("institution", &home.to_string())]).page();
        assert_eq!(secrets(&page).len(), 2, "{page}");
        assert!(page.contains("共 5 行，登记 2 台，3 行有错"), "{page}");
        assert!(page.contains("DV-05") && page.contains("“时光机”不认识") && page.contains("只用字母"), "{page}");
        let listed = clerk.get(&format!("/devices?institution={home}")).page();
        assert!(listed.contains("W-1") && listed.contains("HH-1") && !listed.contains("BP-1"), "{listed}");
        assert_eq!(clerk.post("/devices/many", &[("rows", &"a\n".repeat(501))]).status.as_u16(), 422);
    }

    fn who_may_see_and_who_may_change(db: TestDb) {
        seed(&db);
        let (elder, own) = (elder(&db, 2, "王桂英"), institution(&db, 1, institutions::Kind::NursingStation, "护理站"));
        let foreign = worn(&db, "W-1", Kind::Wristband, elder);
        let home = device(&db, "W-2", Kind::Wristband, Some(own));
        let scope = Scope { area: area("320623"), institution: Some(own) };
        let by = db::Actor { scope, institution: Some(own), ..actor() };
        let sees = |id| db.read(|tx| store::find(tx, &by, id)).is_ok();
        assert!(!sees(foreign) && sees(home));
        db.write(|tx| links::open(tx, elder, own, LinkKind::Visit, by.today())).expect("linked");
        assert!(sees(foreign), "the elder who wears it is within sight");
        let refused = db.write(|tx| steps::unbind(tx, &by, foreign, "x"));
        assert!(matches!(refused, Err(Error::Db(db::Error::NotFound) | Error::NotFound)), "it belongs to others");
        assert!(db.read(|tx| store::list(tx, &neighbour(), &store::Filter::default(), (9, 0))).expect("list").is_empty());
        let all = db.read(|tx| store::counts(tx, &by, &store::Filter::default())).expect("counts");
        assert_eq!((all.listed, all.active, all.bound), (2, 2, 1));
    }

    fn death_takes_devices_back_and_ends_their_alarms(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let (band, cuff) = (worn(&db, "W-1", Kind::Wristband, elder), worn(&db, "BP-1", Kind::PressureCuff, elder));
        measured(&db, elder, cuff, "2026-11-02 08:00", &[(Vital::Sbp, 138)]);
        for (device, kind) in [(band, "battery_low"), (band, "no_activity"), (cuff, "pressure")] {
            alarm(&db, elder, device, kind);
        }
        db.write(|tx| steps::maintain(tx, &actor(), band, Some(at("2026-11-03 09:00")), "充电")).expect("maintained");
        assert_eq!(open_alarms(&db), ["no_activity", "pressure"]);
        dies(&db, 2, "王桂英");
        assert_eq!((found(&db, band).elder, found(&db, cuff).elder), (None, None));
        assert_eq!(open_alarms(&db), ["pressure"], "what the body said is for people to close");
        let past = db.read(|tx| store::bindings_of(tx, elder)).expect("bindings");
        assert!(past.len() == 2 && past.iter().all(|b| b.ended_why == "去世，设备解除绑定"), "{past:?}");
        let again = db.write(|tx| steps::bind(tx, &actor(), band, elder));
        assert_eq!(codes(again.expect_err("dead")), ["DV-03"]);
        assert_eq!(db.read(|tx| crate::devices::timeline(tx, &actor(), elder)).expect("timeline").len(), 4);
    }

    fn a_device_of_a_hut_or_out_of_use_is_given_to_nobody(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let hut = device(&db, "HH-1", Kind::HealthHut, None);
        let band = worn(&db, "W-1", Kind::Wristband, elder);
        let bind = |id| db.write(|tx| steps::bind(tx, &actor(), id, elder));
        assert_eq!(codes(bind(hut).expect_err("shared")), ["DV-04"]);
        let state = db.write(|tx| steps::step(tx, &actor(), band, "retire", "摔坏")).expect("retired");
        assert_eq!((state, found(&db, band).elder), (State::Retired, None));
        assert_eq!(codes(bind(band).expect_err("retired")), ["DV-01"]);
        assert_eq!(codes(db.write(|tx| steps::unbind(tx, &actor(), hut, "x")).expect_err("free")), ["DV-07"]);
    }

    fn silence_battery_and_faults_are_counted(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let band = worn(&db, "W-1", Kind::Wristband, elder);
        worn(&db, "BP-1", Kind::PressureCuff, elder);
        let heard = |minutes: i64, battery: i64| {
            let now = actor().now - chrono::TimeDelta::minutes(minutes);
            let contact = crate::vitals::store::Contact { device: band, heard_at: now, battery: Some(battery), skew_ms: 120_000 };
            db.write(|tx| crate::vitals::store::keep_contacts(tx, &[contact])).expect("kept");
        };
        let filter = |show| {
            let silent = vec![(Kind::Wristband, actor().now - chrono::TimeDelta::minutes(120))];
            store::Filter { show, silent, battery: 20, ..Default::default() }
        };
        let counts = || db.read(|tx| store::counts(tx, &actor(), &filter(store::Show::Silent))).expect("counts");
        heard(120, 20);
        assert_eq!((counts().silent, counts().battery, counts().listed), (0, 0, 0), "at the limit");
        heard(121, 19);
        assert_eq!((counts().silent, counts().battery, counts().listed), (1, 1, 1));
        let note = |detail: &str| db.write(|tx| crate::vitals::store::note_fault(tx, band, actor().now, crate::devices::Fault::WrongUnit, detail));
        note("kPa").expect("noted");
        note("psi").expect("noted");
        let faults = db.read(|tx| store::faults(tx, band)).expect("faults");
        assert_eq!((faults.len(), faults[0].count, faults[0].detail.as_str()), (1, 2, "psi"));
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let clerk = app.person("经办", &[READ.0, WRITE.0], "320623");
        let page = clerk.get(&format!("/devices/{band}")).page();
        assert!(page.contains("单位不符") && page.contains("快 2 分钟") && page.contains("19%"), "{page}");
        assert!(clerk.get("/devices?show=silent").page().contains("失联"));
        assert!(clerk.get("/devices?show=faulty").page().contains("W-1"));
    }
}
