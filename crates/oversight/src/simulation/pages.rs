//! The page: choose a question and two documents, see the difference, open a few with the trace of both decisions.

use super::model::{self, Counts, Outcome};
use super::population::{Of, Population, Who};
use super::text::amount;
use super::{Ask, Side, registered, run};
use crate::policies::{form, wording};
use axum::extract::Path;
use db::audit::Entry;
use kernel::area::Level;
use kernel::{Area, Date};
use policy::simulate::Change;
use policy::{Decision, Kind, Library};
use registry::areas::Names;
use registry::elders::Columns;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SOURCE: &str = "老年人名册和机构名册的现状，按所选两份文件各算一遍；只算您辖区内的，不写入任何记录。";
/// So many are opened at once.
const OPENED: usize = 5;
/// What stands before the name of an assumption in the form.
const ASSUMED: &str = "s_";
/// Areas on the chart.
const AREAS: usize = 30;
/// Pairs of rules on the chart and in the table before the rest is folded.
const RULES: usize = 10;
/// Characters of a name in one line beside its bars.
const NAME: usize = 9;
/// Pixels of a chart above and below its bars.
const BESIDE: u32 = 72;

type Filled = Vec<(String, String)>;

fn given<'a>(filled: &'a Filled, name: &str) -> Option<&'a str> {
    filled.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|text| !text.is_empty())
}

/// The questions that can be asked of everybody in the registers.
fn questions(library: &Library) -> Vec<(String, String, usize)> {
    let fits = |name: &str| {
        let tables = library.tables_of(name);
        tables.iter().all(|table| table.lines.is_none())
            && tables.iter().any(|table| {
                let known = |column: &policy::Column| KNOWN.contains(&column.name.as_str());
                table.inputs.iter().any(known)
            })
    };
    let all = library.questions().into_iter().filter(|question| fits(question.name));
    all.map(|q| (q.name.to_owned(), q.title.to_owned(), library.tables_of(q.name).len())).collect()
}

/// Facts that the registers know.
const KNOWN: [&str; 14] = [
    "age",
    "beds",
    "chronic_diseases",
    "dementia",
    "disability_level",
    "handicapped",
    "hospital_level",
    "kind",
    "last_done",
    "level",
    "ownership",
    "profit_status",
    "seriously_ill",
    "special_family",
];

pub(super) async fn choose(cx: Cx) -> Result<Markup, Error> {
    let rows = questions(&cx.state.policies).into_iter().map(|(name, title, tables)| {
        vec![html! { (ui::row_link(&format!("/simulation/{name}"), title)) }, html! { (tables) }]
    });
    let body = html! {
        p { "选一个问题和两份文件（或同一份文件的两个日期），对名册里的每个人、每家机构各算一遍，看人数和金额差多少。" }
        (ui::table(&["问题", ">规则表"], rows))
    };
    Ok(Page::new(&cx, "政策模拟").source(SOURCE).body(body))
}

/// The documents that answer a question, with a day on which they do.
fn sides(library: &Library, question: &str) -> Vec<(String, String)> {
    let side = |table: &policy::Table| {
        let number = library.document(&table.document).map_or("", |document| document.number.as_str());
        let value = format!("{}@{}", table.document, table.period.from);
        (value, format!("{number}（{} 起）", table.period.from))
    };
    library.tables_of(question).into_iter().map(side).collect()
}

fn read_side(text: &str, label: &str) -> Result<Side, Error> {
    let wrong = || Error::field("a", label, "没有这份文件");
    let (document, day) = text.split_once('@').ok_or_else(wrong)?;
    Ok(Side { document: document.to_owned(), on: day.parse().map_err(|_| wrong())? })
}

/// What is asked, with the area and the day of the facts.
struct Asked {
    ask: Ask,
    area: Area,
    on: Date,
}

