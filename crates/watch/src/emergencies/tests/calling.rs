//! A telephone exchange (a fake one) tells of calls; operators take them.

use super::super::phone::Call;
use super::{ALL, KEY, READ, World, elder, store, world};
use web::testing::Answer;

/// A fake exchange: sends what a real one would, with its key.
fn sends(w: &World, key: &str, body: &str) -> Answer {
    w.app.stranger().call("POST", "/emergencies/calls", &[("x-exchange-key", key)], body.as_bytes().to_vec())
}

fn told(w: &World, call: &str, from: &str, event: &str) -> Answer {
    let now = kernel::Clock::now(w.app.clock.as_ref()).to_rfc3339();
    let body =
        format!(r#"{{"call_id":"{call}","from":"{from}","to":"96120","at":"{now}","event":"{event}","agent":""}}"#);
    let answer = sends(w, KEY, &body);
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    answer
}

fn all(w: &World) -> Vec<Call> {
    let mut all = w.app.db.read(|tx| store::calls::list(tx, &w.by(), 50, 0)).expect("read").0;
    all.sort_by_key(|call| call.rang_at);
    all
}

db::on_both! {
    fn a_known_number_stands_on_the_board_at_once_and_one_operator_has_it(db: TestDb) {
        let w = world(db);
        let (one, other) = (w.operator("赵坐席"), w.operator("钱坐席"));
        assert!(told(&w, "a1", "+86 138-0013-8000", "ringing").text().contains("\"new\":true"));
        assert!(told(&w, "a1", "+86 138-0013-8000", "ringing").text().contains("\"new\":false"), "the same again");
        let call = all(&w).remove(0);
        assert_eq!((all(&w).len(), call.elder, call.number.as_str()), (1, Some(w.elder), "13800138000"));
        let board = one.get("/emergencies/board").page();
        assert!(board.contains("王桂英") && board.contains("13800138000"));
        w.later(12);
        let page = one.post(&format!("{}/answer", call.href()), &[]).goes_to();
        let late = other.post(&format!("{}/answer", call.href()), &[]);
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("赵坐席"), "{}", late.text());
        let whose = w.elder.to_string();
        assert!(one.get(&page).page().contains("王桂英"));
        let form = [("elder", whose.as_str()), ("kind", "ill"), ("what", "胸口疼")];
        assert_eq!(other.post(&format!("{page}/elder"), &form).status.as_u16(), 409);
        let case = one.post(&format!("{page}/elder"), &form).goes_to();
        let c = w.newest();
        assert_eq!((c.key.href(), (c.answered_at - c.began_at).num_seconds()), (case, 12));
        assert_eq!(one.post(&format!("{page}/elder"), &form).status.as_u16(), 409, "it is done with");
        told(&w, "a1", "13800138000", "ended");
        assert!(all(&w)[0].ended_at.is_some());
    }

    fn an_unknown_number_is_given_an_elder_and_remembered(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        told(&w, "b1", "13677778888", "ringing");
        let call = all(&w).remove(0);
        assert_eq!(call.elder, None);
        let whose = w.elder.to_string();
        assert!(one.get(&format!("{}?q=王桂英", call.href())).page().contains("记住这个号码"));
        let form = [("elder", whose.as_str()), ("kind", "sos"), ("remember", "true"), ("phone_name", ""), ("relation", "女儿")];
        assert_eq!(one.post(&format!("{}/elder", call.href()), &form).status.as_u16(), 422, "whose it is must be said");
        assert_eq!(w.app.db.read(|tx| store::of_elder(tx, &w.by(), w.elder)).expect("read").len(), 0, "nothing was written");
        let form = [("elder", whose.as_str()), ("kind", "sos"), ("remember", "true"), ("phone_name", "王小梅"), ("relation", "女儿")];
        let case = one.post(&format!("{}/elder", call.href()), &form).goes_to();
        assert!(one.get(&case).page().contains("王小梅"));
        w.later(60);
        told(&w, "b2", "13677778888", "ringing");
        assert_eq!(all(&w)[1].elder, Some(w.elder));
        w.later(60);
        // The emergency contact of the roster is found since the first case.
        told(&w, "b3", "13911112222", "ringing");
        assert_eq!(all(&w)[2].elder, Some(w.elder));
        let phones = w.app.db.read(|tx| store::phones::of_elder(tx, w.elder)).expect("read");
        let forget = format!("/emergencies/phones/{}/{}/forget", w.elder, phones[0].id);
        assert_eq!(one.post(&forget, &[]).status.as_u16(), 303);
        assert_eq!(one.post(&forget, &[]).status.as_u16(), 409);
        w.later(60);
        told(&w, "b4", "13677778888", "ringing");
        assert_eq!(all(&w)[3].elder, None);
        assert!(one.post(&format!("{}/dismiss", all(&w)[3].href()), &[("why", "打错")]).goes_to().ends_with("/calls"));
        assert!(one.post(&format!("{}/answer", all(&w)[3].href()), &[]).text().contains("EM-14"));
    }

    fn two_who_share_a_number_are_told_apart_by_the_operator(db: TestDb) {
        let w = world(db);
        elder(&w.app.db, 5, "李大海", Some("13800138000"));
        told(&w, "c1", "13800138000", "ringing");
        let call = all(&w).remove(0);
        assert_eq!(call.elder, None);
        let page = w.operator("赵坐席").get(&call.href()).page();
        assert!(page.contains("王桂英") && page.contains("李大海"));
        told(&w, "c2", "", "ringing");
        assert!(w.operator("钱坐席").get("/emergencies/board").page().contains("未显示号码"));
    }

    fn events_in_any_order_and_twice_make_one_call(db: TestDb) {
        let w = world(db);
        for event in ["ended", "answered", "ringing", "answered", "ended", "ringing"] {
            told(&w, "d1", "13800138000", event);
        }
        let calls = all(&w);
        assert_eq!(calls.len(), 1);
        assert!(calls[0].answered_at.is_some() && calls[0].ended_at.is_some());
    }

    fn without_the_key_nothing_is_taken_and_bad_messages_are_named(db: TestDb) {
        let w = world(db);
        let good = r#"{"call_id":"e1","from":"13800138000","to":"1","at":"2026-11-02T09:00:00+08:00","event":"ringing"}"#;
        for key in ["", "0123456789abcdef0123456789abcdee", "fedcba9876543210fedcba9876543210"] {
            let answer = sends(&w, key, good);
            assert_eq!(answer.status.as_u16(), 401);
            assert!(answer.text().contains("密钥"));
        }
        let named = |body: &str| {
            let answer = sends(&w, KEY, body);
            assert!(answer.status.is_client_error(), "{body}: {}", answer.status);
            answer.text()
        };
        assert!(named("call_id=1").contains("JSON"));
        assert!(named("{}").contains("call_id"));
        assert!(named(&good.replace("ringing", "sleeping")).contains("ringing、answered"));
        assert!(named(&good.replace("2026-11-02T09:00:00+08:00", "9:00")).contains("时区"));
        assert!(named(&"x".repeat(9_000)).contains("8 KB"));
        assert!(all(&w).is_empty());
    }

    fn a_call_that_nobody_answered_waits_on_the_board_and_the_neighbour_hears_nothing(db: TestDb) {
        let w = world(db);
        told(&w, "f1", "13800138000", "ringing");
        w.later(40);
        told(&w, "f1", "13800138000", "ended");
        assert!(w.operator("赵坐席").get("/emergencies/board").page().contains("已挂断"));
        assert!(w.operator("赵坐席").get("/emergencies/calls").page().contains("未接，待回电"));
        let call = all(&w).remove(0);
        let next = w.app.person("邻县", &ALL, "320612");
        assert_eq!(next.get(&call.href()).status.as_u16(), 404);
        assert_eq!(next.post(&format!("{}/answer", call.href()), &[]).status.as_u16(), 404);
        assert!(!next.get("/emergencies/board").page().contains("13800138000"));
        assert!(!next.get("/emergencies/calls").page().contains("13800138000"));
        let looks = w.app.person("监管", &[READ.0], "320623").get("/emergencies/board").page();
        assert!(!looks.contains("13800138000"), "who only looks need not dial");
    }
}
