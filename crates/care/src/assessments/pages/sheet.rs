//! The result on A4, with room for signatures and seals.

use super::super::model::State;
use super::super::{compare, steps, store};
use super::{key, parts};
use crate::subject;
use axum::extract::Path;
use policy::{Scale, Scored};
use registry::areas::Names;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Markup, Error> {
    let (key, names) = (key(ids)?, cx.state.get::<Names>());
    let read = cx.read(move |tx, by| {
        let subject = subject::store::find(tx, by, key.elder)?;
        let briefs = registry::elders::store::briefs(tx, by, &[key.elder])?;
        let masked = briefs.into_iter().next().map(|brief| brief.id_masked).unwrap_or_default();
        let place = names.at(tx)?.path(subject.area);
        let a = store::find(tx, &subject, key.id)?;
        Ok::<_, Error>((a, subject, masked, place, store::forms(tx, key)?))
    });
    let (a, subject, masked, place, forms) = read.await?;
    let library = cx.state.policies.clone();
    let scale = steps::scale(&library, &a.application.scale)?;
    let (Some(scored), Some(agreed)) = (&a.scored, &a.agreed) else { return Err(Error::NotFound) };
    let assessors: Vec<&str> = forms.iter().filter(|f| f.round == a.round).map(|f| f.name.as_str()).collect();
    let validity = a.from.zip(a.until).map(|(from, until)| format!("{from} 至 {}", until.pred_opt().unwrap_or(until)));
    let sheet = html! {
        table {
            tr { th { "姓名" } td { (subject.name) } th { "年龄、性别" } td { (subject.age_and_sex(cx.today())) } }
            tr { th { "身份证号" } td { (masked) } th { "居住地" } td { (place) } }
            tr { th { "评估标准" } td colspan="3" { (scale.name) "（" (scale.version) "）" } }
            tr { th { "评估等级" } td colspan="3" { strong { (scored.level) " 级 " (scored.level_name) } "，总分 " (scored.total) " / " (scored.max) } }
            tr { th { "有效期" } td colspan="3" { (validity.unwrap_or_else(|| format!("尚未生效（{}）", a.state.name()))) } }
            tr { th { "评估员" } td { (assessors.join("、")) } th { "审核人" } td { (a.reviewer.as_deref().unwrap_or("—")) } }
        }
        (items(scale, agreed))
        (way(scored))
        p { "对结论有异议的，请在公示期内向受理机构提出。" }
        (ui::seals(&["评估机构", "经办机构"]))
        p { "老年人（或监护人）签收：　　　　　　　　　　日期：　　　年　　月　　日" }
    };
    let title =
        if a.state == State::Effective { "评估结果告知书" } else { "评估结果告知书（未生效）" };
    let page = Page::new(&cx, title).crumb("评估办理", "/assessments").crumb(&subject.name, &a.key.href());
    Ok(page.source("内容取自本件的评估表、合议和审核记录。").body(ui::print_sheet(title, sheet)))
}

fn items(scale: &Scale, agreed: &policy::Answers) -> Markup {
    html! {
        table.mt-3 {
            tr { th { "项目" } th { "评估结果" } }
            @for (code, name, _) in compare::questions(scale) {
                tr { td { (compare::title(scale, code, name)) } td { (parts::answer_text(scale, agreed, code)) } }
            }
        }
    }
}

fn way(scored: &Scored) -> Markup {
    html! {
        p.mt-3 { "等级的得出过程：" }
        ol { @for step in &scored.steps { li { (step.text) "（" (step.rule) "）" } } }
        @for why in &scored.unverified { p { "未核实：" (why) } }
    }
}
