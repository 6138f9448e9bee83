//! Looking for duplicates, comparing two files side by side, merging, undoing.

use super::model::{File, combine};
use super::{OwnedTables, store};
use crate::areas;
use crate::elders::columns::{Columns, Snapshot};
use crate::elders::model::{Brief, Chronic, Details};
use crate::elders::pages::{href, id};
use crate::elders::{duplicates, links, store as elders};
use axum::extract::Path;
use axum::response::Response;
use db::{Actor, Db};
use kernel::{Area, ElderId, MergeId, text};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, Reason, html};

/// The most pairs that the list shows: who has worked through them sees the next.
const MOST_PAIRS: usize = 200;
/// Where the pages' content comes from.
const SOURCE: &str = "老年人名册；比对依据为姓名、读音、出生日期、电话与身份证号，只作提示，是否同一人由经办人判断";

struct Pair {
    first: Brief,
    second: Brief,
    likeness: duplicates::Likeness,
}

pub(in crate::elders) async fn list(cx: Cx) -> Result<Markup, Error> {
    let (db, columns, by) = (cx.state.db.clone(), cx.state.get::<Columns>(), cx.actor());
    let pairs = cx.blocking(move || pairs(&db, &columns, &by)).await?;
    let row = |p: &Pair| {
        let person = |b: &Brief| html! { (ui::link(&href(b.id), &b.name)) " " (ui::muted(&b.id_masked)) };
        let url = format!("{}/merge?with={}", href(p.first.id), p.second.id);
        vec![
            person(&p.first),
            person(&p.second),
            ui::text(p.first.born),
            ui::badge(Tone::Warning, p.likeness.word()),
            ui::text(p.likeness.reasons.join("、")),
            ui::link_button(&url, "比对合并", Tone::Neutral),
        ]
    };
    let headings = ["档案一", "档案二", "出生日期", "可能性", "依据", ""];
    let table = ui::table_or(&headings, pairs.iter().map(row), ui::empty("没有发现疑似重复的档案", None));
    Ok(Page::new(&cx, "疑似重复").crumb("老年人名册", "/elders").source(SOURCE).body(ui::card("", table)))
}

fn pairs(db: &Db, columns: &Columns, by: &Actor) -> db::Result<Vec<Pair>> {
    columns.refresh(db)?;
    let linked = |institution| db.read(|tx| links::store::elders_of(tx, institution));
    let only: Option<HashSet<ElderId>> = by.scope.institution.map(linked).transpose()?.map(|l| l.into_iter().collect());
    let ids = {
        let s = columns.snapshot();
        duplicates::pairs(&s, sees(&s, by, only.as_ref()), MOST_PAIRS)
    };
    db.read(|tx| {
        let mut all = Vec::new();
        for (a, b) in ids {
            let (faces, briefs) = (elders::faces(tx, by, &[a, b])?, elders::briefs(tx, by, &[a, b])?);
            let ([x, y], [first, second]) = (faces.as_slice(), briefs.as_slice()) else { continue };
            let likeness = duplicates::compare(x, y);
            if likeness.is_likely() {
                all.push(Pair { first: first.clone(), second: second.clone(), likeness });
            }
        }
        all.sort_by_key(|p| std::cmp::Reverse(p.likeness.score));
        Ok(all)
    })
}

fn sees<'s>(s: &'s Snapshot, by: &Actor, only: Option<&'s HashSet<ElderId>>) -> impl Fn(usize) -> bool + 's {
    let under = s.under(by.scope.area);
    move |row| under[s.area[row] as usize] && only.is_none_or(|only| only.contains(&s.ids[row]))
}

#[derive(Deserialize)]
pub(in crate::elders) struct With {
    with: String,
}

struct Compared {
    briefs: Vec<Brief>,
    files: (File, File),
    merged: File,
    reasons: Vec<Reason>,
    names: HashMap<Area, String>,
}

pub(in crate::elders) async fn compare(
    cx: Cx,
    Path(text): Path<String>,
    Query(With { with }): Query<With>,
) -> Result<Markup, Error> {
    let (first, second) = (id(&text)?, id(&with)?);
    let compared = cx
        .read(move |tx, by| {
            let (a, b, reasons) = store::compare(tx, by, first, second)?;
            let briefs = elders::briefs(tx, by, &[first, second])?;
            let merged = combine(&a, &b, by.today())?;
            let mut names = HashMap::new();
            for d in [&a.details, &b.details] {
                for area in d.registered_area.iter().chain([&d.area]) {
                    names.insert(*area, areas::store::name(tx, *area)?);
                }
            }
            Ok::<_, Error>(Compared { briefs, files: (a, b), merged, reasons, names })
        })
        .await?;
    let swap = format!("{}/merge?with={first}", href(second));
    let body = html! {
        (side_by_side(&compared))
        @if compared.reasons.is_empty() { (form(&cx, first, second)) }
        @else { (ui::alert(Tone::Danger, "不能合并", html! {
            ol { @for r in &compared.reasons { li { span.reason-code { (r.code) } " " (r.text) } } }
        })) }
    };
    let actions = ui::link_button(&swap, "主、副档案对调", Tone::Neutral);
    Ok(Page::new(&cx, "比对合并").crumb("老年人名册", "/elders").source(SOURCE).actions(actions).body(body))
}

