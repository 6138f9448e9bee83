//! The form of a request.

use super::super::model::{CONSULTING, Funder, Limits, NewConsultation, Payer, Urgency};
use super::super::store::steps;
use super::SOURCE;
use crate::contracts::ConsentHow;
use crate::referrals::model::Site;
use crate::referrals::store as referrals;
use crate::sharing::fields::{consent, consent_fields};
use crate::sharing::{ConsentBy, Part};
use crate::subject;
use axum::response::Response;
use kernel::{Date, ElderId, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, from, to) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let from = by.institution.map(|own| referrals::site(tx, own)).transpose()?;
            let mut to = referrals::sites(tx, subject.area, CONSULTING)?;
            to.retain(|site| site.on_platform && Some(site.id) != by.institution);
            Ok::<_, Error>((subject, from, to))
        })
        .await?;
    let decision = steps::decision(&cx.state.policies, Urgency::Routine, subject.area, cx.today());
    let body = html! {
        @match &from {
            None => (ui::alert(Tone::Warning, "会诊由机构申请", "您的账号不属于任何机构，请由家庭医生、护理站或养老机构申请。")),
            Some(_) if to.is_empty() => (ui::alert(Tone::Warning, "没有可以会诊的机构", "本县的医院、卫生院还没有在本平台开通账号，请改用转诊或电话咨询。")),
            Some(from) => (ui::card(&subject.age_and_sex(cx.today()), html! {
                (ui::form(&cx, "/consultations", form(&cx, (&subject.name, elder), (from, &to), Limits::of(&decision))))
                (ui::because(&cx.state.policies, &decision))
            })),
        }
    };
    let page =
        Page::new(&cx, &format!("申请远程会诊：{}", subject.name)).crumb(&subject.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

fn form(cx: &Cx, (name, elder): (&str, ElderId), (from, to): (&Site, &[Site]), limits: Option<Limits>) -> Markup {
    let until = limits.map(|limits| limits.shared_until(cx.today(), None));
    let sites: Vec<(String, String)> = std::iter::once((String::new(), "请选择".to_owned()))
        .chain(to.iter().map(|site| (site.id.to_string(), format!("{}（{}）", site.name, site.kind))))
        .collect();
    let funds: Vec<(&str, &str)> = std::iter::once(("", "没有")).chain(Funder::options()).collect();
    html! {
        (ui::hidden("elder", elder.to_string())) (ui::hidden("from", from.id.to_string()))
        (ui::form_row(&[
            ui::select_with("请哪家会诊", "to", &sites, "", Field::default().required()),
            ui::field("科室", "department", "", Field::text().limit(40).hint("不确定的可不填，由对方安排")),
            ui::select("紧急程度", "urgency", &Urgency::options(), Urgency::Routine.code()),
        ]))
        (ui::textarea("请会诊回答什么", "question", "", Field::text().required().limit(400).placeholder("例：血压控制不好，夜间气喘，是否需要调整用药或住院？")))
        (ui::textarea("病情摘要", "situation", "", Field::text().limit(400).hint("现在的情况、已做的检查和处理")))
        (ui::field("视频不通时的电话", "phone", from.phone.as_deref().unwrap_or_default(), Field::phone().required().limit(30)))
        (consent_fields(cx, name, false))
        (ui::form_row(&[
            ui::field("共享用途", "purpose", "远程会诊", Field::text().limit(100)),
            ui::date_with("共享至", "shared_until", until, Field::date().min(cx.today()).hint("到期、签名或撤回时自动停止")),
        ]))
        (ui::form_row(&[
            ui::select("费用由谁付", "payer", &Payer::options(), Payer::Elder.code()),
            ui::select("已有经费保障", "funded_by", &funds, ""),
        ]))
        (ui::submit("发出申请"))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    from: String,
    to: String,
    department: Option<String>,
    urgency: Urgency,
    question: String,
    situation: Option<String>,
    phone: String,
    consent_by: ConsentBy,
    consent_name: String,
    relation: Option<String>,
    consent_how: ConsentHow,
    consent_at: String,
    #[serde(default)]
    shared: Vec<Part>,
    purpose: Option<String>,
    shared_until: Option<Date>,
    payer: Payer,
    funded_by: Option<Funder>,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let institution = |text: &str| InstitutionId::parse(text).ok_or(Error::NotFound);
    let new = NewConsultation {
        elder: ElderId::parse(&f.elder).ok_or(Error::NotFound)?,
        from: institution(&f.from)?,
        to: institution(&f.to)?,
        department: f.department.unwrap_or_default(),
        urgency: f.urgency,
        question: f.question,
        situation: f.situation.unwrap_or_default(),
        phone: f.phone,
        consent: consent(f.consent_by, f.consent_name, f.relation, f.consent_how, &f.consent_at)?,
        shared: f.shared,
        purpose: f.purpose.unwrap_or_default(),
        shared_until: f.shared_until,
        payer: f.payer,
        funded_by: f.funded_by,
    };
    let library = cx.state.policies.clone();
    let key = cx.write(move |tx, by| steps::request(tx, by, &library, &new)).await?;
    Ok(web::see_with(&key.href(), "会诊申请已发出，请打印申请单请同意人签字"))
}
