//! Who is due, and how many are covered where.

use super::super::due::{self, Cover, Season, Survey};
use super::super::model::Vaccine;
use super::super::{WRITE, store};
use super::{SOURCE, chosen, tabs};
use crate::contracts::fulfilment;
use registry::areas::Names;
use registry::elders::{Columns, links};
use serde::Deserialize;
use std::collections::HashSet;
use web::ui::{self, PageInfo};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    vaccine: Option<String>,
    page: Option<i64>,
}

/// People who see only linked elders find those among them.
async fn survey(cx: &Cx, vaccine: Vaccine) -> Result<Survey, Error> {
    let scope = cx.user.scope;
    let (given, linked) = cx
        .read(move |tx, by| {
            let linked = scope.institution.map(|own| links::store::elders_of(tx, own)).transpose()?;
            Ok::<_, Error>((store::given(tx, by, vaccine)?, linked.map(HashSet::<_>::from_iter)))
        })
        .await?;
    let (state, today) = (cx.state.clone(), cx.today());
    cx.blocking(move || {
        let columns = state.get::<Columns>();
        columns.refresh(&state.db)?;
        let mut all = due::survey(&columns.snapshot(), &state.policies, (scope.area, today, vaccine), &given);
        if let Some(seen) = &linked {
            all.due.retain(|one| seen.contains(&one.id));
            all.towns.clear();
        }
        Ok::<_, Error>(all)
    })
    .await
}

fn filter(action: &str, vaccine: Vaccine) -> Markup {
    ui::filters(action, ui::select("疫苗", "vaccine", &Vaccine::options(), vaccine.code()))
}

