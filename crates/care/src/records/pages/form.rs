//! The face-to-face form of a check-up, and the abnormal findings with what was done about them.

use super::super::findings::{FaceToFace, Finding, FindingState, Form as Filled, SELF_CARE, Screening, SelfRating};
use super::super::model::{Checkup, parse_tenths, tenths};
use super::super::{WRITE, store};
use super::{SIZE, SOURCE, Turn};
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use kernel::{CheckupId, ElderId, FindingId};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// What the list of check-ups says of the form: its results, or the way to it.
pub(super) fn told(cx: &Cx, checkup: &Checkup, form: Option<&Filled>) -> Markup {
    let href = format!("/records/{}/{}/form", checkup.facts.elder, checkup.id);
    html! {
        @if let Some(form) = form {
            @if let Some(scored) = &form.scored { "自理能力 " (scored.level_name) "（" (scored.total) " 分）" br; }
            @if let Some(bmi) = form.facts.bmi() { "体质指数 " (tenths(bmi)) br; }
            @if let Some(one) = form.facts.cognition { "认知" (one.name()) br; }
            @if let Some(one) = form.facts.affect { "情感" (one.name()) br; }
            span.text-secondary { (form.recorded_by) } " "
        }
        @if cx.may(WRITE) { a.btn.btn-sm href=(href) { @if form.is_some() { "更正" } @else { "填写" } } }
    }
}

fn word<'c>(cx: &'c Cx, list: &str, word: &'c str) -> &'c str {
    cx.state.policies.label(list, word).unwrap_or(word)
}

/// Where one goes for what a finding asks.
fn way(cx: &Cx, elder: ElderId, action: &str) -> Option<(String, &'static str)> {
    Some(match action {
        "refer_now" if cx.may(crate::followups::REFER) => (format!("/referrals/new?elder={elder}"), "办理转诊"),
        "recheck" => (format!("/chart/{elder}/new?kind=result"), "登记复查结果"),
        "follow_up" => (format!("/followups/{elder}"), "登记随访"),
        "assess" => (format!("/assessments/new?elder={elder}"), "申请能力评估"),
        _ => return None,
    })
}

/// The findings of an elder: what waits, with the form to say what was done, and what was done before.
pub(super) fn findings(cx: &Cx, elder: ElderId, all: &[Finding]) -> Markup {
    let (open, gone): (Vec<&Finding>, Vec<&Finding>) = all.iter().partition(|one| one.state == FindingState::Open);
    html! {
        @for one in open { (waiting(cx, elder, one)) }
        @if !gone.is_empty() {
            (ui::seldom("已处理的体检异常", false, ui::table(&["异常", "处理", "状态", "结果"], gone.iter().map(|one| vec![
                ui::text(word(cx, "checkup finding", &one.found.finding)),
                ui::text(word(cx, "finding action", &one.found.action)),
                ui::text(one.state),
                html! { (ui::opt(one.done_on)) " " (one.done_by) " " (one.result) },
            ]))))
        }
    }
}

fn waiting(cx: &Cx, elder: ElderId, one: &Finding) -> Markup {
    let tone = if one.found.action == "refer_now" { Tone::Danger } else { Tone::Warning };
    let title = format!(
        "{}：{}（{} 前）",
        word(cx, "checkup finding", &one.found.finding),
        word(cx, "finding action", &one.found.action),
        one.found.due_on
    );
    let name = format!("result-{}", one.id);
    ui::alert(
        tone,
        &title,
        html! {
            p { (one.detail) }
            @if cx.may(WRITE) {
                @if let Some((href, text)) = way(cx, elder, &one.found.action) { p { (ui::link_button(&href, text, tone)) } }
                (ui::form(cx, &format!("/records/{elder}/findings/{}", one.id), html! {
                    label.form-label for=(name) { "处理结果" }
                    div.row.g-2 {
                        div.col { input.form-control id=(name) name="result" required maxlength="200"; }
                        div.col-auto { (ui::submit("登记已处理")) }
                    }
                }))
            }
        },
    )
}

pub(in super::super) async fn open(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            let total = store::findings::count_open(tx, by, by.institution)?;
            Ok::<_, Error>((total, store::findings::open(tx, by, by.institution, (SIZE, (page - 1) * SIZE))?))
        })
        .await?;
    let rows = rows.iter().map(|(name, elder, one)| {
        let late = one.found.due_on < cx.today();
        vec![
            ui::row_link(&format!("/records/{elder}"), name),
            ui::text(word(&cx, "checkup finding", &one.found.finding)),
            ui::text(word(&cx, "finding action", &one.found.action)),
            ui::text(&one.detail),
            if late {
                ui::badge(Tone::Danger, format!("{} 已逾期", one.found.due_on))
            } else {
                ui::text(one.found.due_on)
            },
        ]
    });
    let body = html! {
        (ui::table_or(&["老年人", "异常", "处理", "测量", "应完成日期"], rows, ui::empty("没有待处理的体检异常。", None)))
        (ui::pager(&PageInfo::new("/records/findings", page, SIZE, total)))
    };
    let source = "异常由政策库中的规则从最近一次体检判定；登记和填表时立即判定，导入的体检每夜判定一次。有所属机构的人只看本机构服务的老年人和本机构做的体检。";
    Ok(Page::new(&cx, "体检异常").crumb("健康体检", "/records").source(source).body(body))
}

type Ids = Path<(String, String)>;

fn key((elder, id): &(String, String)) -> Result<(ElderId, CheckupId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, CheckupId::parse(id).ok_or(Error::NotFound)?))
}

