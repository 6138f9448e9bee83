//! The made-up population is believable, and the same for the same seed.

use super::credentials::Credential;
use super::life::{Life, Message};
use super::pace::Pace;
use super::person::Person;
use super::senml;
use watch::devices::model::Kind;
use watch::vitals::model::Vital;

/// 2026-11-02 08:00 in China, in milliseconds.
const NOW: i64 = 1_793_577_600_000;

fn device(serial: &str, kind: Kind) -> Credential {
    Credential { serial: serial.into(), secret: String::new(), kind, person: serial.into() }
}

fn life(seed: u64, serial: &str, kind: Kind, hours: f64) -> Vec<Message> {
    Life::new(seed, 1.0, &device(serial, kind), &Pace::new(NOW, hours, 1e9, false)).collect()
}

fn values(messages: &[Message], of: Vital) -> Vec<(i64, f64)> {
    let good = messages.iter().filter(|m| m.spoiled.is_none()).flat_map(|m| &m.readings);
    good.filter(|(_, vital, _)| *vital == of).map(|(at, _, value)| (*at, *value)).collect()
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let run = |seed| life(seed, "W-1", Kind::Wristband, 48.0);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert_ne!(run(1), life(1, "W-2", Kind::Wristband, 48.0));
}

#[test]
fn a_day_has_its_rhythm_and_a_cuff_is_used_twice() {
    let cuff = life(7, "C-1", Kind::PressureCuff, 24.0 * 30.0);
    let pressures = values(&cuff, Vital::Sbp);
    assert!((55..140).contains(&pressures.len()), "{}", pressures.len());
    let person = Person::new(7, "W-1", 0.0);
    let mean = |hour: i64| {
        let at = |day: i64| NOW / 1000 - 8 * 3600 + hour * 3600 + day * 86_400;
        (0..30).map(|day| person.pulse(at(day))).sum::<f64>() / 30.0
    };
    assert!(mean(17) - mean(4) > 5.0, "{} {}", mean(17), mean(4));
    assert!(!person.awake(NOW / 1000 - 5 * 3600) && person.awake(NOW / 1000 + 4 * 3600));
}

#[test]
fn all_of_life_is_in_a_population() {
    let all: Vec<Vec<Message>> = (0..60).map(|n| life(3, &format!("W-{n}"), Kind::Wristband, 24.0 * 20.0)).collect();
    let any = |of: Vital, test: &dyn Fn(f64) -> bool| {
        all.iter().flat_map(|life| values(life, of)).filter(|(_, value)| test(*value)).count()
    };
    let readings = any(Vital::Temperature, &|_| true);
    let fever = any(Vital::Temperature, &|value| value > 38.0);
    assert!(fever > 0 && fever * 20 < readings, "{fever} of {readings}");
    assert!(any(Vital::Spo2, &|value| value < 90.0) > 0);
    assert!(any(Vital::Fall, &|value| value == 1.0) > 0 && any(Vital::Sos, &|_| true) > 0);
    assert!(any(Vital::Battery, &|value| value < 20.0) > 0 && any(Vital::Battery, &|value| value > 95.0) > 0);
    let messages = || all.iter().flatten();
    assert!(messages().any(|m| m.skew > 0) && messages().any(|m| m.skew < 0));
    assert!(messages().any(|m| m.spoiled.is_some()));
    let late = messages().filter(|m| m.readings.len() > 1 && m.readings[0].0 * 1000 < m.due - 600_000).count();
    assert!(late > 0);
    let twice = all.iter().flat_map(|life| life.windows(2)).filter(|pair| pair[0] == pair[1]).count();
    assert!(twice > 0);
}

#[test]
fn messages_come_in_the_order_of_their_sending_and_nothing_is_measured_after_it_is_sent() {
    let pace = Pace::new(NOW, 240.0, 1e9, false);
    for kind in [Kind::Wristband, Kind::SosButton, Kind::BedMat, Kind::Glucometer, Kind::HealthHut] {
        let all = life(5, "X-9", kind, 240.0);
        assert!(all.windows(2).all(|pair| pair[0].due <= pair[1].due));
        assert!(all.iter().all(|m| m.readings.iter().all(|(at, ..)| at * 1000 <= m.due)));
        assert!(all.iter().all(|m| m.due <= pace.end() + 60_000));
    }
}

#[test]
fn simulated_time_has_caught_up_with_the_present_when_it_is_over() {
    let pace = Pace::new(NOW, 24.0, 60.0, false);
    assert_eq!((pace.real(pace.start()), pace.real(pace.end())), (NOW, pace.end()));
    assert_eq!(pace.end() - NOW, 24 * 60_000);
    let live = Pace::new(NOW, 24.0, 60.0, true);
    assert_eq!(live.stamp(live.start() + 3_600_000), NOW + 60_000);
}

#[test]
fn the_product_reads_what_is_sent_as_it_was_meant() {
    let received = kernel::Instant::from_timestamp_millis(NOW).expect("an instant");
    let pace = Pace::new(NOW, 2.0, 7.0, true);
    let mut counts = (0, 0);
    for kind in [Kind::Wristband, Kind::PressureCuff, Kind::Glucometer, Kind::Scale] {
        for message in Life::new(11, 30.0, &device("T-1", kind), &Pace::new(NOW, 24.0 * 14.0, 1e9, false)) {
            let (text, held) = senml::payload("T-1", &message, |at| pace.stamp(at));
            let (samples, flaws) = watch::vitals::senml::read(text.as_bytes(), received);
            if message.spoiled.is_none() {
                let read: Vec<_> = samples.iter().map(|s| (s.vital, s.at.timestamp_millis(), s.value)).collect();
                let meant: Vec<_> = held.iter().map(|h| (h.vital, h.at, h.value)).collect();
                assert_eq!((read, flaws.len()), (meant, 0), "{text}");
                counts.0 += 1;
            } else {
                assert!(held.is_empty() && (!flaws.is_empty() || samples.iter().any(|s| s.value == 900)), "{text}");
                counts.1 += 1;
            }
        }
    }
    assert!(counts.0 > 1_000 && counts.1 > 5, "{counts:?}");
}

#[test]
fn credentials_are_kept_from_others_and_read_back() {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::temp_dir().join(format!("yiyang-credentials-{}.csv", std::process::id()));
    let all = vec![Credential { secret: "s".into(), ..device("A-1", Kind::Wristband) }, device("A-2", Kind::BedMat)];
    super::write(&path, &all).expect("written");
    assert_eq!(std::fs::metadata(&path).expect("file").permissions().mode() & 0o777, 0o600);
    assert_eq!(super::read(&path).expect("read"), all);
    std::fs::write(&path, "serial,secret,kind\nA-1,s,toaster\n").expect("written");
    let said = format!("{:#}", super::read(&path).expect_err("refused"));
    assert!(said.contains("第 2 行") && said.contains("toaster"), "{said}");
    std::fs::remove_file(&path).expect("removed");
}
