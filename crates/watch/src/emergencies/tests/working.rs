//! A case from its beginning to its end, and what stands against its steps.

use super::super::model::State;
use super::{ALL, Boards, READ, World, area, elder, library, store, world};
use std::collections::BTreeSet;

/// An alarm that somebody reported by hand; answers the address at which it is taken.
fn alarm(w: &World, drill: bool) -> String {
    let by = w.by();
    let message = "叫不应";
    let key = w
        .app
        .db
        .write(|tx| {
            crate::alarms::store::raise_by_hand(
                tx,
                &by,
                &library(),
                (w.elder, crate::alarms::Kind::Fall),
                (message, drill),
            )
        })
        .expect("raised");
    format!("/emergencies/take/{}/{}", key.elder, key.id)
}

fn agreed(w: &World) -> String {
    use care::agreements::{Item, Terms, store};
    let terms = Terms {
        items: vec![Item::GreenChannel],
        note: String::new(),
        rounds_per_week: 0,
        green_minutes: Some(30),
        months: 12,
    };
    let home = super::institution(&w.app.db, 3, super::Place::ElderCareInstitution, "安湾养老院", (121.2, 32.3));
    let by = w.by();
    let id = w.app.db.write(|tx| {
        let id = store::draft(tx, &by, (home, w.hospital), &terms, None)?;
        store::sign(tx, &by, (id, 1), by.today())?;
        Ok::<_, web::Error>(id)
    });
    format!("{}.{}", w.hospital, id.expect("signed"))
}

