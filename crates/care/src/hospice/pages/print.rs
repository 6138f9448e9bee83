//! The plan on A4, for the bedside: what helps, and who to call.

use super::super::model::Party;
use super::super::store;
use super::{SOURCE, case, key};
use crate::subject;
use axum::extract::Path;
use db::audit::Entry;
use registry::areas::Names;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Markup, Error> {
    let (key, names) = (key(ids)?, cx.state.get::<Names>());
    let (found, subject, plan, place) = cx
        .read(move |tx, by| {
            let found = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            let place = names.at(tx)?.path(subject.area);
            Ok::<_, Error>((found, subject, store::plans(tx, key)?.into_iter().next(), place))
        })
        .await?;
    let plan = plan.ok_or_else(|| Error::Conflict("还没有计划，没有可打印的内容".into()))?;
    cx.note(Entry { action: "hospice.print", elder: Some(key.elder), ..Entry::default() }).await?;
    let sheet = html! {
        (ui::facts(&[
            ("姓名", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(cx.today())))),
            ("住地", ui::text(place)),
            ("主要诊断", ui::text(&found.facts.diagnosis)),
            ("牵头机构", ui::text(&found.institution_name)),
            ("后盾医院", ui::opt(Some(&found.hospital_name))),
            ("版本", ui::text(format!("第 {} 版，{} 起", plan.version, ui::date_zh(plan.on)))),
        ]))
        (case::content(&plan))
        p { "这份计划可以随时修改；任何时候都可以退出安宁疗护，退出不影响其他治疗。" }
        (ui::seals(&Party::ALL.iter().map(|party| party.name()).collect::<Vec<_>>()))
    };
    let page = Page::new(&cx, "症状与舒适照护计划").crumb("安宁疗护", "/hospice").crumb(&subject.name, &key.href());
    Ok(page.source(SOURCE).body(ui::print_sheet("安宁疗护：症状与舒适照护计划", sheet)))
}
