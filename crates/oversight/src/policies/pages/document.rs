//! A document clause by clause, with what runs behind each: tables, targets, parameters, duties, parts of the program.

use super::SOURCE;
use axum::extract::Path;
use kernel::ClauseId;
use policy::{Clause, Document, Duty, Library, Status, Table, Target};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((place, document)): Path<(String, String)>) -> Result<Markup, Error> {
    let library = cx.state.policies.clone();
    let document = library.document(&format!("{place}/{document}")).ok_or(Error::NotFound)?;
    let own: Vec<&Clause> = library.clauses().filter(|c| c.document == document.id).collect();
    let body = html! {
        (head(document, &own))
        @for clause in &own { (one(&cx, &library, clause)) }
        (parameters(&library, document))
        (silences(&library, document))
    };
    let page = Page::new(&cx, &document.number).crumb("政策文件", "/policies");
    Ok(page.source(SOURCE).body(body))
}

fn head(document: &Document, clauses: &[&Clause]) -> Markup {
    html! {
        p.lead { (document.title) }
        p.text-secondary {
            "自 " (document.period.from) " 起施行"
            @if let Some(until) = document.period.until { "，至 " (until) " 前" }
            @if let Some(issued) = document.issued { "；" (issued) " 印发" }
            "。共 " (clauses.len()) " 条，摘要是本平台的概述。"
        }
        @if let Some(why) = &document.unverified { (ui::alert(Tone::Warning, "本文件的数值未核实", html! { (why) })) }
        (super::doubts(&document.unclear))
        (ui::card("", html! { details { summary { "条款目录" } ul.mt-2 {
            @for clause in clauses { li { a href={ "#" (clause.id) } { (clause.at) " " (clause.title) } } }
        } } }))
    }
}

/// A clause with everything that runs behind it.
fn one(cx: &Cx, library: &Library, clause: &Clause) -> Markup {
    let mut about = vec![];
    if !clause.departments.is_empty() {
        about.push(("责任部门", html! { (clause.departments.join("、")) }));
    }
    if let Some(deadline) = &clause.deadline {
        about.push(("期限", html! { (deadline) }));
    }
    html! {
        section.card.mb-3 id=(clause.id) { div.card-body {
            h2.card-title.mb-2 { (clause.at) "　" (clause.title) " " small.text-secondary.fw-normal.text-nowrap { "编号 " (clause.id) } }
            p { (clause.summary) }
            @if !about.is_empty() { (ui::facts(&about)) }
            h3.mt-3 { "由什么承担" }
            (behind(cx, library, clause))
        } }
    }
}

fn behind(cx: &Cx, library: &Library, clause: &Clause) -> Markup {
    let id = &clause.id;
    let duties: Vec<&Duty> = library.duties().filter(|duty| duty.clause == *id).collect();
    let targets: Vec<&Target> = library.all_targets().filter(|target| target.clause == *id).collect();
    let nothing = library.carriers(id).is_empty();
    html! {
        ul.mb-0 {
            @for table in tables(library, clause) {
                li { "规则表 " a href=(ui::table_href(table)) { (table.title) } "　"
                    a.d-print-none href={ "/policies/ask/" (table.question) } { "试一试" } }
            }
            @for target in targets { li { "目标 " (goal(target)) } }
            @for parameter in library.parameters().filter(|p| p.clause == *id) {
                li { "参数 " (parameter.title) "：" strong { (ui::parameter(parameter)) }
                    @if let Some(why) = parameter.unverified() { (ui::unverified(why)) } }
            }
            @for duty in duties { li { (duty_line(clause, duty)) } }
            @for part_of in &clause.carried_by { li { "功能 " (way(cx, part_of)) } }
            @for planned in &clause.planned { li { (ui::badge(Tone::Info, "待建")) " " (part(planned).unwrap_or(planned)) } }
            @if nothing { li { (ui::muted("尚无")) } }
        }
    }
}

/// The capability by its name, as a link for those who may go there.
fn way(cx: &Cx, capability: &str) -> Markup {
    let (name, page) = (part(capability).unwrap_or(capability), policy::page_of(capability));
    let mut open = cx.state.nav.iter().filter(|entry| cx.may(entry.permission));
    let below = format!("{page}/");
    let entry =
        open.clone().find(|entry| entry.href == page).or_else(|| open.find(|entry| entry.href.starts_with(&below)));
    match entry {
        Some(entry) => html! { a href=(entry.href) { (name) } },
        None => html! { (name) },
    }
}

