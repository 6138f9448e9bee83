//! What stands of stays on the elder's page.

use super::store;
use crate::episodes::{OpenThing, Thing};
use db::{Actor, Tx};
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::html;
use web::ui::{self, Tone};

/// Admissions and discharges of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut items = vec![];
    for stay in store::of_elder(tx, by, elder)? {
        let hospital = registry::institutions::store::name(tx, stay.facts.institution).unwrap_or_default();
        let diagnosis = stay.facts.diagnosis.clone().unwrap_or_default();
        let item = |on: Date, what: &str, detail: &str| TimelineItem {
            on,
            at: None,
            kind: "住院",
            title: format!("{what} {hospital}").trim_end().to_owned(),
            detail: detail.to_owned(),
            href: Some(format!("/stays/{elder}")),
        };
        items.push(item(stay.facts.admitted_on, "入院", &diagnosis));
        items.extend(stay.facts.discharged_on.map(|day| item(day, "出院", "")));
    }
    Ok(items)
}

/// The stay that goes on, for whoever asks what is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let mut open = vec![];
    for stay in store::of_elder(tx, by, elder)?.into_iter().filter(|stay| stay.facts.discharged_on.is_none()) {
        let hospital = registry::institutions::store::name(tx, stay.facts.institution).unwrap_or_default();
        let said = [Some(hospital), stay.facts.diagnosis].into_iter().flatten().collect::<Vec<_>>().join("，");
        let (href, since) = (format!("/stays/{elder}"), stay.facts.admitted_on);
        open.push(OpenThing { thing: Thing::Stay, title: said, href, since });
    }
    Ok(open)
}

/// Whether the elder is in hospital now.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let open = store::of_elder(tx, by, elder)?.into_iter().find(|stay| stay.facts.discharged_on.is_none());
    let body = html! {
        @match &open {
            Some(stay) => p { (ui::badge(Tone::Warning, "住院中")) " 自 " (stay.facts.admitted_on) " 起，住院期间上门服务不予结算。" },
            None => p.text-secondary { "目前没有住院。" },
        }
    };
    let (href, text) = match open {
        Some(_) => (format!("/stays/{elder}"), "登记出院"),
        None => (format!("/stays/new?elder={elder}"), "登记住院"),
    };
    let action = Some(CardAction { permission: super::WRITE, href, text });
    Ok(Some(ElderCard { title: "住院".to_owned(), body, order: 60, action }))
}
