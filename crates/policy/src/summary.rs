//! What `policy check` and `policy clauses` print.

use crate::columns::Column;
use crate::document::{Document, Parameter, Status, Target};
use crate::duty::Duty;
use crate::library::Library;
use crate::table::Table;
use std::fmt::Write;

/// How much there is, and what is still open.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Documents.
    pub documents: usize,
    /// Clauses.
    pub clauses: usize,
    /// Decision tables.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: usize,
    /// Parameters.
    pub parameters: usize,
    /// Targets.
    pub targets: usize,
    /// Duties.
    pub duties: usize,
    /// Scales.
    pub scales: usize,
    /// Cases of the documents, all passed.
    pub cases: usize,
    /// Boundary values, each tried by a case.
    pub boundaries: usize,
    /// Doubts about the reading: file and doubt.
    pub unclear: Vec<(String, String)>,
    /// Figures that are not verified: where and why.
    pub unverified: Vec<(String, String)>,
}

impl Library {
    /// How much there is, and what is still open.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            documents: self.documents.len(),
            clauses: self.clauses.len(),
            tables: self.tables().count(),
            rows: self.tables().map(|table| table.rows.len()).sum(),
            parameters: self.parameters().count(),
            targets: self.targets.len(),
            duties: self.duties.len(),
            scales: self.scales.len(),
            cases: self.cases,
            boundaries: self.boundaries,
            unclear: self.unclear().into_iter().chain(self.scale_doubts()).collect(),
            unverified: self.unverified(),
        }
    }

    fn unclear(&self) -> Vec<(String, String)> {
        let documents = self.documents().map(|d| (format!("policies/{}/document.toml", d.id), &d.unclear));
        let tables = self.tables().map(|table| (table.file.clone(), &table.unclear));
        let duties = self.duties.iter().filter_map(|duty| Some((duty, duty.unclear.clone()?)));
        let duties = duties.map(|(duty, doubt)| (format!("policies/{}/duties.toml {}", duty.document, duty.id), doubt));
        let silent = self.documents().flat_map(|d| d.silent.iter().map(move |s| (d, s)));
        let silent = silent.map(|(d, s)| (format!("policies/{}/document.toml {}", d.id, s.question), s.reason.clone()));
        documents
            .chain(tables)
            .flat_map(|(file, all)| all.iter().map(move |doubt| (file.clone(), doubt.clone())))
            .chain(duties)
            .chain(silent)
            .collect()
    }

    fn unverified(&self) -> Vec<(String, String)> {
        let mut all = vec![];
        let mut note = |place: String, why: &Option<String>| all.extend(why.clone().map(|why| (place, why)));
        self.documents().for_each(|d| note(format!("文件 {}", d.id), &d.unverified));
        for table in self.tables() {
            note(format!("表 {}", table.file), &table.unverified);
            for (at, row) in table.rows.iter().enumerate() {
                note(format!("表 {} 第 {} 条", table.file, at + 1), &row.unverified);
            }
        }
        self.parameters()
            .for_each(|p| note(format!("参数 {}（{}）", p.name, p.document), &p.unverified().map(str::to_owned)));
        for scale in self.scales.values() {
            if let Status::Unverified { why } = &scale.status {
                note(format!("量表 {}", scale.id), &Some(why.clone()));
            }
            note(
                format!("量表 {} 组合表", scale.id),
                &scale.matrix.as_ref().and_then(|matrix| matrix.unverified.clone()),
            );
        }
        all
    }

    /// The result of the proof and what there is, for a terminal and (it is Markdown) for the reference.
    #[must_use]
    pub fn check(&self) -> String {
        let s = self.summary();
        let mut out = format!(
            "文件 {}，条款 {}，决策表 {}（规则 {}），参数 {}，目标 {}，责任 {}，量表 {}。\n\n案例 {} 个全部相符，边界 {} 处都有案例；没有遗漏，没有冲突。\n",
            s.documents,
            s.clauses,
            s.tables,
            s.rows,
            s.parameters,
            s.targets,
            s.duties,
            s.scales,
            s.cases,
            s.boundaries
        );
        section(&mut out, "文件", self.documents().map(document_line));
        section(&mut out, "决策表", self.tables().map(table_line));
        section(&mut out, "参数", self.parameters().map(parameter_line));
        section(&mut out, "目标", self.targets.iter().map(target_line));
        section(&mut out, "责任", self.duties.iter().map(duty_line));
        section(
            &mut out,
            "量表",
            // With its source and whether that was checked: a scale has no document that would say so.
            self.scales().map(crate::scale::Scale::line),
        );
        let open =
            |list: &[(String, String)]| list.iter().map(|(place, text)| format!("{place}：{text}")).collect::<Vec<_>>();
        section(&mut out, "读法有疑问", open(&s.unclear).into_iter());
        section(&mut out, "未经核实", open(&s.unverified).into_iter());
        out
    }

    /// Everything that carries a clause: capabilities with their page, tables (also of other documents), targets, parameters, duties.
    #[must_use]
    pub fn carriers(&self, clause: &kernel::ClauseId) -> Vec<String> {
        let page = |capability: &String| format!("{capability}（页面 {}）", crate::document::page_of(capability));
        let mut all: Vec<String> =
            self.clause(clause).map_or_else(Vec::new, |clause| clause.carried_by.iter().map(page).collect());
        let has = |table: &&Table| table.rows.iter().chain(&table.otherwise).any(|row| row.clause == *clause);
        all.extend(self.tables().filter(has).map(|table| format!("表 {}", table.question)));
        all.extend(
            self.targets.iter().filter(|t| t.clause == *clause).map(|target| format!("目标 {}", target.indicator)),
        );
        all.extend(
            self.parameters().filter(|p| p.clause == *clause).map(|parameter| format!("参数 {}", parameter.name)),
        );
        all.extend(self.clause(clause).into_iter().flat_map(|c| &c.asks).map(|question| format!("表 {question}")));
        all.extend(self.duties.iter().filter(|duty| duty.clause == *clause).map(|duty| format!("责任 {}", duty.id)));
        all.dedup();
        all
    }

    /// Every clause with what carries it, for a terminal and (it is a Markdown table) for the reference.
    #[must_use]
    pub fn clause_list(&self) -> String {
        let mut out =
            "| 条款 | 文件 | 位置 | 名称 | 责任单位 | 期限 | 由什么承担 |\n|---|---|---|---|---|---|---|\n".to_owned();
        for clause in self.clauses() {
            let planned = clause.planned.iter().map(|planned| format!("待建 {planned}"));
            let nothing = || Some("（尚无）".to_owned()).filter(|_| self.carriers(&clause.id).is_empty());
            let carriers: Vec<String> = self.carriers(&clause.id).into_iter().chain(nothing()).chain(planned).collect();
            let carriers = carriers.join("、");
            let deadline = clause.deadline.as_deref().unwrap_or("");
            _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {deadline} | {} |",
                clause.id,
                clause.number,
                clause.at,
                clause.title,
                clause.departments.join("、"),
                carriers
            );
        }
        out
    }
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    _ = writeln!(out, "\n## {title}（{}）\n", lines.len());
    for line in lines {
        _ = writeln!(out, "- {line}");
    }
}

