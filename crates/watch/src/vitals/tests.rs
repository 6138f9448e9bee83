use super::gateway::{self, Door};
use super::intake::Intake;
use super::model::{Measurement, Vital};
use super::receive::Form;
use super::store::{self, Span};
use super::{Engine, Heard, jobs};
use crate::live::Live;
use crate::testing::{at, device, directory, elder, library, watched};
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{Actor, params};
use kernel::Clock;
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use std::time::Duration;
use tokio::net::TcpListener;
use web::testing::{TestApp, TestClock};

/// A door with a device `W-1` of an elder behind it.
fn door(db: &TestDb) -> Door {
    let clock = std::sync::Arc::new(TestClock::default());
    crate::devices::testing::seed(db);
    for (number, serial) in [(2, "W-1"), (4, "W-2")] {
        let who = elder(db, number, "王桂英");
        device(db, serial, who, at("2026-10-01 09:00"));
    }
    let engine = Engine::new((**db).clone(), clock.clone(), library(), Live::default(), Heard::default());
    let (intake, _) = Intake::start(engine).expect("started");
    Door::new(directory(db), intake, (**db).clone(), (clock, library()))
}

fn rows(db: &TestDb) -> i64 {
    db.read(|tx| tx.count("select count(*) from measurements", &[])).expect("counted")
}

fn faults(db: &TestDb) -> Vec<(String, i64)> {
    let sql = "select kind, count from device_faults order by kind";
    db.read(|tx| tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))).expect("faults")
}

fn pulse(at: &str) -> String {
    let seconds = crate::testing::at(at).timestamp();
    format!(r#"[{{"bn":"urn:yiyang:W-1:","bt":{seconds},"n":"pulse","u":"beat/min","v":72}}]"#)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime")
}

async fn listen(door: Door) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(gateway::serve(listener, door));
    port
}

