//! Asking an elder: the form of the consent or the refusal.

use super::super::model::{Centre, Consent, ConsentBy, ConsentHow, Contract, Party, State};
use super::super::store;
use super::super::store::steps::{self, NewConsent};
use super::super::views::{term, tone};
use super::{SOURCE, priority};
use axum::response::Response;
use kernel::{ContractId, Date, ElderId, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
    renews: Option<String>,
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (party, earlier, centres) = cx
        .read(move |tx, by| {
            let party = store::party(tx, by, elder, by.today())?;
            let centres = store::centres(tx, by, party.area)?;
            Ok::<_, Error>((party, store::of_elder(tx, by, elder)?, centres))
        })
        .await?;
    let renews = whom.renews.as_deref().and_then(ContractId::parse);
    let renews = earlier.iter().find(|c| Some(c.key.id) == renews);
    let decision = steps::priority(&cx.state.policies, &party, cx.today());
    let (package, why) = party.proposed(&decision);
    let assumed = party.assumed(steps::asked(&cx.state.policies, &party, cx.today()));
    let body = html! {
        (ui::card("签约对象", html! {
            (ui::facts(&[
                ("姓名", ui::link(&format!("/elders/{elder}"), &party.name)),
                ("年龄、性别", ui::text(format!("{} 岁 {}", party.age(cx.today()), party.sex))),
                ("建议服务包", html! { (package.name()) " " span.text-secondary { (why) } }),
            ]))
            (priority(&cx.state.policies, &decision))
            @if !assumed.is_empty() {
                p.text-secondary { "名册没有填写：" (assumed.join("、")) "，判定时按“无”处理。" }
            }
        }))
        @if !earlier.is_empty() { (ui::card("以往签约与征询", history(&earlier, cx.today()))) }
        (ui::card("知情同意", form(&cx, &party, &centres, renews)))
    };
    let title = if renews.is_some() { "续签征询" } else { "征询签约意愿" };
    let page =
        Page::new(&cx, title).crumb("家庭医生签约", "/contracts").crumb(&party.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

fn history(earlier: &[Contract], today: Date) -> Markup {
    let rows = earlier.iter().map(|c| {
        let state = c.state_on(today);
        vec![
            ui::row_link(&c.key.href(), c.consent.on),
            ui::badge(tone(state), state.name()),
            ui::text(&c.institution_name),
            ui::text(if c.from.is_some() { term(c) } else { String::new() }),
        ]
    });
    ui::table(&["征询日期", "状态", "机构", "有效期"], rows)
}

fn form(cx: &Cx, party: &Party, centres: &[Centre], renews: Option<&Contract>) -> Markup {
    let options: Vec<(String, &str)> = centres.iter().map(|c| (c.id.to_string(), c.name.as_str())).collect();
    let chosen = renews
        .map_or_else(|| options.first().map(|(id, _)| id.clone()).unwrap_or_default(), |c| c.institution.to_string());
    if options.is_empty() {
        return ui::empty("本辖区没有可签约的社区卫生服务中心或乡镇卫生院，请先登记机构。", None);
    }
    let body = html! {
        (ui::hidden("elder", party.id.to_string()))
        @if let Some(old) = renews { (ui::hidden("renews", old.key.id.to_string())) }
        p { "请向老年人说明服务内容、双方责任、期限和费用。签约应当自愿；不愿意的也请记录，以免反复打扰。" }
        (ui::select("签约机构", "institution", &options, &chosen))
        (ui::radios("意愿", "agreed", &[("yes", "同意签约"), ("no", "不同意签约")], ""))
        (ui::radios("由谁表示", "by", &ConsentBy::options(), ConsentBy::Elder.code()))
        (ui::form_row(&[
            ui::field("表示意愿的人", "consent_name", &party.name, Field::text().required().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("由家属或监护人表示的必填")),
        ]))
        (ui::form_row(&[
            ui::select("方式", "how", &ConsentHow::options(), ConsentHow::Written.code()),
            ui::date_with("征询日期", "consent_on", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::date_with("下次可征询日期", "ask_again_on", None,
                Field::date().hint("仅在不同意时填写；不填则不再主动征询")),
        ]))
        (ui::textarea("说明", "note", "", Field::text().limit(200)))
        (ui::submit("保存征询结果"))
    };
    ui::form(cx, "/contracts", body)
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    renews: Option<String>,
    institution: String,
    agreed: String,
    by: ConsentBy,
    consent_name: String,
    relation: Option<String>,
    how: ConsentHow,
    consent_on: Date,
    ask_again_on: Option<Date>,
    note: Option<String>,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let elder = ElderId::parse(&f.elder).ok_or(Error::NotFound)?;
    let missing = || Error::field("institution", "签约机构", "请选择签约机构");
    let new = NewConsent {
        institution: InstitutionId::parse(&f.institution).ok_or_else(missing)?,
        consent: Consent {
            agreed: f.agreed == "yes",
            by: f.by,
            name: f.consent_name,
            relation: f.relation.unwrap_or_default(),
            how: f.how,
            on: f.consent_on,
            note: f.note.unwrap_or_default(),
            ask_again_on: f.ask_again_on,
        },
        package: None,
        renews: f.renews.as_deref().and_then(ContractId::parse),
    };
    let (library, agreed) = (cx.state.policies.clone(), new.consent.agreed);
    let key = cx.write(move |tx, by| store::consent(tx, by, &library, elder, &new)).await?;
    let note = if agreed { "已记录同意，请接着签约" } else { "已记录谢绝" };
    Ok(web::see_with(&key.href(), note))
}

/// The states in which there is something to do with a row of the history.
pub(super) fn open(state: State) -> bool {
    matches!(state, State::Draft | State::Signed)
}

/// A button to ask again, where nothing is open.
pub(super) fn ask_again(elder: ElderId) -> Markup {
    ui::link_button(&format!("/contracts/new?elder={elder}"), "再次征询", Tone::Primary)
}
