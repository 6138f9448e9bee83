//! What others show of vital signs: the card on an elder's page, and the work of the day.

use super::limits::model::Whose;
use super::limits::{Light, Limit};
use super::model::{Measurement, Vital};
use super::trends::{self, Windows};
use super::{LIMIT, READ, limits, store};
use crate::devices::{self, WRITE};
use care::subject;
use db::{Actor, Tx};
use kernel::{ElderId, Instant};
use policy::Library;
use registry::elders::{CardAction, ElderCard};
use web::ui;
use web::{Desk, Markup, WorkGroup, WorkItem, html};

/// How many the home page names.
const SHOWN: i64 = 5;
/// A value older than this says little of today; the page marks it. A setting of this program.
const OLD: chrono::TimeDelta = chrono::TimeDelta::days(3);

/// A newest value with how it stands.
pub(super) struct Standing {
    pub measured: Measurement,
    pub light: Light,
}

/// The newest values that are charted, each with how it stands.
pub(super) fn standings(library: &Library, whose: &Whose, own: &[Limit], all: &[Measurement]) -> Vec<Standing> {
    let charted = all.iter().filter(|measured| measured.vital.charted());
    let stand = |measured: &Measurement| {
        let band = limits::store::in_force(library, whose, own, measured.vital);
        Standing { measured: *measured, light: band.light(measured.value) }
    };
    charted.map(stand).collect()
}

/// A value, its word and when it was measured.
pub(super) fn value(s: &Standing, now: Instant) -> Markup {
    let m = &s.measured;
    html! {
        strong { (m.vital.shown(m.value)) } " "
        @if s.light != Light::Open { (ui::badge(s.light.tone(), s.light.word())) " " }
        span.text-secondary { (ui::moment(m.believed())) @if now - m.believed() > OLD { "（" ((now - m.believed()).num_days()) " 天前）" } }
    }
}

/// What the elder wears and what was measured last; nothing for whoever has neither.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let (worn, latest) = (devices::store::worn(tx, elder)?, store::latest(tx, elder)?);
    let latest: Vec<&Measurement> = latest.iter().filter(|m| m.vital.charted()).collect();
    let action = Some(CardAction { permission: WRITE, href: format!("/vitals/{elder}#bind"), text: "绑定设备" });
    if worn.is_empty() && latest.is_empty() {
        return Ok(None);
    }
    let worse = trends::store::of_elder(tx, elder)?;
    let body = html! {
        @for (device, contact) in &worn {
            p { (device.kind) " " (device.serial) " " span.text-secondary {
                @match contact.heard { Some(at) => { "最近消息 " (ui::moment(at)) }, None => "还没有消息" }
            } }
        }
        @for m in latest.iter().take(4) { p { (m.vital.name()) " " strong { (m.vital.shown(m.value)) } " " span.text-secondary { (ui::moment(m.at.min(by.now))) } } }
        @if !worse.is_empty() { p { (ui::badge(ui::Tone::Warning, "变差")) " " (worse.iter().map(|t| t.vital.name()).collect::<Vec<_>>().join("、")) } }
        p { a href={ "/vitals/" (elder) } { "打开健康监测" } }
    };
    Ok(Some(ElderCard { title: "健康监测".to_owned(), body, order: 24, action }))
}

/// What waits for a family doctor: elders of theirs who are getting worse.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(READ) || !desk.user.may(LIMIT) {
        return Ok(vec![]);
    }
    let whose = trends::store::Whose::Mine;
    let total = trends::store::count(tx, desk.by, whose)?;
    let windows = Windows::of(desk.policies, desk.by.scope.area, desk.by.today());
    let Some(windows) = windows.filter(|_| total > 0) else { return Ok(vec![]) };
    let found = trends::store::worse(tx, desk.by, whose, (SHOWN, 0))?;
    let items = found.into_iter().map(|one| WorkItem {
        title: one.name,
        detail: one.trends.first().map(|t| t.words(&windows)).unwrap_or_default(),
        href: format!("/vitals/{}", one.elder),
        due: None,
        urgent: one.trends.len() > 1,
    });
    let (title, href) = ("指标变差的老年人".to_owned(), "/vitals/worse".to_owned());
    Ok(vec![WorkGroup { title, items: items.collect(), total, href }])
}

/// Whose limits hold, and their own ones.
pub(super) fn own(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<(subject::Subject, Vec<Limit>)> {
    let subject = subject::store::find(tx, by, elder)?;
    Ok((subject, limits::store::of_elder(tx, elder)?))
}

/// Those that a person may set limits of: all that are charted.
pub(super) fn limited() -> Vec<(&'static str, &'static str)> {
    Vital::ALL.iter().filter(|vital| vital.charted()).map(|vital| (vital.code(), vital.name())).collect()
}
