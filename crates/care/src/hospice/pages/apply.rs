//! The application: what the physician judges, and the consent.

use super::super::model::{NewCase, Place};
use super::super::{steps, store};
use super::SOURCE;
use crate::contracts::{Consent, ConsentBy, ConsentHow};
use crate::{sickbeds, stays, subject};
use axum::response::Response;
use db::{Actor, Tx};
use kernel::{Date, ElderId, InstitutionId};
use registry::institutions::{self, Kind};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Institutions that may lead.
const CENTRES: [Kind; 4] = [Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::NursingHome, Kind::Hospital];

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
}

type Choices = Vec<(String, String)>;

fn choices(first: &str, places: Vec<(InstitutionId, String)>) -> Choices {
    let mut all = vec![(String::new(), first.to_owned())];
    all.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    all
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, open, centres, hospitals, known) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let open = store::of_elder(tx, by, elder)?.into_iter().find(|case| case.state.open());
            let centres = institutions::store::options(tx, by, &CENTRES)?;
            let hospitals = institutions::store::options(tx, by, &[Kind::Hospital])?;
            Ok::<_, Error>((subject, open, centres, hospitals, known(tx, by, elder)?))
        })
        .await?;
    let own = cx.user.institution.map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        @if let Some(case) = &open {
            (ui::alert(Tone::Warning, "已有一份安宁疗护", html! { a href=(case.key().href()) { (case.institution_name) "，" (case.state.name()) } }))
        }
        (ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, "/hospice", html! {
            (ui::hidden("elder", elder.to_string()))
            (judgement(&cx, (&choices("请选择", centres), &choices("没有", hospitals)), &own, &known))
            (consent(&cx, &subject.name))
            (ui::submit("提交申请"))
        })))
    };
    let title = format!("申请安宁疗护：{}", subject.name);
    let page = Page::new(&cx, &title).crumb("安宁疗护", "/hospice").crumb(&subject.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

/// What a home sickbed or a stay in hospital says already.
#[derive(Default)]
struct Known {
    diagnosis: String,
    hospital: String,
    source: &'static str,
}

fn known(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Known> {
    let stays = stays::store::of_elder(tx, by, elder)?;
    let hospital = stays.first().map(|stay| stay.facts.institution.to_string()).unwrap_or_default();
    let bed = sickbeds::store::of_elder(tx, by, elder)?.into_iter().find(|bed| bed.state == sickbeds::State::Open);
    if let Some(bed) = bed {
        return Ok(Known { diagnosis: bed.asked.diagnosis, hospital, source: "取自家庭病床，可改" });
    }
    let diagnosis = stays.into_iter().find_map(|stay| stay.facts.diagnosis).unwrap_or_default();
    let source = if diagnosis.is_empty() { "" } else { "取自最近一次住院，可改" };
    Ok(Known { diagnosis, hospital, source })
}

fn judgement(cx: &Cx, (centres, hospitals): (&Choices, &Choices), own: &str, known: &Known) -> Markup {
    let diagnosis = Field::text().required().limit(200);
    let diagnosis = if known.source.is_empty() { diagnosis } else { diagnosis.hint(known.source) };
    let physician = if cx.user.staff.is_some() { cx.user.name.as_str() } else { "" };
    html! {
        h3 { "医师的判断" }
        (ui::field("主要诊断", "diagnosis", &known.diagnosis, diagnosis))
        (ui::radios("疾病是否已到终末期", "terminal", &[("true", "是"), ("false", "否")], ""))
        (ui::form_row(&[
            ui::number("预计生存期（月）", "prognosis_months", None, Field::number().required().min(0).hint("由医师估计；不足一个月填 0")),
            ui::field("判断的医师", "judged_by", physician, Field::text().required().limit(40)),
        ]))
        h3 { "由谁照护" }
        (ui::form_row(&[
            ui::select_with("牵头机构", "institution", centres, own, Field::default().required()),
            ui::select_with("后盾医院", "hospital", hospitals, &known.hospital, Field::default().hint("症状控制有困难时请它会诊、收住")),
            ui::select("现在何处", "place", &Place::options(), Place::Home.code()),
        ]))
    }
}

fn consent(cx: &Cx, name: &str) -> Markup {
    html! {
        h3 { "知情同意" }
        p { "请说明：安宁疗护以减轻痛苦、照顾意愿为先，不以治愈为目的；任何时候都可以退出，退出不影响其他治疗。" }
        (ui::radios("意愿", "agreed", &[("yes", "同意"), ("no", "不同意")], ""))
        (ui::radios("由谁表示", "by", &ConsentBy::options(), ConsentBy::Elder.code()))
        (ui::form_row(&[
            ui::field("表示意愿的人", "consent_name", name, Field::text().required().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("由家属或监护人表示的必填")),
        ]))
        (ui::form_row(&[
            ui::select("方式", "how", &ConsentHow::options(), ConsentHow::Written.code()),
            ui::date_with("同意日期", "consent_on", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::textarea("说明", "note", "", Field::text().limit(200)))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    diagnosis: String,
    terminal: bool,
    prognosis_months: i64,
    judged_by: String,
    institution: String,
    hospital: Option<String>,
    place: Place,
    agreed: String,
    by: ConsentBy,
    consent_name: String,
    relation: Option<String>,
    how: ConsentHow,
    consent_on: Date,
    note: Option<String>,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let hospital = f.hospital.as_deref().map(|id| InstitutionId::parse(id).ok_or(Error::NotFound)).transpose()?;
    let new = NewCase {
        elder: ElderId::parse(&f.elder).ok_or(Error::NotFound)?,
        institution: InstitutionId::parse(&f.institution).ok_or(Error::NotFound)?,
        hospital,
        place: f.place,
        diagnosis: f.diagnosis,
        terminal: f.terminal,
        prognosis_months: f.prognosis_months,
        judged_by: f.judged_by,
        consent: Consent {
            agreed: f.agreed == "yes",
            by: f.by,
            name: f.consent_name,
            relation: f.relation.unwrap_or_default(),
            how: f.how,
            on: f.consent_on,
            note: f.note.unwrap_or_default(),
            ask_again_on: None,
        },
    };
    let library = cx.state.policies.clone();
    let key = cx.write(move |tx, by| steps::apply(tx, by, &library, &new)).await?;
    Ok(web::see_with(&key.href(), "申请已提交，等牵头机构接收"))
}
