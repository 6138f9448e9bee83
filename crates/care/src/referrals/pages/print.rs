//! The referral on A4: for the destination, with the consent to be signed and room for the answer of a place outside.

use super::super::model::{Part, Referral};
use super::super::store;
use super::{SOURCE, key};
use crate::subject::{self, Subject};
use axum::extract::Path;
use db::audit::Entry;
use db::{Actor, Scope};
use kernel::time;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let (r, subject, tail) = cx
        .read(move |tx, by| {
            let r = store::find(tx, by, key)?;
            let wide = Actor { scope: Scope::ALL, ..by.clone() };
            let tail = registry::elders::store::find(tx, &wide, key.elder)?.id_tail;
            Ok::<_, Error>((r, subject::store::find(tx, &wide, key.elder)?, tail))
        })
        .await?;
    let entry =
        Entry { action: "referrals.print", elder: Some(key.elder), subject: key.id.to_string(), ..Entry::default() };
    cx.note(entry).await?;
    let page = Page::new(&cx, "转诊单").crumb("转诊", "/referrals").crumb(&r.elder_name, &key.href());
    let sheet = sheet(&r, &subject, &tail, cx.today());
    Ok(page.source(SOURCE).body(ui::print_sheet(&format!("转诊单与知情同意书（{}）", r.kind), sheet)))
}

fn sheet(r: &Referral, subject: &Subject, tail: &str, today: kernel::Date) -> Markup {
    let said = &r.consent;
    let parts = r.shared.iter().map(|part| Part::name(*part)).collect::<Vec<_>>().join("、");
    let to =
        if r.to_phone.is_empty() { r.to_name.clone() } else { format!("{}（电话 {}）", r.to_name, r.to_phone) };
    html! {
        (ui::facts(&[
            ("老年人", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(today)))),
            ("身份证号", ui::text(format!("**************{tail}"))),
            ("转出机构", ui::text(&r.from_name)),
            ("转入机构", ui::text(to)),
            ("转诊原因", ui::text(&r.reason)),
            ("初步诊断", ui::opt(Some(&r.diagnosis))),
            ("发出时间、经办", ui::text(format!("{}　{}", time::show(r.requested_at), r.requested_by))),
            ("请在此前答复", ui::text(time::show(r.answer_due))),
        ]))
        h3 { "知情同意" }
        p {
            "本人（或代为同意的家属、监护人）已了解转诊的原因和去向，同意转诊，并同意将下列资料提供给转入机构，仅用于"
            (if r.purpose.is_empty() { "本次诊治" } else { r.purpose.as_str() }) "，至 " (r.shared_until) " 止，办结即停止；本人可以随时撤回："
            (if parts.is_empty() { "（不提供资料）" } else { parts.as_str() }) "。"
        }
        p { (time::show(said.at)) " 由" (said.by) (said.name) @if !said.relation.is_empty() { "（" (said.relation) "）" } "以" (said.how) "方式表示同意。" }
        p { "同意人签字：　　　　　　　　　　　　日期：　　　年　　月　　日" }
        h3 { "转入机构答复" }
        p { "□ 接受，预约时间：　　　月　　日　　时　　分，科室或医生：　　　　　　　　　　" }
        p { "□ 不能接受，原因：　　　　　　　　　　　　　　　　　　　　　　　　　　" }
        p { "转回结论（诊断、处理、用药、建议）：" }
        p { "　" } p { "　" }
        (ui::seals(&["转出机构", "转入机构"]))
    }
}
