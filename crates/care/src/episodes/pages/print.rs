//! The care plan on A4, to be signed by the family.

use super::super::model::{GoalState, Member};
use super::super::store;
use super::{SOURCE, elder, href, stretches};
use crate::subject;
use axum::extract::Path;
use db::audit::Entry;
use registry::areas::Names;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(text): Path<String>) -> Result<Markup, Error> {
    let (id, names) = (elder(&text)?, cx.state.get::<Names>());
    let (subject, place, episode, here, goals, team) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, id)?;
            let place = names.at(tx)?.path(subject.area);
            let episode = store::current(tx, id)?.ok_or_else(|| Error::Conflict("没有进行中的照护全程".into()))?;
            let spells = store::spells(tx, id, Some(episode.id))?;
            let here = stretches(tx, spells).into_iter().rev().find(|s| s.spell.until.is_none());
            Ok::<_, Error>((subject, place, episode, here, store::goals(tx, id)?, store::team(tx, id)?))
        })
        .await?;
    cx.note(Entry { action: "episodes.print", elder: Some(id), ..Entry::default() }).await?;
    let now = here.map(|s| format!("{}，{} 起", s.name(), s.spell.from));
    let open = goals.iter().filter(|g| g.state == GoalState::Open);
    let there = |m: &&Member| m.until.is_none();
    let sheet = html! {
        (ui::facts(&[
            ("姓名", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(cx.today())))),
            ("住地", ui::text(place)),
            ("现在在哪里", ui::opt(now)),
            ("牵头人", ui::opt(episode.lead.as_ref().map(|l| l.name.clone()))),
            ("全程开始", ui::text(ui::date_zh(episode.opened_on))),
            ("打印日期", ui::text(ui::date_zh(cx.today()))),
        ]))
        h3 { "目标" }
        (ui::table_or(&["目标", "怎样算达到", "期限"], open.map(|g| vec![
            ui::text(&g.text), ui::text(&g.measure), ui::opt(g.due_on),
        ]), html! { p { "（尚未确定）" } }))
        h3 { "照护团队" }
        (ui::table_or(&["姓名", "职责", "自"], team.iter().filter(there).map(|m| vec![
            ui::text(&m.name), ui::text(&m.role), ui::text(m.from),
        ]), html! { p { "（尚未确定）" } }))
        p { "本计划由牵头人与老年人及其家属共同确定；情况变化时随时调整。" }
        (ui::seals(&["牵头机构", "老年人或家属"]))
    };
    let page = Page::new(&cx, "照护计划").crumb("照护全程", "/episodes").crumb(&subject.name, &href(id));
    Ok(page.source(SOURCE).body(ui::print_sheet("照护计划", sheet)))
}
