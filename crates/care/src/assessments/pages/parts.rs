//! The parts of the page of one assessment.

use super::super::model::{Assessment, Assessor, Form as AssessorsForm, RELATIONS, State};
use super::super::{ACCEPT, APPLY, ASSESS, DISPUTE, REVIEW, compare, steps};
use super::apply::sources;
use super::case::View;
use super::{apply_link, may_apply, state_badge};
use policy::{Answers, Scale, Scored};
use web::ui::{self, Field, Tone};
use web::{Cx, Markup, html};

pub(super) fn actions(view: &View) -> Markup {
    html! {
        @if view.a.scored.is_some() && !view.a.state.open_for_forms() {
            (ui::link_button(&format!("{}/sheet", view.a.key.href()), "评估结果告知书", Tone::Neutral))
        }
    }
}

pub(super) fn body(cx: &Cx, scale: &Scale, view: &View) -> Markup {
    html! {
        (heading(cx, view))
        (next(cx, scale, view))
        @if let Some(scored) = view.a.scored.as_ref().filter(|_| !view.a.state.open_for_forms()) { (result(scale, scored, &view.a)) }
        @if !view.a.state.open_for_forms() && !view.forms.is_empty() { (side_by_side(scale, view)) }
        (application(scale, view))
        (sources(cx, &view.rules.sources))
        (history(view))
    }
}

fn heading(cx: &Cx, view: &View) -> Markup {
    let a = &view.a;
    let mut facts = vec![
        (
            "老年人",
            html! { a href={ "/elders/" (view.subject.id) } { (view.subject.name) } " " (view.subject.age_and_sex(cx.today())) },
        ),
        ("居住地", ui::text(&view.place)),
        ("状态", state_badge(a.state)),
        ("申请日期", ui::text(a.applied_on)),
    ];
    if a.round > 1 {
        facts.push(("轮次", html! { "第 " (a.round) " 轮（复评）" }));
    }
    if let Some((from, until)) = a.from.zip(a.until) {
        let last = until.pred_opt().unwrap_or(until);
        facts.push(("有效期", html! { (from) " 至 " (last) }));
    }
    if let Some(day) = a.ended_on {
        facts.push(("终止日期", ui::text(day)));
    }
    ui::card("", ui::facts(&facts))
}

/// What is to be done next, for those who may do it.
fn next(cx: &Cx, scale: &Scale, view: &View) -> Markup {
    let a = &view.a;
    let office = cx.may(ACCEPT);
    html! {
        @match a.state {
            State::Applied if office => (weighing(cx, view)),
            State::Accepted if office => (ui::card("指派评估员", naming(cx, view, "assign", "指派"))),
            State::Assigned | State::Assessing | State::Reassessing => (forms_state(cx, view)),
            State::Compared => (differing(cx, scale, view)),
            State::Proposed if cx.may(REVIEW) => (reviewing(cx, view)),
            State::Reviewed if cx.may(REVIEW) => (ui::card("公示", html! {
                p { "公示并接受异议 " (view.rules.notice_length().unwrap_or_default()) " 天，期满没有异议即生效。" }
                (post(cx, view, "notice", "开始公示"))
            })),
            State::Noticed => (noticed(cx, view)),
            State::Disputed => (disputed(cx, view)),
            State::Rejected => (ui::alert(Tone::Danger, "不予受理", html! {
                ol.reasons { @for r in &a.refusals { li { span.reason-code { (r.code) } (r.text) } } }
            })),
            State::Expired | State::Replaced | State::Effective if may_apply(cx) =>
                p { (apply_link(view.subject.id, &a.application.scale, "重新申请评估")) },
            _ => {}
        }
        @if a.state.after("withdraw").is_some() && cx.may(APPLY) {
            details.mb-3 { summary { "申请人撤回" }
                (ui::form(cx, &url(view, "withdraw"), html! {
                    (ui::textarea("撤回原因", "withdrawal", "", Field::text().required().limit(200)))
                    (ui::submit_toned("撤回申请", Tone::Danger))
                }))
            }
        }
    }
}

fn url(view: &View, step: &str) -> String {
    format!("{}/{step}", view.a.key.href())
}

fn post(cx: &Cx, view: &View, step: &str, text: &str) -> Markup {
    ui::button_post(cx, &url(view, step), text, Tone::Primary)
}

