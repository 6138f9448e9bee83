//! Every vector of `id_vectors.json`, which an independent implementation in another language computed.

use kernel::citizen::{NotACitizenNumber, Sex};
use kernel::credit::NotACreditCode;
use kernel::{CitizenNumber, CreditCode, Date};
use serde_json::Value;
use std::collections::BTreeSet;

fn vectors() -> Value {
    serde_json::from_str(include_str!("id_vectors.json")).expect("json")
}

/// A day on which everybody of the vectors but the oldest printed example has a believable age.
fn today() -> Date {
    Date::from_ymd_opt(2026, 11, 1).expect("day")
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("list").iter().filter_map(Value::as_str).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("object").keys().map(String::as_str).collect()
}

/// A new kind of vector makes this fail until a test below runs it.
#[test]
fn every_kind_is_known() {
    let all = vectors();
    assert_eq!(keys(&all), BTreeSet::from(["gb11643", "gb11714", "gb32100"]));
    let citizen = ["weights", "map", "valid_examples", "synthetic_valid", "invalid_examples", "rules"];
    assert_eq!(keys(&all["gb11643"]), BTreeSet::from(citizen));
    let credit = ["alphabet", "weights", "valid_examples", "layout", "dept", "class_by_dept", "hint"];
    assert_eq!(keys(&all["gb32100"]), BTreeSet::from(credit));
    assert_eq!(keys(&all["gb11714"]), BTreeSet::from(["weights", "rule"]));
}

#[test]
fn citizen_numbers_that_hold_are_read() {
    let all = &vectors()["gb11643"];
    let long_ago = Date::from_ymd_opt(2000, 1, 1).expect("day");
    let printed = texts(&all["valid_examples"]);
    assert!(printed.iter().all(|text| CitizenNumber::parse(text, long_ago).is_ok()), "{printed:?}");
    let synthetic = texts(&all["synthetic_valid"]);
    assert_eq!((printed.len(), synthetic.len()), (2, 7));
    for text in synthetic {
        let number = CitizenNumber::parse(text, today()).expect(text);
        assert_eq!(number.born().format("%Y%m%d").to_string(), text[6..14], "{text}");
        assert_eq!(number.sex() == Sex::Male, text.as_bytes()[16] % 2 == 1, "{text}");
        assert_eq!(number.region(), &text[..6]);
    }
}

#[test]
fn citizen_numbers_that_do_not_hold_say_why() {
    use NotACitizenNumber as No;
    let all = vectors();
    let all = all["gb11643"]["invalid_examples"].as_array().expect("list");
    for one in all {
        let (text, why) = (one["id"].as_str().expect("id"), one["why"].as_str().expect("why"));
        let wanted = match why {
            "check digit" => No::Check,
            "month 13" | "19410229 not a leap day" => No::Birth,
            "length 16" => No::Length(16),
            other => panic!("a new reason: {other}"),
        };
        assert_eq!(CitizenNumber::parse(text, today()), Err(wanted), "{text}");
    }
    assert_eq!(all.len(), 4);
}

/// A number of these 17 characters with its check digit.
fn whole(first: &str) -> String {
    format!("{first}{}", char::from(kernel::citizen::check_digit(first.as_bytes())))
}

/// The rules are prose: each is run here in the order in which they stand, and a new one makes the count fail.
#[test]
fn each_rule_of_citizen_numbers_holds() {
    use NotACitizenNumber as No;
    let all = vectors();
    let rules = texts(&all["gb11643"]["rules"]);
    let parse = |text: &str| CitizenNumber::parse(text, today());
    let begins =
        ["18 chars", "17th digit odd", "check X upper-case", "region may be", "15-digit", "birth must be", "HK/Macao"];
    assert!(rules.len() == begins.len() && rules.iter().zip(begins).all(|(rule, begin)| rule.starts_with(begin)));
    assert_eq!(parse("11010519491231002"), Err(No::Length(17)));
    assert_eq!(parse(&whole("32061319450315001")).map(|number| number.sex()), Ok(Sex::Male));
    assert_eq!(parse(&whole("32061319450315002")).map(|number| number.sex()), Ok(Sex::Female));
    assert_eq!(parse("11010519491231002x").expect("x").as_str(), "11010519491231002X");
    assert!(parse(&whole("32060219450315001")).is_ok(), "a region that is no more");
    assert_eq!(parse("110105491231002"), Err(No::Old));
    assert_eq!(parse(&whole("32061320261102001")), Err(No::Age), "born tomorrow");
    assert!(parse(&whole("32061320261101001")).is_ok(), "born today");
    assert!(parse(&whole("32061318960101001")).is_ok(), "130 years old");
    assert_eq!(parse(&whole("32061318951231001")), Err(No::Age), "131 years old");
    for region in ["810000", "820000", "830000"] {
        assert!(parse(&whole(&format!("{region}19450315001"))).is_ok(), "{region}");
    }
}