/// Publishes over 3.1.1 and waits for so many acknowledgements; answers how many came before the connection ended.
async fn publish(port: u16, secret: &str, messages: &[(&str, String)]) -> usize {
    let mut options = MqttOptions::new("W-1", "127.0.0.1", port);
    options.set_credentials("W-1", secret).set_keep_alive(Duration::from_secs(5));
    let (client, mut events) = AsyncClient::new(options, 64);
    for (topic, payload) in messages {
        client.publish(*topic, QoS::AtLeastOnce, false, payload.clone()).await.expect("queued");
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        match events.poll().await {
            Ok(Event::Incoming(Packet::PubAck(_))) => acknowledged += 1,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    acknowledged
}

db::on_both! {
    fn what_is_acknowledged_is_stored_once(db: TestDb) {
        let door = door(&db);
        let runtime = runtime();
        let port = runtime.block_on(listen(door));
        let twice = [pulse("2026-11-02 08:00"), pulse("2026-11-02 08:01"), pulse("2026-11-02 08:00")];
        let messages: Vec<(&str, String)> = twice.into_iter().map(|payload| ("yiyang/W-1/senml", payload)).collect();
        assert_eq!(runtime.block_on(publish(port, "secret", &messages)), 3);
        assert_eq!(rows(&db), 2);
        assert_eq!(runtime.block_on(publish(port, "wrong", &messages)), 0);
    }

    fn rubbish_is_noted_and_a_device_publishes_under_its_own_name_only(db: TestDb) {
        let door = door(&db);
        runtime().block_on(async {
            let port = listen(door).await;
            let one = |topic: &'static str, payload: &str| vec![(topic, payload.to_owned())];
            assert_eq!(publish(port, "secret", &one("yiyang/W-1/senml", "{")).await, 1);
            let high = r#"[{"n":"pulse","v":251,"t":0},{"n":"sbp","u":"V","v":1}]"#;
            assert_eq!(publish(port, "secret", &one("yiyang/W-1/senml", high)).await, 1);
            assert_eq!(publish(port, "secret", &one("yiyang/W-2/senml", &pulse("2026-11-02 08:00"))).await, 0);
            // The impostor was cut off; what it did is written by the time that a later message is acknowledged.
            assert_eq!(publish(port, "secret", &one("yiyang/W-1/senml", &pulse("2026-11-02 08:00"))).await, 1);
        });
        assert_eq!(rows(&db), 1);
        let expected = [("implausible", 1), ("impostor", 1), ("malformed", 1), ("wrong_unit", 1)];
        assert_eq!(faults(&db), expected.map(|(kind, count)| (kind.to_owned(), count)));
    }

    fn a_device_that_was_suspended_or_has_another_secret_is_heard_no_more(db: TestDb) {
        let door = door(&db);
        let admitted = door.admit("W-1", "secret").expect("admitted");
        let set = |sql: &str| {
            db.write(|tx| tx.exec(sql, params![admitted.id])).expect("changed");
            door.reloaded(&db);
        };
        assert!(door.current(&admitted).is_some());
        set("update devices set state = 'suspended' where id = $1");
        assert!(door.current(&admitted).is_none() && door.named("W-1").is_none());
        set("update devices set state = 'active', secret_hash = 'x' where id = $1".replace("'x'", "id").as_str());
        assert!(door.current(&admitted).is_none() && door.named("W-1").is_some());
    }

    fn version_five_is_told_what_was_wrong(db: TestDb) {
        use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
        use rumqttc::v5::{AsyncClient, Event, MqttOptions, mqttbytes::QoS};
        let door = door(&db);
        let reasons = runtime().block_on(async {
            let port = listen(door).await;
            let mut options = MqttOptions::new("W-1", "127.0.0.1", port);
            options.set_credentials("W-1", "secret");
            let (client, mut events) = AsyncClient::new(options, 64);
            let good = pulse("2026-11-02 08:00");
            for (topic, payload) in [("yiyang/W-1/senml", good.as_str()), ("yiyang/W-1/senml", "x"), ("yiyang/W-2/senml", &good)] {
                client.publish(topic, QoS::AtLeastOnce, false, payload.to_owned()).await.expect("queued");
            }
            let mut reasons = vec![];
            while reasons.len() < 3 {
                if let Event::Incoming(Packet::PubAck(ack)) = events.poll().await.expect("connected") {
                    reasons.push(ack.reason);
                }
            }
            reasons
        });
        let all = [PubAckReason::Success, PubAckReason::PayloadFormatInvalid, PubAckReason::NotAuthorized];
        assert_eq!((reasons, rows(&db)), (all.to_vec(), 1));
    }

    fn a_device_without_mqtt_posts(db: TestDb) {
        let door = door(&db);
        let app = TestApp::new(db, (*library()).clone(), crate::vitals::routes(), |builder| builder.with(door));
        let stranger = app.stranger();
        let answer = stranger.post_raw("/vitals/W-1/senml", "application/senml+json", pulse("2026-11-02 08:00").into_bytes());
        assert_eq!(answer.status, 401);
    }

    fn a_clock_that_is_ahead_is_noticed_and_does_not_reach_into_the_future(db: TestDb) {
        let door = door(&db);
        let device = door.admit("W-1", "secret").expect("admitted");
        let (read, now) = door.read(&device, Form::Senml, pulse("2026-11-02 09:06").as_bytes());
        assert_eq!((read.measurements.len(), read.flaws.len()), (1, 1));
        assert_eq!(read.measurements[0].believed(), now);
        let (read, _) = door.read(&device, Form::Senml, pulse("2026-11-02 09:05").as_bytes());
        assert_eq!(read.flaws.len(), 0);
        let (read, _) = door.read(&device, Form::Senml, pulse("2026-08-04 08:59").as_bytes());
        assert_eq!((read.measurements.len(), read.flaws[0].fault), (0, crate::devices::model::Fault::ClockBehind));
        let (read, _) = door.read(&device, Form::Senml, pulse("2026-09-30 09:00").as_bytes());
        assert_eq!((read.measurements.len(), read.flaws[0].fault), (0, crate::devices::model::Fault::Unbound));
        assert!(door.admit("W-1", "Secret").is_none() && door.admit("W-9", "secret").is_none());
    }

    fn nights_turn_days_into_summaries_and_what_is_late_is_added(db: TestDb) {
        let mut w = watched(&db);
        for (value, when) in [(70, "2026-11-01 08:10"), (80, "2026-11-01 08:50"), (90, "2026-11-01 23:59"), (100, "2026-11-02 00:00")] {
            w.measured(Vital::Pulse, value, at(when));
        }
        let night = |w: &crate::testing::Watched| {
            jobs::nightly(&db, &Actor::system(w.clock.now()), &library()).expect("summed up");
        };
        night(&w);
        night(&w);
        let summaries = |span| {
            let days = (at("2026-10-20 00:00"), at("2026-11-03 00:00"));
            let all = db.read(|tx| store::summaries(tx, (w.elder, Vital::Pulse), span, days)).expect("summaries");
            all.iter().map(|s| (kernel::time::show(s.starts_at), s.count, s.least, s.most, s.mean())).collect::<Vec<_>>()
        };
        assert_eq!(summaries(Span::Day), [("2026-11-01 00:00".to_owned(), 3, 70, 90, 80)]);
        let hours = [("2026-11-01 08:00".to_owned(), 2, 70, 80, 75), ("2026-11-01 23:00".to_owned(), 1, 90, 90, 90)];
        assert_eq!(summaries(Span::Hour), hours);
        let late = at("2026-10-25 12:00");
        let received = w.clock.now();
        let one = Measurement { elder: w.elder, device: w.device, vital: Vital::Pulse, at: late, value: 60, received };
        w.engine.store(&[crate::testing::message(vec![one])]).expect("stored");
        let summaries = db.read(|tx| store::days(tx, w.elder, Vital::Pulse, kernel::time::date_of(late), w.by().today()));
        assert_eq!(summaries.expect("days")[0].total, 60);
    }

    fn raw_values_go_after_their_days_and_summaries_stay(db: TestDb) {
        let mut w = watched(&db);
        w.measured(Vital::Pulse, 70, at("2026-11-01 08:10"));
        jobs::nightly(&db, &Actor::system(w.clock.now()), &library()).expect("summed up");
        for (days, kept) in [(88, 1), (2, 0)] {
            w.clock.advance(TimeDelta::days(days));
            jobs::nightly(&db, &Actor::system(w.clock.now()), &library()).expect("aged");
            assert_eq!(rows(&db), kept, "{days}");
        }
        let summaries = "select count(*) from measurement_summaries where span = 24 and elder_id = $1";
        assert_eq!(db.read(|tx| tx.count(summaries, params![w.elder])).expect("kept"), 1);
    }
}
