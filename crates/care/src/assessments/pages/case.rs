//! The page of one assessment: where it stands, what is to be done next, how its level came about; and the steps.

use super::super::model::{Assessment, Assessor, Form as AssessorsForm, Key, State};
use super::super::rules::{Purpose, Rules};
use super::super::store::{self, Event};
use super::super::{ACCEPT, steps};
use super::{key, parts};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::StaffId;
use registry::areas::Names;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::{Cx, Error, Form, Markup, Page, Reason};

/// All that the page shows.
pub(super) struct View {
    pub(super) subject: Subject,
    pub(super) place: String,
    pub(super) a: Assessment,
    pub(super) forms: Vec<AssessorsForm>,
    pub(super) events: Vec<Event>,
    pub(super) against: Vec<Reason>,
    pub(super) assessors: Vec<(Assessor, String)>,
    pub(super) phone: String,
    pub(super) rules: Rules,
}

impl View {
    /// The forms of the present round.
    pub(super) fn now(&self) -> Vec<&AssessorsForm> {
        self.forms.iter().filter(|form| form.round == self.a.round).collect()
    }

    pub(super) async fn load(cx: &Cx, key: Key) -> Result<Self, Error> {
        let (library, names, officer) = (cx.state.policies.clone(), cx.state.get::<Names>(), cx.may(ACCEPT));
        cx.read(move |tx, by| {
            let subject = subject::store::find(tx, by, key.elder)?;
            let a = store::find(tx, &subject, key.id)?;
            let weighed = if a.state == State::Applied { steps::against(tx, by, &library, key)? } else { vec![] };
            let assessors = if officer { store::assessors(tx, subject.area, by.today())? } else { vec![] };
            let events = store::events(tx, &subject)?.into_iter().filter(|event| event.id == key.id).collect();
            Ok::<_, Error>(Self {
                place: names.at(tx)?.path(subject.area),
                forms: store::forms(tx, key)?,
                events,
                against: weighed,
                assessors,
                phone: if officer { store::phone(tx, key)? } else { String::new() },
                rules: Rules::of(&library, &a.application.scale, subject.area, by.today()),
                subject,
                a,
            })
        })
        .await
    }
}

