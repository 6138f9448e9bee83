//! One application: what is asked for, which published conditions it meets, how far it is, and what can be done with it.

use super::super::model::{Application, Condition, Entry, Mode, State, Step, Way, event_name};
use super::super::rules::{self, Terms};
use super::super::store;
use super::super::views::tone;
use super::super::{APPLY, DECIDE};
use super::{SOURCE, left, named, parse};
use axum::extract::Path;
use policy::Decision;
use registry::institutions::{self, Institution};
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, html};

/// What a page about an application knows.
pub(super) struct Case {
    pub(super) a: Application,
    pub(super) steps: Vec<Step>,
    pub(super) applicant: Option<Institution>,
    /// The institution of that credit code, if the register has one in sight.
    registered: Option<Institution>,
    pub(super) terms: Option<Terms>,
    missing: Vec<Condition>,
    why: Decision,
}

pub(super) async fn load(cx: &Cx, id: &str) -> Result<Case, Error> {
    let (id, library) = (parse(id)?, cx.state.policies.clone());
    cx.read(move |tx, by| {
        let a = store::find(tx, by, id)?;
        let applicant = store::applicant(tx, by, a.facts.institution)?;
        let code = a.facts.credit_code.as_ref();
        let found = code.map(|code| institutions::store::by_credit_code(tx, code)).transpose()?.flatten();
        let registered = store::applicant(tx, by, found)?;
        let terms = rules::terms_of(&library, by.today(), &a.facts, applicant.as_ref().map(|one| one.facts.kind));
        let (missing, why) = rules::shortfall(&library, by.today(), a.facts.area, a.facts.unit, &a.facts.promises);
        let published = |one: &Condition| terms.as_ref().is_none_or(|terms| terms.conditions.contains(one));
        let missing = missing.into_iter().filter(published).collect();
        let steps = store::steps(tx, id)?;
        Ok::<_, Error>(Case { a, steps, applicant, registered, terms, missing, why })
    })
    .await
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let case = load(&cx, &id).await?;
    let a = &case.a;
    let body = html! {
        (ui::card("申请", overview(&cx, &case)))
        (ui::card("公布的条件", met(&cx, &case)))
        @if decides(&cx, a) { (by_office(&cx, &case)) }
        @if applies(&cx, a) { (by_applicant(&cx, a)) }
        @if matches!(a.state, State::Approved | State::Filed) { (entry(&cx, &case)) }
        (ui::card("办理过程", history(&case.steps)))
    };
    let page = Page::new(&cx, &a.facts.name).crumb("设立审批", "/licensing");
    Ok(page.actions(ui::link_button(&format!("{}/print", a.href()), "打印", Tone::Neutral)).source(SOURCE).body(body))
}

fn applies(cx: &Cx, a: &Application) -> bool {
    cx.may(APPLY) && !a.state.over() && cx.user.institution.is_none_or(|own| a.facts.institution == Some(own))
}

fn decides(cx: &Cx, a: &Application) -> bool {
    let own = cx.user.institution.is_some() && cx.user.institution == a.facts.institution;
    cx.may(DECIDE) && a.state.with_office() && !own
}

/// What was written, as facts.
pub(super) fn facts(case: &Case) -> Vec<(&'static str, Markup)> {
    let f = &case.a.facts;
    let p = &f.promises;
    vec![
        ("编号", ui::text(&case.a.number)),
        ("申请设立", ui::text(f.unit)),
        ("路径", ui::text(case.a.way)),
        ("兴办方式", ui::text(f.mode)),
        ("申请机构", ui::text(case.applicant.as_ref().map_or("尚未在名册", |one| one.facts.name.as_str()))),
        ("统一社会信用代码", ui::opt(f.credit_code.as_ref().map(|code| code.as_str()))),
        ("地址", ui::text(&f.address)),
        ("联系人", ui::text(format!("{}　{}", f.contact, f.phone))),
        ("床位", ui::text(format!("{} 张", p.beds))),
        ("人员", ui::text(format!("医师 {}、护士 {}、康复治疗师 {}", p.physicians, p.nurses, p.therapists))),
        ("说明", ui::opt(Some(&p.note).filter(|note| !note.is_empty()))),
    ]
}

