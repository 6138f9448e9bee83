//! A round, on a telephone at the bedside: symptoms from 0 to 10, what was done, what else was seen.

use super::super::model::{Place, Scores, Symptom, level_name};
use super::super::steps::{self, NewRound};
use super::super::store;
use super::{SOURCE, key};
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use kernel::Date;
use policy::Scale;
use std::collections::BTreeMap;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;

pub(in super::super) async fn form(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let key = key(ids)?;
    let (case, subject, last) = cx
        .read(move |tx, by| {
            let case = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            Ok::<_, Error>((case, subject, store::rounds(tx, key)?.into_iter().next()))
        })
        .await?;
    let library = cx.state.policies.clone();
    let (scale, rhythm) = (steps::scale(&library)?, steps::rhythm(&library, subject.area, cx.today())?);
    let before = last.as_ref().map(|round| &round.scores);
    let answered = scale.level(rhythm.answer_level).map(|level| level.name.as_str()).unwrap_or_default();
    let body = html! {
        (ui::form_row(&[
            ui::date_with("巡访日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::select("地点", "place", &Place::options(), case.facts.place.code()),
        ]))
        p.text-secondary { "请老人自己说：0 为没有，10 为能想到的最重。不能表达的看表情和动作。没有问的留“未评”。" }
        @for symptom in Symptom::ALL { (asked(scale, *symptom, before.and_then(|scores| scores.get(symptom)).copied())) }
        (ui::textarea("做了什么处置", "answer", "", Field::text().limit(1000).hint(format!("有“{answered}”及以上的症状时必须写明"))))
        (ui::textarea("其他情况", "note", "", Field::text().limit(500)))
        (ui::submit("保存巡访"))
    };
    let title = format!("巡访：{}", subject.name);
    let page = Page::new(&cx, &title).crumb("安宁疗护", "/hospice").crumb(&subject.name, &key.href()).source(SOURCE);
    let heading = subject.age_and_sex(cx.today());
    Ok(page.body(ui::card(&heading, ui::form(&cx, &format!("{}/round", key.href()), body))))
}

fn asked(scale: &Scale, symptom: Symptom, before: Option<i64>) -> Markup {
    let mut options = vec![(String::new(), "未评".to_owned())];
    options.extend((scale.min()..=scale.max()).map(|n| (n.to_string(), format!("{n}　{}", level_name(scale, n)))));
    let hint = before.map(|score| format!("上次 {score}"));
    let field = hint.map_or_else(Field::default, |hint| Field::default().hint(hint));
    ui::select_with(symptom.name(), symptom.code(), &options, "", field)
}

pub(in super::super) async fn save(
    cx: Cx,
    Path(ids): Ids,
    Form(given): Form<BTreeMap<String, String>>,
) -> Result<Response, Error> {
    let key = key(ids)?;
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let on: Date = text("on").parse().map_err(|_| Error::field("on", "巡访日期", "请填写日期"))?;
    let place = Place::parse(&text("place")).ok_or_else(|| Error::field("place", "地点", "请选择"))?;
    let mut scores = Scores::new();
    for symptom in Symptom::ALL {
        if let Some(score) = given.get(symptom.code()) {
            let wrong = |_| Error::field(symptom.code(), symptom.name(), "请填写数字");
            scores.insert(*symptom, score.trim().parse().map_err(wrong)?);
        }
    }
    let new = NewRound { on, place, scores, answer: text("answer"), note: text("note") };
    let library = cx.state.policies.clone();
    let urgent = cx.write(move |tx, by| steps::round(tx, by, &library, key, new)).await?;
    let note = if urgent { "巡访已登记：症状严重，请尽快复查" } else { "巡访已登记" };
    Ok(web::see_with(&key.href(), note))
}