fn document_line(document: &Document) -> String {
    let until = document.period.until.map_or_else(String::new, |day| format!("，至 {day} 前"));
    format!(
        "`{}` {} {}（{}，{} 起{until}）",
        document.id, document.number, document.title, document.area, document.period.from
    )
}

fn table_line(table: &Table) -> String {
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("、");
    format!(
        "`{}` {}：{} → {}；{}，{} 条规则，{} 起（{}）",
        table.question,
        table.title,
        names(&table.inputs),
        names(&table.outputs),
        table.hit.word(),
        table.rows.len(),
        table.period.from,
        table.file
    )
}

fn parameter_line(parameter: &Parameter) -> String {
    let doubt = if parameter.unverified().is_some() { "，未经核实" } else { "" };
    format!(
        "`{}` {}：{} {}（{}{doubt}）",
        parameter.name, parameter.title, parameter.value, parameter.unit, parameter.clause
    )
}

fn duty_line(duty: &Duty) -> String {
    let word = match duty.duty.as_str() {
        "must" => "应当",
        "should" => "鼓励",
        _ => "可以",
    };
    let rest = [duty.quantity(), duty.by.clone().unwrap_or_default()];
    let rest: Vec<String> = rest.into_iter().filter(|part| !part.is_empty()).collect();
    let rest = if rest.is_empty() { String::new() } else { format!("（{}）", rest.join("，")) };
    format!("`{}` {}：{word}{}{rest}", duty.id, duty.who, duty.what)
}

fn target_line(target: &Target) -> String {
    let per = match target.per.as_str() {
        "county" => "，每个县（市）区",
        "street" => "，每个城镇街道",
        _ => "",
    };
    let value = if target.unit == "bp" { kernel::Bp(target.value).to_string() } else { target.value.to_string() };
    format!("`{}` {} {} {value}{per}，{} 年", target.indicator, target.title, target.op, target.by_year)
}