fn asked(cx: &Cx, question: &str, filled: &Filled) -> Result<Asked, Error> {
    let all = sides(&cx.state.policies, question);
    let (first, last) = (all.first().ok_or(Error::NotFound)?, all.last().ok_or(Error::NotFound)?);
    let side = |name: &str, label: &str, other: &str| read_side(given(filled, name).unwrap_or(other), label);
    let assumed = filled.iter().filter(|(_, value)| !value.trim().is_empty());
    let assumed =
        assumed.filter_map(|(name, value)| Some((name.strip_prefix(ASSUMED)?.to_owned(), value.trim().to_owned())));
    let area =
        given(filled, "area").map(|text| Area::parse(text).map_err(|e| Error::field("area", "区划", e.to_string())));
    let ask = Ask {
        question: question.to_owned(),
        a: side("a", "文件 A", &first.0)?,
        b: side("b", "文件 B", &last.0)?,
        assumed: assumed.collect(),
    };
    Ok(Asked { ask, area: area.transpose()?.unwrap_or(cx.user.scope.area), on: cx.today() })
}

/// The people, and what came out or why nothing did.
async fn simulate(cx: &Cx, asked: &Asked) -> Result<(Population, Result<Outcome, String>), Error> {
    let (state, by) = (cx.state.clone(), cx.actor());
    let (ask, area, on) = (asked.ask.clone(), asked.area, asked.on);
    cx.blocking(move || {
        let library: &Library = &state.policies;
        let columns: Arc<Columns> = state.get();
        let people = registered(&state.db, &columns, library, &by, &ask, area, on)?;
        let wanted = model::wanted(library, &ask).map_err(|why| Error::field("a", "文件", library.told(&why)))?;
        let typed = |(name, text): &(String, String)| Some((name.clone(), typed(wanted.get(name)?, text)));
        let ask = Ask { assumed: ask.assumed.iter().filter_map(typed).collect(), ..ask };
        let result = run(library, &ask, &people);
        Ok::<_, Error>((people, result))
    })
    .await
}

/// An assumption as the model reads it: amounts are typed in yuan and shares in per cent. What is no number stays as it is, and
/// the model says what is wrong with it.
fn typed(kind: &Kind, text: &str) -> String {
    let number = match kind.inner() {
        Kind::Integer { unit, .. } => form::number(text, unit).ok(),
        _ => None,
    };
    number.map_or_else(|| text.to_owned(), |number| number.to_string())
}

pub(super) async fn show(cx: Cx, Path(question): Path<String>, Query(filled): Query<Filled>) -> Result<Markup, Error> {
    if cx.user.scope.institution.is_some() {
        return Err(Error::Forbidden);
    }
    let library = cx.state.policies.clone();
    let title = library.title(&question).map(str::to_owned).ok_or(Error::NotFound)?;
    let asked = asked(&cx, &question, &filled)?;
    let wanted = model::wanted(&library, &asked.ask);
    let result = match &wanted {
        Ok(_) => Some(simulate(&cx, &asked).await?),
        Err(_) => None,
    };
    let names = cx.state.get::<Names>();
    let names = cx.read(move |tx, _| names.at(tx)).await?;
    let own = cx.user.scope.area;
    let mut areas: Vec<Area> =
        names.codes().filter(|a| own.contains(*a) && a.level() <= Level::County.max(own.level())).collect();
    areas.extend([own, asked.area]);
    areas.sort_unstable();
    areas.dedup();
    let areas: Vec<(String, String)> = areas.into_iter().map(|a| (a.to_string(), names.name(a))).collect();
    let all = sides(&library, &question);
    let written = |side: &Side| format!("{}@{}", side.document, side.on);
    let body = html! {
        form.yy-form method="get" action={ "/simulation/" (question) } {
            (ui::card("算什么", html! {
                (ui::form_row(&[
                    ui::select("文件 A（现行）", "a", &all, &written(&asked.ask.a)),
                    ui::select("文件 B（比较）", "b", &all, &written(&asked.ask.b)),
                ]))
                (ui::select("区划", "area", &areas, &asked.area.to_string()))
                @if let Ok(wanted) = &wanted { (assumptions(&library, wanted, &filled)) }
                (ui::submit("计算"))
            }))
        }
        @match (&wanted, &result) {
            (Err(why), _) => (ui::alert(Tone::Danger, "不能计算", html! { (library.told(why)) })),
            (_, Some((_, Err(why)))) => (ui::alert(Tone::Danger, "不能计算", html! { (library.told(why)) })),
            (_, Some((people, Ok(result)))) => (shown(&library, &asked, people, result, &query(&filled))),
            _ => "",
        }
    };
    Ok(Page::new(&cx, &format!("政策模拟：{title}")).crumb("政策模拟", "/simulation").source(SOURCE).body(body))
}

