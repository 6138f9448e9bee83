//! Telephone numbers as exchanges send them, and what an exchange tells of a call. Pure.

use kernel::{AccountId, Area, ElderId, EmergencyId, EmergencyRowId, Instant};
use serde::Deserialize;
use web::{Error, FieldError};

/// The longest number that is taken.
const LONGEST: usize = 20;
/// The longest name of a call or an agent.
const LONGEST_NAME: usize = 80;

registry::choice! {
    /// What happened to a call at the exchange.
    pub enum Event {
        /// It rings.
        Ringing = "ringing" "振铃",
        /// Somebody took it.
        Answered = "answered" "接通",
        /// It is over.
        Ended = "ended" "挂断",
    }
}

/// What an exchange sends, as it stands in its JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct Sent {
    /// The exchange's own name of the call.
    #[serde(default)]
    pub call_id: String,
    /// Who calls.
    #[serde(default)]
    pub from: String,
    /// Which number was dialled.
    #[serde(default)]
    pub to: String,
    /// When, with its zone: `2026-11-02T09:00:00+08:00`.
    #[serde(default)]
    pub at: String,
    /// `ringing`, `answered`, `ended`.
    #[serde(default)]
    pub event: String,
    /// Who took it: the log-in of an operator.
    #[serde(default)]
    pub agent: Option<String>,
}

/// The same, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The exchange's own name of the call.
    pub call: String,
    /// Digits of who calls; empty for a hidden number.
    pub from: String,
    /// Which number was dialled.
    pub to: String,
    /// When; never later than it was heard of.
    pub at: Instant,
    /// What happened.
    pub event: Event,
    /// The log-in of who took it.
    pub agent: String,
}

impl Sent {
    /// Understands it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field that is wrong.
    pub fn read(&self, now: Instant) -> Result<News, Error> {
        let at = chrono::DateTime::parse_from_rfc3339(self.at.trim()).map(|at| at.to_utc());
        let event = Event::parse(self.event.trim());
        let call = self.call_id.trim();
        let agent = self.agent.as_deref().unwrap_or_default().trim();
        let long = |text: &str| text.chars().count() > LONGEST_NAME || text.contains('\0');
        let wrong = [
            (call.is_empty() || long(call), "call_id", format!("应为 1 至 {LONGEST_NAME} 个字符")),
            (digits(&self.from).len() > LONGEST, "from", format!("号码最多 {LONGEST} 位")),
            (long(&self.to), "to", format!("最多 {LONGEST_NAME} 个字符")),
            (at.is_err(), "at", "应为带时区的时间，如 2026-11-02T09:00:00+08:00".to_owned()),
            (event.is_none(), "event", "应为 ringing、answered 或 ended".to_owned()),
            (long(agent), "agent", format!("最多 {LONGEST_NAME} 个字符")),
        ];
        let faults: Vec<FieldError> = wrong
            .into_iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, field, text)| FieldError::new(field, field, text))
            .collect();
        match (at, event) {
            (Ok(at), Some(event)) if faults.is_empty() => Ok(News {
                call: call.to_owned(),
                from: digits(&self.from),
                to: self.to.trim().to_owned(),
                at: at.min(now),
                event,
                agent: agent.to_owned(),
            }),
            _ => Err(Error::Invalid(faults)),
        }
    }
}

/// A number's digits as the roster has them: no country's prefix, no 0 that is dialled before another city's mobile telephone.
#[must_use]
pub fn digits(number: &str) -> String {
    let all: String = number.chars().filter(char::is_ascii_digit).collect();
    let mobile = |text: &str| text.len() == 11 && text.starts_with('1');
    for prefix in ["0086", "86", "0"] {
        match all.strip_prefix(prefix) {
            Some(rest) if mobile(rest) || (prefix != "0" && rest.len() >= 9) => {
                // A fixed line of another country's writing lacks the 0 of its city.
                return if mobile(rest) || rest.starts_with('0') { rest.to_owned() } else { format!("0{rest}") };
            }
            _ => {}
        }
    }
    all
}

/// A number with its middle starred.
#[must_use]
pub fn masked(number: &str) -> String {
    if number.is_empty() { "未显示号码".to_owned() } else { kernel::text::mask_phone(number) }
}

/// A call as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which.
    pub id: EmergencyRowId,
    /// The county of the exchange.
    pub area: Area,
    /// The exchange's own name of it.
    pub exchange_call: String,
    /// Digits of who calls; empty when hidden.
    pub number: String,
    /// Which number was dialled.
    pub dialled: String,
    /// Who took it at the exchange.
    pub agent: String,
    /// When it rang.
    pub rang_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// When it was over.
    pub ended_at: Option<Instant>,
    /// Which operator has it.
    pub taken: Option<AccountId>,
    /// Their name.
    pub taken_name: String,
    /// Whose call it is.
    pub elder: Option<ElderId>,
    /// Name of the elder.
    pub elder_name: String,
    /// The case that it led to.
    pub case: Option<EmergencyId>,
    /// When it was put away without a case.
    pub dismissed_at: Option<Instant>,
    /// Why.
    pub note: String,
    /// Grows with each change.
    pub version: i64,
}

impl Call {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/emergencies/calls/{}", self.id)
    }

    /// Whether something is still to be done about it.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.case.is_none() && self.dismissed_at.is_none()
    }

    /// Whether nobody has taken it.
    #[must_use]
    pub fn unanswered(&self) -> bool {
        self.waits() && self.answered_at.is_none() && self.taken.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_roster_writes_them() {
        for (sent, read) in [
            ("13800138000", "13800138000"),
            ("+86 138-0013-8000", "13800138000"),
            ("008613800138000", "13800138000"),
            ("013800138000", "13800138000"),
            ("0513-84512345", "051384512345"),
            ("+8651384512345", "051384512345"),
            ("84512345", "84512345"),
            ("86123456", "86123456"),
            ("120", "120"),
            ("anonymous", ""),
        ] {
            assert_eq!(digits(sent), read, "{sent}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let now = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
        let good = Sent {
            call_id: "a1".into(),
            from: "13800138000".into(),
            to: "96120".into(),
            at: "2026-11-02T08:59:00+08:00".into(),
            event: "ringing".into(),
            agent: None,
        };
        assert_eq!(good.read(now).expect("read").event, Event::Ringing);
        let ahead = Sent { at: "2026-11-02T09:30:00+08:00".into(), ..good.clone() };
        assert_eq!(ahead.read(now).expect("read").at, now, "a clock that is ahead");
        let bad = Sent { call_id: " ".into(), from: "1".repeat(30), at: "09:00".into(), event: "hello".into(), ..good };
        let Err(Error::Invalid(faults)) = bad.read(now) else { panic!("taken") };
        assert_eq!(faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["call_id", "from", "at", "event"]);
    }
}
