//! Writing the plan that hospital, centre and family share.

use super::super::model::{Contact, Content, Party, Place};
use super::super::{steps, store};
use super::{SOURCE, key};
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;

/// So many people to be called fit on the sheet.
const CONTACTS: usize = 4;

pub(in super::super) async fn form(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let key = key(ids)?;
    let (case, name, last) = cx
        .read(move |tx, by| {
            let case = store::find(tx, by, key)?;
            let name = subject::store::find(tx, by, key.elder)?.name;
            Ok::<_, Error>((case, name, store::plans(tx, key)?.into_iter().next()))
        })
        .await?;
    let old = last.as_ref().map(|plan| &plan.content);
    let text = |field: fn(&Content) -> &String| old.map(field).cloned().unwrap_or_default();
    let contacts = last.as_ref().map(|plan| plan.contacts.clone()).unwrap_or_default();
    let place = old.map_or(case.facts.place, |c| c.wished_place);
    let body = html! {
        (ui::hidden("version", case.version.to_string()))
        (ui::textarea("目标和意愿", "goals", text(|c| &c.goals), Field::text().required().limit(1000).hint("老人和家人最看重什么，用他们自己的话")))
        (ui::select("希望最后在", "wished_place", &Place::options(), place.code()))
        (ui::textarea("不希望做的", "unwanted", text(|c| &c.unwanted), Field::text().limit(500).hint("例如：不插管、不再住重症监护")))
        (ui::textarea("症状处置", "symptoms", text(|c| &c.symptoms), Field::text().required().limit(2000).hint("每种症状一行：平时怎么办，加重时家里先做什么，什么情况打电话")))
        (ui::textarea("日常舒适照护", "comfort", text(|c| &c.comfort), Field::text().limit(1000).hint("体位、口腔、皮肤、饮食、大小便")))
        (ui::textarea("心理和家人", "mind", text(|c| &c.mind), Field::text().limit(1000).hint("牵挂的事、想见的人、信仰和告别的安排")))
        @if case.version > 0 { (ui::field("这次改了什么", "why", "", Field::text().required().limit(200))) }
        h3 { "有事找谁" }
        @for at in 0..CONTACTS { (contact(contacts.get(at), at == 0)) }
        (ui::submit("保存为新的一版"))
    };
    let title = format!("安宁疗护计划：{name}");
    let page = Page::new(&cx, &title).crumb("安宁疗护", "/hospice").crumb(&name, &key.href()).source(SOURCE);
    Ok(page
        .body(ui::card(&format!("第 {} 版", case.version + 1), ui::form(&cx, &format!("{}/plan", key.href()), body))))
}

/// One line of a contact; its fields repeat, so that their labels stand around them.
fn contact(one: Option<&Contact>, needed: bool) -> Markup {
    let one = one.cloned().unwrap_or_default();
    let input = |label: &str, name: &str, value: &str, kind: &str, most: u32| {
        html! { div."col-md".mb-2 { label.form-label { (label)
            input.form-control type=(kind) name=(name) value=(value) maxlength=(most) required[needed];
        } } }
    };
    html! { div.row {
        (input("姓名", "contact_name", &one.name, "text", 40))
        (input("什么事找", "contact_role", &one.role, "text", 60))
        (input("电话", "contact_phone", &one.phone, "tel", 20))
    } }
}

/// The fields of a plan. Blank cells are dropped on their way here, so a line of the contacts is whole or empty.
#[derive(Deserialize)]
pub(in super::super) struct Filled {
    version: i64,
    goals: String,
    wished_place: Place,
    unwanted: Option<String>,
    symptoms: String,
    comfort: Option<String>,
    mind: Option<String>,
    why: Option<String>,
    #[serde(default)]
    contact_name: Vec<String>,
    #[serde(default)]
    contact_role: Vec<String>,
    #[serde(default)]
    contact_phone: Vec<String>,
}

pub(in super::super) async fn save(cx: Cx, Path(ids): Ids, Form(f): Form<Filled>) -> Result<Response, Error> {
    let key = key(ids)?;
    let contacts = contacts(&f)?;
    let content = Content {
        goals: f.goals,
        wished_place: f.wished_place,
        unwanted: f.unwanted.unwrap_or_default(),
        symptoms: f.symptoms,
        comfort: f.comfort.unwrap_or_default(),
        mind: f.mind.unwrap_or_default(),
        why: f.why.unwrap_or_default(),
    };
    let version = cx.write(move |tx, by| steps::plan(tx, by, key, f.version, (content, contacts))).await?;
    Ok(web::see_with(&key.href(), &format!("计划已保存为第 {version} 版，请三方确认知悉")))
}

/// Name, purpose and telephone belong together by their place.
fn contacts(f: &Filled) -> Result<Vec<Contact>, Error> {
    let many = f.contact_name.len();
    if f.contact_phone.len() != many || f.contact_role.len() != many {
        return Err(Error::field("contact_name", "有事找谁", "每一行的姓名、什么事、电话都要填写，或整行留空"));
    }
    let rows = f.contact_name.iter().zip(&f.contact_role).zip(&f.contact_phone);
    Ok(rows
        .map(|((name, role), phone)| Contact { name: name.clone(), role: role.clone(), phone: phone.clone() })
        .collect())
}

#[derive(Deserialize)]
pub(in super::super) struct Read {
    version: i64,
    party: Party,
    name: String,
}

pub(in super::super) async fn seen(cx: Cx, Path(ids): Ids, Form(read): Form<Read>) -> Result<Response, Error> {
    let key = key(ids)?;
    cx.write(move |tx, by| steps::seen(tx, by, key, read.version, read.party, &read.name)).await?;
    Ok(web::see_with(&key.href(), "已登记知悉"))
}
