//! The agreement on A4, with room for seals.

use super::super::fulfilment::Promise;
use super::super::model::{Contract, Party};
use super::super::store;
use super::super::views::term;
use super::{SOURCE, key, label};
use axum::extract::Path;
use policy::Library;
use registry::areas::Names;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (key, names) = (key(&elder, &id)?, cx.state.get::<Names>());
    let (c, party, promises, place) = cx
        .read(move |tx, by| {
            let (c, party) = (store::find(tx, by, key)?, store::party(tx, by, key.elder, by.today())?);
            let place = names.at(tx)?.path(party.area);
            Ok::<_, Error>((c, party, store::promises(tx, key)?, place))
        })
        .await?;
    if c.from.is_none() {
        return Err(Error::Conflict("尚未签约，没有可打印的协议".into()));
    }
    let sheet = sheet(&cx.state.policies, &c, &party, (&promises, &place));
    let page = Page::new(&cx, "签约协议").crumb("家庭医生签约", "/contracts").crumb(&party.name, &key.href());
    Ok(page.source(SOURCE).body(ui::print_sheet("家庭医生签约服务协议", sheet)))
}

fn sheet(library: &Library, c: &Contract, party: &Party, (promises, place): (&[Promise], &str)) -> Markup {
    let said = &c.consent;
    html! {
        (ui::facts(&[
            ("甲方（签约机构）", ui::text(&c.institution_name)),
            ("家庭医生", ui::text(&c.doctor_name)),
            ("乙方（签约老年人）", ui::text(format!("{}　{}", party.name, party.sex))),
            ("身份证号", ui::text(format!("**************{}", party.id_tail))),
            ("住地", ui::text(place)),
            ("服务包", ui::text(c.package.name())),
            ("签约日期", ui::text(c.signed_on.map(ui::date_zh).unwrap_or_default())),
            ("有效期", ui::text(term(c))),
        ]))
        p {
            "一、双方在知情同意、自愿的基础上签订本协议。" (said.on) " 由" (said.by.name()) (said.name)
            @if !said.relation.is_empty() { "（" (said.relation) "）" } "以" (said.how.name()) "方式表示同意。"
        }
        p { "二、有效期内，甲方按下表向乙方提供服务：" }
        (services(library, promises))
        p { "三、由基本公共卫生服务经费负担的项目不向乙方收费；其他项目按核定的标准和支付渠道结算。" }
        p { "四、乙方应如实提供健康情况，按约接受服务；任何一方都可以提前解约，解约应说明原因。" }
        p { "五、本协议一式两份，双方各执一份。" }
        (basis(c))
        (ui::seals(&["甲方", "乙方（签字）或代签人"]))
    }
}

/// Each service once: how often, the first due date, who pays.
fn services(library: &Library, promises: &[Promise]) -> Markup {
    let firsts = promises.iter().filter(|promise| promise.nth == 1).map(|first| {
        let dates: Vec<String> =
            promises.iter().filter(|p| p.service == first.service).map(|p| p.slot.due_on.to_string()).collect();
        vec![
            ui::text(&first.title),
            ui::text(format!("{} 次", dates.len())),
            ui::text(dates.join("、")),
            ui::text(label(library, "payer", &first.payer)),
        ]
    });
    ui::table(&["服务项", "次数", "最迟完成日期", "付费渠道"], firsts)
}

fn basis(c: &Contract) -> Markup {
    let numbers: std::collections::BTreeSet<String> =
        c.promised.iter().flat_map(|decision| &decision.because).map(|b| format!("{} {}", b.number, b.at)).collect();
    html! { p.text-secondary { "依据：" (numbers.into_iter().collect::<Vec<_>>().join("；")) } }
}
