//! Reasons and broken rules as pages say them: names for ids.

use super::day::{Day, skill_name};
use super::model::{Asked, Changed, State, moved};
use kernel::Date;
use routing::{Breach, Plan, Seconds};
use std::collections::HashMap;
use web::Reason;

/// Names of the visits and carers of a day.
pub(super) struct Names {
    visits: HashMap<String, String>,
    carers: HashMap<String, String>,
}

impl Names {
    /// The names of a day; `gone` are visits that are not among its own any more.
    pub fn of(day: &Day, gone: Vec<(String, String)>) -> Self {
        let own = day.visits.iter().map(|visit| (visit.id.to_string(), visit.name.clone()));
        Self {
            visits: gone.into_iter().chain(own).collect(),
            carers: day.carers.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
        }
    }

    /// The elder of a visit.
    pub fn visit(&self, id: &str) -> &str {
        self.visits.get(id).map_or("（已取消或改期）", String::as_str)
    }

    /// A carer.
    pub fn carer(&self, id: &str) -> &str {
        self.carers.get(id).map_or("（已不在名册）", String::as_str)
    }

    /// Several carers.
    pub fn carers(&self, ids: &[String]) -> String {
        ids.iter().map(|id| self.carer(id)).collect::<Vec<_>>().join("、")
    }

    /// A numbered sentence of the search with names for ids.
    pub fn reason(&self, sentence: &str) -> Reason {
        let (code, text) = sentence.split_once(' ').unwrap_or(("", sentence));
        let parts = text.split('“').enumerate().map(|(n, part)| match part.split_once('”') {
            Some((id, rest)) if n > 0 => format!("“{}”{rest}", self.name(id)),
            _ => part.to_owned(),
        });
        Reason::new(code, in_minutes(&parts.collect::<String>()))
    }

    fn name(&self, id: &str) -> String {
        let known = self.visits.get(id).or_else(|| self.carers.get(id)).cloned();
        known.unwrap_or_else(|| skill_name(id))
    }

    /// What has changed meanwhile, in numbered reasons.
    pub fn changed(&self, changed: &Changed) -> Reason {
        match changed {
            Changed::Gone(id) => Reason::new("PLAN-11", format!("“{}”的上门已取消、改期或不在本机构", self.visit(id))),
            Changed::Come(id) => Reason::new("PLAN-12", format!("新安排了“{}”的上门", self.visit(id))),
            Changed::Visit(id) => {
                let text = format!("“{}”的上门已改（人员、时间、要求），或已经开始", self.visit(id));
                Reason::new("PLAN-13", text)
            }
            Changed::Carer(id) => Reason::new("PLAN-14", format!("“{}”的班次、请假、技能或证书已改", self.carer(id))),
        }
    }
}

/// Seconds in a sentence as whole minutes.
fn in_minutes(text: &str) -> String {
    let Some((before, after)) = text.split_once(" 秒") else { return text.to_owned() };
    let digits = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '-')
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    match before[digits..].parse::<i64>() {
        Ok(seconds) => format!("{}{} 分钟{after}", &before[..digits], minutes(seconds)),
        Err(_) => text.to_owned(),
    }
}

/// Whether a rule may be broken by hand, since it is none of the elder's or of the law: a time that the elder did not name,
/// or a second carer who is yet to be put in.
pub(super) fn soft(asked: &Asked, breach: &Breach) -> bool {
    match breach {
        Breach::Window { visit, .. } => asked.soft.contains(visit),
        Breach::Carers(_) | Breach::Apart(_) => true,
        _ => false,
    }
}

/// `09:05`
pub(super) fn clock(second: Seconds) -> String {
    let minutes = second.div_euclid(60);
    format!("{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60))
}

/// Whole minutes, rounded, with a sign where it is a change.
pub(super) fn minutes(seconds: i64) -> i64 {
    (seconds as f64 / 60.0).round() as i64
}

/// What accepting a proposal of a day writes into the audit.
pub(super) fn accepted(day: Date, asked: &Asked, before: &Plan, plan: &Plan) -> String {
    let count = moved(asked, before, plan).len();
    format!("{day}：{} 次上门，改动 {count} 次，{} 次没有排上", asked.problem.visits.len(), plan.unassigned.len())
}

/// How a proposal's state stands out.
pub(super) const fn tone(state: State) -> web::ui::Tone {
    match state {
        State::Solving => web::ui::Tone::Warning,
        State::Open => web::ui::Tone::Info,
        State::Accepted => web::ui::Tone::Success,
        State::Failed => web::ui::Tone::Danger,
        State::Discarded => web::ui::Tone::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_said_in_minutes() {
        assert_eq!(in_minutes("开始于约定时间段之外（偏差 -5700 秒）"), "开始于约定时间段之外（偏差 -95 分钟）");
        assert_eq!(in_minutes("“甲”超出班次 90 秒"), "“甲”超出班次 2 分钟");
        assert_eq!(in_minutes("没有道路"), "没有道路");
        assert_eq!((clock(0), clock(9 * 3600 + 300), clock(86_399)), ("00:00".into(), "09:05".into(), "23:59".into()));
    }
}
