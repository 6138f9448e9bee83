//! What `policy check` and `policy clauses` print.

use crate::document::Status;
use crate::library::Library;
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
            scales: self.scales.len(),
            cases: self.cases,
            boundaries: self.boundaries,
            unclear: self.unclear(),
            unverified: self.unverified(),
        }
    }

    fn unclear(&self) -> Vec<(String, String)> {
        let documents = self.documents.values().map(|d| (format!("policies/{}/document.toml", d.id), &d.unclear));
        let tables = self.tables().map(|table| (table.file.clone(), &table.unclear));
        documents
            .chain(tables)
            .flat_map(|(file, all)| all.iter().map(move |doubt| (file.clone(), doubt.clone())))
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

    /// The result of the proof, for a terminal.
    #[must_use]
    pub fn check(&self) -> String {
        let s = self.summary();
        let mut out = format!(
            "文件 {}，条款 {}，决策表 {}（规则 {}），参数 {}，目标 {}，量表 {}\n案例 {} 个全部相符，边界 {} 处都有案例；没有遗漏，没有冲突。\n",
            s.documents, s.clauses, s.tables, s.rows, s.parameters, s.targets, s.scales, s.cases, s.boundaries
        );
        for (title, list) in [("读法有疑问", &s.unclear), ("未经核实", &s.unverified)] {
            _ = writeln!(out, "\n{title}（{}）：", list.len());
            for (place, text) in list {
                _ = writeln!(out, "  {place}：{text}");
            }
        }
        out
    }

    /// Everything that carries a clause: capabilities, tables, targets, parameters.
    #[must_use]
    pub fn carriers(&self, clause: &kernel::ClauseId) -> Vec<String> {
        let mut all: Vec<String> = self.clause(clause).map_or_else(Vec::new, |clause| clause.carried_by.clone());
        let has = |table: &&crate::Table| table.rows.iter().chain(&table.otherwise).any(|row| row.clause == *clause);
        all.extend(self.tables().filter(has).map(|table| format!("表 {}", table.question)));
        all.extend(
            self.targets.iter().filter(|t| t.clause == *clause).map(|target| format!("目标 {}", target.indicator)),
        );
        all.extend(
            self.parameters().filter(|p| p.clause == *clause).map(|parameter| format!("参数 {}", parameter.name)),
        );
        all.dedup();
        all
    }

    /// Every clause with what carries it, for a terminal and for the reference.
    #[must_use]
    pub fn clause_list(&self) -> String {
        let mut out = String::new();
        for clause in self.clauses() {
            let carriers = self.carriers(&clause.id).join("、");
            _ = writeln!(out, "{}\t{}\t{}\t{}", clause.id, clause.at, clause.title, carriers);
        }
        out
    }
}
