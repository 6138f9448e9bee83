//! Pages of episodes: the list, one elder's whole care, the sheet to print, and what is done with it.

pub(super) mod forms;
pub(super) mod list;
pub(super) mod print;
pub(super) mod show;
mod thread;

use super::model::{Episode, Goal, Place, Spell};
use db::Tx;
use kernel::{Date, ElderId};
use web::ui::{self, Tone};
use web::{Error, Markup, html};

/// Rows on a page of the list.
const SIZE: i64 = 30;
/// Where what the pages show comes from.
const SOURCE: &str =
    "去向随签约、住院、家庭病床、入住、日间照护、安宁疗护的登记自动转换；牵头人、目标和团队由本页登记。";

fn elder(text: &str) -> Result<ElderId, Error> {
    ElderId::parse(text).ok_or(Error::NotFound)
}

/// Where an elder's page of care is.
pub(super) fn href(elder: ElderId) -> String {
    format!("/episodes/{elder}")
}

/// A spell with the name of its institution.
pub(super) struct Stretch {
    /// Where and when.
    pub spell: Spell,
    /// The institution's name, if there is one.
    pub institution: String,
}

impl Stretch {
    /// 住院（如东县人民医院）
    pub(super) fn name(&self) -> String {
        match self.institution.as_str() {
            "" => self.spell.place.name().to_owned(),
            name => format!("{}（{name}）", self.spell.place.name()),
        }
    }
}

pub(super) fn stretches(tx: &mut Tx<'_>, spells: Vec<Spell>) -> Vec<Stretch> {
    let name = |tx: &mut Tx<'_>, spell: &Spell| {
        spell.institution.and_then(|id| registry::institutions::store::name(tx, id).ok()).unwrap_or_default()
    };
    spells.into_iter().map(|spell| Stretch { institution: name(tx, &spell), spell }).collect()
}

/// The tone of a place: away from home is worth a look.
pub(super) const fn tone(place: Place) -> Tone {
    match place {
        Place::Home => Tone::Success,
        Place::DayCare | Place::Institution => Tone::Info,
        Place::Sickbed | Place::Hospice => Tone::Primary,
        Place::Ward => Tone::Warning,
    }
}

/// Where they are now, since when, and what is held for them.
pub(super) fn now(stretches: &[Stretch], today: Date) -> Markup {
    let here = stretches.iter().rev().find(|s| s.spell.until.is_none());
    let kept: Vec<String> = stretches.iter().filter(|s| s.spell.kept).map(Stretch::name).collect();
    html! {
        @match here {
            Some(s) => p {
                (ui::badge(tone(s.spell.place), s.spell.place.name())) " " (s.institution) " 自 " (s.spell.from) " 起，第 "
                ((today - s.spell.from).num_days() + 1) " 天"
            },
            None => p.text-secondary { "没有登记去向。" },
        }
        @if !kept.is_empty() { p.text-secondary { "保留：" (kept.join("、")) } }
    }
}

/// Who leads.
pub(super) fn lead(episode: &Episode) -> Markup {
    match &episode.lead {
        Some(lead) => html! { (lead.name) },
        None => html! { (ui::badge(Tone::Warning, "尚未确定")) },
    }
}

/// When a goal is due, marked when its day is over.
fn due(goal: &Goal, today: Date) -> Markup {
    html! {
        @match goal.due_on {
            Some(day) if day < today && goal.closed_on.is_none() => { (day) " " (ui::badge(Tone::Danger, "已过期")) },
            Some(day) => (day),
            None => (ui::opt(None::<String>)),
        }
    }
}