/// The form's own fields for other addresses.
fn query(filled: &Filled) -> String {
    let own =
        filled.iter().filter(|(name, _)| ["a", "b", "area"].contains(&name.as_str()) || name.starts_with(ASSUMED));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(own).finish()
}

/// Fields for what the registers do not know.
fn assumptions(library: &Library, wanted: &BTreeMap<String, Kind>, filled: &Filled) -> Markup {
    let open: Vec<(&String, &Kind)> = wanted
        .iter()
        .filter(|(name, _)| !KNOWN.contains(&name.as_str()) && *name != "district" && *name != "urban_registration")
        .collect();
    html! {
        @if !open.is_empty() {
            p { "名册里没有下列情况，可以假设每个人都一样；不假设的，需要它的人为“未定”。" }
            div.yy-more { @for (name, kind) in open {
                @let field = format!("{ASSUMED}{name}");
                @let value = given(filled, &field).unwrap_or_default();
                @let label = library.fact(name);
                @match kind.inner() {
                    Kind::Boolean => (ui::select(label, &field, &[("", "不假设"), ("true", "是"), ("false", "否")], value)),
                    Kind::Word(list) => {
                        @let all: Vec<(String, String)> = std::iter::once((String::new(), "不假设".to_owned())).chain(list.words.iter().cloned()).collect();
                        (ui::select(label, &field, &all, value))
                    }
                    Kind::Integer { unit, .. } => {
                        @let (suffix, hint) = form::hint(unit);
                        (ui::field(&format!("{label}{suffix}"), &field, value, Field::number().step("any").hint(hint)))
                    }
                    Kind::Date => (ui::field(label, &field, value, Field::date())),
                    _ => (ui::field(label, &field, value, Field::text())),
                }
            } }
        }
    }
}

fn shown(library: &Library, asked: &Asked, people: &Population, result: &Outcome, query: &str) -> Markup {
    let whole = &result.difference.whole;
    let unit = people.of.unit();
    let money = |n: i128| amount(result, n);
    let changed: usize = result.changed.iter().sum();
    let changed = ui::figure("答复改变", format!("{changed} {unit}"), html! { "两份文件答复不同的" });
    let further = match result.counts {
        Counts::Words => vec![],
        Counts::Yes => vec![
            ui::figure("A 为“是”", format!("{} {unit}", whole.before), html! { "按文件 A" }),
            ui::figure("B 为“是”", format!("{} {unit}", whole.after), html! { "按文件 B" }),
        ],
        Counts::Money => vec![
            ui::figure(
                "相差",
                money(whole.difference()),
                html! { "A " (money(whole.before)) br; "B " (money(whole.after)) },
            ),
            ui::figure("增加", format!("{} {unit}", whole.more), html! { "减少 " (whole.less) " " (unit) }),
        ],
    };
    let first = vec![ui::figure("计算对象", format!("{} {unit}", whole.people), html! { "名册现状" }), changed];
    html! {
        @if people.columns.is_empty() { (ui::empty("这个区划里没有登记的对象", None)) } @else {
            @if !result.unknown.is_empty() {
                (ui::alert(Tone::Info, "名册里没有的情况", html! {
                    (result.unknown.iter().map(|name| library.fact(name)).collect::<Vec<_>>().join("、")) "。可在上面假设。"
                }))
            }
            (ui::columns(&[first, further].concat()))
            @let (areas, rules) = (areas(people, result), rules(library, result));
            (ui::card("按地区", html! { (chart("by-area", "各地区", &areas, AREAS, result)) (by_area(&areas, result)) }))
            (ui::card("按规则", html! {
                (chart("by-rule", "各条规则", &rules, RULES, result))
                (by_row(library, asked, people, result, query))
            }))
        }
    }
}

/// A part of those who were counted: its name, what came of it, how many answers changed.
type Part = (String, Change, usize);

fn areas(people: &Population, result: &Outcome) -> Vec<Part> {
    let all = people.areas.iter().zip(&result.difference.by_area).zip(&result.changed);
    let all = all.map(|(((_, name), change), changed)| (name.clone(), *change, *changed));
    all.filter(|(_, change, _)| change.people > 0).collect()
}

