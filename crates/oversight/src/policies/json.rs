//! What programs and files send: an area, a day and facts as JSON; and what is wrong with it, in words and with the place.

use super::divisions::Divisions;
use super::strict::{self, Broken};
use axum::http::StatusCode;
use kernel::{Area, Date};
use policy::{Decision, Facts, Library, Refusal, Reply, Value};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use web::Problem;

/// A question as it was sent, without its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The area.
    pub area: Area,
    /// The area as it was written.
    pub written: String,
    /// The day.
    pub on: Date,
    /// The facts.
    pub facts: Facts,
}

/// What a request may say.
const FIELDS: [&str; 3] = ["area", "on", "facts"];

fn bad(detail: impl Into<String>) -> Problem {
    let advice = "请求写成 {\"area\": \"320623\", \"on\": \"2026-11-01\", \"facts\": {…}}；金额写分，比例写万分比";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "请求有误", detail, advice)
}

/// Text that is no JSON, with the line and the column.
fn not_json(broken: Broken, line: usize) -> Problem {
    let place = broken.place.map(|(row, column)| format!("第 {} 行第 {column} 列", line + row - 1));
    let detail = place
        .as_ref()
        .map_or_else(|| format!("不是 JSON：{}", broken.what), |place| format!("不是 JSON：{place}处{}", broken.what));
    let problem = Problem::new(StatusCode::BAD_REQUEST, "不是 JSON", detail, broken.todo);
    match place {
        Some(place) => problem.at(place, broken.what),
        None => problem,
    }
}

/// Text of the asker in a message: not more of it than tells it again.
pub(super) fn short(text: &str) -> String {
    policy::short(text)
}

/// Reads a request.
///
/// # Errors
/// Everything that is wrong with it.
pub fn request(text: &[u8], divisions: &Divisions) -> Result<Asked, Problem> {
    request_at(1, text, divisions)
}

/// Reads a request that begins at a line (from 1) of what was sent.
///
/// # Errors
/// Everything that is wrong with it.
pub fn request_at(line: usize, text: &[u8], divisions: &Divisions) -> Result<Asked, Problem> {
    let Json::Object(all) = strict::read(text).map_err(|broken| not_json(broken, line))? else {
        return Err(bad("请求应为一个 JSON 对象"));
    };
    let mut problem = bad("请求的内容有误");
    for name in all.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
        problem = problem.at(short(name), format!("不认识的字段“{}”，只有 area、on、facts", short(name)));
    }
    let mut note = |at: &str, message: String| problem.errors.push(web::problem::At { at: at.to_owned(), message });
    let area = text_of(&all, "area", "六位区划代码，如 \"320623\"").and_then(|text| Ok((divisions.read(text)?, text)));
    let area = area.map_err(|why| note("area", why)).ok();
    let on = text_of(&all, "on", "日期，如 \"2026-11-01\"").and_then(day).map_err(|why| note("on", why)).ok();
    let facts = match all.get("facts") {
        Some(value) => facts(value).map_err(|wrong| wrong.into_iter().for_each(|(at, why)| note(&at, why))).ok(),
        None => {
            note("facts", "没有写 facts（情况），没有情况就写 {}".into());
            None
        }
    };
    match (area, on, facts) {
        (Some((area, text)), Some(on), Some(facts)) if problem.errors.is_empty() => {
            Ok(Asked { area, written: text.to_owned(), on, facts })
        }
        _ => Err(gathered(problem)),
    }
}

/// The detail says the first of the places, for those who read nothing else.
fn gathered(mut problem: Problem) -> Problem {
    let all: Vec<&str> = problem.errors.iter().map(|at| at.message.as_str()).collect();
    problem.detail = all.join("；");
    problem
}

fn text_of<'a>(all: &'a Map<String, Json>, name: &str, example: &str) -> Result<&'a str, String> {
    match all.get(name) {
        Some(Json::String(text)) => Ok(text),
        Some(_) => Err(format!("{name} 应为{example}")),
        None => Err(format!("没有写 {name}（{example}）")),
    }
}

/// Reads a day, or says what is wrong with it.
///
/// # Errors
/// In words for the user.
pub fn day(text: &str) -> Result<Date, String> {
    let wrong = || format!("“{}”不是日期，应如 2026-11-01（并且那个月有这一天）", short(text));
    kernel::time::day(text.trim()).ok_or_else(wrong)
}

/// Reads the facts of a file.
///
/// # Errors
/// Everything that is wrong with them.
pub fn facts_of(text: &[u8]) -> Result<Facts, Problem> {
    let value = strict::read(text).map_err(|broken| not_json(broken, 1))?;
    let advice = "文件写成 {\"kind\": \"hospital\", \"beds\": 50} 的样子；金额写分，比例写万分比";
    let bad = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "情况有误", "", advice);
    facts(&value).map_err(|wrong| gathered(wrong.into_iter().fold(bad, |p, (at, why)| p.at(at, why))))
}

