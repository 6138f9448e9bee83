//! The policy documents as pages: what each clause asks, which table decides it, which number is not verified yet.

use crate::cx::Cx;
use crate::error::Error;
use crate::routes::{Nav, Permission, Routes};
use crate::shell::Page;
use crate::ui::words::fact;
use crate::ui::{self, Tone};
use axum::extract::Path;
use maud::{Markup, html};
use policy::{Document, Duty, Kind, Library, Parameter, Status, Table};

/// Reads the documents.
pub const READ: Permission = Permission("policies.read");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监管", title: "政策文件", href: "/policies", permission: READ, order: 620 }];

const SOURCE: &str = "政策包（policies/ 目录）。条款为本平台概述，以文件原文为准；标“未核实”的数值待主管部门确认。";

/// `/policies` and `/policies/{place}/{document}`
pub fn routes() -> Routes {
    Routes::new().get("/policies", READ, list).get("/policies/{place}/{document}", READ, show)
}

async fn list(cx: Cx) -> Result<Markup, Error> {
    let library = &cx.state.policies;
    let rows = library.documents().map(|d| {
        let clauses = library.clauses().filter(|c| c.document == d.id).count();
        let tables = library.tables().filter(|t| t.document == d.id).count();
        let open = library.parameters().filter(|p| p.document == d.id && p.status != Status::Verified).count();
        vec![
            html! { a href={ "/policies/" (d.id) } { (d.number) } div.text-secondary { (d.title) } },
            html! { (d.period.from) @if let Some(until) = d.period.until { " 至 " (until) } @else { " 起" } },
            html! { (clauses) },
            html! { (tables) },
            html! { @if open > 0 { (ui::badge(Tone::Warning, format!("{open} 项未核实"))) } @else { "—" } },
        ]
    });
    let body = html! {
        (ui::card("政策文件", &ui::table(&["文件", "施行", ">条款", ">规则表", "参数"], rows)))
        (ui::card("评估量表", &scales(library)))
    };
    Ok(Page::new(&cx, "政策文件").source(SOURCE).body(body))
}

/// Every scale with what it is for, whose its words are, where it comes from and whether that was checked.
fn scales(library: &Library) -> Markup {
    let rows = library.scales().map(|scale| {
        vec![
            html! { (scale.name) div.text-secondary { (scale.version) } },
            html! { (scale.purpose.title()) },
            html! { (scale.items.len()) },
            html! { (scale.source) @for doubt in &scale.unclear { div.text-secondary { "读法：" (doubt) } } },
            html! { (scale.licence.wording.title()) div.text-secondary { (scale.licence.note) } },
            html! {
                @let open = scale.open_figures();
                @if open.is_empty() { (ui::badge(Tone::Success, "已互校")) } @else { (ui::unverified_all(&open)) }
            },
        ]
    });
    html! {
        p.text-secondary { "只有用于评定的量表能据以申请评估、得出等级；筛查量表的结果不决定待遇。" }
        (ui::table(&["量表", "用途", ">项目", "来源", "文字", "核实"], rows))
    }
}

async fn show(cx: Cx, Path((place, document)): Path<(String, String)>) -> Result<Markup, Error> {
    let library = cx.state.policies.clone();
    let document = library.document(&format!("{place}/{document}")).ok_or(Error::NotFound)?;
    let tables = library.tables().filter(|t| t.document == document.id);
    let body = html! {
        (head(document))
        (clauses(&library, document))
        (targets(&library, document))
        (duties(&library, document))
        @for table in tables { (decision_table(table)) }
        (parameters(library.parameters().filter(|p| p.document == document.id)))
        (silences(&library, document))
    };
    Ok(Page::new(&cx, &document.number).crumb("政策文件", "/policies").source(SOURCE).body(body))
}

fn head(document: &Document) -> Markup {
    html! {
        p.lead { (document.title) }
        @if let Some(why) = &document.unverified { (ui::alert(Tone::Warning, "本文件的数值未核实", &html! { (why) })) }
        @for doubt in &document.unclear { (ui::alert(Tone::Info, "存疑与读法", &html! { (doubt) })) }
    }
}

