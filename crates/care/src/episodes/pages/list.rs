//! The list of open episodes.

use super::super::OpenThings;
use super::super::model::Place;
use super::super::store::lists::{self, ByLead, Filter, Listed};
use super::{SIZE, SOURCE, href, tone};
use kernel::time::age_on;
use kernel::{InstitutionId, StaffId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// How many open things a row names.
const NAMED: usize = 3;

#[derive(Clone, Default, Deserialize)]
pub(in super::super) struct Asked {
    q: Option<String>,
    place: Option<String>,
    lead: Option<String>,
    overdue: Option<String>,
    page: Option<i64>,
}

impl Asked {
    fn filter(&self, (own, house): (Option<StaffId>, Option<InstitutionId>)) -> Filter {
        let lead = match self.lead.as_deref() {
            Some("none") => ByLead::Nobody,
            Some("mine") => own.map_or(ByLead::Any, ByLead::Of),
            Some("house") => house.map_or(ByLead::Any, ByLead::Within),
            Some(text) => StaffId::parse(text).map_or(ByLead::Any, ByLead::Of),
            None => ByLead::Any,
        };
        Filter {
            place: self.place.as_deref().and_then(Place::parse),
            lead,
            name: self.q.as_deref().map(kernel::text::clean).filter(|q| !q.is_empty()),
            overdue: self.overdue.is_some(),
        }
    }

    fn base(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given = [("q", &self.q), ("place", &self.place), ("lead", &self.lead), ("overdue", &self.overdue)];
        for (name, value) in given {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("/episodes?{}", query.finish())
    }
}

struct Shown {
    row: Listed,
    institution: String,
    open: Vec<String>,
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let page = asked.page.unwrap_or(1).max(1);
    let (filter, things, user) =
        (asked.filter((cx.user.staff, cx.user.institution)), cx.state.get::<OpenThings>(), cx.user.clone());
    let (total, rows) = cx
        .read(move |tx, by| {
            let mut rows = vec![];
            for row in lists::list(tx, by, &filter, SIZE, (page - 1) * SIZE)? {
                let name = row.institution.and_then(|id| registry::institutions::store::name(tx, id).ok());
                let open = things.of(tx, by, |needed| user.may(needed), row.elder)?;
                let open = open.iter().map(|o| o.thing.name().to_owned()).collect();
                rows.push(Shown { row, institution: name.unwrap_or_default(), open });
            }
            Ok::<_, Error>((lists::count(tx, by, &filter)?, rows))
        })
        .await?;
    let body = html! {
        (ui::tabs(&tabs(&asked)))
        (filters(&cx, &asked))
        (table(&cx, &rows))
        @if total == lists::MOST { p.text-secondary { "只列最近的 " (total) " 人，请用上面的条件缩小范围。" } }
        (ui::pager(&PageInfo::new(asked.base(), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "照护全程").source(SOURCE).body(body))
}

/// All, and each place.
fn tabs(asked: &Asked) -> Vec<(String, &'static str, bool)> {
    let chosen = asked.place.as_deref().and_then(Place::parse);
    let one = |place: &Place| (format!("/episodes?place={}", place.code()), place.name(), chosen == Some(*place));
    std::iter::once(("/episodes".to_owned(), "全部", chosen.is_none())).chain(Place::ALL.iter().map(one)).collect()
}

fn filters(cx: &Cx, asked: &Asked) -> Markup {
    let places: Vec<_> = std::iter::once(("", "全部")).chain(Place::options()).collect();
    let mut who = vec![("", "全部"), ("none", "尚未确定")];
    if cx.user.staff.is_some() {
        who.push(("mine", "我牵头的"));
    }
    if cx.user.institution.is_some() {
        who.push(("house", "本机构牵头的"));
    }
    let body = html! {
        (ui::field("姓名", "q", asked.q.as_deref().unwrap_or_default(), Field::search()))
        (ui::select("现在在哪里", "place", &places, asked.place.as_deref().unwrap_or_default()))
        (ui::select("牵头人", "lead", &who, asked.lead.as_deref().unwrap_or_default()))
        (ui::checkbox("有过期的目标", "overdue", asked.overdue.is_some()))
    };
    ui::filters("/episodes", body)
}

fn table(cx: &Cx, rows: &[Shown]) -> Markup {
    let row = |s: &Shown| {
        let r = &s.row;
        let more = s.open.len().saturating_sub(NAMED);
        let mut open = s.open.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
        if more > 0 {
            open += &format!(" 等 {} 项", s.open.len());
        }
        let place = html! {
            @if let Some(place) = r.place { (ui::badge(tone(place), place.name())) " " (s.institution) } @else { (ui::opt(None::<String>)) }
        };
        vec![
            ui::row_link(&href(r.elder), &r.name),
            ui::text(age_on(r.born, cx.today())),
            place,
            ui::opt(r.since),
            html! { @if r.lead.is_empty() { (ui::badge(Tone::Warning, "尚未确定")) } @else { (r.lead) } },
            ui::opt(Some(open)),
            ui::text(r.goals),
        ]
    };
    let headings = ["老年人", ">年龄", "现在在哪里", "自", "牵头人", "正在进行", ">目标"];
    ui::table_or(&headings, rows.iter().map(row), ui::empty("没有符合条件的老年人。", None))
}