fn rules(library: &Library, result: &Outcome) -> Vec<Part> {
    let name = |(a, b)| {
        let (from, to) =
            (result.code(library, &result.a, &result.before, a), result.code(library, &result.b, &result.after, b));
        format!("{from}\n→ {to}")
    };
    result.by_rows().into_iter().map(|(codes, change)| (name(codes), change, result.changed_of(codes))).collect()
}

/// The first parts as pairs of bars, one under the other: names of any length can be read beside them, on a telephone too.
fn chart(id: &str, what: &str, parts: &[Part], most: usize, result: &Outcome) -> Markup {
    let shown = &parts[..parts.len().min(most)];
    let value = |(_, change, changed): &Part, after: bool| match result.counts {
        Counts::Money => (if after { change.after } else { change.before }) as f64 / 100.0,
        Counts::Yes => (if after { change.after } else { change.before }) as f64,
        Counts::Words if after => *changed as f64,
        Counts::Words => (change.people - *changed) as f64,
    };
    let series = |after: bool| shown.iter().map(|part| value(part, after)).collect::<Vec<f64>>();
    let (before, after) = (series(false), series(true));
    if before.iter().chain(&after).all(|n| *n == 0.0) {
        return html! { p.text-secondary.px-3.pt-3 { "两份文件在这里算出的都是 0，没有可画的图。" } };
    }
    let (first, second) = match result.counts {
        Counts::Money => ("A（元）", "B（元）"),
        Counts::Yes => ("A 为“是”", "B 为“是”"),
        Counts::Words => ("答复不变", "答复改变"),
    };
    let names: Vec<&str> = shown.iter().map(|(name, _, _)| name.as_str()).collect();
    let longest = names.iter().flat_map(|name| name.lines()).map(|line| line.chars().count()).max().unwrap_or_default();
    let height = BESIDE + names.len() as u32 * if longest > NAME { 80 } else { 44 };
    let option = json!({
        "tooltip": {"trigger": "axis"}, "legend": {"data": [first, second], "top": 0, "bottom": "auto"},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": true},
        "xAxis": {"type": "value", "splitNumber": 3, "minInterval": 1, "axisLabel": {"hideOverlap": true}},
        "yAxis": {"type": "category", "inverse": true, "data": names,
            "axisLabel": {"interval": 0, "width": 14 * longest.min(NAME), "overflow": "break", "lineHeight": 16}},
        "series": [
            {"name": first, "type": "bar", "data": before},
            {"name": second, "type": "bar", "data": after},
        ],
    });
    let alt = format!("{what}按两份文件的结果：{first}与{second}，共 {} 项", shown.len());
    ui::chart(id, height, &option, &alt)
}

fn cells(result: &Outcome, c: &Change, changed: usize) -> Vec<Markup> {
    let mut all = vec![html! { (c.people) }, html! { (changed) }];
    match result.counts {
        Counts::Words => {}
        Counts::Yes => all.extend([c.before, c.after].map(|n| html! { (n) })),
        Counts::Money => all.extend([c.before, c.after, c.difference()].map(|n| html! { (amount(result, n)) })),
    }
    all
}

fn headings(result: &Outcome, first: &'static [&'static str]) -> Vec<&'static str> {
    let further: &[&str] = match result.counts {
        Counts::Words => &[],
        Counts::Yes => &[">A 为“是”", ">B 为“是”"],
        Counts::Money => &[">A 合计", ">B 合计", ">相差"],
    };
    [first, &[">对象", ">答复改变"], further].concat()
}

fn by_area(areas: &[Part], result: &Outcome) -> Markup {
    let rows =
        areas.iter().map(|(name, change, changed)| [vec![html! { (name) }], cells(result, change, *changed)].concat());
    ui::table(&headings(result, &["地区"]), rows)
}

