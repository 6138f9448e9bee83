//! The watching page, own limits, safe areas and trends through the router and the store, on both engines.

use super::trends::store::Whose;
use super::trends::{self, Direction};
use super::{LIMIT, READ, Vital, limits, routes, safe_area};
use crate::devices::testing::{actor, day, device, elder, found, library, measured, neighbour, seed, worn};
use crate::devices::{Kind, WRITE};
use chrono::Days;
use db::testing::TestDb;
use kernel::{Date, ElderId};
use web::testing::TestApp;

/// A daily summary in which all values are the same.
fn summary(db: &TestDb, elder: ElderId, vital: Vital, on: Date, value: i64) {
    let sql = "insert into measurement_summaries (elder_id, kind, span, starts_at, count, least, most, total)
               values ($1, $2, 24, $3, 2, $4, $4, $5)";
    let at = kernel::time::at(on, 0, 0).expect("midnight");
    db.write(|tx| tx.exec(sql, db::params![elder, vital.number(), at, value, 2 * value])).expect("written");
}

/// Five weeks: 28 days at one value, the last seven at another.
fn weeks(db: &TestDb, elder: ElderId, vital: Vital, was: i64, became: i64) {
    for ago in 1..=35_u64 {
        summary(db, elder, vital, day("2026-11-02") - Days::new(ago), if ago <= 7 { became } else { was });
    }
}

fn refresh(db: &TestDb) -> usize {
    trends::refresh(db, &actor(), &library()).expect("refreshed")
}