db::on_both! {
    fn one_operator_has_an_alarm_and_the_other_is_told_who(db: TestDb) {
        let w = world(db);
        let (one, other) = (w.operator("赵坐席"), w.operator("钱坐席"));
        let take = alarm(&w, false);
        w.later(20);
        assert!(one.get("/emergencies/board").page().contains("叫不应"));
        let case = one.post(&take, &[]).goes_to();
        let late = other.post(&take, &[]);
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("赵坐席") && late.text().contains("EM-01"), "{}", late.text());
        let board = other.get("/emergencies/board").page();
        assert!(board.contains("待派单") && !board.contains(&take), "{board}");
        // A second alarm of the same elder joins the case that is open.
        w.app.db.write(|tx| tx.exec("update alarms set kind = 'pulse'", &[])).expect("another kind");
        assert_eq!(other.post(&alarm(&w, false), &[]).goes_to(), case);
        assert_eq!(w.newest().operator_name, "赵坐席");
        assert_eq!(w.events().iter().map(|e| e.event.as_str()).collect::<Vec<_>>(), ["open", "join"]);
    }

    fn the_whole_road_to_the_ambulance_and_the_green_channel(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let channel = agreed(&w);
        let nurse = w.duty(&one, "nurse", "孙护士", w.centre);
        let case = one.post(&alarm(&w, false), &[]).goes_to();
        let page = one.get(&case).page();
        assert!(page.contains("江海社区 3 组 18 号") && page.contains("13911112222") && page.contains("孙护士"), "{page}");
        assert!(page.contains("掘港街道中心") && page.contains("过敏史未询问"));
        w.later(60);
        w.steps(&one, &case, &[("dispatch", &[("duty", &nurse)]), ("respond", &[("event", "confirm")])]);
        w.later(60);
        w.steps(&one, &case, &[
            ("respond", &[("event", "set_out")]),
            ("ambulance", &[("at", "2026-11-02T09:02"), ("number", "苏F 12345")]),
            ("contact", &[("name", "王小红"), ("relation", "女儿"), ("reached", "no")]),
            ("contact", &[("name", "王小红"), ("relation", "女儿"), ("reached", "yes"), ("note", "马上来")]),
            ("note", &[("kind", "pain"), ("text", "右髋疼，不能动")]),
            ("green", &[("channel", &channel)]),
        ]);
        w.later(600);
        w.steps(&one, &case, &[
            ("respond", &[("event", "arrive")]),
            ("hand-over", &[("text", "已上车")]),
            ("close", &[("outcome", "hospital"), ("note", "送如东县人民医院")]),
        ]);
        let c = w.newest();
        assert_eq!((c.state, c.arrived_at.is_some(), c.referral.is_some()), (State::Closed, true, true));
        assert!(one.get(&case).page().contains("打开转诊单"));
        let done: BTreeSet<String> = w.events().into_iter().map(|e| e.event).collect();
        let all = ["open", "dispatch", "confirm", "set_out", "ambulance", "contact", "note", "green", "arrive", "hand_over", "close"];
        assert_eq!(done, all.into_iter().map(str::to_owned).collect());
        let open = w.app.db.read(|tx| crate::alarms::store::open(tx, &w.by(), 10)).expect("read");
        assert!(open.is_empty(), "the alarm ended with the case");
        assert_eq!(w.step(&one, &case, "note", &[("kind", "pain"), ("text", "再说")]).status.as_u16(), 422);
    }

    fn who_cannot_go_is_followed_by_the_next(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let far = w.duty(&one, "nurse", "远护士", w.hospital);
        let near = w.duty(&one, "nurse", "近护士", w.centre);
        let case = w.case(&one, &[]);
        let page = one.get(&case).page();
        assert!(page.find("近护士") < page.find("远护士"), "the nearer comes first");
        w.steps(&one, &case, &[("dispatch", &[("duty", &near)])]);
        assert!(w.step(&one, &case, "dispatch", &[("duty", &far)]).text().contains("EM-03"));
        assert!(w.step(&one, &case, "close", &[("outcome", "helped"), ("note", "好了")]).text().contains("EM-07"));
        assert_eq!(w.step(&one, &case, "respond", &[("event", "decline")]).status.as_u16(), 422, "a reason is needed");
        w.steps(&one, &case, &[("respond", &[("event", "decline"), ("why", "正在抢救")])]);
        let page = one.get(&case).page();
        let offers = page.split("派谁去").nth(1).expect("offers");
        assert!(offers.contains("已说不能前往") && offers.find("远护士") < offers.find("近护士"), "{offers}");
        // Another case binds the far one meanwhile.
        let second = elder(&w.app.db, 4, "李秀珍", None).to_string();
        let form = [("elder", second.as_str()), ("kind", "ill"), ("what", "胸闷"), ("how", "case")];
        let other = one.post("/emergencies", &form).goes_to();
        assert_eq!(one.post(&format!("{other}/dispatch"), &[("version", "1"), ("duty", &far)]).goes_to(), other);
        assert!(w.step(&one, &case, "dispatch", &[("duty", &far)]).text().contains("EM-05"));
        assert!(one.post(&format!("/emergencies/duties/{far}/end"), &[("why", "换班")]).text().contains("EM-05"));
        w.later(12 * 3600);
        let evening = w.operator("孙坐席");
        assert!(w.step(&evening, &case, "dispatch", &[("duty", &near)]).text().contains("EM-04"));
    }

    fn an_old_page_is_told_who_was_faster(db: TestDb) {
        let w = world(db);
        let (one, other) = (w.operator("赵坐席"), w.operator("钱坐席"));
        let case = w.case(&one, &[]);
        let say = |client: &web::testing::Client<'_>, version| {
            client.post(&format!("{case}/note"), &[("version", version), ("kind", "fall"), ("text", "能说话")])
        };
        assert_eq!(say(&one, "1").goes_to(), case);
        let late = say(&other, "1");
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("赵坐席"), "{}", late.text());
        assert_eq!(w.events().len(), 2, "nothing was written");
        w.steps(&other, &case, &[("take-over", &[])]);
        assert_eq!(w.newest().operator_name, "钱坐席");
    }

    fn what_is_against_an_end_is_numbered(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let case = w.case(&one, &[]);
        let close = |outcome, note| w.step(&one, &case, "close", &[("outcome", outcome), ("note", note)]).text();
        assert!(close("helped", "").contains("EM-06"));
        assert!(close("hospital", "送医").contains("EM-06"));
        assert!(close("drill", "演练").contains("EM-15"));
        assert!(w.step(&one, &case, "hand-over", &[]).text().contains("EM-03"));
        let nowhere = "0198c0de000070008000000000000001.0198c0de000070008000000000000001";
        assert!(w.step(&one, &case, "green", &[("channel", nowhere)]).text().contains("EM-09"));
        let soon = w.step(&one, &case, "ambulance", &[("at", "2026-11-02T09:30")]);
        assert_eq!(soon.status.as_u16(), 422);
        assert_eq!(w.step(&one, &case, "respond", &[("event", "fly")]).status.as_u16(), 422);
        w.steps(&one, &case, &[("close", &[("outcome", "advised"), ("note", "电话安抚")])]);
        assert!(w.step(&one, &case, "close", &[("outcome", "advised"), ("note", "再一次")]).text().contains("EM-03"));
    }

    fn a_drill_is_marked_and_reaches_no_hospital(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let channel = agreed(&w);
        let case = one.post(&alarm(&w, true), &[]).goes_to();
        assert!(one.get(&case).page().contains("本次呼救是演练"));
        assert!(one.get("/emergencies/board").page().contains("演练"));
        assert!(w.step(&one, &case, "green", &[("channel", &channel)]).text().contains("EM-08"));
        assert!(w.step(&one, &case, "close", &[("outcome", "helped"), ("note", "完成")]).text().contains("EM-15"));
        w.steps(&one, &case, &[("close", &[("outcome", "drill"), ("note", "流程完整")])]);
        assert!(one.get("/emergencies?drill=only").page().contains("王桂英"));
        assert!(!one.get("/emergencies?drill=none").page().contains("王桂英"));
    }

    fn two_hundred_watchers_cost_one_drawing(db: TestDb) {
        let w = world(db);
        let (one, onlooker) = (w.operator("赵坐席"), w.app.person("监管", &[READ.0], "320623"));
        let boards = w.app.state.get::<Boards>();
        for _ in 0..200 {
            let picture = one.get("/emergencies/board/events").page();
            assert!(picture.contains("没有待接的报警"));
        }
        assert_eq!(boards.drawn(), 1);
        let case = w.case(&one, &[]);
        assert!(one.get("/emergencies/board/events").page().contains(&case));
        assert_eq!(boards.drawn(), 2);
        alarm(&w, false);
        w.app.state.get::<crate::live::Live>().changed();
        let picture = one.get("/emergencies/board/events").page();
        assert!(picture.contains("接警") && !picture.contains("<proof"), "{picture}");
        assert!(!onlooker.get("/emergencies/board/events").page().contains("<form"), "who only looks is offered nothing");
        assert_eq!(boards.drawn(), 4);
    }

    fn the_position_of_a_device_counts_for_as_long_as_the_documents_say(db: TestDb) {
        let w = world(db);
        let said = |minutes: i64| {
            let at = w.by().now - chrono::TimeDelta::minutes(minutes);
            w.app.db.write(|tx| {
                tx.exec("delete from measurements", &[])?;
                for (kind, value) in [(30_i64, 32_500_000_i64), (31, 121_500_000)] {
                    tx.exec(
                        "insert into measurements (elder_id, kind, measured_at, device_id, value, received_at) values ($1, $2, $3, $1, $4, $3)",
                        db::params![w.elder, kind, at, value],
                    )?;
                }
                store::card::spot(tx, &w.by(), &library(), w.elder, area("320623101"))
            }).expect("spot")
        };
        assert_eq!(said(29).at, Some((121.5, 32.5)));
        assert_eq!(said(30).at, Some((121.5, 32.5)));
        let late = said(31);
        assert_eq!((late.at, late.from.as_str()), (Some((121.18, 32.32)), "掘港街道中心"));
    }

    fn the_neighbour_sees_and_does_nothing(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let nurse = w.duty(&one, "nurse", "孙护士", w.centre);
        let take = alarm(&w, false);
        let case = w.case(&one, &[]);
        let next = w.app.person("邻县", &ALL, "320612");
        assert_eq!(next.get(&case).status.as_u16(), 404);
        assert_eq!(next.post(&take, &[]).status.as_u16(), 404);
        assert_eq!(next.post(&format!("{case}/note"), &[("version", "1"), ("kind", "fall"), ("text", "x")]).status.as_u16(), 404);
        let whose = w.elder.to_string();
        let form = [("elder", whose.as_str()), ("kind", "fall"), ("what", "x"), ("how", "case")];
        assert_eq!(next.post("/emergencies", &form).status.as_u16(), 404);
        let form = [("elder", whose.as_str()), ("kind", "fall"), ("what", "x"), ("how", "alarm")];
        assert_eq!(next.post("/emergencies", &form).status.as_u16(), 404);
        assert_eq!(next.post(&format!("/emergencies/duties/{nurse}/end"), &[("why", "x")]).status.as_u16(), 404);
        for page in ["/emergencies", "/emergencies/board", "/emergencies/duties", "/emergencies/screen"] {
            let page = next.get(page).page();
            assert!(!page.contains("王桂英") && !page.contains("孙护士"), "{page}");
        }
        // In one's own house one sees masked what one need not dial.
        let looks = w.app.person("监管", &[READ.0], "320623").get(&case).page();
        assert!(!looks.contains("13911112222") && !looks.contains("18 号") && !looks.contains("派出</button>"), "{looks}");
    }
}
