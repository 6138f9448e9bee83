//! Writing down a call for help by hand: for oneself to go on with, or as an alarm that the next free operator takes.

use super::super::model::{Kind, LONGEST, NewCase, Source};
use super::super::store::steps;
use super::{SOURCE, told};
use crate::alarms;
use axum::response::Response;
use db::Actor;
use kernel::ElderId;
use registry::areas::Names;
use registry::elders::pages::look_up;
use registry::elders::search::{self, Query as Search, Term};
use registry::elders::{Brief, Columns, store as elders};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Elders that a search shows: whoever has more types another letter.
const SHOWN: usize = 20;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    q: Option<String>,
    elder: Option<String>,
}

/// An elder in a list of candidates: file, and where they live.
pub(super) type Found = (Brief, String);

/// Looks for elders as the register does, within sight.
///
/// # Errors
/// What the store says, or [`Error::Invalid`] for a word that means nothing.
pub(super) async fn find(cx: &Cx, text: &str) -> Result<Vec<Found>, Error> {
    let terms = search::read(text, cx.today()).map_err(|why| Error::field("q", "查找", why))?;
    if terms.is_empty() { Ok(vec![]) } else { fitting(cx, terms).await }
}

/// Those whom all terms fit.
///
/// # Errors
/// What the store says.
pub(super) async fn fitting(cx: &Cx, terms: Vec<Term>) -> Result<Vec<Found>, Error> {
    let query = Search { terms, ..Search::default() };
    let (db, columns, by) = (cx.state.db.clone(), cx.state.get::<Columns>(), cx.actor());
    let ids = cx.blocking(move || look_up(&db, &columns, &by, &query, SHOWN)).await?.ids;
    briefs(cx, ids).await
}

/// Files and places of elders within sight.
///
/// # Errors
/// What the store says.
pub(super) async fn briefs(cx: &Cx, ids: Vec<ElderId>) -> Result<Vec<Found>, Error> {
    let names = cx.state.get::<Names>();
    cx.read(move |tx, by| {
        let names = names.at(tx)?;
        let found = elders::briefs(tx, by, &ids)?;
        Ok::<_, Error>(
            found.into_iter().map(|one| (names.path(one.area), one)).map(|(path, one)| (one, path)).collect(),
        )
    })
    .await
}

pub(in super::super) async fn form(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let page = Page::new(&cx, "登记呼救").crumb("值班台", "/emergencies/board").source(SOURCE);
    if let Some(text) = &wanted.elder {
        let elder = ElderId::parse(text).ok_or(Error::NotFound)?;
        let found = briefs(&cx, vec![elder]).await?.into_iter().next().ok_or(Error::NotFound)?;
        return Ok(page.body(ui::card(&format!("{}（{}）", found.0.name, found.1), filling(&cx, elder))));
    }
    let (found, wrong) = match find(&cx, wanted.q.as_deref().unwrap_or_default()).await {
        Err(Error::Invalid(fields)) => (vec![], fields.into_iter().next().map(|f| f.message)),
        other => (other?, None),
    };
    let rows = found.iter().map(|(one, path)| {
        vec![
            ui::row_link(&format!("/emergencies/new?elder={}", one.id), &one.name),
            ui::text(format!("{} {} 岁", one.sex.name(), kernel::time::age_on(one.born, cx.today()))),
            ui::text(path),
            ui::text(&one.id_masked),
            ui::text(one.status),
        ]
    });
    let nobody = if wanted.q.is_some() {
        "没有找到，请换一个写法。不在册的，请直接拨打 120。"
    } else {
        "先找到是哪位老年人。"
    };
    let body = html! {
        (ui::filters("/emergencies/new", searching(wanted.q.as_deref(), wrong.as_deref())))
        (ui::table_or(&["姓名", "性别、年龄", "住地", "证件", "状态"], rows, ui::empty(nobody, None)))
    };
    Ok(page.body(body))
}

/// The box by which an elder is found.
pub(super) fn searching(text: Option<&str>, wrong: Option<&str>) -> Markup {
    let hint = "姓名或其一部分、拼音首字母、身份证号后 4 至 6 位、电话或其后 4 位";
    ui::field("查找老年人", "q", text.unwrap_or_default(), Field::search().hint(hint).error(wrong).focus())
}

/// What sort of call it is, in words, and whether it is a drill.
pub(super) fn what_fields(kind: Kind) -> Markup {
    html! {
        (ui::select("种类", "kind", &Kind::options(), kind.code()))
        (ui::textarea("什么情况", "what", "", Field::text().limit(LONGEST).placeholder("如：在卫生间滑倒，右髋疼，起不来")))
        (ui::checkbox("这是演练", "drill", false))
    }
}

fn filling(cx: &Cx, elder: ElderId) -> Markup {
    let ways = [("case", "由我处理：立即立案"), ("alarm", "报给呼叫中心：等坐席接警")];
    ui::form(
        cx,
        "/emergencies",
        html! {
            (ui::hidden("elder", elder.to_string()))
            (what_fields(Kind::Sos))
            (ui::radios("怎样处理", "how", &ways, "case"))
            (ui::submit_toned("登记", Tone::Danger))
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    elder: String,
    kind: Kind,
    what: Option<String>,
    drill: Option<String>,
    how: String,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let elder = ElderId::parse(&f.elder).ok_or(Error::NotFound)?;
    let (what, drill) = (f.what.unwrap_or_default(), f.drill.is_some());
    let what = super::super::model::needed(&what, "what", "什么情况")?;
    let library = cx.state.policies.clone();
    let to = match f.how.as_str() {
        "case" => {
            let new = move |by: &Actor| NewCase {
                elder,
                source: Source::Hand,
                kind: f.kind,
                what,
                drill,
                began_at: by.now,
                answered_at: by.now,
                call: None,
            };
            cx.write(move |tx, by| steps::open(tx, by, &library, &new(by))).await?.href()
        }
        "alarm" => {
            let kind = match f.kind {
                Kind::Fall => alarms::model::Kind::Fall,
                _ => alarms::model::Kind::Sos,
            };
            let raise = move |tx: &mut db::Tx<'_>, by: &Actor| -> Result<(), Error> {
                // The alarm knows two kinds that a person reports; the others are said in words.
                let plain = matches!(f.kind, Kind::Fall | Kind::Sos);
                let message = if plain { what } else { format!("{}：{what}", f.kind) };
                alarms::store::raise_by_hand(tx, by, &library, (elder, kind), (&message, drill))?;
                Ok(())
            };
            cx.write(raise).await?;
            "/emergencies/board".to_owned()
        }
        _ => return Err(Error::field("how", "怎样处理", "请选择")),
    };
    told(&cx);
    Ok(web::see_with(&to, "已登记"))
}