db::on_both! {
    fn values_curves_and_own_limits_on_one_page(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let cuff = worn(&db, "BP-1", Kind::PressureCuff, elder);
        measured(&db, elder, cuff, "2026-11-01 08:00", &[(Vital::Sbp, 148), (Vital::Dbp, 84)]);
        measured(&db, elder, cuff, "2026-11-02 08:00", &[(Vital::Sbp, 162), (Vital::Dbp, 88)]);
        for ago in 2..=360_u64 {
            summary(&db, elder, Vital::Sbp, day("2026-11-02") - Days::new(ago), 140);
        }
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let doctor = app.person("医生", &[READ.0, LIMIT.0, WRITE.0], "320623");
        let url = format!("/vitals/{elder}");
        let page = doctor.get(&url).page();
        for words in ["BP-1", "162 mmHg", "偏高", "88 mmHg", "每次测量", "收缩压 最低 148、最高 162 mmHg", "数据表（4 行"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let year = doctor.get(&format!("{url}?show=pressure&span=year")).page();
        assert!(year.contains("每日汇总") && year.contains("最低 140、最高 162 mmHg"), "{year}");
        assert!(doctor.get("/vitals").page().contains("王桂英") && doctor.get("/vitals?q=李").page().contains("没有配戴设备"));
        let set = |form: &[(&str, &str)]| doctor.post(&format!("{url}/limits"), form);
        assert!(set(&[("vital", "sbp"), ("low", "160"), ("why", "x")]).text().contains("VL-01"));
        assert!(set(&[("vital", "sbp"), ("danger_high", "301"), ("why", "x")]).text().contains("VL-02"));
        assert!(set(&[("vital", "sbp"), ("high", "140")]).text().contains("VL-03"));
        assert!(set(&[("vital", "sbp"), ("high", "180"), ("why", "x")]).text().contains("VL-04"));
        assert!(set(&[("vital", "sbp"), ("why", "x")]).text().contains("VL-06"));
        assert_eq!(set(&[("vital", "sbp"), ("high", "高"), ("why", "x")]).status.as_u16(), 422);
        assert_eq!(set(&[("vital", "sos"), ("high", "1"), ("why", "x")]).status.as_u16(), 422);
        assert!(set(&[("vital", "sbp"), ("high", "165"), ("why", "长期偏高，目标放宽")]).goes_to().starts_with(&url));
        let page = doctor.get(&url).page();
        assert!(page.contains("目标放宽") && page.contains("预警低于 90 或高于 165") && page.contains("个人"), "{page}");
        assert!(set(&[("vital", "sbp"), ("high", "150"), ("why", "复诊后收紧")]).goes_to().starts_with(&url));
        let all = app.db.read(|tx| limits::store::of_elder(tx, elder)).expect("limits");
        assert_eq!(all.iter().filter(|limit| limit.ended_at.is_none()).count(), 1);
        assert_eq!(limits::store::in_force(&library(), &limits::model::Whose { area: actor().scope.area, on: actor().today(), diabetes: false, copd: false }, &all, Vital::Sbp).high, Some(150));
        let held = all.iter().find(|limit| limit.ended_at.is_none()).expect("one holds");
        let end = format!("{url}/limits/{}/end", held.id);
        assert!(doctor.post(&end, &[]).goes_to().starts_with(&url));
        assert_eq!(doctor.post(&end, &[]).status.as_u16(), 409);
        let reader = app.person("护理员", &[READ.0], "320623");
        assert_eq!(reader.post(&format!("{url}/limits"), &[("vital", "sbp")]).status.as_u16(), 403);
        let next_door = app.person("邻县", &[READ.0, LIMIT.0, WRITE.0], "320612");
        assert_eq!(next_door.get(&url).status.as_u16(), 404);
        for (path, form) in [("limits", ("high", "150")), ("area", ("radius", "500")), ("area/end", ("x", "y")), ("devices", ("serial", "BP-1"))] {
            let form = [("vital", "sbp"), ("why", "x"), form];
            assert_eq!(next_door.post(&format!("{url}/{path}"), &form).status.as_u16(), 404, "{path}");
        }
        assert_eq!(next_door.post(&end, &[]).status.as_u16(), 404);
        assert!(!next_door.get("/vitals").page().contains("王桂英"));
    }

    fn a_safe_area_is_set_by_hand_or_where_the_elder_is(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let free = device(&db, "W-1", Kind::Wristband, None);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let staff = app.person("站长", &[READ.0, WRITE.0], "320623");
        let url = format!("/vitals/{elder}");
        assert_eq!(staff.post(&format!("{url}/devices"), &[("serial", "W-9")]).status.as_u16(), 422);
        assert_eq!(staff.post(&format!("{url}/devices"), &[("serial", "W-1")]).goes_to(), url);
        assert_eq!(found(&app.db, free).elder, Some(elder));
        let set = |form: &[(&str, &str)]| staff.post(&format!("{url}/area"), form);
        assert!(set(&[("radius", "500"), ("last", "true")]).text().contains("VA-01"));
        assert!(set(&[("radius", "500")]).text().contains("VA-02"));
        assert!(set(&[("radius", "49"), ("latitude", "32.3"), ("longitude", "121.2")]).text().contains("VA-02"));
        let typed = [("place", "家"), ("radius", "500"), ("latitude", "32.3"), ("longitude", "121.2")];
        assert!(set(&typed).goes_to().starts_with(&url));
        measured(&app.db, elder, free, "2026-11-02 08:00", &[(Vital::Latitude, 32_310_000), (Vital::Longitude, 121_200_000)]);
        let page = staff.get(&url).page();
        assert!(page.contains("方圆 500 米") && page.contains("在区域外") && page.contains("<circle"), "{page}");
        assert!(set(&[("radius", "300"), ("last", "true")]).goes_to().starts_with(&url));
        assert!(staff.get(&url).page().contains("在区域内"));
        let area = app.db.read(|tx| safe_area::store::of_elder(tx, elder)).expect("read").expect("area");
        assert_eq!((area.latitude, area.radius, area.name.as_str()), (32_310_000, 300, "家"));
        assert!(staff.post(&format!("{url}/area/end"), &[]).goes_to().starts_with(&url));
        assert_eq!(staff.post(&format!("{url}/area/end"), &[]).status.as_u16(), 404);
    }

    fn who_creeps_is_found_by_trend(db: TestDb) {
        seed(&db);
        let (creeps, steady, thin) = (elder(&db, 2, "王桂英"), elder(&db, 4, "李秀兰"), elder(&db, 6, "张巧云"));
        for (serial, elder) in [("A-1", creeps), ("A-2", steady), ("A-3", thin)] {
            worn(&db, serial, Kind::PressureCuff, elder);
        }
        weeks(&db, creeps, Vital::Sbp, 130, 146);
        weeks(&db, steady, Vital::Sbp, 130, 145);
        weeks(&db, steady, Vital::Weight, 600, 570);
        weeks(&db, thin, Vital::Weight, 600, 569);
        weeks(&db, thin, Vital::Spo2, 96, 93);
        assert_eq!(refresh(&db), 2);
        let worse = db.read(|tx| trends::store::worse(tx, &actor(), Whose::All, (9, 0))).expect("worse");
        let found: Vec<_> = worse.iter().map(|one| (one.elder, one.trends.len())).collect();
        assert_eq!(found, [(thin, 2), (creeps, 1)], "most ways first; at the limit is not beyond it");
        let rise = worse[1].trends[0];
        assert_eq!((rise.direction, rise.was, rise.became), (Direction::Rising, 130, 146));
        assert_eq!(db.read(|tx| trends::store::count(tx, &neighbour(), Whose::All)).expect("count"), 0);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let doctor = app.person("医生", &[READ.0, LIMIT.0], "320623");
        let page = doctor.get("/vitals/worse").page();
        for words in ["收缩压持续升高：近 7 天中位数 146 mmHg，之前 28 天 130 mmHg，升 16 mmHg", "降 3.1 kg（5.2%）", "<polyline"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(doctor.get(&format!("/vitals/{creeps}")).page().contains("指标变差"));
        assert!(!app.person("邻县", &[READ.0], "320612").get("/vitals/worse?show=all").page().contains("王桂英"));
    }

    fn a_trend_needs_days_enough_and_goes_when_it_is_over(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        worn(&db, "W-1", Kind::Wristband, elder);
        let today = day("2026-11-02");
        for ago in 8..=14_u64 {
            summary(&db, elder, Vital::Pulse, today - Days::new(ago), 60);
        }
        for ago in [1, 2_u64] {
            summary(&db, elder, Vital::Pulse, today - Days::new(ago), 75);
        }
        assert_eq!(refresh(&db), 0, "two days say nothing");
        summary(&db, elder, Vital::Pulse, today - Days::new(3), 75);
        assert_eq!(refresh(&db), 1, "three do");
        db.write(|tx| tx.exec("delete from measurement_summaries", &[])).expect("deleted");
        assert_eq!(refresh(&db), 0);
        assert_eq!(db.read(|tx| trends::store::count(tx, &actor(), Whose::All)).expect("count"), 0);
    }
}
