//! The form of a request.

use super::super::model::{ConsentBy, Destination, Kind, Limits, NewReferral, Part, Site};
use super::super::store;
use super::super::store::steps;
use super::{SOURCE, consent, consent_fields, kinds};
use crate::contracts::ConsentHow;
use crate::{stays, subject};
use axum::response::Response;
use kernel::{Date, ElderId, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
    kind: Option<String>,
}

/// The kinds that this form is for; the green channel has its own.
const KINDS: [Kind; 3] = [Kind::Up, Kind::Down, Kind::CareTransfer];

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let kind = whom.kind.as_deref().and_then(Kind::parse).filter(|kind| KINDS.contains(kind)).unwrap_or(Kind::Up);
    let (subject, from, to, stay, diagnosis) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let from = senders(tx, by, &subject)?;
            let to = store::sites(tx, subject.area, kind.destinations())?;
            let stay = store::overstays::stay_of(tx, elder)?;
            Ok::<_, Error>((subject, from, to, stay, stays::store::diagnosis(tx, by, elder)?))
        })
        .await?;
    let decision = steps::decision(&cx.state.policies, kind, subject.area, cx.today());
    // A hospital transfers those who lie in it.
    let usual = match (kind, &stay) {
        (Kind::CareTransfer | Kind::Down, Some((_, hospital, _))) => Some(*hospital),
        _ => cx.user.institution,
    };
    let limits = Limits::of(&decision);
    // What the hospital wrote at admission needs no second typing.
    let known = if stay.is_some() { diagnosis.unwrap_or_default() } else { String::new() };
    let body = html! {
        (kinds(elder, kind))
        (ui::card(&subject.age_and_sex(cx.today()), html! {
            @if let Some((_, _, since)) = stay { p { (ui::badge(Tone::Warning, "住院中")) " 自 " (since) " 起" } }
            @else if kind == Kind::CareTransfer { (ui::alert(Tone::Warning, "现在没有住院", "照护转介只用于住院老年人，请先登记住院。")) }
            (ui::form(&cx, "/referrals", form(&cx, (&subject.name, elder, kind), (&from, &to), (usual, &known), limits)))
            (ui::because(&cx.state.policies, &decision))
        }))
    };
    let page = Page::new(&cx, &format!("{kind}：{}", subject.name)).crumb(&subject.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

/// Who may be the sending side: one's own institution, or those of the elder's county.
fn senders(tx: &mut db::Tx<'_>, by: &db::Actor, subject: &subject::Subject) -> Result<Vec<Site>, Error> {
    match by.institution {
        Some(own) => Ok(vec![store::site(tx, own)?]),
        None => Ok(store::sites(tx, subject.area, registry::institutions::Kind::ALL)?),
    }
}

fn options(sites: &[Site], blank: &str) -> Vec<(String, String)> {
    let text = |site: &Site| {
        let how = if site.on_platform { "" } else { "，电话答复" };
        format!("{}（{}{how}）", site.name, site.kind)
    };
    let first = (String::new(), blank.to_owned());
    std::iter::once(first).chain(sites.iter().map(|site| (site.id.to_string(), text(site)))).collect()
}

fn form(
    cx: &Cx,
    (name, elder, kind): (&str, ElderId, Kind),
    (from, to): (&[Site], &[Site]),
    (usual, known): (Option<InstitutionId>, &str),
    limits: Option<Limits>,
) -> Markup {
    let usual = usual.map(|id| id.to_string()).unwrap_or_default();
    let until = limits.map(|limits| limits.shared_until(cx.today(), None));
    let reason = if kind == Kind::CareTransfer { "病情稳定，住院主要为照护" } else { "" };
    let purpose = if kind == Kind::CareTransfer { "评估能否接收并安排照护" } else { "诊治" };
    html! {
        (ui::hidden("elder", elder.to_string())) (ui::hidden("kind", kind.code()))
        (ui::form_row(&[
            ui::select_with("转出机构", "from", &options(from, "请选择"), &usual, Field::default().required()),
            ui::select_with("转入机构", "to", &options(to, "外县或平台外的机构（填写全称、电话）"), "", Field::default()),
        ]))
        (ui::form_row(&[
            ui::field("外县或平台外的转入机构", "to_name", "", Field::text().limit(80).hint("写全称：在本平台登记过的，对方直接收到")),
            ui::field("它的电话", "to_phone", "", Field::phone().limit(30)),
        ]))
        (ui::textarea("转诊原因", "reason", reason, Field::text().required().limit(400)))
        (ui::field("初步诊断或主要情况", "diagnosis", known, Field::text().limit(200)))
        (consent_fields(cx, name, false))
        (ui::form_row(&[
            ui::field("共享用途", "purpose", purpose, Field::text().limit(100)),
            ui::date_with("共享至", "shared_until", until, Field::date().min(cx.today()).hint("到期、办结或撤回时自动停止")),
        ]))
        (ui::submit("发出转诊"))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    kind: Kind,
    from: String,
    to: Option<String>,
    to_name: Option<String>,
    to_phone: Option<String>,
    reason: String,
    diagnosis: Option<String>,
    consent_by: ConsentBy,
    consent_name: String,
    relation: Option<String>,
    consent_how: ConsentHow,
    consent_at: String,
    #[serde(default)]
    shared: Vec<Part>,
    purpose: Option<String>,
    shared_until: Option<Date>,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let wrong = || Error::field("from", "转出机构", "请选择");
    let to = match f.to.as_deref() {
        Some(id) => Destination::Known(InstitutionId::parse(id).ok_or(Error::NotFound)?),
        None => Destination::Outside(f.to_name.unwrap_or_default(), f.to_phone.unwrap_or_default()),
    };
    let new = NewReferral {
        elder: ElderId::parse(&f.elder).ok_or(Error::NotFound)?,
        kind: f.kind,
        from: InstitutionId::parse(&f.from).ok_or_else(wrong)?,
        to,
        agreement: None,
        reason: f.reason,
        diagnosis: f.diagnosis.unwrap_or_default(),
        consent: consent(f.consent_by, f.consent_name, f.relation, f.consent_how, &f.consent_at)?,
        shared: f.shared,
        purpose: f.purpose.unwrap_or_default(),
        shared_until: f.shared_until,
    };
    let library = cx.state.policies.clone();
    let key = cx.write(move |tx, by| steps::request(tx, by, &library, &new)).await?;
    Ok(web::see_with(&key.href(), "转诊已发出，请打印转诊单请同意人签字"))
}
