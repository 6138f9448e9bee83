//! The form of a follow-up.

use super::super::model::{Adherence, Adverse, Disease, Followup, NewVisit, Outcome, Way};
use super::super::store;
use super::{SOURCE, key};
use crate::chart;
use crate::records::model::parse_tenths;
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use kernel::Date;
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;

pub(in super::super) async fn blank(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let (subject, one, latest) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, key.elder)?;
            Ok::<_, Error>((subject, store::find(tx, by, key)?, chart::latest(tx, key.elder)?))
        })
        .await?;
    let body = html! {
        (chart::banner(&latest))
        @if !latest.medicines.is_empty() { p { "在用药品：" (latest.medicines.join("；")) } }
        (ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, &format!("/followups/{}/{}", key.elder, key.id), fields(&cx, &one))))
    };
    let title = format!("登记{}随访：{}", one.disease, subject.name);
    let page = Page::new(&cx, &title)
        .crumb("慢病随访", "/followups")
        .crumb(&subject.name, &format!("/followups/{}", key.elder));
    Ok(page.source(SOURCE).body(body))
}

fn fields(cx: &Cx, one: &Followup) -> Markup {
    let day = Field::date().required().max(cx.today()).min(one.last_on.unwrap_or(one.enrolled_on));
    let decimal = || Field::number().step("0.1").hint("保留一位小数");
    let need = |field: Field, needed: bool| if needed { field.required() } else { field };
    let pressure = one.disease == Disease::Hypertension;
    html! {
        (ui::hidden("version", one.version.to_string()))
        (ui::form_row(&[
            ui::date_with("随访日期", "on", Some(cx.today()), day),
            ui::select("方式", "way", &Way::options(), Way::Clinic.code()),
        ]))
        (ui::form_row(&[
            ui::number("收缩压（毫米汞柱）", "sbp", None, need(Field::number(), pressure)),
            ui::number("舒张压（毫米汞柱）", "dbp", None, need(Field::number(), pressure)),
            ui::field("空腹血糖（毫摩尔/升）", "glucose", "", need(decimal(), !pressure)),
            ui::number("脉搏（次/分）", "pulse", None, Field::number()),
            ui::field("体温（摄氏度）", "temperature", "", decimal()),
        ]))
        fieldset.mb-3 {
            legend.form-label { "危急情况（没有的不选）" }
            @for sign in one.disease.signs() {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="signs" value=(sign);
                    span.form-check-label { (sign) }
                }
            }
        }
        (ui::radios("服药依从性", "adherence", &Adherence::options(), ""))
        (ui::radios("药物不良反应", "adverse", &Adverse::options(), ""))
        (ui::field("不良反应的表现", "adverse_note", "", Field::text().limit(100)))
        (ui::checkbox("有新发或加重的并发症", "complication", false))
        (ui::field("并发症", "complication_note", "", Field::text().limit(100)))
        (ui::field("生活方式与指导", "lifestyle", "", Field::text().limit(200).hint("吸烟、饮酒、运动、饮食的情况和建议")))
        (ui::field("用药调整", "treatment", "", Field::text().limit(200)))
        (ui::submit("保存"))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    version: i64,
    on: Date,
    way: Way,
    sbp: Option<i64>,
    dbp: Option<i64>,
    glucose: Option<String>,
    pulse: Option<i64>,
    temperature: Option<String>,
    #[serde(default)]
    signs: Vec<String>,
    adherence: Adherence,
    adverse: Adverse,
    adverse_note: Option<String>,
    #[serde(default)]
    complication: bool,
    complication_note: Option<String>,
    lifestyle: Option<String>,
    treatment: Option<String>,
}

impl Filled {
    fn visit(self) -> Result<NewVisit, Error> {
        let decimal = |field: &'static str, label: &'static str, text: Option<String>| {
            let read = |text: String| {
                parse_tenths(&text).ok_or_else(|| Error::field(field, label, "请填写数字，最多一位小数"))
            };
            text.map(read).transpose()
        };
        let clean = |text: Option<String>| kernel::text::clean(&text.unwrap_or_default());
        Ok(NewVisit {
            on: self.on,
            way: self.way,
            sbp: self.sbp,
            dbp: self.dbp,
            glucose: decimal("glucose", "空腹血糖", self.glucose)?,
            pulse: self.pulse,
            temperature: decimal("temperature", "体温", self.temperature)?,
            signs: self.signs,
            adverse: self.adverse,
            adverse_note: clean(self.adverse_note),
            complication: self.complication,
            complication_note: clean(self.complication_note),
            adherence: self.adherence,
            lifestyle: clean(self.lifestyle),
            treatment: clean(self.treatment),
        })
    }
}

pub(in super::super) async fn create(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let version = filled.version;
    let mut visit = filled.visit()?;
    // Only the signs that were offered: the list is the rules', not the browser's.
    visit.signs.retain(|sign| Disease::ALL.iter().any(|disease| disease.signs().contains(&sign.as_str())));
    let library = cx.state.policies.clone();
    let judged = cx.write(move |tx, by| store::record(tx, by, &library, (key, version), &visit)).await?;
    let text = match judged.outcome {
        Outcome::Urgent => "已保存：立即转诊".to_owned(),
        Outcome::Refer => "已保存：建议转诊".to_owned(),
        other => format!("已保存：{other}，{} 前再随访", judged.next_by),
    };
    Ok(web::see_with(&format!("/followups/{}", key.elder), &text))
}