fn weighing(cx: &Cx, view: &View) -> Markup {
    let body = html! {
        @if view.against.is_empty() {
            p { "申请符合受理条件。" }
            (post(cx, view, "accept", "受理"))
        } @else {
            p { "不符合受理条件：" }
            ol.reasons { @for r in &view.against { li { span.reason-code { (r.code) } (r.text) } } }
        }
        details.mt-3 open[!view.against.is_empty()] { summary { "不予受理" }
            (ui::form(cx, &url(view, "reject"), html! {
                (ui::textarea("补充理由", "note", "", Field::text().limit(300).hint("以上列出的理由会一并告知申请人；没有列出的理由在这里写明")))
                (ui::submit_toned("不予受理", Tone::Danger))
            }))
        }
    };
    ui::card("受理审核", body)
}

/// The form by which assessors are named.
fn naming(cx: &Cx, view: &View, step: &str, button: &str) -> Markup {
    let seats = view.rules.assessors.unwrap_or(1).max(1);
    let earlier: Vec<_> =
        view.forms.iter().filter(|f| f.round < view.a.round || step == "reassess").map(|f| f.staff).collect();
    let free: Vec<&(Assessor, String)> =
        view.assessors.iter().filter(|(who, _)| !earlier.contains(&who.staff)).collect();
    let now = view.now();
    ui::form(
        cx,
        &url(view, step),
        html! {
            @if free.is_empty() { (ui::alert(Tone::Warning, "没有可指派的评估员", "请先在从业人员中登记本县区的评估员及其证书。")) }
            @for seat in 1..=seats {
                @let chosen = now.iter().find(|f| f.seat == seat && step == "assign").map(|f| f.staff);
                (pick(&format!("评估员 {seat}"), seat, &free, chosen))
            }
            (ui::submit(button))
        },
    )
}

fn pick(label: &str, seat: i64, free: &[&(Assessor, String)], chosen: Option<kernel::StaffId>) -> Markup {
    let id = format!("staff-{seat}");
    html! {
        div.mb-3 {
            label.form-label.required for=(id) { (label) }
            select.form-select id=(id) name="staff" required {
                option value="" { "请选择" }
                @for (who, institution) in free {
                    option value=(who.staff) selected[chosen == Some(who.staff)] {
                        (who.name) "（" (institution) @if let Some(day) = who.certificate_until { "，证书至 " (day) } "）"
                    }
                }
            }
        }
    }
}

fn form_state(form: &AssessorsForm) -> &'static str {
    match (form.submitted, form.started_at) {
        (true, _) => "已提交",
        (false, Some(_)) => "填写中",
        (false, None) => "未开始",
    }
}

fn forms_state(cx: &Cx, view: &View) -> Markup {
    let now = view.now();
    let mine = now.iter().any(|f| Some(f.staff) == cx.user.staff && !f.submitted) && cx.may(ASSESS);
    let rows = now.iter().map(|f| {
        vec![
            ui::text(&f.name),
            ui::text(&f.certificate),
            ui::text(form_state(f)),
            ui::opt(f.submitted_at.map(kernel::time::show)),
        ]
    });
    ui::card(
        "评估表",
        html! {
            (ui::table(&["评估员", "证书编号", "进度", "提交时间"], rows))
            @if mine { p { (ui::link_button(&url(view, "form"), "填写评估表", Tone::Primary)) } }
            @if cx.may(ACCEPT) { details { summary { "更换评估员" } (naming(cx, view, "assign", "更换")) } }
        },
    )
}

fn differing(cx: &Cx, scale: &Scale, view: &View) -> Markup {
    let now: Vec<AssessorsForm> = view.now().into_iter().cloned().collect();
    let comparison = steps::comparison(scale, &now);
    let mine = cx.may(ASSESS) && now.iter().any(|form| Some(form.staff) == cx.user.staff);
    let level = if comparison.same_level {
        "各评估员得出的等级一致"
    } else {
        "各评估员得出的等级不一致"
    };
    ui::card(
        "合议",
        html! {
            p { "有 " (comparison.differences.len()) " 项评分不一致，" (level) "。须由评估员合议并写明理由，或增派评估员。" }
            @if mine {
                (ui::form(cx, &url(view, "reconcile"), html! {
                    @for difference in &comparison.differences { (settle_one(scale, difference)) }
                    (ui::textarea("合议理由", "why", "", Field::text().required().limit(500)))
                    (ui::submit("登记合议结果"))
                }))
            }
            @if cx.may(ACCEPT) {
                details.mt-3 { summary { "增派评估员" }
                    @let free: Vec<&(Assessor, String)> = view.assessors.iter()
                        .filter(|(who, _)| view.forms.iter().all(|f| f.staff != who.staff)).collect();
                    (ui::form(cx, &url(view, "add"), html! { (pick("增派", 9, &free, None)) (ui::submit("增派")) }))
                }
            }
        },
    )
}