type Wrong = Vec<(String, String)>;

fn facts(value: &Json) -> Result<Facts, Wrong> {
    let Json::Object(all) = value else {
        return Err(vec![("facts".into(), "情况（facts）应为一个 JSON 对象，每个情况一项".into())]);
    };
    let mut wrong = vec![];
    let mut facts = Facts::new();
    for (name, value) in all {
        match fact(value) {
            Ok(value) => _ = facts.0.insert(name.clone(), value),
            Err(why) => wrong.push((format!("facts.{}", short(name)), format!("“{}”{why}", short(name)))),
        }
    }
    if wrong.is_empty() { Ok(facts) } else { Err(wrong) }
}

fn fact(value: &Json) -> Result<Value, String> {
    match value {
        Json::Null => Ok(Value::Nothing),
        Json::Bool(yes) => Ok(Value::Bool(*yes)),
        // JSON has a minus nought, which is read as a float.
        Json::Number(number) if number.to_string() == "-0.0" => Ok(Value::Int(0)),
        Json::Number(number) => number.as_i64().map(Value::Int).ok_or_else(|| {
            let large = number.as_f64().is_none_or(|n| n.abs() >= 9.2e18);
            let why =
                if large { "超出可表示的范围" } else { "应为整数：金额写分，比例写万分比" };
            format!("{why}，这里是 {number}")
        }),
        Json::String(text) => Ok(kernel::time::day(text).map_or_else(|| Value::Text(text.clone()), Value::Date)),
        Json::Array(all) if all.first().is_some_and(Json::is_object) => items(all),
        Json::Array(all) => {
            let words: Option<BTreeSet<String>> = all.iter().map(|one| one.as_str().map(str::to_owned)).collect();
            words.map(Value::Set).ok_or_else(|| "是列表，而列表的每一项应为词（如 [\"hypertension\"]）或对象".into())
        }
        Json::Object(_) => Err("不能是对象：写一个数、词、日期、true、false 或列表".into()),
    }
}

fn items(all: &[Json]) -> Result<Value, String> {
    let item = |(at, one): (usize, &Json)| {
        let at = at + 1;
        let pairs = one.as_object().ok_or_else(|| format!("第 {at} 项不是对象"))?;
        let pair = |(name, value): (&String, &Json)| match fact(value) {
            Ok(Value::List(_)) => Err(format!("第 {at} 项的“{name}”不能再是列表")),
            Ok(value) => Ok((name.clone(), value)),
            Err(why) => Err(format!("第 {at} 项的“{name}”{why}")),
        };
        pairs.iter().map(pair).collect::<Result<BTreeMap<_, _>, String>>()
    };
    all.iter().enumerate().map(item).collect::<Result<Vec<_>, String>>().map(Value::List)
}

/// Asks what was sent.
///
/// # Errors
/// What the asker has to mend.
pub fn decide(library: &Library, question: &str, asked: Asked) -> Result<Decision, Problem> {
    library.inquire(question, asked.area, asked.on, asked.facts).map_err(refused)
}

/// Asks what was sent, and answers as it is handed out.
///
/// # Errors
/// What the asker has to mend.
pub fn answer(library: &Library, question: &str, asked: Asked) -> Result<Reply, Problem> {
    let written = asked.written.clone();
    Ok(library.reply_of(&decide(library, question, asked)?, &written))
}

/// What is said of a question that nobody answers.
#[must_use]
pub fn unknown(library: &Library, question: &str) -> Problem {
    refused(library.unknown(question))
}

/// A refusal of the library as a problem.
#[must_use]
pub fn refused(refusal: Refusal) -> Problem {
    let text = refusal.to_string();
    let mend = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal {
        Refusal::Question(_) => Problem::new(StatusCode::NOT_FOUND, "没有这个问题", text, "用所列问题之一提问")
            .at("question", "没有这个问题"),
        Refusal::Day(_) => Problem::new(mend, "日期太早", text.clone(), "改正日期（on）").at("on", text),
        Refusal::Facts(wrong) => wrong.into_iter().fold(
            Problem::new(mend, "情况不全或有误", text, "补上或改正所列情况；金额写分，比例写万分比"),
            |problem, one| problem.at(format!("facts.{}", one.fact), one.message),
        ),
        Refusal::Overflow(_) => Problem::new(mend, "数太大", text, "核对数量和金额的单位（金额写分）"),
    }
}