fn clauses(library: &Library, document: &Document) -> Markup {
    let rows = library.clauses().filter(|c| c.document == document.id).map(|c| {
        vec![
            html! { span id=(c.id) { (c.id) } div.text-secondary { (c.at) } },
            html! { strong { (c.title) } div { (c.summary) } },
            ui::opt(Some(c.departments.join("、"))),
            ui::opt(c.deadline.as_deref()),
            html! { (carriers(library, &c.id)) },
        ]
    });
    ui::card("条款", &ui::table(&["条款", "要求（概述）", "责任部门", "期限", "由什么承担"], rows))
}

/// What carries a clause: parts of the program by their menu names, tables and parameters by their titles.
fn carriers(library: &Library, clause: &kernel::ClauseId) -> Markup {
    let word = |carrier: String| {
        match carrier.split_once(' ') {
            Some(("表", name)) => {
                library.tables().find(|t| t.question == name).map(|t| format!("规则表“{}”", t.title))
            }
            Some(("参数", name)) => {
                library.parameters().find(|p| p.name == name).map(|p| format!("参数“{}”", p.title))
            }
            Some(("目标", id)) => {
                library.all_targets().find(|t| t.indicator == id).map(|t| format!("目标“{}”", t.title))
            }
            Some(("责任", id)) => {
                library.duties().find(|d| d.id == id).map(|d| format!("责任：{}{}", d.who, duty(d)))
            }
            Some(_) => None,
            None => part(&carrier).map(|name| format!("功能“{name}”")),
        }
        .unwrap_or(carrier)
    };
    let mut all: Vec<String> = library.carriers(clause).into_iter().map(word).collect();
    all.dedup();
    let planned = library.clause(clause).map_or(&[][..], |clause| &clause.planned);
    html! {
        @if all.is_empty() { (ui::muted("尚无")) }
        @for one in all { div { (one) } }
        @for one in planned { div { (ui::badge(Tone::Info, "待建")) " " (part(one).unwrap_or(one)) } }
    }
}

/// What a duty obliges to, with the word of the document.
fn duty(d: &Duty) -> String {
    let word = match d.duty.as_str() {
        "must" => "应当",
        "should" => "鼓励",
        _ => "可以",
    };
    format!("{word}{}", d.what)
}

fn duties(library: &Library, document: &Document) -> Markup {
    let mut duties = library.duties().filter(|d| d.document == document.id).peekable();
    if duties.peek().is_none() {
        return html! {};
    }
    let rows = duties.map(|d| {
        let departments = if d.departments.is_empty() {
            library.clause(&d.clause).map(|clause| clause.departments.join("、"))
        } else {
            Some(d.departments.join("、"))
        };
        vec![
            html! { span id=(d.id) { (d.id) } },
            html! { (d.who) },
            html! { (duty(d)) @if let Some(doubt) = &d.unclear { div.text-secondary { "读法：" (doubt) } } },
            ui::opt(departments.filter(|text| !text.is_empty())),
            ui::opt(d.by.as_deref()),
            ui::opt(Some(d.quantity()).filter(|text| !text.is_empty())),
        ]
    });
    ui::card("责任", &ui::table(&["条款", "对象", "要求（概述）", "责任部门", "期限", "数量"], rows))
}

fn targets(library: &Library, document: &Document) -> Markup {
    let mut targets = library.all_targets().filter(|t| t.document == document.id).peekable();
    if targets.peek().is_none() {
        return html! {};
    }
    let rows = targets.map(|t| {
        let value = if t.unit == "bp" { kernel::Bp(t.value).to_string() } else { t.value.to_string() };
        let per = match t.per.as_str() {
            "county" => "每个县（市）、区 ",
            "street" => "每个街道 ",
            _ => "",
        };
        let sign = if t.op == "==" { "" } else { "不低于 " };
        vec![html! { (t.indicator) }, html! { (t.title) }, html! { (per) (sign) (value) }, html! { (t.by_year) " 年" }]
    });
    ui::card("目标", &ui::table(&["条款", "目标", ">数值", ">期限"], rows))
}