fn settle_one(scale: &Scale, difference: &compare::Difference) -> Markup {
    let said = difference.values.iter().map(i64::to_string).collect::<Vec<_>>().join("、");
    let title = format!("{}（各评 {said}）", compare::title(scale, &difference.code, &difference.name));
    let chosen = difference.majority.map(|n| n.to_string()).unwrap_or_default();
    match scale.item(&difference.code) {
        Some(item) => {
            let options: Vec<(String, String)> =
                item.options.iter().map(|(n, text)| (n.to_string(), format!("{n} 分　{text}"))).collect();
            ui::radios(&title, &difference.code, &options, &chosen)
        }
        None => ui::field(
            &title,
            &difference.code,
            chosen,
            Field::number().required().min(0).hint("是填 1，否填 0；次数填数字"),
        ),
    }
}

fn reviewing(cx: &Cx, view: &View) -> Markup {
    ui::card(
        "审核",
        html! {
            p { "请核对两名评估员的评分、合议理由和等级的得出过程。审核人不能是本件的评估员。" }
            (ui::form(cx, &url(view, "review"), html! {
                (ui::hidden("approve", "true"))
                (ui::textarea("审核意见", "note", "", Field::text().limit(300)))
                (ui::submit("审核通过"))
            }))
            details.mt-3 { summary { "退回重新合议" }
                (ui::form(cx, &url(view, "review"), html! {
                    (ui::hidden("approve", "false"))
                    div.mb-3 { label.form-label.required for="return-note" { "退回理由" }
                        textarea.form-control id="return-note" name="note" rows="3" required maxlength="300" {} }
                    (ui::submit_toned("退回", Tone::Danger))
                }))
            }
        },
    )
}

fn noticed(cx: &Cx, view: &View) -> Markup {
    let last = view.a.notice_until.and_then(|day| day.pred_opt());
    ui::card(
        "公示中",
        html! {
            @if let (Some(from), Some(last)) = (view.a.notice_from, last) { p { "公示期 " (from) " 至 " (last) "，期满没有异议即生效。" } }
            @if let Some(answer) = view.a.dispute.as_ref().and_then(|d| d.answer.as_ref()) { p { "异议已答复：" (answer) } }
            @if cx.may(DISPUTE) {
                details { summary { "登记异议" }
                    (ui::form(cx, &url(view, "dispute"), html! {
                        (ui::field("异议人", "who", "", Field::text().required().limit(40)))
                        (ui::textarea("异议内容", "text", "", Field::text().required().limit(500)))
                        (ui::submit("登记异议"))
                    }))
                }
            }
        },
    )
}

fn disputed(cx: &Cx, view: &View) -> Markup {
    ui::card(
        "异议",
        html! {
            @if let Some(d) = &view.a.dispute { p { (d.on) "，" (d.who) "：" (d.text) } }
            @if cx.may(ACCEPT) {
                h3 { "另派评估员复评" }
                (naming(cx, view, "reassess", "指派复评"))
                details.mt-3 { summary { "异议不成立" }
                    (ui::form(cx, &url(view, "dismiss"), html! {
                        (ui::textarea("答复", "note", "", Field::text().required().limit(500)))
                        (ui::submit("答复并继续公示"))
                    }))
                }
            }
        },
    )
}

/// The level and how it came about.
fn result(scale: &Scale, scored: &Scored, a: &Assessment) -> Markup {
    ui::card(
        "评估结论",
        html! {
            (ui::columns(&[
                ui::figure("等级", format!("{} 级", scored.level), &scored.level_name),
                ui::figure("总分", scored.total, format!("满分 {}", scored.max)),
            ]))
            (ui::unverified_all(&scored.unverified))
            h3.mt-3 { "等级的得出过程" }
            ol { @for step in &scored.steps { li { (step.text) " " span.text-secondary { "（" (step.rule) "）" } } } }
            @if a.dementia { p { "评估或登记信息提示存在痴呆，待遇核定时会一并考虑。" } }
            @for doubt in &scored.doubts { (ui::alert(Tone::Warning, "请复核", doubt)) }
            @if !a.changes.is_empty() {
                h3.mt-3 { "合议情况" }
                (ui::table(&["项目", "各评", "合议", "理由"], a.changes.iter().map(|c| vec![
                    ui::text(compare::title(scale, &c.code, &c.name)),
                    ui::text(c.from.iter().map(i64::to_string).collect::<Vec<_>>().join("、")),
                    ui::text(c.to),
                    ui::text(&c.reason),
                ])))
            }
            @if let (Some(who), Some(on)) = (&a.reviewer, a.reviewed_on) { p { "审核人：" (who) "，" (on) } }
        },
    )
}

