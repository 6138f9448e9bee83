//! Asking the library: which table answers, where its inputs come from, and the decision with its trace.
//!
//! An input is a fact, or what another question answers to the same facts (see [`crate::Takes`]). The rows that were asked
//! on the way stand in the trace behind the row that asked.

use crate::columns::{Column, Takes};
use crate::decide::{Because, Decision, Named, Outcome};
use crate::document::Document;
use crate::library::Library;
use crate::lines::{self, Line};
use crate::table::{Row, Table};
use crate::value::{Facts, Value};
use kernel::{Area, Date};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whose tables answer.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// Those in force for a place.
    Place(Area),
    /// Those of one document; what it leaves open is asked for its area.
    Document(&'a Document),
}

/// The facts of a table with what other questions answered.
pub(crate) struct Inputs<'a, 'f> {
    pub facts: Cow<'f, Facts>,
    /// The columns for which there is no answer, and why.
    open: Vec<(usize, String)>,
    /// Each other question once.
    inner: Vec<(&'a str, Result<Reply<'a>, String>)>,
}

/// What a table answered, with its trace.
pub(crate) struct Reply<'a> {
    because: Vec<Because>,
    rows: Vec<Named>,
    outcome: Named,
    doubts: BTreeSet<Cow<'a, str>>,
}

impl Library {
    /// Decides a question for a place on a day. Where no document answers or a fact is missing it is undecided, with the reason.
    #[must_use]
    pub fn decide(&self, question: &str, place: Area, on: Date, facts: &Facts) -> Decision {
        self.decision(question, Scope::Place(place), on, facts)
    }

    /// Decides by the table of one document, wherever it is in force: what if it held here? None for an unknown document.
    #[must_use]
    pub fn decide_by(&self, document: &str, question: &str, on: Date, facts: &Facts) -> Option<Decision> {
        let document = self.documents.get(document)?;
        Some(self.decision(question, Scope::Document(document), on, facts))
    }

    /// Asks the same again: the question, place, day and facts of a stored decision.
    #[must_use]
    pub fn replay(&self, decision: &Decision) -> Decision {
        self.decide(&decision.question, decision.place, decision.on, &decision.facts)
    }

    fn decision(&self, question: &str, scope: Scope<'_>, on: Date, facts: &Facts) -> Decision {
        let place = match scope {
            Scope::Place(place) => place,
            Scope::Document(document) => document.area,
        };
        let (outcome, reply) = match self.reply(question, scope, on, facts) {
            Ok(mut reply) => (Outcome::Decided(std::mem::take(&mut reply.outcome)), Some(reply)),
            Err(reason) => (Outcome::Undecided { reason }, None),
        };
        let (because, rows, doubts) = reply.map(|r| (r.because, r.rows, r.doubts)).unwrap_or_default();
        Decision {
            question: question.to_owned(),
            place,
            on,
            facts: facts.clone(),
            outcome,
            because,
            rows,
            unverified: doubts.into_iter().map(Cow::into_owned).collect(),
        }
    }

    pub(crate) fn find_in(&self, question: &str, scope: Scope<'_>, on: Date) -> Result<&Arc<Table>, String> {
        let place = match scope {
            Scope::Place(place) => place,
            Scope::Document(document) => {
                let mut all = self.tables.get(question).into_iter().flatten();
                let own = |table: &&Arc<Table>| table.document == document.id && table.period.contains(on);
                match all.find(own) {
                    Some(table) => return Ok(table),
                    None => document.area,
                }
            }
        };
        self.find(question, place, on)
    }

