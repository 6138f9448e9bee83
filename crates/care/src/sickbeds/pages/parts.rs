//! The cards and forms of a home sickbed's page.

use super::super::CARE;
use super::super::fees::{Fee, Funder};
use super::super::model::{CloseReason, Condition, ItemKind, Limits, Person, State};
use super::super::rounds::{Round, RoundKind, RoundState};
use super::case::{Case, due, next_round, sums};
use super::seen;
use crate::contracts::model::ConsentBy;
use crate::visits;
use registry::staff::Post;
use web::ui::{self, Field, Tone};
use web::{Cx, Markup, html};

/// So many rounds are shown at once.
const NEWEST: usize = 4;

fn url(case: &Case, step: &str) -> String {
    format!("{}/{step}", case.bed.key.href())
}

/// The step that brings it nearer to being opened.
pub(super) fn next_step(cx: &Cx, case: &Case) -> Markup {
    match case.bed.state {
        State::Applied => ui::card("审核收治条件", decision(cx, case)),
        State::Accepted => ui::card("签订同意书", consent(cx, case)),
        State::Agreed => ui::card("建床", opening(cx, case)),
        _ => html! {},
    }
}

fn decision(cx: &Cx, case: &Case) -> Markup {
    let body = html! {
        (seen(&case.bed))
        p { "请上门或当面评估后逐项填写。是否签约由系统核对；缺任何一项都不能准予建床。" }
        (ui::select("病种", "condition", &Condition::options(), case.bed.asked.condition.code()))
        (ui::checkbox("病情稳定，适宜在家治疗", "stable", false))
        (ui::checkbox("需要连续治疗", "needs_treatment", false))
        (ui::checkbox("行动不便，难以到医疗机构就诊", "homebound", false))
        (ui::checkbox("家中环境适宜", "home_fit", false))
        (ui::checkbox("家中有人照护", "carer_at_home", false))
        (ui::radios("结论", "accept", &[("yes", "准予建床"), ("no", "不予建床")], ""))
        (ui::textarea("说明", "note", "", Field::text().limit(300).hint("条件都符合而不予建床的必填")))
        (ui::submit("保存审核结论"))
    };
    ui::form_among(cx, &url(case, "decide"), body)
}

fn consent(cx: &Cx, case: &Case) -> Markup {
    let body = html! {
        (seen(&case.bed))
        p { "请打印同意书一式两份，讲解后签字盖章，再在此登记。" }
        (ui::radios("签字人", "by", &ConsentBy::options(), ConsentBy::Elder.code()))
        (ui::form_row(&[
            ui::field("姓名", "consent_name", &case.subject.name, Field::text().required().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("由家属或监护人签字的必填")),
            ui::date_with("签字日期", "consent_on", Some(cx.today()), Field::date().required().min(case.bed.asked.on).max(cx.today())),
        ]))
        (ui::submit("登记同意书"))
    };
    ui::form_among(cx, &url(case, "consent"), body)
}

fn people(all: &[Person], post: Option<Post>) -> Vec<(String, String)> {
    let fit = all.iter().filter(|person| match post {
        Some(post) => person.post == post,
        None => matches!(person.post, Post::Doctor | Post::Nurse | Post::Therapist),
    });
    fit.map(|person| (person.id.to_string(), format!("{}（{}）", person.name, person.post.name()))).collect()
}

fn opening(cx: &Cx, case: &Case) -> Markup {
    let (doctors, nurses) = (people(&case.people, Some(Post::Doctor)), people(&case.people, Some(Post::Nurse)));
    if doctors.is_empty() || nurses.is_empty() {
        return ui::alert(Tone::Warning, "本机构没有登记医师或护士", "请先在从业人员中登记。");
    }
    let own = cx.user.staff.map(|id| id.to_string()).unwrap_or_default();
    let limits = Limits::of(&cx.state.policies, case.subject.area, cx.today());
    let first = case.bed.consent.as_ref().map_or(case.bed.asked.on, |consent| consent.on);
    let body = html! {
        (seen(&case.bed))
        @if let Some(l) = limits {
            p { "一个周期最长 " (l.cycle_days) " 天，至少每 " (l.round_days) " 天巡诊一次；一年内最多建床 " (l.openings) " 次、" (l.year_days) " 天。建床费自动记入费用清单。" }
            (unverified(cx, case, &["sickbed_cycle_days", "sickbed_round_days", "sickbed_openings_a_year", "sickbed_year_days"]))
        }
        (ui::form_row(&[
            ui::select("责任医师", "doctor", &doctors, &own),
            ui::select("责任护士", "nurse", &nurses, &own),
            ui::date_with("建床日期", "opened_on", Some(cx.today()), Field::date().required().min(first).max(cx.today())),
        ]))
        (ui::submit("建床"))
    };
    ui::form_among(cx, &url(case, "open"), body)
}