fn form(cx: &Cx, first: ElderId, second: ElderId) -> Markup {
    let hint = "例如：同一人身份证号录错一位，已电话核实。合并后可以撤销";
    ui::card(
        "合并",
        ui::form(
            cx,
            &format!("{}/merge", href(first)),
            html! {
                (ui::hidden("with", second.to_string()))
                (ui::field("合并理由", "reason", "", Field::text().required().limit(200).hint(hint)))
                (ui::submit("合并到主档案"))
            },
        ),
    )
}

fn side_by_side(c: &Compared) -> Markup {
    let read = |file: &File| rows(&file.details, &c.names);
    let (a, b, m) = (read(&c.files.0), read(&c.files.1), read(&c.merged));
    let number = |at: usize| c.briefs.get(at).map(|b| b.id_masked.clone()).unwrap_or_default();
    let head = vec![ui::text("身份证号"), ui::text(number(0)), ui::text(number(1)), ui::text("两个号码都指向主档案")];
    let body = a.iter().zip(&b).zip(&m).map(|(((label, x), (_, y)), (_, z))| {
        let marked = |value: &String| html! { @if x != y { strong { (ui::opt(Some(value))) } } @else { (ui::opt(Some(value))) } };
        let label = html! { (label) @if x != y { " " (ui::badge(Tone::Warning, "不同")) } };
        vec![label, marked(x), marked(y), ui::opt(Some(z))]
    });
    let table = ui::table(&["", "主档案（保留）", "副档案（并入）", "合并后"], std::iter::once(head).chain(body));
    ui::card("逐项比对", table)
}

/// A file in lines, with what is personal masked.
fn rows(d: &Details, names: &HashMap<Area, String>) -> Vec<(&'static str, String)> {
    let place = |area: Area| names.get(&area).cloned().unwrap_or_else(|| area.short());
    let yes_no = |a: Option<bool>| a.map_or(String::new(), |a| if a { "是" } else { "否" }.to_owned());
    let word = |w: Option<&'static str>| w.unwrap_or_default().to_owned();
    let phone = |p: &Option<String>| p.as_deref().map(text::mask_phone).unwrap_or_default();
    vec![
        ("姓名", d.name.clone()),
        ("性别", d.sex.name().into()),
        ("出生日期", d.born.to_string()),
        ("联系电话", phone(&d.phone)),
        ("居住地", place(d.area)),
        ("居住地址", d.address.as_deref().map(crate::elders::model::mask_address).unwrap_or_default()),
        ("户籍地", d.registered_area.map(place).unwrap_or_default()),
        ("常住", yes_no(d.resident)),
        ("居住情况", word(d.living.map(|x| x.name()))),
        ("婚姻状况", word(d.marital.map(|x| x.name()))),
        ("医保类型", word(d.scheme.map(|x| x.name()))),
        ("长护险参保", yes_no(d.ltci_insured)),
        ("慢性病", d.chronic.as_ref().map(|c| Chronic::names(c)).unwrap_or_default()),
        ("自理情况", word(d.self_care.map(|x| x.name()))),
        ("状态", word(d.status.map(|x| x.name()))),
        ("死亡日期", d.died_on.map(|x| x.to_string()).unwrap_or_default()),
        ("紧急联系人", d.contact_name.clone().unwrap_or_default()),
        ("紧急联系人电话", phone(&d.contact_phone)),
    ]
}

#[derive(Deserialize)]
pub(in crate::elders) struct Decided {
    with: String,
    reason: Option<String>,
}

pub(in crate::elders) async fn merge(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Decided>,
) -> Result<Response, Error> {
    let (first, second, tables) = (id(&text)?, id(&form.with)?, cx.state.get::<OwnedTables>());
    let reason = form.reason.unwrap_or_default();
    cx.write(move |tx, by| store::merge(tx, by, first, second, &reason, &tables)).await?;
    Ok(web::see_with(&href(first), "已合并，可在“合并记录”中撤销"))
}

pub(in crate::elders) async fn undo(cx: Cx, Path((text, merge)): Path<(String, String)>) -> Result<Response, Error> {
    let (primary, merge) = (id(&text)?, MergeId::parse(&merge).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| store::undo(tx, by, primary, merge)).await?;
    Ok(web::see_with(&href(primary), "已撤销合并，两份档案恢复到合并前"))
}