/// Questions that the document leaves open.
fn silences(library: &Library, document: &Document) -> Markup {
    if document.silent.is_empty() {
        return html! {};
    }
    let title = |question: &str| library.tables().find(|t| t.question == question).map(|t| t.title.clone());
    let rows = document.silent.iter().map(|s| {
        vec![html! { (title(&s.question).unwrap_or_default()) " " code { (s.question) } }, html! { (s.reason) }]
    });
    ui::card("文件没有规定的", &ui::table(&["问题", "为什么答“未定”"], rows))
}

/// A part of the program by its folder.
fn part(folder: &str) -> Option<&'static str> {
    Some(match folder {
        "care/assessments" => "评估",
        "care/contracts" => "家庭医生签约",
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

/// A cell as civil servants read it: words by their Chinese names, yes and no, no quotation marks.
fn in_words(cell: &str, kind: &Kind) -> String {
    let named = |word: &str| match (kind.inner(), word) {
        (Kind::Word(list) | Kind::SetOf(list), word) => list.label(word).unwrap_or(word).to_owned(),
        (_, "true") => "是".to_owned(),
        (_, "false") => "否".to_owned(),
        (_, "-") => "不限".to_owned(),
        (_, "null") => "没有".to_owned(),
        (_, other) => other.to_owned(),
    };
    match cell {
        "-" => "不限".to_owned(),
        _ if cell.contains(['(', '*', '=']) && !cell.contains('"') => cell.to_owned(),
        _ => cell.split([',', '、']).map(|word| named(word.trim().trim_matches('"'))).collect::<Vec<_>>().join("、"),
    }
}

fn decision_table(table: &Table) -> Markup {
    let headings: Vec<String> = ["条款".to_owned()]
        .into_iter()
        .chain(table.inputs.iter().map(|c| fact(&c.name).to_owned()))
        .chain(table.outputs.iter().map(|c| format!("⇒ {}", fact(&c.name))))
        .collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let rows = table.rows.iter().chain(&table.otherwise).map(|row| {
        let clause = html! { (row.clause) @if let Some(why) = &row.unverified { (ui::unverified(why)) } };
        let kinds = table.inputs.iter().map(|c| &c.kind);
        let cells = row.sources().zip(kinds).map(|(cell, kind)| html! { (in_words(cell, kind)) });
        let kinds = table.outputs.iter().map(|c| &c.kind);
        let results = row.results().zip(kinds).map(|(result, kind)| html! { strong { (in_words(&result, kind)) } });
        std::iter::once(clause).chain(cells).chain(results).collect()
    });
    let body = html! {
        p.text-secondary {
            "提问名 " code { (table.question) } "，取值方式 " (table.hit.word()) "，自 " (table.period.from) " 起"
            @if let Some(until) = table.period.until { "至 " (until) }
        }
        @if let Some(why) = &table.unverified { (ui::unverified(why)) }
        @for doubt in &table.unclear { p.text-secondary { "读法：" (doubt) } }
        (ui::table(&headings, rows))
        @if let Some(silent) = &table.silent { p { "其余情形：尚不能判定。" (silent) } }
    };
    ui::card(&format!("规则表：{}", table.title), &body)
}

fn parameters<'a>(parameters: impl Iterator<Item = &'a Parameter>) -> Markup {
    let mut parameters = parameters.peekable();
    if parameters.peek().is_none() {
        return html! {};
    }
    let rows = parameters.map(|p| {
        vec![
            html! { (p.title) div.text-secondary { code { (p.name) } } },
            html! { (ui::parameter(p)) },
            html! { (p.clause) },
            html! { (p.source) },
            html! { @match &p.status {
                Status::Verified => (ui::badge(Tone::Success, "已核实")),
                Status::Unverified { why } => (ui::unverified(why)),
            } },
        ]
    });
    ui::card("参数", &ui::table(&["参数", ">数值", "条款", "出处", "核实"], rows))
}