/// The table of weights and the map, from which any other number's check digit follows.
#[test]
fn the_check_digit_follows_the_published_weights() {
    let all = &vectors()["gb11643"];
    let weights: Vec<u64> = all["weights"].as_array().expect("list").iter().filter_map(Value::as_u64).collect();
    let map = all["map"].as_str().expect("map").as_bytes();
    assert_eq!(weights.len(), 17);
    for (at, weight) in weights.iter().enumerate() {
        for digit in 0..10u64 {
            let mut first = *b"00000000000000000";
            first[at] = b'0' + digit as u8;
            assert_eq!(kernel::citizen::check_digit(&first), map[(digit * weight % 11) as usize], "{at} {digit}");
        }
    }
}

#[test]
fn credit_codes_hold_and_follow_the_published_weights() {
    let all = &vectors()["gb32100"];
    let codes = texts(&all["valid_examples"]);
    assert_eq!(codes.len(), 5);
    for code in codes {
        assert_eq!(CreditCode::parse(code).expect(code).as_str(), code);
        let (office, class) = (&code[..1], &code[1..2]);
        assert!(all["dept"].get(office).is_some(), "{code}: office {office}");
        assert!(all["class_by_dept"][office].get(class).is_some(), "{code}: class {class}");
    }
    let alphabet = all["alphabet"].as_str().expect("alphabet").as_bytes();
    let weights: Vec<usize> =
        all["weights"].as_array().expect("list").iter().filter_map(|w| usize::try_from(w.as_u64()?).ok()).collect();
    for (at, weight) in weights.iter().enumerate() {
        for (value, character) in alphabet.iter().enumerate() {
            let mut first = *b"00000000000000000";
            first[at] = *character;
            let wanted = alphabet[(31 - value * weight % 31) % 31];
            assert_eq!(kernel::credit::check_character(&first), wanted, "{at} {value}");
        }
    }
    assert!(all["hint"].as_str().is_some_and(|hint| hint.contains("I O S V Z")));
    for never in ["I", "O", "S", "V", "Z"] {
        let wrong = format!("9144{never}3001922038216");
        assert_eq!(CreditCode::parse(&wrong[..18]), Err(NotACreditCode::Character(5)), "{never}");
    }
}

/// The ninth to seventeenth characters are the organisation code, with a check character of its own.
#[test]
fn organisation_codes_within_credit_codes_hold() {
    let all = vectors();
    let weights: Vec<u64> =
        all["gb11714"]["weights"].as_array().expect("list").iter().filter_map(Value::as_u64).collect();
    for (at, weight) in weights.iter().enumerate() {
        let mut first = *b"00000000";
        first[at] = b'1';
        let wanted = match 11 - weight % 11 {
            10 => b'X',
            11 => b'0',
            n => b'0' + n as u8,
        };
        assert_eq!(kernel::credit::organisation_check(&first), wanted, "{at}");
    }
    for code in texts(&all["gb32100"]["valid_examples"]) {
        let organisation = CreditCode::parse(code).expect(code).organisation().to_owned();
        assert_eq!(organisation, &code[8..17]);
        let check = kernel::credit::organisation_check(&organisation.as_bytes()[..8]);
        assert_eq!(check, organisation.as_bytes()[8], "{code}");
    }
}
