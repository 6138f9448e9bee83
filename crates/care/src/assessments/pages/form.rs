//! An assessor's form, for a tablet beside the bed: one card an item, large choices, kept after every touch.

use super::super::compare;
use super::super::model::{Assessment, Form as AssessorsForm, Key};
use super::super::{steps, store};
use super::key;
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::StaffId;
use policy::{Answers, Flag, Item, Scale};
use std::collections::BTreeMap;
use web::ui::{self, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

/// How many open questions are named at once: more would hide the form on a telephone.
const NAMED: usize = 6;

fn me(cx: &Cx) -> Result<StaffId, Error> {
    cx.user.staff.ok_or_else(|| Error::refused("PG-19", "您的账号没有关联从业人员，不能填写评估表；请联系系统管理员"))
}

struct View {
    subject: Subject,
    a: Assessment,
    form: AssessorsForm,
}

async fn load(cx: &Cx, key: Key) -> Result<View, Error> {
    let staff = me(cx)?;
    cx.read(move |tx, by| {
        let subject = subject::store::find(tx, by, key.elder)?;
        let a = store::find(tx, &subject, key.id)?;
        let form = store::forms(tx, key)?.into_iter().find(|f| f.round == a.round && f.staff == staff);
        Ok::<_, Error>(View { subject, form: form.ok_or(Error::Forbidden)?, a })
    })
    .await
}

pub(in super::super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Response, Error> {
    let key = key(ids)?;
    let view = load(&cx, key).await?;
    if view.form.submitted || !view.a.state.open_for_forms() {
        return Ok(web::see_with(&key.href(), "您的评估表已提交，不能再改"));
    }
    let library = cx.state.policies.clone();
    let scale = steps::scale(&library, &view.a.application.scale)?;
    let page = Page::new(&cx, &format!("评估表：{}", view.subject.name)).crumb("评估办理", "/assessments");
    let source = format!("{}（{}）。每答一项即时保存；未答完不计分。", scale.name, scale.source);
    let page = page.crumb(&view.subject.name, &key.href()).source(source);
    Ok(page.body(body(&cx, key, scale, &view)).into_response())
}

fn body(cx: &Cx, key: Key, scale: &Scale, view: &View) -> Markup {
    let url = format!("{}/form", key.href());
    html! {
        p { (view.subject.age_and_sex(cx.today())) "　评估员：" (view.form.name) }
        div.sticky-top.bg-white.p-2.mb-3.border { (state(scale, &view.form.answers, html! {})) }
        form method="post" action=(url) novalidate hx-post=(url) hx-trigger="change" hx-target="#form-state"
            hx-swap="outerHTML" hx-sync="this:queue last" {
            (ui::csrf(cx))
            @for domain in &scale.domains {
                h2.mt-4 { (domain.name) }
                @for item in scale.items.iter().filter(|item| item.domain == domain.code) {
                    (item_card(item, view.form.answers.items.get(&item.code).copied()))
                }
            }
            @if !scale.flags.is_empty() { h2.mt-4 { "其他情况" } }
            @for flag in &scale.flags { (flag_card(flag, view.form.answers.flags.get(&flag.code).copied())) }
            noscript { (ui::submit_toned("保存已填内容", Tone::Neutral)) }
        }
        (ui::card("提交", html! {
            p { "提交后不能再改。提交前请核对每一项；两名评估员须各自独立填写。" }
            (ui::confirm_post(cx, &format!("{}/submit", key.href()), "提交评估表", Tone::Primary, "提交后不能再改，确定提交吗？"))
        }))
    }
}

/// How far the form is: what became of the last touch, how many are answered, and which are open. Replaced after every touch.
fn state(scale: &Scale, answers: &Answers, kept: Markup) -> Markup {
    let all = compare::questions(scale).count();
    let open = scale.unanswered(answers);
    html! {
        div #form-state aria-live="polite" {
            (ui::progress((all - open.len()) as i64, all as i64))
            div {
                (kept)
                @if open.is_empty() { strong { "已全部答完，可以提交。" } } @else {
                    "未答 " (open.len()) " 项："
                    @for one in open.iter().take(NAMED) {
                        a href=(format!("#q-{}", one.code)) title=(one.name) {
                            @if scale.item(&one.code).is_some() { (one.name) } @else { "其他情况" }
                        }
                        " "
                    }
                    @if open.len() > NAMED { "……" }
                }
            }
        }
    }
}

fn frame(id: &str, code: &str, title: &str, guide: &str, control: Markup) -> Markup {
    html! {
        fieldset.card.mb-3 id=(format!("q-{id}")) {
            div.card-body {
                legend.h3 { @if !code.is_empty() { span.text-secondary { (code) } " " } (title) }
                @if !guide.is_empty() { p.text-secondary { (guide) } }
                (control)
            }
        }
    }
}

fn choice(name: &str, value: i64, text: &str, chosen: Option<i64>) -> Markup {
    html! {
        label.form-selectgroup-item."flex-fill" {
            input.form-selectgroup-input type="radio" name=(name) value=(value) checked[chosen == Some(value)];
            div.form-selectgroup-label."d-flex"."align-items-center"."p-3" {
                span.form-selectgroup-check.me-3 {}
                span.text-start { (text) }
            }
        }
    }
}

fn choices(inner: Markup) -> Markup {
    html! { div.form-selectgroup.form-selectgroup-boxes.d-flex.flex-column { (inner) } }
}

pub(crate) fn item_card(item: &Item, chosen: Option<i64>) -> Markup {
    if let Some(measure) = &item.measure {
        let control = html! {
            (number(&item.code, &item.name, (measure.min, measure.max), chosen))
            div.form-hint { (measure.unit) }
        };
        return frame(&item.code, &item.code, &item.name, &item.guide, control);
    }
    let options = html! {
        @for (points, text) in &item.options { (choice(&item.code, *points, &format!("{points} 分　{text}"), chosen)) }
    };
    frame(&item.code, &item.code, &item.name, &item.guide, choices(options))
}

fn number(name: &str, label: &str, (min, max): (i64, i64), chosen: Option<i64>) -> Markup {
    let value = chosen.map(|n| n.to_string()).unwrap_or_default();
    html! {
        input.form-control type="number" inputmode="numeric" name=(name) min=(min) max=(max) value=(value)
            aria-label=(label);
    }
}

pub(crate) fn flag_card(flag: &Flag, chosen: Option<i64>) -> Markup {
    let control = if !flag.answers.is_empty() {
        choices(html! { @for (n, text) in (0..).zip(&flag.answers) { (choice(&flag.code, n, text, chosen)) } })
    } else if flag.max == 1 {
        choices(html! { (choice(&flag.code, 0, "否", chosen)) (choice(&flag.code, 1, "是", chosen)) })
    } else {
        number(&flag.code, &flag.text, (0, flag.max), chosen)
    };
    frame(&flag.code, "", &flag.text, "", control)
}

pub(crate) fn answers(scale: &Scale, given: &BTreeMap<String, String>) -> Result<Answers, Error> {
    let mut answers = Answers::default();
    for (code, name, flag) in compare::questions(scale) {
        if let Some(text) = given.get(code) {
            let value = text.trim().parse().map_err(|_| Error::field(code, name, "请填写数字"))?;
            compare::put(&mut answers, code, flag, value);
        }
    }
    Ok(answers)
}

pub(in super::super) async fn save(
    cx: Cx,
    headers: HeaderMap,
    Path(ids): Path<(String, String)>,
    Form(given): Form<BTreeMap<String, String>>,
) -> Result<Response, Error> {
    let (key, staff, library) = (key(ids)?, me(&cx)?, cx.state.policies.clone());
    let written = cx.write(move |tx, by| {
        let subject = subject::store::find(tx, by, key.elder)?;
        let scale = steps::scale(&library, &store::find(tx, &subject, key.id)?.application.scale)?;
        steps::save_form(tx, by, &library, key, staff, &answers(scale, &given)?).map(drop)
    });
    let written = written.await;
    if !headers.contains_key("hx-request") {
        written?;
        return Ok(web::see_with(&format!("{}/form", key.href()), "已保存"));
    }
    let view = load(&cx, key).await?;
    let library = cx.state.policies.clone();
    let scale = steps::scale(&library, &view.a.application.scale)?;
    Ok(state(scale, &view.form.answers, kept(&cx, written)).into_response())
}

/// What became of the last touch, in words.
fn kept(cx: &Cx, written: Result<(), Error>) -> Markup {
    let time = kernel::time::show(cx.now);
    let time = time.split(' ').next_back().unwrap_or_default();
    match written {
        Ok(()) => html! { "已保存（" (time) "）。" },
        Err(e) => ui::alert(Tone::Danger, "刚才的答案没有保存", e.text()),
    }
}

pub(in super::super) async fn submit(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Response, Error> {
    let (key, staff, library) = (key(ids)?, me(&cx)?, cx.state.policies.clone());
    let state = cx.write(move |tx, by| steps::submit_form(tx, by, &library, key, staff)).await?;
    Ok(web::see_with(&key.href(), &format!("评估表已提交，本件现为“{}”", state.name())))
}
