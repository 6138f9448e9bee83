//! The application form.

use super::super::model::{Application, REASONS, RELATIONS};
use super::super::rules::{Purpose, Rules, Source};
use super::super::steps;
use crate::subject::{self, Subject};
use axum::response::Response;
use kernel::{Date, ElderId};
use policy::{Scale, SelfScreen};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// For whom and by which scale.
#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: Option<String>,
    scale: Option<String>,
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let Some(elder) = whom.elder.as_deref().and_then(ElderId::parse) else {
        let text = "请先在老年人名册中找到老年人，再从其页面提出申请。";
        let body = ui::empty(text, Some(ui::link_button("/elders", "到老年人名册", Tone::Primary)));
        return Ok(Page::new(&cx, "申请评估").crumb("评估办理", "/assessments").source("老年人名册。").body(body));
    };
    let subject = cx.read(move |tx, by| subject::store::find(tx, by, elder)).await?;
    let library = cx.state.policies.clone();
    let Some(scale) = whom.scale.as_deref().and_then(|id| steps::deciding(&library, id).ok()) else {
        return Ok(choose(&cx, &subject));
    };
    let rules = Rules::of(&library, &scale.id, subject.area, cx.today());
    let body = html! {
        (who(&cx, &subject))
        (ui::card("申请", ui::form(&cx, "/assessments", fields(&cx, &subject, scale, &rules))))
        (sources(&cx, &rules.sources))
    };
    let page = Page::new(&cx, &format!("申请{}", scale.name)).crumb("评估办理", "/assessments");
    Ok(page.source(format!("量表：{}（{}）。", scale.name, scale.source)).body(body))
}

fn who(cx: &Cx, subject: &Subject) -> Markup {
    let name = html! { a href={ "/elders/" (subject.id) } { (subject.name) } };
    ui::card("", ui::facts(&[("老年人", name), ("年龄、性别", ui::text(subject.age_and_sex(cx.today())))]))
}

fn choose(cx: &Cx, subject: &Subject) -> Markup {
    let choices: Vec<Markup> = Purpose::scales(&cx.state.policies).map(|scale| {
        ui::card(&scale.name, html! {
            p { (scale.version) }
            (ui::link_button(&format!("/assessments/new?elder={}&scale={}", subject.id, scale.id), "按此标准申请", Tone::Primary))
        })
    }).collect();
    let body = html! { (who(cx, subject)) (ui::columns(&choices)) };
    Page::new(cx, "选择评估标准")
        .crumb("评估办理", "/assessments")
        .source("可选的是本平台载入的、用于评定等级的量表；筛查量表不在其中。")
        .body(body)
}

/// The numbers that the documents set, with their clauses.
pub(super) fn sources(cx: &Cx, sources: &[Source]) -> Markup {
    let rows = sources.iter().map(|one| {
        vec![
            ui::text(&one.title),
            ui::text(&one.value),
            ui::clause(&cx.state.policies, &one.clause),
            html! { @if let Some(why) = &one.unverified { (ui::unverified(why)) } },
        ]
    });
    html! { @if !sources.is_empty() { (ui::card("办理所依据的规定", ui::table(&["规定", "数值", "条款", ""], rows))) } }
}

fn fields(cx: &Cx, subject: &Subject, scale: &Scale, rules: &Rules) -> Markup {
    let pairs = |list: &[&'static str]| list.iter().map(|text| (*text, *text)).collect::<Vec<_>>();
    let today = Field::date().required().max(cx.today());
    html! {
        (ui::hidden("elder", subject.id.to_string()))
        (ui::hidden("scale", &scale.id))
        (ui::form_row(&[
            ui::field("申请人", "applicant", &subject.name, Field::text().required().limit(40)),
            ui::select("与老年人的关系", "relation", &pairs(RELATIONS), "本人"),
            ui::field("联系电话", "phone", "", Field::phone().required().limit(20)),
        ]))
        (ui::form_row(&[
            ui::select("评估原因", "reason", &pairs(REASONS), "首次评估"),
            ui::date_with("老年人或监护人同意日期", "consent_on", Some(cx.today()), today.clone().hint("已当面说明评估内容、结果用途和公示，并取得同意")),
        ]))
        @if let Some(months) = rules.disability_months {
            (ui::date_with("失能状态开始日期", "disabled_since", None, today.hint(format!("至申请日须满 {months} 个月"))))
        }
        @if let Some(screen) = &scale.self_screen { (self_screen(screen)) }
        (ui::submit("提交申请"))
    }
}

fn self_screen(screen: &SelfScreen) -> Markup {
    let options: Vec<(String, &String)> =
        screen.answers.iter().enumerate().map(|(i, text)| (i.to_string(), text)).collect();
    let questions = screen.class_a.iter().chain(&screen.class_b).enumerate();
    html! {
        h3.mt-3 { "失能自评" }
        p.text-secondary { "按老年人近期的实际情况回答。自评等级为 " (screen.may_apply.join("、")) " 的可以申请评估。" }
        @for (i, question) in questions { (ui::radios(question, &format!("screen{i}"), &options, "")) }
        p.text-secondary { (screen.source) }
    }
}

/// The form as it was filled in.
#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    scale: String,
    #[serde(default)]
    applicant: String,
    #[serde(default)]
    relation: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    reason: String,
    consent_on: Option<Date>,
    disabled_since: Option<Date>,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

impl Filled {
    fn application(self) -> Application {
        let answer = |i: usize| self.rest.get(&format!("screen{i}")).and_then(|text| text.parse().ok());
        Application {
            self_screen: (0..).map_while(answer).collect(),
            scale: self.scale,
            applicant: kernel::text::clean(&self.applicant),
            relation: self.relation,
            phone: kernel::text::clean(&self.phone),
            reason: self.reason,
            consent_on: self.consent_on,
            disabled_since: self.disabled_since,
        }
    }
}

pub(in super::super) async fn create(cx: Cx, Form(filled): Form<Filled>) -> Result<Response, Error> {
    let elder = ElderId::parse(&filled.elder).ok_or(Error::NotFound)?;
    let (application, library) = (filled.application(), cx.state.policies.clone());
    let key = cx.write(move |tx, by| steps::apply(tx, by, &library, elder, &application)).await?;
    Ok(web::see_with(&key.href(), "申请已提交，等待受理"))
}
