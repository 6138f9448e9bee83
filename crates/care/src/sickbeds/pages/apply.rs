//! The application for a home sickbed.

use super::super::model::{Application, AskedBy, Condition, KINDS, Sickbed, State, against_person, against_stays};
use super::super::store::{self, steps};
use super::super::views::tone;
use super::SOURCE;
use crate::stays;
use crate::subject::{self, Subject};
use axum::response::Response;
use db::{Actor, Tx};
use kernel::{Date, ElderId, InstitutionId};
use registry::institutions;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, Reason, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, earlier, places, stays, known) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let (earlier, places) = (store::of_elder(tx, by, elder)?, institutions::store::options(tx, by, &KINDS)?);
            let stays = stays::store::of_elder(tx, by, elder)?;
            let known = known(tx, by, elder, &stays)?;
            Ok::<_, Error>((subject, earlier, places, stays, known))
        })
        .await?;
    let against = against_person(subject.present, &earlier, None);
    let stay = against_stays(&stays, cx.today());
    let body = html! {
        @if !earlier.is_empty() { (ui::card("以往的家庭病床与申请", history(&earlier))) }
        @if against.is_empty() {
            @if let Some(reason) = stay.first() { (ui::alert(Tone::Warning, "正在住院", html! { (reason.text) "。可以先申请，出院后再建床。" })) }
            (ui::card(&subject.age_and_sex(cx.today()), form(&cx, &subject, &places, &known)))
        } @else {
            (refusal(&against))
        }
    };
    let title = format!("申请家庭病床：{}", subject.name);
    let page = Page::new(&cx, &title).crumb("家庭病床", "/sickbeds").crumb(&subject.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

fn refusal(reasons: &[Reason]) -> Markup {
    ui::alert(Tone::Warning, "现在不能申请", html! { ul { @for r in reasons { li { (r.text) "（" (r.code) "）" } } } })
}

fn history(earlier: &[Sickbed]) -> Markup {
    let rows = earlier.iter().map(|bed| {
        vec![
            ui::row_link(&bed.key.href(), bed.asked.on),
            ui::badge(tone(bed.state), bed.state.name()),
            ui::text(&bed.institution_name),
            ui::opt(bed.opened_on),
            ui::opt(bed.closed_on),
            ui::text(if bed.state == State::Open { "" } else { &bed.close_reason }),
        ]
    });
    ui::table(&["申请日期", "状态", "机构", "建床", "撤床", "说明"], rows)
}

/// What the files say already and nobody should type again.
#[derive(Default)]
struct Known {
    /// Whom the family named to be called.
    contact: String,
    /// The diagnosis of the last stay in hospital, and the group that it seems to belong to.
    diagnosis: String,
    condition: Option<Condition>,
}

/// From the contact of the elder's file and the last stay in hospital.
fn known(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, stays: &[stays::Stay]) -> db::Result<Known> {
    let contact = registry::elders::store::find(tx, by, elder)?.contact_name.unwrap_or_default();
    let diagnosis = stays.iter().find_map(|stay| stay.facts.diagnosis.clone()).unwrap_or_default();
    let condition = Condition::of(&diagnosis);
    Ok(Known { contact, condition, diagnosis })
}

fn form(cx: &Cx, subject: &Subject, places: &[(InstitutionId, String)], known: &Known) -> Markup {
    let own = cx.user.institution;
    let places = places.iter().filter(|(id, _)| own.is_none_or(|own| own == *id));
    let options: Vec<(String, &str)> = places.map(|(id, name)| (id.to_string(), name.as_str())).collect();
    if options.is_empty() {
        return ui::empty("您所在的机构不能建家庭病床，或辖区内没有登记医疗机构。", None);
    }
    let body = html! {
        (ui::hidden("elder", subject.id.to_string()))
        (ui::select_with("建床机构", "institution", &options, "", Field::default().required()))
        (ui::radios("申请人", "by", &AskedBy::options(), AskedBy::Family.code()))
        (ui::form_row(&[
            ui::field("申请人姓名", "asked_name", &known.contact, Field::text().required().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("家属申请的必填")),
            ui::date_with("申请日期", "asked_on", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::select("病种", "condition", &Condition::options(), known.condition.unwrap_or(Condition::Stroke).code()))
        (ui::form_row(&[
            ui::field("主要诊断", "diagnosis", &known.diagnosis, last(Field::text().required().limit(100), known)),
            ui::field("疾病编码（ICD-10）", "diagnosis_code", "", Field::text().limit(10).hint("知道的填写，如 I69.3")),
        ]))
        (ui::textarea("希望得到的服务", "wish", "", Field::text().limit(300)))
        (ui::submit("提交申请"))
    };
    ui::form(cx, "/sickbeds", body)
}

/// Says where a value came from that nobody typed.
fn last(field: Field, known: &Known) -> Field {
    if known.diagnosis.is_empty() { field } else { field.hint("取自最近一次住院，可改") }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    institution: String,
    by: AskedBy,
    asked_name: Option<String>,
    relation: Option<String>,
    asked_on: Date,
    condition: Condition,
    diagnosis: Option<String>,
    diagnosis_code: Option<String>,
    wish: Option<String>,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let elder = ElderId::parse(&f.elder).ok_or(Error::NotFound)?;
    let institution = InstitutionId::parse(&f.institution)
        .ok_or_else(|| Error::field("institution", "建床机构", "请选择建床机构"))?;
    let new = Application {
        institution,
        by: f.by,
        name: f.asked_name.unwrap_or_default(),
        relation: f.relation.unwrap_or_default(),
        on: f.asked_on,
        condition: f.condition,
        diagnosis: f.diagnosis.unwrap_or_default(),
        diagnosis_code: f.diagnosis_code.unwrap_or_default(),
        wish: f.wish.unwrap_or_default(),
    };
    let key = cx.write(move |tx, by| steps::apply(tx, by, elder, &new)).await?;
    Ok(web::see_with(&key.href(), "申请已提交，待建床机构审核"))
}
