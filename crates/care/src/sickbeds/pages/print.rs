//! Sheets of A4: the consent in two copies, the summary, the account.

use super::super::model::{Limits, State};
use super::super::rounds::RoundState;
use super::super::views::last_day;
use super::SOURCE;
use super::case::{Case, load, sums};
use axum::extract::Path;
use kernel::Date;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

type Ids = Path<(String, String)>;

fn page(cx: &Cx, case: &Case, title: &str, body: Markup) -> Markup {
    let page = Page::new(cx, title).crumb("家庭病床", "/sickbeds").crumb(&case.subject.name, &case.bed.key.href());
    page.source(SOURCE).body(body)
}

fn who(cx: &Cx, case: &Case) -> Vec<(&'static str, Markup)> {
    let (bed, subject) = (&case.bed, &case.subject);
    vec![
        ("姓名", ui::text(&subject.name)),
        ("性别、年龄", ui::text(subject.age_and_sex(cx.today()))),
        ("住地", ui::text(&case.place)),
        ("建床机构", ui::text(&bed.institution_name)),
        ("病种", ui::text(bed.asked.condition.name())),
        ("主要诊断", ui::text(format!("{} {}", bed.asked.diagnosis, bed.asked.diagnosis_code))),
    ]
}

fn day(on: Option<Date>) -> Markup {
    ui::text(on.map_or_else(|| "　　　年　　月　　日".to_owned(), ui::date_zh))
}

/// The consent: one copy for each side.
pub(in super::super) async fn consent(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    if matches!(case.bed.state, State::Applied | State::Refused | State::Withdrawn) {
        return Err(Error::Conflict("还没有准予建床，没有可打印的同意书".into()));
    }
    let limits = Limits::of(&cx.state.policies, case.subject.area, cx.today());
    let body = html! {
        (ui::print_sheet("家庭病床服务知情同意书", sheet(&cx, &case, limits, "医疗机构存")))
        article.yy-sheet {
            h2.yy-sheet-title { "家庭病床服务知情同意书" }
            (sheet(&cx, &case, limits, "患者存"))
        }
    };
    Ok(page(&cx, &case, "家庭病床同意书", body))
}

fn sheet(cx: &Cx, case: &Case, limits: Option<Limits>, copy: &str) -> Markup {
    let signed = case.bed.consent.as_ref();
    html! {
        p.text-end { "一式两份，" (copy) }
        (ui::facts(&who(cx, case)))
        p { "一、建床机构的医护人员按计划上门治疗、护理、康复、安宁疗护和指导，由责任医师巡诊"
            @if let Some(l) = limits { "，至少每 " (l.round_days) " 天一次" } "。" }
        @if let Some(l) = limits {
            p { "二、一个周期最长 " (l.cycle_days) " 天，期满仍需治疗的可以申请延长；一年内累计不超过 " (l.year_days) " 天。" }
        } @else {
            p { "二、周期按当地规定，期满仍需治疗的可以申请延长。" }
        }
        p { "三、家庭的设备和抢救条件不如医院，病情可能在医护人员不在时突然变化。遇到紧急情况，家属应立即拨打 120，并通知责任医师。" }
        p { "四、需要住院的，由责任医师协助转诊。住院期间不能同时使用家庭病床，入院即撤床。" }
        p { "五、建床费每次建床收一次，巡诊费、出诊费按次收取，所做的项目按医疗价格收取；已由家庭医生签约、长期护理保险等保障的项目不重复收费。每笔费用可以查看清单。" }
        p { "六、家属应如实说明病情，留人照护，保管好药品和器具，按医嘱用药。" }
        p { "七、本人或家属可以随时要求撤床；好转、稳定、住院、迁出的，也应撤床。" }
        p { "我已听取上述说明并理解其内容，同意建立家庭病床。" }
        (ui::facts(&[
            ("签字人", ui::text(signed.map_or_else(|| "　".to_owned(), |c| format!("{}（{}）", c.name, c.by.name())))),
            ("与老年人的关系", ui::text(signed.map_or("　", |c| if c.relation.is_empty() { "本人" } else { &c.relation }))),
            ("签字日期", day(signed.map(|c| c.on))),
        ]))
        (ui::seals(&["建床机构", "本人、家属或监护人（签字）"]))
    }
}

/// The summary: course, rounds, how it ended.
pub(in super::super) async fn summary(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    let bed = &case.bed;
    if bed.opened_on.is_none() {
        return Err(Error::Conflict("还没有建床，没有可打印的小结".into()));
    }
    let done: Vec<_> = case.rounds.iter().rev().filter(|round| round.state == RoundState::Done).collect();
    let rows = done.iter().map(|round| {
        let r = &round.report;
        let text = [r.vitals.line(), r.found.clone(), r.done.clone(), r.orders.clone()];
        vec![
            ui::text(round.done_on.unwrap_or(round.due_on)),
            ui::text(round.kind.name()),
            ui::text(&round.staff_name),
            ui::text(text.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("；")),
        ]
    });
    let mut facts = who(&cx, &case);
    facts.extend([
        ("责任医师", ui::text(&bed.doctor_name)),
        ("责任护士", ui::text(&bed.nurse_name)),
        ("建床日期", day(bed.opened_on)),
        ("撤床日期", day(bed.closed_on)),
        ("天数", ui::text(format!("{} 天", bed.lasted(cx.today())))),
        ("撤床原因", ui::text(&bed.close_reason)),
    ]);
    let items: Vec<String> =
        case.items.iter().map(|i| format!("{}（{}，每 {} 天一次）", i.title, i.kind.name(), i.every_days)).collect();
    let body = html! {
        (ui::facts(&facts))
        @if bed.closed_on.is_none() { p { "本床尚未撤床，周期至 " (day(last_day(bed.until))) "。" } }
        @if !items.is_empty() { p { "服务计划：" (items.join("；")) "。" } }
        p { "巡诊、出诊共 " (done.len()) " 次：" }
        (ui::table(&["日期", "类别", "人员", "病情、处置、医嘱"], rows))
        @if !bed.summary.is_empty() { p { "小结：" (bed.summary) } }
        (ui::seals(&["建床机构", "责任医师"]))
    };
    Ok(page(&cx, &case, "家庭病床小结", ui::print_sheet("家庭病床小结", body)))
}

/// The account of fees.
pub(in super::super) async fn account(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    let bed = &case.bed;
    let rows = case.lines.iter().map(|line| {
        vec![
            ui::text(line.on),
            html! { (line.charge.title) @if line.reverses.is_some() { "（冲销）" } },
            ui::text(&line.charge.price_code),
            ui::money(line.charge.price),
            ui::text(line.funded_by.map_or("", |funder| funder.name())),
            ui::money(line.charge.charge),
            ui::text(&line.charge.reason),
        ]
    });
    let mut facts = who(&cx, &case);
    facts.extend([("建床日期", day(bed.opened_on)), ("撤床日期", day(bed.closed_on))]);
    let whys: Vec<&String> = case.lines.iter().flat_map(|l| &l.charge.decisions).flat_map(|d| &d.unverified).collect();
    let body = html! {
        (ui::facts(&facts))
        (ui::table(&["日期", "项目", "编码", ">价格（元）", "已有保障", ">实收（元）", "说明"], rows))
        (sums(&case.lines))
        (ui::unverified_all(&whys))
        (ui::seals(&["建床机构", "本人或家属（签字）"]))
    };
    Ok(page(&cx, &case, "家庭病床费用清单", ui::print_sheet("家庭病床费用清单", body)))
}