pub(in super::super) async fn due(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (vaccine, page) = (chosen(wanted.vaccine.as_deref()), wanted.page.unwrap_or(1).max(1));
    let all = survey(&cx, vaccine).await?;
    let total = all.due.len() as i64;
    let from = usize::try_from((page - 1) * SIZE).unwrap_or_default();
    let shown: Vec<due::Due> = all.due.into_iter().skip(from).take(SIZE as usize).collect();
    let (ids, names) = (shown.iter().map(|one| one.id).collect::<Vec<_>>(), cx.state.get::<Names>());
    let (briefs, names) =
        cx.read(move |tx, by| Ok::<_, Error>((registry::elders::store::briefs(tx, by, &ids)?, names.at(tx)?))).await?;
    let rows = shown.iter().filter_map(|one| Some((one, briefs.iter().find(|brief| brief.id == one.id)?)));
    let rows = rows.map(|(one, brief)| {
        vec![
            ui::row_link(&format!("/vaccinations/{}", one.id), &brief.name),
            ui::text(format!("{} 岁 {}", one.person.age, brief.sex.name())),
            ui::text(names.path(brief.area)),
            ui::opt(one.person.last),
            html! { @if cx.may(WRITE) { a href={ "/vaccinations/" (one.id) "/new?vaccine=" (vaccine.code()) } { "询问并接种" } } },
        ]
    });
    let body = html! {
        (tabs("/vaccinations"))
        (filter("/vaccinations", vaccine))
        p { "该种 " (vaccine) " 而没有种的 " strong { (total) } " 人；暂缓未到期的和不接种的不在此列。" }
        (ui::table_or(&["老年人", "年龄", "住地", "上次接种", ""], rows, ui::empty("没有该种未种的老年人。", None)))
        (ui::pager(&PageInfo::new(format!("/vaccinations?vaccine={}", vaccine.code()), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "疫苗接种").source(SOURCE).body(body))
}

pub(in super::super) async fn coverage(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let vaccine = chosen(wanted.vaccine.as_deref());
    let (all, names) = (survey(&cx, vaccine).await?, cx.state.get::<Names>());
    let names = cx.read(move |tx, _| names.at(tx)).await?;
    let whole = all
        .towns
        .values()
        .fold(Cover::default(), |sum, one| Cover { of: sum.of + one.of, covered: sum.covered + one.covered });
    let share = |one: &Cover| ui::bp(fulfilment::share(one.covered, one.of));
    let rows = all.towns.iter().map(|(town, one)| {
        vec![ui::text(names.path(*town)), ui::text(one.of), ui::text(one.covered), html! { (share(one)) }]
    });
    let body = html! {
        (tabs("/vaccinations/coverage"))
        (filter("/vaccinations/coverage", vaccine))
        (ui::columns(&[
            ui::figure("覆盖率", share(&whole).0, html! { "仍有保护的 " (whole.covered) " 人，到接种年龄的 " (whole.of) " 人" }),
        ]))
        (ui::table(&["街道、乡镇", ">到接种年龄", ">仍有保护", ">覆盖率"], rows))
    };
    Ok(Page::new(&cx, "疫苗覆盖").crumb("疫苗接种", "/vaccinations").source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(in super::super) struct Which {
    last: Option<bool>,
}

/// Influenza by season: how many of age had their dose, town by town, and who gave how many.
pub(in super::super) async fn season(cx: Cx, Query(which): Query<Which>) -> Result<Markup, Error> {
    let (scope, today) = (cx.user.scope, cx.today());
    let number = |name| cx.state.policies.parameter(name, scope.area, today).map(|one| one.value);
    let none = || Error::Conflict("本地没有施行中的文件规定流感疫苗的接种季".into());
    let (month, age) = (number("influenza_season_month"), number("influenza_season_age"));
    let (month, age) = month.zip(age).ok_or_else(none)?;
    let now = Season::of(today, month).ok_or_else(none)?;
    let last = which.last.unwrap_or_default();
    let season = if last { now.previous(month).ok_or_else(none)? } else { now };
    // Of a season that is over, those who are of the age on its last day; of the running one, today.
    let on = season.until.pred_opt().unwrap_or(today).min(today);
    let ((given, places), linked) = cx
        .read(move |tx, by| {
            let linked = scope.institution.map(|own| links::store::elders_of(tx, own)).transpose()?;
            let given = store::between(tx, by, Vaccine::Influenza, (season.from, season.until))?;
            Ok::<_, Error>((given, linked.map(HashSet::<_>::from_iter)))
        })
        .await?;
    let state = cx.state.clone();
    let towns = cx
        .blocking(move || {
            let columns = state.get::<Columns>();
            columns.refresh(&state.db)?;
            let seen = |id| linked.as_ref().is_none_or(|all| all.contains(&id));
            Ok::<_, Error>(due::in_season(&columns.snapshot(), (scope.area, on, age), &given, &seen))
        })
        .await?;
    let names = cx.state.get::<Names>();
    let names = cx.read(move |tx, _| names.at(tx)).await?;
    let whole = towns
        .values()
        .fold(Cover::default(), |sum, one| Cover { of: sum.of + one.of, covered: sum.covered + one.covered });
    let share = |one: &Cover| ui::bp(fulfilment::share(one.covered, one.of));
    let note = html! { "季内种过的 " (whole.covered) " 人，" (age) " 岁及以上常住 " (whole.of) " 人" };
    let rows = towns.iter().map(|(town, one)| {
        vec![ui::text(names.path(*town)), ui::text(one.of), ui::text(one.covered), html! { (share(one)) }]
    });
    let gave = places.iter().map(|(place, count)| {
        vec![ui::text(if place.is_empty() { "外地或其他接种点" } else { place.as_str() }), ui::text(count)]
    });
    let body = html! {
        (tabs("/vaccinations/season"))
        (ui::tabs(&[("/vaccinations/season", "本季", !last), ("/vaccinations/season?last=true", "上一季", last)]))
        (ui::columns(&[ui::figure(&format!("{} 接种季覆盖率", season.name()), share(&whole).0, note)]))
        (ui::table(&["街道、乡镇", ">常住老人", ">季内种过", ">覆盖率"], rows))
        (ui::table_or(&["接种机构", ">剂数"], gave, ui::empty("这一季还没有接种。", None)))
    };
    let source = format!(
        "{SOURCE}接种季从 {} 到 {} 前一天，起始月份和年龄是平台自拟的参数，未经核对。",
        season.from, season.until
    );
    Ok(Page::new(&cx, "流感疫苗接种季").crumb("疫苗接种", "/vaccinations").source(source).body(body))
}
