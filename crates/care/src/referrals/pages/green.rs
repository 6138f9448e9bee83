//! The green channel: from the elder's page to the nearest hospital that agreed to one, in one step.

use super::super::model::{Channel, ConsentBy, Destination, Kind, NewReferral, Part};
use super::super::store;
use super::super::store::steps;
use super::{SOURCE, consent_fields, kinds};
use crate::contracts::ConsentHow;
use crate::subject;
use axum::response::Response;
use kernel::{AgreementId, ElderId, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
}

pub(in super::super) async fn choose(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, channels) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let channels = store::channels(tx, by, elder, subject.area)?;
            Ok::<_, Error>((subject, channels))
        })
        .await?;
    let title = format!("绿色通道：{}", subject.name);
    let page = Page::new(&cx, &title).crumb(&subject.name, &format!("/elders/{elder}")).source(SOURCE);
    if channels.is_empty() {
        let href = format!("/referrals/new?elder={elder}");
        let text = "没有与本地医院约定绿色通道的协议。危急时请拨打 120；也可以上转，并电话联系医院。";
        let empty = ui::empty(text, Some(ui::link_button(&href, "上转", Tone::Primary)));
        return Ok(page.body(html! { (kinds(elder, Kind::GreenChannel)) (empty) }));
    }
    let body = html! {
        (kinds(elder, Kind::GreenChannel))
        (ui::alert(Tone::Danger, "危及生命时先拨打 120", "发出后，医院应在协议约定的分钟内答复；老年人一到就由医院登记到诊。"))
        (ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, "/referrals/green", form(&cx, elder, &subject.name, &channels))))
    };
    Ok(page.body(body))
}

fn form(cx: &Cx, elder: ElderId, name: &str, channels: &[Channel]) -> Markup {
    let text = |one: &Channel| {
        let far = one.metres.map(|m| format!("，约 {}.{} 公里", m / 1000, m % 1000 / 100)).unwrap_or_default();
        let minutes = one.minutes.map(|minutes| format!("，{minutes} 分钟内答复")).unwrap_or_default();
        let own = if one.own { "，本机构协议" } else { "" };
        format!("{}{far}{minutes}{own}", one.name)
    };
    let options: Vec<(String, String)> =
        channels.iter().map(|one| (format!("{}.{}", one.hospital, one.agreement), text(one))).collect();
    let first = options.first().map(|(value, _)| value.clone()).unwrap_or_default();
    html! {
        (ui::hidden("elder", elder.to_string()))
        (ui::radios("去哪家医院（最近的在前）", "channel", &options, &first))
        (ui::textarea("什么情况", "reason", "", Field::text().required().limit(400).focus()
            .placeholder("如：跌倒后右髋疼痛、不能站立")))
        (consent_fields(cx, name, true))
        (ui::submit_toned("立即发出绿色通道", Tone::Danger))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    channel: String,
    reason: String,
    consent_by: ConsentBy,
    consent_name: String,
    relation: Option<String>,
    consent_how: ConsentHow,
    consent_at: String,
    #[serde(default)]
    shared: Vec<Part>,
}

pub(in super::super) async fn send(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let elder = ElderId::parse(&f.elder).ok_or(Error::NotFound)?;
    let wrong = || Error::field("channel", "去哪家医院", "请选择");
    let (hospital, agreement) = f.channel.split_once('.').ok_or_else(wrong)?;
    let hospital = InstitutionId::parse(hospital).ok_or_else(wrong)?;
    let agreement = AgreementId::parse(agreement).ok_or_else(wrong)?;
    let consent = super::consent(f.consent_by, f.consent_name, f.relation, f.consent_how, &f.consent_at)?;
    let library = cx.state.policies.clone();
    let key = cx
        .write(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let channels = store::channels(tx, by, elder, subject.area)?;
            // Only what is agreed now: the page may be old.
            let found = channels.into_iter().find(|one| one.hospital == hospital && one.agreement == agreement);
            let channel = found.ok_or_else(|| {
                Error::refused("RF-11", "与这家医院没有有效的绿色通道协议，请改用上转或平台外电话转诊")
            })?;
            let new = NewReferral {
                elder,
                kind: Kind::GreenChannel,
                from: by.institution.unwrap_or(channel.home),
                to: Destination::Known(hospital),
                agreement: Some((agreement, channel.minutes)),
                reason: f.reason,
                diagnosis: String::new(),
                consent,
                shared: f.shared,
                purpose: "急诊诊治".to_owned(),
                shared_until: None,
            };
            steps::request(tx, by, &library, &new)
        })
        .await?;
    Ok(web::see_with(&key.href(), "绿色通道已发出"))
}
