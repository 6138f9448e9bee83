//! One timeline of everything that was ever done for an elder: each capability adds its own, wired in by the binary.

use super::model::Status;
use super::store;
use db::{Actor, Tx};
use kernel::{Date, ElderId, Instant};
use web::{Markup, Permission, User};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineItem {
    /// On which day.
    pub on: Date,
    /// At which instant, when that is known.
    pub at: Option<Instant>,
    /// 签约, 上门服务, 评估 …
    pub kind: &'static str,
    /// What happened.
    pub title: String,
    /// More, in a sentence.
    pub detail: String,
    /// Where it can be read whole.
    pub href: Option<String>,
}

/// What a capability knows of an elder, in any order. The elder is visible to the actor when it is asked.
pub type TimelineSource = fn(&mut Tx<'_>, &Actor, ElderId) -> db::Result<Vec<TimelineItem>>;

/// What is so now, in a card beside the timeline.
pub struct ElderCard {
    /// Heading.
    pub title: String,
    /// Content.
    pub body: Markup,
    /// Place among the cards.
    pub order: u32,
    /// What can be done next, for those who may.
    pub action: Option<CardAction>,
}

/// A step that a card offers.
pub struct CardAction {
    /// What it needs.
    pub permission: Permission,
    /// Where it leads.
    pub href: String,
    /// 登记住院
    pub text: &'static str,
}

/// What a capability shows of an elder as a card; `None` when there is nothing to show.
pub type CardSource = fn(&mut Tx<'_>, &Actor, ElderId) -> db::Result<Option<ElderCard>>;

/// All sources, put into the state at wiring time.
#[derive(Clone, Default)]
pub struct ElderPage {
    /// Of the timeline, each with what its reader must be allowed to see.
    pub timelines: Vec<(Permission, TimelineSource)>,
    /// Of the cards, each with what its reader must be allowed to see.
    pub cards: Vec<(Permission, CardSource)>,
}

impl ElderPage {
    /// Everything that the user may see, the latest first; what bears only a date stands before what bears a time on that
    /// day.
    ///
    /// # Errors
    /// What a source says.
    pub fn timeline(&self, tx: &mut Tx<'_>, by: &Actor, user: &User, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
        let mut all = own(tx, by, elder)?;
        for (_, source) in self.timelines.iter().filter(|(needed, _)| user.may(*needed)) {
            all.extend(source(tx, by, elder)?);
        }
        all.sort_by_key(|item| std::cmp::Reverse((item.on, item.at)));
        Ok(once(all))
    }

    /// All cards that the user may see, in their order.
    ///
    /// # Errors
    /// What a source says.
    pub fn cards(&self, tx: &mut Tx<'_>, by: &Actor, user: &User, elder: ElderId) -> db::Result<Vec<ElderCard>> {
        let seen = self.cards.iter().filter(|(needed, _)| user.may(*needed));
        let found = seen.map(|(_, source)| source(tx, by, elder)).collect::<db::Result<Vec<_>>>()?;
        let mut all: Vec<ElderCard> = found.into_iter().flatten().collect();
        all.sort_by_key(|card| card.order);
        Ok(all)
    }
}

/// Two that tell of one thing: of two kinds of items of a day about the same page, where the words of one go on those of the
/// other, the fuller one stands.
fn once(all: Vec<TimelineItem>) -> Vec<TimelineItem> {
    let fuller = |item: &TimelineItem| {
        let goes_on = |other: &&TimelineItem| {
            other.detail.strip_prefix(item.detail.as_str()).is_some_and(|rest| rest.starts_with('，'))
        };
        let same = |other: &&TimelineItem| other.on == item.on && other.href == item.href && other.kind != item.kind;
        !item.detail.is_empty() && item.href.is_some() && all.iter().filter(same).any(|other| goes_on(&other))
    };
    let told: Vec<bool> = all.iter().map(fuller).collect();
    all.into_iter().zip(told).filter(|(_, told)| !told).map(|(item, _)| item).collect()
}

/// The register's own: file opened, changed, merged, died.
fn own(tx: &mut Tx<'_>, by: &Actor, id: ElderId) -> db::Result<Vec<TimelineItem>> {
    let elder = store::find(tx, by, id)?;
    let mut all = vec![at(elder.created_at, "建档", "建立老年人档案", String::new())];
    if let (Status::Dead, Some(died)) = (elder.status, elder.died_on) {
        let detail = String::new();
        all.push(TimelineItem { on: died, at: None, kind: "死亡", title: "登记死亡".into(), detail, href: None });
    }
    for event in store::history(tx, id)? {
        let title = match event.action.as_str() {
            "elders.change" => "资料更新",
            "elders.restore" => "撤回资料更新",
            "elders.merge" => "合并重复档案",
            "elders.unmerge" => "撤销合并",
            _ => continue,
        };
        let detail = if event.detail.is_empty() { event.name } else { format!("{}（{}）", event.detail, event.name) };
        all.push(at(event.at, "档案", title, detail));
    }
    Ok(all)
}

fn at(instant: Instant, kind: &'static str, title: &str, detail: String) -> TimelineItem {
    let on = kernel::time::date_of(instant);
    TimelineItem { on, at: Some(instant), kind, title: title.into(), detail, href: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &'static str, on: &str, detail: &str, href: &str) -> TimelineItem {
        let (on, href) = (on.parse().expect("day"), Some(href.to_owned()));
        TimelineItem { on, at: None, kind, title: kind.to_owned(), detail: detail.to_owned(), href }
    }

    #[test]
    fn what_two_sources_tell_stands_once_and_with_its_number() {
        let own = item("日间照护", "2026-11-17", "入住养老机构，日间照护结束", "/daycare/1");
        let followed = item("联动办理", "2026-11-17", "入住养老机构，日间照护结束，EP-53", "/daycare/1");
        let kept = |all: &[&TimelineItem]| once(all.iter().map(|one| (*one).clone()).collect());
        assert_eq!(kept(&[&own, &followed]), std::slice::from_ref(&followed));
        for other in [
            item("日间照护", "2026-11-18", "入住养老机构，日间照护结束", "/daycare/1"),
            item("日间照护", "2026-11-17", "入住养老机构，日间照护结束", "/daycare/2"),
            item("联动办理", "2026-11-17", "入住养老机构，日间照护结束", "/daycare/1"),
            item("日间照护", "2026-11-17", "入住养老", "/daycare/1"),
            item("日间照护", "2026-11-17", "", "/daycare/1"),
        ] {
            assert_eq!(kept(&[&other, &followed]).len(), 2, "{other:?}");
        }
        assert_eq!(kept(&[&own, &own]).len(), 2, "two of one source are two");
    }
}