/// The tables that decide by the clause, and those of other documents that answer for it.
fn tables<'a>(library: &'a Library, clause: &Clause) -> Vec<&'a Table> {
    let on = |table: &Table, id: &ClauseId| table.rows.iter().chain(&table.otherwise).any(|row| row.clause == *id);
    let asked = |table: &Table| clause.asks.contains(&table.question);
    library.tables().filter(|table| on(table, &clause.id) || asked(table)).collect()
}

fn goal(t: &Target) -> Markup {
    let value = if t.unit == "bp" { kernel::Bp(t.value).to_string() } else { t.value.to_string() };
    let per = match t.per.as_str() {
        "county" => "每个县（市）、区",
        "street" => "每个街道",
        _ => "",
    };
    let sign = if t.op == "==" { "" } else { "不低于 " };
    html! { (t.title) "：" strong { (per) (sign) (value) } "，" (t.by_year) " 年" }
}

/// What a duty obliges to, with the word of the document.
fn duty_line(clause: &Clause, d: &Duty) -> Markup {
    let word = match d.duty.as_str() {
        "must" => "应当",
        "should" => "鼓励",
        _ => "可以",
    };
    let quantity = d.quantity();
    html! {
        span id={ "duty-" (d.id) } { "责任 " strong { (d.who) } "：" (word) (d.what) }
        @if !quantity.is_empty() { "，" strong { (quantity) } }
        @if let Some(by) = d.by.as_ref().filter(|by| Some(*by) != clause.deadline.as_ref()) { "，" (by) }
        @if !d.departments.is_empty() { "（" (d.departments.join("、")) "）" }
        @if let Some(doubt) = &d.unclear { div.text-secondary { "读法：" (doubt) } }
    }
}

/// Questions that the document leaves open.
fn silences(library: &Library, document: &Document) -> Markup {
    if document.silent.is_empty() {
        return html! {};
    }
    let rows = document
        .silent
        .iter()
        .map(|s| vec![html! { (library.title(&s.question).unwrap_or(&s.question)) }, html! { (s.reason) }]);
    ui::card("文件没有规定的", &ui::table(&["问题", "为什么答“未定”"], rows))
}

/// A part of the program by its folder.
fn part(folder: &str) -> Option<&'static str> {
    Some(match folder {
        "care/agreements" => "合作协议",
        "care/assessments" => "评估",
        "care/contracts" => "家庭医生签约",
        "care/chart" => "健康档案",
        "care/followups" => "慢病随访",
        "care/records" => "健康体检",
        "care/stays" => "住院情况",
        "care/sickbeds" => "家庭病床",
        "care/visits" => "上门服务与巡诊",
        "care/referrals" => "转诊与绿色通道",
        "care/consultations" => "远程会诊",
        "care/tcm" => "中医药健康管理",
        "care/vaccinations" => "疫苗接种",
        "care/vitals" => "健康监测",
        "care/emergencies" => "紧急呼叫",
        "care/volunteers" => "志愿服务",
        "exchange/fhir" => "信息平台对接",
        "exchange/reporting" => "上报国家系统",
        "money/aids" => "辅具租赁",
        "money/claims" => "费用申报与支付",
        "money/points" => "服务积分",
        "money/subsidies" => "补贴发放",
        "oversight/appraisal" => "考核评定",
        "oversight/duties" => "责任台账",
        "oversight/hazards" => "安全隐患",
        "oversight/inspections" => "监督抽查",
        "oversight/licensing" => "设立审批",
        "oversight/planning" => "规划布局",
        "oversight/training" => "培训",
        "registry/catalogue" => "服务与用品目录",
        "money/ltci" => "长期护理保险",
        "oversight/indicators" => "考核指标",
        "registry/elders" => "老年人名册",
        "registry/institutions" => "机构",
        "registry/staff" => "从业人员",
        _ => return None,
    })
}

fn parameters(library: &Library, document: &Document) -> Markup {
    let mut parameters = library.parameters().filter(|p| p.document == document.id).peekable();
    if parameters.peek().is_none() {
        return html! {};
    }
    let rows = parameters.map(|p| {
        vec![
            html! { (p.title) },
            html! { (ui::parameter(p)) },
            html! { (ui::clause(library, &p.clause)) },
            html! { (p.source) },
            html! { @match &p.status {
                Status::Verified => (ui::badge(Tone::Success, "已核实")),
                Status::Unverified { why } => (ui::unverified(why)),
            } },
        ]
    });
    ui::card("参数", &ui::table(&["参数", ">数值", "条款", "出处", "核实"], rows))
}
