//! What no measurement tells: a device that has fallen silent, an elder who has not moved for long by day. Pure.

use super::ladder::at_night;
use super::rules::Rules;
use crate::devices::model::Kind as DeviceKind;
use chrono::TimeDelta;
use kernel::{Instant, time};

/// Why a device's silence is an alarm: the words, if it is one. `limit` as the documents say for its kind.
#[must_use]
pub fn silent(
    (serial, kind): (&str, DeviceKind),
    limit: Option<TimeDelta>,
    (heard, maintenance_until): (Instant, Option<Instant>),
    now: Instant,
) -> Option<String> {
    let over = limit.is_some_and(|limit| now - heard > limit);
    if !over || maintenance_until.is_some_and(|until| now < until) {
        return None;
    }
    Some(format!("{} {serial} 自 {} 起没有消息", kind.name(), time::show(heard)))
}

/// Why stillness is an alarm: since when, and the words, if it is one. Only by day, and counted from the morning at the earliest.
#[must_use]
pub fn still(rules: &Rules, moved: Instant, now: Instant) -> Option<(Instant, String)> {
    let (most, night) = rules.no_activity_minutes.zip(rules.night)?;
    if at_night(night, now) {
        return None;
    }
    let morning = super::ladder::moment_of(time::date_of(now), night.1)?;
    let since = moved.max(morning);
    (now - since > TimeDelta::minutes(most)).then(|| (since, format!("自 {} 起没有活动", time::show(since))))
}