pub(in super::super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Markup, Error> {
    let view = View::load(&cx, key(ids)?).await?;
    let library = cx.state.policies.clone();
    let scale = steps::scale(&library, &view.a.application.scale)?;
    let title = format!("{}　{}", view.subject.name, Purpose::of(&scale.id).title());
    let page = Page::new(&cx, &title).crumb("评估办理", "/assessments").actions(parts::actions(&view));
    let source =
        format!("量表：{}，{}。评分由评估员填写，等级由量表逐项计算，本页不做人工改动。", scale.version, scale.source);
    Ok(page.source(source).body(parts::body(&cx, scale, &view)))
}

/// A step by its address: runs it and goes back to the page with a note.
async fn step<F>(cx: Cx, ids: (String, String), note: &str, work: F) -> Result<Response, Error>
where
    F: FnOnce(&mut db::Tx<'_>, &db::Actor, &policy::Library, Key) -> Result<State, Error> + Send + 'static,
{
    let (key, library) = (key(ids)?, cx.state.policies.clone());
    let state = cx.write(move |tx, by| work(tx, by, &library, key)).await?;
    Ok(web::see_with(&key.href(), &format!("{note}，本件现为“{}”", state.name())))
}

/// The ids of an address.
type Ids = Path<(String, String)>;

/// A form with one text.
#[derive(Deserialize)]
pub(in super::super) struct Note {
    #[serde(default)]
    note: String,
}

pub(in super::super) async fn accept(cx: Cx, Path(ids): Ids) -> Result<Response, Error> {
    step(cx, ids, "已受理", steps::accept).await
}

pub(in super::super) async fn reject(
    cx: Cx,
    Path(ids): Ids,
    Form(Note { note }): Form<Note>,
) -> Result<Response, Error> {
    step(cx, ids, "已办理不予受理", move |tx, by, library, key| steps::reject(tx, by, library, key, &note)).await
}

/// Why an application is taken back.
#[derive(Deserialize)]
pub(in super::super) struct Withdrawal {
    #[serde(default)]
    withdrawal: String,
}

pub(in super::super) async fn withdraw(
    cx: Cx,
    Path(ids): Ids,
    Form(given): Form<Withdrawal>,
) -> Result<Response, Error> {
    step(cx, ids, "已撤回", move |tx, by, _, key| steps::withdraw(tx, by, key, &given.withdrawal)).await
}

/// The assessors that were chosen.
#[derive(Deserialize)]
pub(in super::super) struct Chosen {
    #[serde(default)]
    staff: Vec<String>,
}

impl Chosen {
    fn ids(&self) -> Result<Vec<StaffId>, Error> {
        self.staff.iter().map(|text| StaffId::parse(text).ok_or(Error::NotFound)).collect()
    }
}

pub(in super::super) async fn assign(cx: Cx, Path(ids): Ids, Form(chosen): Form<Chosen>) -> Result<Response, Error> {
    let staff = chosen.ids()?;
    step(cx, ids, "已指派评估员", move |tx, by, library, key| steps::assign(tx, by, library, key, &staff)).await
}

pub(in super::super) async fn add(cx: Cx, Path(ids): Ids, Form(chosen): Form<Chosen>) -> Result<Response, Error> {
    let staff = chosen.ids()?;
    let one = *staff.first().ok_or_else(|| Error::field("staff", "评估员", "请选择增派的评估员"))?;
    step(cx, ids, "已增派评估员", move |tx, by, _, key| steps::add_assessor(tx, by, key, one)).await
}

pub(in super::super) async fn reassess(cx: Cx, Path(ids): Ids, Form(chosen): Form<Chosen>) -> Result<Response, Error> {
    let staff = chosen.ids()?;
    step(cx, ids, "已指派复评", move |tx, by, library, key| steps::reassess(tx, by, library, key, &staff)).await
}

pub(in super::super) async fn reconcile(
    cx: Cx,
    Path(ids): Ids,
    Form(mut given): Form<BTreeMap<String, String>>,
) -> Result<Response, Error> {
    let why = given.remove("why").unwrap_or_default();
    let staff = cx.user.staff.ok_or_else(|| Error::refused("PG-22", "合议须由本轮评估员登记"))?;
    let mut choices = BTreeMap::new();
    for (code, text) in given {
        let value = text.parse().map_err(|_| Error::field(&code, &code, "请选择评分"))?;
        choices.insert(code, value);
    }
    let work = move |tx: &mut db::Tx<'_>, by: &db::Actor, library: &policy::Library, key: Key| {
        steps::reconcile(tx, by, library, key, staff, &choices, &why)
    };
    step(cx, ids, "合议已登记", work).await
}

/// The reviewer's verdict.
#[derive(Deserialize)]
pub(in super::super) struct Verdict {
    approve: bool,
    #[serde(default)]
    note: String,
}

pub(in super::super) async fn review(cx: Cx, Path(ids): Ids, Form(verdict): Form<Verdict>) -> Result<Response, Error> {
    let (staff, Verdict { approve, note }) = (cx.user.staff, verdict);
    let done = if approve { "审核通过" } else { "已退回" };
    let work = move |tx: &mut db::Tx<'_>, by: &db::Actor, library: &policy::Library, key: Key| {
        steps::review(tx, by, library, key, staff, approve, &note)
    };
    step(cx, ids, done, work).await
}

pub(in super::super) async fn notice(cx: Cx, Path(ids): Ids) -> Result<Response, Error> {
    step(cx, ids, "已开始公示", steps::open_notice).await
}

/// An objection as it was written down.
#[derive(Deserialize)]
pub(in super::super) struct Objection {
    #[serde(default)]
    who: String,
    #[serde(default)]
    text: String,
}

pub(in super::super) async fn dispute(cx: Cx, Path(ids): Ids, Form(given): Form<Objection>) -> Result<Response, Error> {
    let Objection { who, text } = given;
    step(cx, ids, "异议已登记", move |tx, by, _, key| steps::dispute(tx, by, key, &who, &text)).await
}

pub(in super::super) async fn dismiss(
    cx: Cx,
    Path(ids): Ids,
    Form(Note { note }): Form<Note>,
) -> Result<Response, Error> {
    step(cx, ids, "异议已答复", move |tx, by, _, key| steps::dismiss(tx, by, key, &note)).await
}