fn unverified(cx: &Cx, case: &Case, names: &[&str]) -> Markup {
    let find = |name: &&str| cx.state.policies.parameter(name, case.subject.area, cx.today());
    let whys: Vec<String> =
        names.iter().filter_map(find).filter_map(|p| p.unverified().map(|why| format!("{}：{why}", p.title))).collect();
    ui::unverified_all(&whys)
}

/// The rounds that were made, the next one, and the form of it.
pub(super) fn rounds(cx: &Cx, case: &Case) -> Markup {
    let today = cx.today();
    let row = |round: &Round| {
        let tone = match round.state {
            RoundState::Done => Tone::Success,
            _ if round.overdue(today) => Tone::Danger,
            _ => Tone::Neutral,
        };
        let state = if round.overdue(today) { "逾期" } else { round.state.name() };
        let r = &round.report;
        vec![
            ui::text(round.done_on.unwrap_or(round.due_on)),
            html! { (round.kind.name()) " " (ui::badge(tone, state)) },
            ui::text(&round.staff_name),
            html! { (r.found) @if !r.vitals.line().is_empty() { br; span.text-secondary { (r.vitals.line()) } } },
            ui::text(&r.done),
            ui::text(&r.orders),
        ]
    };
    let all: Vec<&Round> = case.rounds.iter().filter(|round| round.state != RoundState::Void).collect();
    let (newest, older) = all.split_at(all.len().min(NEWEST));
    let headings = ["日期", "类别", "人员", "病情", "处置", "医嘱"];
    let table = |rounds: &[&Round]| ui::table(&headings, rounds.iter().map(|round| row(round)));
    let may = cx.may(CARE) && matches!(case.bed.state, State::Open | State::Closed) && !case.bed.over(today);
    html! {
        (ui::card("巡诊", html! {
            (table(newest))
            @if !older.is_empty() { details { summary { "更早的 " (older.len()) " 次" } (table(older)) } }
        }))
        @if may {
            (ui::seldom(if case.bed.state == State::Open { "登记巡诊或出诊" } else { "补记撤床前的出诊" }, false, round_form(cx, case)))
        }
    }
}

fn round_form(cx: &Cx, case: &Case) -> Markup {
    let bed = &case.bed;
    let open = bed.state == State::Open;
    let staff = people(&case.people, None);
    let own = cx.user.staff.or(bed.doctor).map(|id| id.to_string()).unwrap_or_default();
    let planned = case.rounds.iter().find(|round| round.state == RoundState::Planned);
    let kinds = if open { RoundKind::options() } else { vec![(RoundKind::CallOut.code(), RoundKind::CallOut.name())] };
    let day =
        Field::date().required().min(bed.opened_on.unwrap_or(cx.today())).max(bed.closed_on.unwrap_or(cx.today()));
    let items: Vec<_> = case.items.iter().filter(|item| item.ended_on.is_none()).collect();
    let number = |label: &str, name: &str| ui::number(label, name, None, Field::number());
    let body = html! {
        @if let Some(round) = planned { (ui::hidden("planned", round.id.to_string())) }
        (ui::radios("类别", "kind", &kinds, kinds[0].0))
        (ui::form_row(&[
            ui::date_with("日期", "on", Some(bed.closed_on.unwrap_or(cx.today())), day),
            ui::select("人员", "staff", &staff, &own),
        ]))
        (ui::form_row(&[
            ui::field("体温（℃）", "temperature", "", Field::number().step("0.1")),
            number("脉搏（次/分）", "pulse"),
            number("呼吸（次/分）", "breaths"),
        ]))
        (ui::form_row(&[
            number("收缩压（毫米汞柱）", "sbp"),
            number("舒张压（毫米汞柱）", "dbp"),
            number("血氧饱和度（%）", "spo2"),
        ]))
        (ui::textarea("病情", "found", "", Field::text().required().limit(500)))
        @if !items.is_empty() {
            fieldset.mb-3 {
                legend.form-label { "这次做了计划中的" }
                @for item in items {
                    label.form-check { input.form-check-input type="checkbox" name="items" value=(item.id.to_string());
                        span.form-check-label { (item.kind.name()) "：" (item.title) } }
                }
            }
        }
        (ui::textarea("其他处置", "done", "", Field::text().limit(500)))
        (ui::textarea("医嘱", "orders", "", Field::text().limit(500)))
        @if open { (ui::date_with("下次巡诊最迟日期", "next_on", None, Field::date().hint(hint(cx, case)))) }
        (funding())
        (ui::submit("登记"))
    };
    ui::form_among(cx, &url(case, "rounds"), body)
}