    fn reply<'a>(&'a self, question: &str, scope: Scope<'_>, on: Date, facts: &Facts) -> Result<Reply<'a>, String> {
        let table = self.find_in(question, scope, on)?;
        let Inputs { facts, open, inner } = self.taken(table, scope, on, facts);
        let why = |column: usize| open.iter().find(|(at, _)| *at == column).map(|(_, why)| why.clone());
        let answered = lines::ask(table, &facts, on, &why)?;
        let because = answered.lines.iter().map(|line| self.because(table, line, &answered.asked[line.asked]));
        let mut reply = Reply {
            because: because.collect(),
            doubts: self.doubts(table, answered.lines.iter().map(|line| line.row)),
            rows: vec![],
            outcome: answered.outcome,
        };
        let looked_at = |question: &str| {
            let takes = |column: &Column| column.takes.as_ref().is_some_and(|takes| takes.question == question);
            let mut columns = (0..table.inputs.len()).filter(|at| takes(&table.inputs[*at]));
            columns.any(|at| answered.lines.iter().any(|line| line.number == 0 || table.looks_at(line.row, at)))
        };
        for (question, inner) in inner {
            if let Some(inner) = inner.ok().filter(|_| looked_at(question)) {
                reply.because.extend(inner.because);
                reply.doubts.extend(inner.doubts);
            }
        }
        reply.rows = answered.lines.into_iter().map(|line| line.outputs).collect();
        Ok(reply)
    }

    /// The facts of a table with what other questions answer to them.
    pub(crate) fn taken<'a, 'f>(
        &'a self,
        table: &'a Table,
        scope: Scope<'_>,
        on: Date,
        facts: &'f Facts,
    ) -> Inputs<'a, 'f> {
        let mut taken = Inputs { facts: Cow::Borrowed(facts), open: vec![], inner: vec![] };
        for (at, column) in table.inputs.iter().enumerate() {
            let Some(takes) = &column.takes else { continue };
            match self.take(takes, scope, on, facts, &mut taken.inner) {
                Ok(value) => _ = taken.facts.to_mut().0.insert(column.name.clone(), value),
                Err(why) => {
                    taken.facts.to_mut().0.remove(&column.name);
                    taken.open.push((at, format!("“{}”取自“{}”，而它未定：{why}", column.name, takes.question)));
                }
            }
        }
        taken
    }

    fn take<'a>(
        &'a self,
        takes: &'a Takes,
        scope: Scope<'_>,
        on: Date,
        facts: &Facts,
        inner: &mut Vec<(&'a str, Result<Reply<'a>, String>)>,
    ) -> Result<Value, String> {
        let question = takes.question.as_str();
        if inner.iter().all(|(asked, _)| *asked != question) {
            inner.push((question, self.reply(question, scope, on, facts)));
        }
        let reply = inner.iter().find(|(asked, _)| *asked == question).map(|(_, reply)| reply.as_ref());
        let value = match reply {
            Some(Ok(reply)) => reply.outcome.get(&takes.output).cloned(),
            Some(Err(why)) => return Err(why.clone()),
            None => None,
        };
        value.ok_or_else(|| format!("“{}”没有值", takes.output))
    }

    fn because(&self, table: &Table, line: &Line<'_>, facts: &Facts) -> Because {
        let (row, number) = (line.row, line.number);
        let clause = self.clauses.get(&row.clause);
        let looked_at = |at: usize| number == 0 || table.lines.is_some() || table.looks_at(row, at);
        let looked_at = table.inputs.iter().enumerate().filter(|(at, _)| looked_at(*at));
        Because {
            document: table.document.clone(),
            number: self.documents.get(&table.document).map_or_else(String::new, |document| document.number.clone()),
            clause: row.clause.clone(),
            at: clause.map_or_else(String::new, |clause| clause.at.clone()),
            table: table.file.rsplit('/').next().unwrap_or_default().to_owned(),
            row: number,
            summary: clause.map_or_else(String::new, |clause| clause.summary.clone()),
            inputs: looked_at.filter_map(|(_, c)| Some((c.name.clone(), facts.get(&c.name)?.clone()))).collect(),
            parameters: row.parameters.iter().map(|(name, value, _)| (name.clone(), *value)).collect(),
        }
    }

    /// Why figures behind an answer are not verified, each once.
    fn doubts<'a>(&'a self, table: &'a Table, rows: impl Iterator<Item = &'a Row>) -> BTreeSet<Cow<'a, str>> {
        let document = self.documents.get(&table.document).and_then(|document| document.unverified.as_ref());
        let doubts = |row: &'a Row| row.parameters.iter().filter_map(|(_, _, why)| why.as_ref()).chain(&row.unverified);
        let all = document.into_iter().chain(&table.unverified).chain(rows.flat_map(doubts));
        all.map(|why| Cow::Borrowed(why.as_str())).collect()
    }
}