pub(in super::super) async fn blank(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let (elder, id) = key(&ids)?;
    let (subject, checkup, form) = cx
        .read(move |tx, by| {
            let checkup = store::findings::find(tx, by, elder, id)?;
            Ok::<_, Error>((subject::store::find(tx, by, elder)?, checkup, store::findings::form(tx, elder, id)?))
        })
        .await?;
    let body =
        ui::form(&cx, &format!("/records/{elder}/{id}/form"), fields(&cx, form.as_ref().map(|form| &form.facts)));
    let title = format!("体检面对面评估：{}", subject.name);
    let page = Page::new(&cx, &title).crumb(&subject.name, &format!("/records/{elder}"));
    let heading = format!("{} 体检，{}", checkup.facts.on, subject.age_and_sex(checkup.facts.on));
    Ok(page.source(SOURCE).body(ui::card(&heading, body)))
}

fn fields(cx: &Cx, old: Option<&FaceToFace>) -> Markup {
    let measure = |label: &str, name: &str, value: Option<i64>| {
        ui::field(label, name, value.map(tenths).unwrap_or_default(), Field::number().step("0.1"))
    };
    let optional = |options: Vec<(&'static str, &'static str)>| [vec![("", "未评")], options].concat();
    html! {
        (ui::form_row(&[
            measure("身高（厘米）", "height", old.and_then(|f| f.height)),
            measure("体重（千克）", "weight", old.and_then(|f| f.weight)),
            measure("腰围（厘米）", "waist", old.and_then(|f| f.waist)),
            measure("脉搏（次/分）", "pulse", old.and_then(|f| f.pulse)),
            measure("体温（摄氏度）", "temperature", old.and_then(|f| f.temperature)),
        ]))
        (ui::select("健康状态自我评估", "self_rating", &optional(SelfRating::options()), old.and_then(|f| f.self_rating).map_or("", SelfRating::code)))
        (ui::form_row(&[
            ui::select("认知功能粗筛", "cognition", &optional(Screening::options()), old.and_then(|f| f.cognition).map_or("", Screening::code)),
            ui::select("情感状态粗筛", "affect", &optional(Screening::options()), old.and_then(|f| f.affect).map_or("", Screening::code)),
        ]))
        (self_care(cx, old))
        (ui::field("生活方式（吸烟、饮酒、锻炼、饮食）", "lifestyle", old.map_or("", |f| f.lifestyle.as_str()), Field::text().limit(200)))
        (ui::textarea("其他异常与健康指导", "note", old.map_or("", |f| f.note.as_str()), Field::text().limit(500)))
        (ui::submit("保存"))
    }
}

/// The items of the scale of self-care; all or none is answered.
fn self_care(cx: &Cx, old: Option<&FaceToFace>) -> Markup {
    let Some(scale) = cx.state.policies.scale(SELF_CARE) else { return html! {} };
    html! {
        h3 { (scale.name) }
        p.text-secondary { "五项都答才计分，分值越低越好。" }
        @for item in &scale.items {
            @let given = old.and_then(|form| form.self_care.get(&item.code)).map(ToString::to_string).unwrap_or_default();
            @let options: Vec<(String, String)> = std::iter::once((String::new(), "未答".to_owned()))
                .chain(item.options.iter().map(|(points, text)| (points.to_string(), format!("{text}（{points} 分）")))).collect();
            (ui::select(&item.name, &format!("care-{}", item.code), &options, &given))
        }
    }
}

fn read(cx: &Cx, mut given: HashMap<String, String>) -> Result<FaceToFace, Error> {
    let mut measure = |name: &'static str, label: &'static str| {
        let text = given.remove(name);
        let parse =
            |text: String| parse_tenths(&text).ok_or_else(|| Error::field(name, label, "请填写数字，最多一位小数"));
        text.map(parse).transpose()
    };
    let (height, weight, waist) = (measure("height", "身高")?, measure("weight", "体重")?, measure("waist", "腰围")?);
    let (pulse, temperature) = (measure("pulse", "脉搏")?, measure("temperature", "体温")?);
    let items = cx.state.policies.scale(SELF_CARE).map(|scale| scale.items.as_slice()).unwrap_or_default();
    let answer = |item: &policy::Item| {
        let points = given.get(&format!("care-{}", item.code))?.parse().ok()?;
        Some((item.code.clone(), points))
    };
    let self_care: BTreeMap<String, i64> = items.iter().filter_map(answer).collect();
    let text = |name: &str| kernel::text::clean(given.get(name).map_or("", String::as_str));
    let word = |name: &str| given.get(name).map_or("", String::as_str);
    Ok(FaceToFace {
        height,
        weight,
        waist,
        pulse,
        temperature,
        self_rating: SelfRating::parse(word("self_rating")),
        cognition: Screening::parse(word("cognition")),
        affect: Screening::parse(word("affect")),
        self_care,
        lifestyle: text("lifestyle"),
        note: text("note"),
    })
}

pub(in super::super) async fn save(
    cx: Cx,
    Path(ids): Ids,
    Form(given): Form<HashMap<String, String>>,
) -> Result<Response, Error> {
    let (elder, id) = key(&ids)?;
    let (new, library) = (read(&cx, given)?, cx.state.policies.clone());
    cx.write(move |tx, by| store::findings::save(tx, by, &library, (elder, id), &new)).await?;
    Ok(web::see_with(&format!("/records/{elder}"), "面对面评估已保存"))
}

#[derive(Deserialize)]
pub(in super::super) struct Handled {
    result: String,
}

pub(in super::super) async fn handle(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(f): Form<Handled>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = FindingId::parse(&id).ok_or(Error::NotFound)?;
    let result = kernel::text::clean(&f.result);
    cx.write(move |tx, by| store::findings::handle(tx, by, (elder, id), &result)).await?;
    Ok(web::see_with(&format!("/records/{elder}"), "处理结果已登记"))
}