fn hint(cx: &Cx, case: &Case) -> String {
    next_round(cx, case)
        .map_or_else(String::new, |day| format!("不填则按巡诊间隔的上限；今天巡诊的为 {day}。出诊不改变巡诊日期"))
}

fn funding() -> Markup {
    let mut funders = vec![("", "没有，按价格收取")];
    funders.extend(Funder::options());
    html! {
        (ui::select("已有经费保障", "funded_by", &funders, ""))
        (ui::checkbox("这次上门已另收上门服务费", "visit_fee_charged", false))
    }
}

/// The plan: what is done, how often, when next.
pub(super) fn plan(cx: &Cx, case: &Case) -> Markup {
    let may = cx.may(CARE) && case.bed.state == State::Open;
    let rows = case.items.iter().map(|item| {
        let end = url(case, &format!("items/{}/end", item.id));
        vec![
            html! { (item.kind.name()) "：" (item.title) },
            ui::text(format!("每 {} 天一次", item.every_days)),
            ui::opt(item.last_done),
            due(item, cx.today()),
            html! { @if may && item.ended_on.is_none() { (ui::form_among(cx, &end, html! { (seen(&case.bed)) (ui::submit_toned("停止", Tone::Neutral)) })) } },
        ]
    });
    let none = ui::empty("还没有计划。请写明治疗、康复、护理、安宁疗护或指导的内容和次数。", None);
    let form = html! {
        (seen(&case.bed))
        (ui::form_row(&[
            ui::select("类别", "kind", &ItemKind::options(), ItemKind::Nursing.code()),
            ui::field("内容", "title", "", Field::text().required().limit(100).hint("如：更换胃管、压疮换药")),
            ui::number("每几天一次", "every_days", Some(7), Field::number().required().min(1)),
        ]))
        (ui::submit("加入计划"))
    };
    html! {
        (ui::card("服务计划", ui::table_or(&["内容", "频次", "上次", "下次", ""], rows, none)))
        @if may { (ui::seldom("增加计划内容", case.items.is_empty(), ui::form_among(cx, &url(case, "items"), form))) }
    }
}

/// The appointments: visits that come from this bed.
pub(super) fn visits(cx: &Cx, case: &Case) -> Markup {
    let (bed, may) = (&case.bed, cx.may(visits::PLAN) && case.bed.state == State::Open);
    if case.visits.is_empty() && !may || !cx.may(visits::READ) {
        return html! {};
    }
    let kind = visits::model::Kind::SickbedRound.code();
    let href = format!(
        "/visits/new?elder={}&kind={kind}&institution={}&source={}",
        bed.key.elder, bed.asked.institution, bed.key.id
    );
    let plan = html! { @if may { (ui::link_button(&href, "安排上门", Tone::Neutral)) } };
    ui::card_with("上门安排", plan, visits::pages::table(cx, &case.visits))
}