fn overview(cx: &Cx, case: &Case) -> Markup {
    let a = &case.a;
    let mut all = facts(case);
    all.insert(1, ("状态", ui::badge(tone(a.state), a.state.name())));
    all.insert(2, ("期限", left(a, cx.today())));
    all.push(("填写人", ui::text(&a.made_by)));
    html! {
        (ui::facts(&all))
        @if a.state == State::Returned { (ui::alert(Tone::Warning, "请补正", html! { (told(a)) })) }
        @if a.state == State::Refused { (ui::alert(Tone::Danger, "不予批准的理由", html! { (told(a)) "。可以依法申请行政复议或者提起行政诉讼。" })) }
    }
}

/// Conditions and reason, in words.
pub(super) fn told(a: &Application) -> String {
    let parts = [named(&a.conditions), a.reason.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
}

fn met(cx: &Cx, case: &Case) -> Markup {
    let Some(terms) = &case.terms else {
        return ui::empty("没有文件规定这类机构在这里怎样办理。", None);
    };
    let row = |one: &Condition| {
        let short = case.missing.contains(one);
        let mark = if short { ui::badge(Tone::Danger, "没有达到") } else { ui::badge(Tone::Success, "达到") };
        vec![ui::text(one), mark]
    };
    html! {
        (ui::table(&["条件", "按填报的情况"], terms.conditions.iter().map(row)))
        p.text-secondary.mt-3 { "条件之外不设门槛。填报的情况以现场核对为准。" }
        (ui::because(&cx.state.policies, &case.why))
        @for decision in &terms.because { (ui::because(&cx.state.policies, decision)) }
    }
}

fn version(a: &Application) -> Markup {
    ui::hidden("version", a.version.to_string())
}

fn by_applicant(cx: &Cx, a: &Application) -> Markup {
    let href = a.href();
    html! {
        @if a.state.after("submit").is_some() {
            (ui::card("提交", html! {
                div.btn-list.mb-3 { (ui::link_button(&format!("{href}/edit"), "修改申请", Tone::Neutral)) }
                (ui::form(cx, &format!("{href}/submit"), html! { (version(a)) (ui::submit("提交申请")) }))
            }))
        }
        (ui::seldom("撤回申请", false, ui::form(cx, &format!("{href}/withdraw"), html! {
            (version(a))
            (ui::field("撤回原因", "reason", "", Field::text().required().limit(600)))
            (ui::submit_toned("撤回", Tone::Danger))
        })))
    }
}

/// The published conditions to choose from; those not met are marked.
fn choice(case: &Case, mark: bool) -> Markup {
    let conditions = case.terms.as_ref().map(|terms| terms.conditions.as_slice()).unwrap_or_default();
    html! {
        fieldset.mb-3 {
            legend.form-label { "没有达到的公布条件" }
            div.yy-radios {
                @for one in conditions {
                    label.form-check.form-check-inline {
                        input.form-check-input type="checkbox" name="conditions" value=(one.code()) checked[mark && case.missing.contains(one)];
                        span.form-check-label { (one) }
                    }
                }
            }
        }
    }
}

fn by_office(cx: &Cx, case: &Case) -> Markup {
    let (a, href) = (&case.a, case.a.href());
    let post = |step: &str, body: Markup| ui::form(cx, &format!("{href}/{step}"), html! { (version(a)) (body) });
    let can = |event: &str| a.state.after(event).is_some();
    html! {
        @if can("file") && a.way == Way::Filing {
            (ui::card("备案", html! { p { "材料齐全的当场备案，只此一步。" } (post("file", ui::submit("予以备案"))) }))
        }
        @if can("accept") && a.way == Way::Approval { (ui::card("受理", post("accept", ui::submit("受理")))) }
        @if can("return") && case.terms.as_ref().is_some_and(|terms| a.returns < terms.returns) {
            (ui::seldom("要求补正（只能一次，一次告知全部）", false, post("return", html! {
                (choice(case, true))
                (ui::textarea("缺少的材料", "text", "", Field::text().limit(600)))
                (ui::submit("告知补正"))
            })))
        }
        @if can("approve") {
            (ui::card("决定", post("approve", ui::submit("准予设立"))))
            (ui::seldom("不予批准", false, post("refuse", html! {
                (choice(case, true))
                (ui::textarea("理由", "reason", "", Field::text().required().limit(600)))
                (ui::submit_toned("不予批准", Tone::Danger))
            })))
        }
        @if can("extend") && a.extended == 0 {
            (ui::seldom("延长决定的期限（只能一次）", false, post("extend", html! {
                (ui::field("延长理由", "reason", "", Field::text().required().limit(600)))
                (ui::submit("延长期限"))
            })))
        }
    }
}

/// From the decision to the register, without a second typing.
fn entry(cx: &Cx, case: &Case) -> Markup {
    let f = &case.a.facts;
    let write = cx.may(institutions::WRITE);
    let body = match (f.unit.entry(), &case.registered, &case.applicant) {
        (Entry::Inner(unit), _, Some(home)) if home.facts.medical_unit == Some(unit) => {
            html! { p { (home.facts.name) "的内设医疗机构已登记为“" (unit) "”。" } }
        }
        (Entry::Inner(unit), _, Some(home)) => html! {
            p { "名册中 " (home.facts.name) " 的内设医疗机构：" (ui::opt(home.facts.medical_unit)) "。" }
            @if write { (ui::link_button(&format!("/institutions/{}/edit?medical_unit={}", home.id, unit.code()),
                &format!("把内设医疗机构改为“{unit}”"), Tone::Primary)) }
        },
        (Entry::Same, ..) => html! { p { "利用现有机构开办，名册不必新增机构。" } },
        (_, Some(one), _) if cx.may(institutions::READ) && cx.user.scope.institution.is_none() => {
            html! { p { "已在名册：" (ui::link(&format!("/institutions/{}", one.id), &one.facts.name)) "。" } }
        }
        (Entry::New(kind), None, _) if write => prefilled(case, kind.code()),
        _ => html! { p { "由窗口登记到机构名册。" } },
    };
    ui::card("登记到机构名册", body)
}

/// The register's form, filled with what the application says already.
fn prefilled(case: &Case, kind: &str) -> Markup {
    let f = &case.a.facts;
    let code = f.credit_code.as_ref().map(|code| code.as_str().to_owned()).unwrap_or_default();
    let ownership = match f.mode {
        Mode::Public => "public",
        Mode::PublicPrivate | Mode::Franchise => "public_private",
        Mode::Private | Mode::Subsidised => "private",
    };
    let medical = kind != "elder_care_institution";
    html! {
        p { "申请中填过的会带到名册的表单里，不必再填一遍。" }
        form method="get" action="/institutions/new" {
            (ui::hidden("name", &f.name)) (ui::hidden("kind", kind)) (ui::hidden("ownership", ownership))
            (ui::hidden("area", f.area.to_string())) (ui::hidden("address", &f.address)) (ui::hidden("phone", &f.phone))
            (ui::hidden(if medical { "medical_beds" } else { "beds" }, f.promises.beds.to_string()))
            (ui::field("统一社会信用代码", "credit_code", code, Field::text().required().limit(18)))
            (ui::submit("带到名册新增机构"))
        }
    }
}

/// The steps with the time that each took.
pub(super) fn history(steps: &[Step]) -> Markup {
    let row = |s: &Step| {
        let in_time = match s.in_time() {
            Some(true) => ui::badge(Tone::Success, "按时"),
            Some(false) => ui::badge(Tone::Danger, "逾期"),
            None => ui::opt(None::<String>),
        };
        vec![
            ui::text(s.on),
            ui::text(event_name(&s.event)),
            ui::text(s.in_days),
            ui::opt(s.due_on),
            in_time,
            ui::opt(Some(&s.note).filter(|note| !note.is_empty())),
            ui::text(&s.by),
        ]
    };
    let days: i64 = steps.iter().filter(|s| s.of_office()).map(|s| s.in_days).sum();
    html! {
        (ui::table(&["日期", "环节", ">用时（工作日）", "期限", "按时", "说明", "办理人"], steps.iter().map(row)))
        p.text-secondary.mt-3 { "共 " (steps.len()) " 个环节，审批部门用时 " (days) " 个工作日。" }
    }
}