/// An answer with its words.
pub(crate) fn answer_text(scale: &Scale, answers: &Answers, code: &str) -> String {
    let Some(value) = compare::answer(answers, code) else { return "—".to_owned() };
    match scale.item(code) {
        Some(item) if item.measure.is_some() => item.text(value),
        Some(item) => format!("{value} 分　{}", item.text(value)),
        None => flag_text(scale, code, value),
    }
}

fn flag_text(scale: &Scale, code: &str, value: i64) -> String {
    let flag = scale.flags.iter().find(|flag| flag.code == code);
    let named = flag.and_then(|flag| flag.answers.get(usize::try_from(value).ok()?));
    match (named, flag) {
        (Some(name), _) => name.clone(),
        (None, Some(flag)) if flag.max == 1 => if value == 1 { "是" } else { "否" }.to_owned(),
        _ => format!("{value} 次"),
    }
}

/// Each assessor's answers beside the others', the ones that differ marked; earlier rounds folded.
fn side_by_side(scale: &Scale, view: &View) -> Markup {
    html! {
        @for round in (1..=view.a.round).rev() {
            @let forms: Vec<&AssessorsForm> = view.forms.iter().filter(|f| f.round == round && f.submitted).collect();
            @if !forms.is_empty() {
                details.card.mb-3 open[round == view.a.round] {
                    summary.card-header { h2.card-title { "各评估员的评分" @if view.a.round > 1 { "（第 " (round) " 轮）" } } }
                    div.card-body { (one_round(scale, &forms)) }
                }
            }
        }
    }
}

fn one_round(scale: &Scale, forms: &[&AssessorsForm]) -> Markup {
    let mut headings: Vec<String> = vec!["项目".to_owned()];
    headings.extend(forms.iter().map(|f| f.name.clone()));
    headings.push(String::new());
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows = compare::questions(scale).map(|(code, name, _)| {
        let same =
            forms.windows(2).all(|p| compare::answer(&p[0].answers, code) == compare::answer(&p[1].answers, code));
        let mut row = vec![ui::text(compare::title(scale, code, name))];
        row.extend(forms.iter().map(|f| ui::text(answer_text(scale, &f.answers, code))));
        row.push(html! { @if !same { (ui::badge(Tone::Warning, "不一致")) } });
        row
    });
    html! {
        p { @for f in forms { @if let Some(s) = &f.scored { span.me-3 { (f.name) "：" (s.total) " 分，" (s.level) " 级 " (s.level_name) } } } }
        (ui::table(&headings, rows))
    }
}

fn application(scale: &Scale, view: &View) -> Markup {
    let a = &view.a.application;
    let relation = if RELATIONS.contains(&a.relation.as_str()) { a.relation.as_str() } else { "其他" };
    let mut facts = vec![
        ("申请人", html! { (a.applicant) "（" (relation) "）" }),
        ("评估原因", ui::text(&a.reason)),
        ("同意日期", ui::opt(a.consent_on)),
    ];
    if !view.phone.is_empty() {
        facts.push(("联系电话", ui::text(&view.phone)));
    }
    if let Some(since) = a.disabled_since {
        facts.push(("失能开始日期", ui::text(since)));
    }
    if let Some((grade, (x, y))) = view.a.screen_grade.as_ref().zip(a.dependent(scale)) {
        facts.push(("自评等级", html! { (grade) " 级（甲类 " (x) " 项、乙类 " (y) " 项依赖）" }));
    }
    ui::card("申请", ui::facts(&facts))
}

fn history(view: &View) -> Markup {
    let moments: Vec<ui::Moment> = view
        .events
        .iter()
        .rev()
        .map(|e| ui::Moment {
            when: kernel::time::show(e.at),
            kind: super::super::views::event_title(&e.event).to_owned(),
            title: e.who.clone(),
            detail: e.note.clone(),
            href: None,
        })
        .collect();
    ui::card("办理过程", ui::timeline(&moments))
}