/// A change for the worse: the doctor is called, the way to a referral is shown.
pub(super) fn escalation(cx: &Cx, case: &Case) -> Markup {
    let elder = case.bed.key.elder;
    let to = |start: &str| cx.state.nav.iter().any(|entry| entry.href == start && cx.may(entry.permission));
    let body = html! {
        (ui::form_row(&[
            ui::date_with("日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::field("联系的医师", "doctor", &case.bed.doctor_name, Field::text().required().limit(40)),
            ui::date_with("最迟上门日期", "next_on", None, Field::date().hint("填写后，下次巡诊提前到这一天")),
        ]))
        (ui::textarea("病情变化", "what", "", Field::text().required().limit(500)))
        (ui::textarea("处理意见", "advice", "", Field::text().required().limit(500)))
        (ui::submit("登记病情变化"))
    };
    ui::seldom(
        "病情变化，联系医师",
        false,
        html! {
            p { "危急时先拨打 120。需要住院的，办理转诊；登记入院后本床自动撤床。病情已到终末期的，申请安宁疗护，诊断随之带过去，本床保留。" }
            p {
                @if to("/referrals") { (ui::link_button(&format!("/referrals/new?elder={elder}"), "办理转诊", Tone::Danger)) " " }
                @if cx.may(crate::stays::WRITE) { (ui::link_button(&format!("/stays/new?elder={elder}"), "登记住院", Tone::Neutral)) " " }
                @if cx.may(crate::hospice::WRITE) { (ui::link_button(&format!("/hospice/new?elder={elder}"), "申请安宁疗护", Tone::Neutral)) }
            }
            (ui::form_among(cx, &url(case, "escalate"), body))
        },
    )
}

/// The account in short, and a line more.
pub(super) fn account(cx: &Cx, case: &Case) -> Markup {
    let open = case.bed.state == State::Open && !case.bed.over(cx.today());
    let may = cx.may(CARE) && open;
    let taken: Vec<_> = case.lines.iter().filter_map(|line| line.reverses).collect();
    let rows = case.lines.iter().map(|line| {
        let back = cx.may(CARE) && line.reverses.is_none() && !taken.contains(&line.id);
        let href = url(case, &format!("fees/{}/reverse", line.id));
        vec![
            ui::text(line.on),
            html! { (line.charge.title) @if !line.note.is_empty() { br; span.text-secondary { "冲销：" (line.note) } } },
            ui::money(line.charge.price),
            ui::money(line.charge.charge),
            html! { (line.charge.reason) @if let Some(funder) = line.funded_by { br; span.text-secondary { (funder.name()) } } },
            html! { @if back { details { summary { "冲销" } (ui::form_among(cx, &href, html! {
                (ui::field("冲销原因", "reason", "", Field::text().required().limit(100)))
                (ui::submit_toned("冲销这一笔", Tone::Danger))
            })) } } },
        ]
    });
    let whys: Vec<&String> = case.lines.iter().flat_map(|l| &l.charge.decisions).flat_map(|d| &d.unverified).collect();
    html! {
        (ui::card("费用", html! {
            (sums(&case.lines))
            details { summary { "逐笔清单（" (case.lines.len()) " 笔）" }
                (ui::table(&["日期", "项目", ">价格（元）", ">实收（元）", "说明", ""], rows)) }
            (ui::unverified_all(&whys))
        }))
        @if may { (ui::seldom("记一笔诊疗、护理费用", false, fee_form(cx, case))) }
    }
}

fn fee_form(cx: &Cx, case: &Case) -> Markup {
    let body = html! {
        (ui::hidden("fee", Fee::Item.code()))
        (ui::form_row(&[
            ui::date_with("服务日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::field("项目", "title", "", Field::text().required().limit(60)),
            ui::field("单价（元）", "price", "", Field::number().required().step("0.01").hint("本机构执行的医疗价格")),
        ]))
        (funding())
        (ui::submit("记入费用清单"))
    };
    ui::form_among(cx, &url(case, "fees"), body)
}

/// Extending and closing.
pub(super) fn ending(cx: &Cx, case: &Case) -> Markup {
    let over = case.bed.over(cx.today());
    let limits = Limits::of(&cx.state.policies, case.subject.area, cx.today());
    let extend = html! {
        (seen(&case.bed))
        @if let Some(l) = limits { p { "一次建床最多延长 " (l.extensions) " 次，每次最多 " (l.cycle_days) " 天；一年内最多 " (l.year_days) " 天。" } }
        (ui::form_row(&[
            ui::number("延长天数", "days", None, Field::number().required().min(1)),
            ui::field("延长理由", "reason", "", Field::text().required().limit(300)),
        ]))
        (ui::submit("延长周期"))
    };
    let close = html! {
        (seen(&case.bed))
        (ui::form_row(&[
            ui::select("撤床原因", "reason", &CloseReason::options(), CloseReason::Stable.code()),
            ui::date_with("撤床日期", "closed_on", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::textarea("撤床小结", "summary", "", Field::text().required().limit(500).hint("治疗经过、现在的情况、以后的建议")))
        (ui::submit_toned("撤床", Tone::Danger))
    };
    html! {
        (ui::seldom("延长周期", over, ui::form_among(cx, &url(case, "extend"), extend)))
        (ui::seldom("撤床", over, ui::form_among(cx, &url(case, "close"), close)))
    }
}

/// Taking the application back.
pub(super) fn withdrawal(cx: &Cx, case: &Case) -> Markup {
    let body = html! {
        (seen(&case.bed))
        (ui::field("撤回原因", "reason", "", Field::text().required().limit(200)))
        (ui::submit_toned("撤回申请", Tone::Danger))
    };
    ui::seldom("撤回申请", false, ui::form_among(cx, &url(case, "withdraw"), body))
}