fn by_row(library: &Library, asked: &Asked, people: &Population, result: &Outcome, query: &str) -> Markup {
    let mut rows = result.by_rows().into_iter().map(|((a, b), change)| {
        let from = html! { (result.code(library, &result.a, &result.before, a)) };
        let to = html! { (result.code(library, &result.b, &result.after, b)) };
        let href = format!("/simulation/{}/open?{query}&from={a}&to={b}", asked.ask.question);
        let open = html! { a.text-nowrap href=(href) { "打开几" @if people.of == Of::Elders { "位" } @else { "家" } } };
        [vec![from, to], cells(result, &change, result.changed_of((a, b))), vec![open]].concat()
    });
    let mut headings = headings(result, &["A 的规则", "B 的规则"]);
    headings.push("");
    let first: Vec<_> = rows.by_ref().take(RULES).collect();
    let rest: Vec<_> = rows.collect();
    html! {
        (ui::table(&headings, first))
        @if !rest.is_empty() {
            details.px-3.py-2 { summary { "其余 " (rest.len()) " 种" } (ui::table(&headings, rest)) }
        }
    }
}

pub(super) async fn open(cx: Cx, Path(question): Path<String>, Query(filled): Query<Filled>) -> Result<Markup, Error> {
    let library = cx.state.policies.clone();
    let title = library.title(&question).map(str::to_owned).ok_or(Error::NotFound)?;
    let asked = asked(&cx, &question, &filled)?;
    let code = |name: &str| {
        given(&filled, name).unwrap_or("0").parse::<u16>().map_err(|_| Error::field(name, "规则", "不是规则的序号"))
    };
    let codes = (code("from")?, code("to")?);
    let (people, result) = simulate(&cx, &asked).await?;
    if people.of == Of::Elders && !cx.may(registry::elders::READ)
        || people.of == Of::Institutions && !cx.may(registry::institutions::READ)
    {
        return Err(Error::Forbidden);
    }
    let result = result.map_err(|why| Error::field("a", "文件", library.told(&why)))?;
    let rows = result.members(codes, 0, OPENED);
    let opened = people_of(&cx, &people, &rows).await?;
    let all = people.columns.is_empty();
    let body = html! {
        p { "A：" (result.code(&library, &result.a, &result.before, codes.0)) "　B：" (result.code(&library, &result.b, &result.after, codes.1)) }
        @if opened.is_empty() || all { (ui::empty("这里没有人", None)) }
        @for (row, name, href) in &opened {
            (ui::card(name, html! {
                p { a href=(href) { "查看档案" } }
                (ui::columns(&[
                    one(&library, "A", library.opened(&result.a, &result.columns, *row)),
                    one(&library, "B", library.opened(&result.b, &result.columns, *row)),
                ]))
            }))
        }
    };
    let back = format!("/simulation/{question}?{}", query(&filled));
    Ok(Page::new(&cx, "打开的对象").crumb("政策模拟", "/simulation").crumb(&title, &back).source(SOURCE).body(body))
}

fn one(library: &Library, side: &str, decision: Option<Decision>) -> Markup {
    html! {
        h3 { (side) }
        @if let Some(decision) = decision { (wording::outcome(library, &decision)) (ui::trace(library, &decision)) }
    }
}

/// Names and files of those opened, as far as the person may see them; each look is noted in the audit.
async fn people_of(cx: &Cx, people: &Population, rows: &[usize]) -> Result<Vec<(usize, String, String)>, Error> {
    let who: Vec<(usize, Who)> = rows.iter().filter_map(|row| Some((*row, *people.who.get(*row)?))).collect();
    let found = cx
        .read(move |tx, by| {
            let mut all = vec![];
            for (row, who) in who {
                match who {
                    Who::Elder(id) => {
                        let brief = registry::elders::store::briefs(tx, by, &[id])?.into_iter().next();
                        all.extend(brief.map(|one| (row, one.name, format!("/elders/{id}"), Some(id))));
                    }
                    Who::Institution(id) => {
                        let name = registry::institutions::store::find(tx, by, id)?.facts.name;
                        all.push((row, name, format!("/institutions/{id}"), None));
                    }
                    Who::Nobody => {}
                }
            }
            Ok::<_, db::Error>(all)
        })
        .await?;
    for id in found.iter().filter_map(|(_, _, _, id)| *id) {
        cx.note(Entry { action: "simulation.open", elder: Some(id), ..Entry::default() }).await?;
    }
    Ok(found.into_iter().map(|(row, name, href, _)| (row, name, href)).collect())
}
