//! Pages of consultations: lists, the request, one consultation, its steps, the shared record, the room, the sheet.

pub(super) mod case;
pub(super) mod list;
pub(super) mod print;
pub(super) mod record;
pub(super) mod request;
pub(super) mod room;
pub(super) mod signals;
pub(super) mod steps;

use super::model::{Addendum, Consultation, Key, Side};
use super::{ANSWER, REQUEST, seal};
use kernel::time::show;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str = "会诊由申请、会诊双方在本平台登记；时限、价格由本平台设定，见“依据”。视频直接在双方浏览器之间传送，不经本平台保存。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    Key::parse(elder, id).ok_or(Error::NotFound)
}

/// The side on which the person may act, if any.
fn own_side(cx: &Cx, c: &Consultation) -> Option<Side> {
    let side = c.side(cx.user.institution)?;
    let needed = match side {
        Side::Asking => REQUEST,
        Side::Consulting => ANSWER,
    };
    cx.may(needed).then_some(side)
}

/// The signed conclusion with what was added, and whether it still is what was signed.
fn conclusion(c: &Consultation, addenda: &[Addendum]) -> Markup {
    let Some(signed) = &c.conclusion else { return html! {} };
    let said = &signed.said;
    html! {
        (ui::facts(&[
            ("会诊方式", ui::text(said.means)),
            ("用时", ui::text(format!("{} 分钟", signed.charge.minutes))),
        ]))
        h3.h4 { "会诊意见" } p.yy-prose { (said.finding) }
        h3.h4 { "处理建议" } p.yy-prose { (said.advice) }
        @if !said.medication.is_empty() { h3.h4 { "用药建议" } p.yy-prose { (said.medication) } }
        p { strong { "会诊医生签名：" (signed.name) } "　" (show(signed.at)) "　" (c.to_name) }
        @for more in addenda {
            h3.h4 { "补充意见" } p.yy-prose { (more.content) }
            p { strong { "签名：" (more.name) } "　" (show(more.at)) }
        }
        p {
            @if seal::holds(c, addenda) == Some(true) { (ui::badge(Tone::Success, "指纹一致")) " 与签名时的文字相同" }
            @else { (ui::badge(Tone::Danger, "指纹不一致")) " 文字与签名时不同，请勿使用，并请系统管理员核查" }
        }
        p.text-secondary.yy-fingerprint { "SM3 " (addenda.last().map_or(&signed.fingerprint, |one| &one.fingerprint)) }
    }
}

/// What it costs and who pays.
fn bill(c: &Consultation) -> Option<Markup> {
    let charge = &c.conclusion.as_ref()?.charge;
    let mut facts = vec![("价格", ui::money(charge.price)), ("老年人付", ui::money(charge.elder))];
    facts.push(("申请机构付", ui::money(charge.asker)));
    if let Some(fund) = c.funded_by {
        facts.push(("已由", ui::text(fund)));
    }
    facts.push(("说明", ui::text(&charge.reason)));
    Some(ui::facts(&facts))
}
