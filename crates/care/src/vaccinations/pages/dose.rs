//! An elder's doses, the questions before one, and how the body answered.

use super::super::due::ask;
use super::super::model::{Asked, Dose, Entry, Lot, Reaction, Site, State, Vaccine};
use super::super::{WRITE, store};
use super::{SOURCE, chosen};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, ElderId, VaccinationId, VaccineLotId};
use policy::Decision;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

fn id(text: &str) -> Result<ElderId, Error> {
    ElderId::parse(text).ok_or(Error::NotFound)
}

pub(in super::super) async fn of_elder(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = id(&elder)?;
    let library = cx.state.policies.clone();
    let (subject, doses, answers) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let mut answers = vec![];
            for vaccine in Vaccine::ALL {
                let person = store::person(tx, by, elder, *vaccine, by.today())?;
                answers.push((*vaccine, ask(&library, subject.area, by.today(), *vaccine, person)));
            }
            Ok::<_, Error>((subject, store::of_elder(tx, by, elder)?, answers))
        })
        .await?;
    cx.note(db::audit::Entry { action: "vaccinations.view", elder: Some(elder), ..Default::default() }).await?;
    let body = html! {
        (ui::columns(&answers.iter().map(|(vaccine, decision)| standing(&cx, &subject, *vaccine, decision)).collect::<Vec<_>>()))
        (ui::card("接种记录", history(&cx, &doses)))
    };
    let title = format!("疫苗接种：{}", subject.name);
    let page =
        Page::new(&cx, &title).crumb("疫苗接种", "/vaccinations").crumb(&subject.name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

fn standing(cx: &Cx, subject: &Subject, vaccine: Vaccine, decision: &Decision) -> Markup {
    let due = decision.bool("due") == Some(true);
    ui::card(
        vaccine.name(),
        html! {
            p { @if due { (ui::badge(Tone::Warning, "该种了")) } @else { (ui::badge(Tone::Neutral, "现在不用种")) }
                @if let Some(day) = decision.get("by") { @if matches!(day, policy::Value::Date(_)) { " 下一剂在 " (day) } } }
            (ui::because(&cx.state.policies, decision))
            @if cx.may(WRITE) && subject.present {
                p.mt-3 { (ui::link_button(&format!("/vaccinations/{}/new?vaccine={}", subject.id, vaccine.code()),
                    if due { "询问并接种" } else { "登记以往接种" }, if due { Tone::Primary } else { Tone::Neutral })) }
            }
        },
    )
}

fn history(cx: &Cx, doses: &[Dose]) -> Markup {
    let rows = doses.iter().map(|one| {
        let tone = if one.state == State::Given { Tone::Success } else { Tone::Neutral };
        vec![
            ui::text(one.vaccine),
            ui::text(one.on),
            html! { (ui::badge(tone, one.state.name())) @if !one.reason.is_empty() { " " (one.reason) }
            @if let Some(day) = one.again_on { "，" (day) " 再问" } },
            html! { (one.lot_number) @if let Some(site) = one.site { " " (site) } },
            ui::text(&one.by),
            reacted(cx, one),
        ]
    });
    ui::table_or(&["疫苗", "日期", "结果", "批号、部位", "接种人", "反应"], rows, ui::empty("没有接种记录。", None))
}

fn reacted(cx: &Cx, one: &Dose) -> Markup {
    if one.state != State::Given {
        return ui::opt(None::<i64>);
    }
    html! {
        @match one.reaction {
            Some(reaction) => { (reaction) " " (one.reaction_note) }
            None if cx.may(WRITE) => details { summary { "登记反应" }
                form method="post" action={ "/vaccinations/" (one.elder) "/" (one.id) "/reaction" } { (ui::csrf(cx))
                    label.form-label { "反应" select.form-select name="reaction" {
                        @for (code, name) in Reaction::options() { option value=(code) { (name) } }
                    } }
                    label.form-label { "观察日期" input.form-control type="date" name="reaction_on" value=(cx.today()) required; }
                    label.form-label { "反应和处置" input.form-control name="note" maxlength="300"; }
                    (ui::submit("保存"))
                }
            },
            None => (ui::opt(None::<i64>)),
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Which {
    vaccine: Option<String>,
}

pub(in super::super) async fn blank(
    cx: Cx,
    Path(elder): Path<String>,
    Query(which): Query<Which>,
) -> Result<Markup, Error> {
    let (elder, vaccine) = (id(&elder)?, chosen(which.vaccine.as_deref()));
    let (subject, lots) =
        cx.read(move |tx, by| Ok::<_, Error>((subject::store::find(tx, by, elder)?, store::lots(tx, by)?))).await?;
    let usable: Vec<&(String, Lot)> =
        lots.iter().filter(|(_, lot)| lot.against(vaccine, cx.today()).is_none()).collect();
    let observe = cx.state.policies.parameter("vaccination_observe_minutes", subject.area, cx.today());
    let body = html! {
        (ui::card("在本机构接种", html! {
            @if usable.is_empty() { (ui::empty("没有可用的批次，请先登记收到的疫苗。", Some(ui::link_button("/vaccinations/lots", "疫苗批次", Tone::Neutral)))) }
            @else { (giving(&cx, elder, vaccine, &usable)) }
            @if let Some(p) = observe { p.text-secondary { "接种后留观 " (ui::parameter(p)) "。" (ui::unverified_all(&p.unverified().into_iter().collect::<Vec<_>>())) } }
        }))
        (ui::seldom("在别处种过，补登记", usable.is_empty(), elsewhere(&cx, elder, vaccine)))
        (ui::seldom("暂缓或不接种", false, not(&cx, elder, vaccine)))
    };
    let title = format!("{vaccine}：{}", subject.name);
    let page = Page::new(&cx, &title).crumb("疫苗接种", "/vaccinations");
    Ok(page.crumb(&subject.name, &format!("/vaccinations/{elder}")).source(SOURCE).body(body))
}

fn sent(cx: &Cx, elder: ElderId, (vaccine, how): (Vaccine, &str), body: Markup) -> Markup {
    ui::form(
        cx,
        &format!("/vaccinations/{elder}"),
        html! { (ui::hidden("vaccine", vaccine.code())) (ui::hidden("how", how)) (body) },
    )
}

fn giving(cx: &Cx, elder: ElderId, vaccine: Vaccine, lots: &[&(String, Lot)]) -> Markup {
    let options: Vec<(String, String)> = lots
        .iter()
        .map(|(place, lot)| {
            (lot.id.to_string(), format!("{}（{place}，至 {}，余 {} 剂）", lot.number, lot.expires_on, lot.left()))
        })
        .collect();
    let yes = |name: &str, label: &str| ui::radios(label, name, &[("false", "没有"), ("true", "有")], "");
    let body = html! {
        h3 { "接种前询问" }
        (yes("allergic", "以前接种后，或对疫苗成分，有没有严重过敏？"))
        (yes("nervous", "有没有正在加重的神经系统疾病，或得过格林-巴利综合征？"))
        (yes("fever", "现在有没有发热？"))
        (yes("acute", "有没有急性病，或慢性病正在发作？"))
        h3 { "接种" }
        (ui::form_row(&[ui::select("批次", "lot", &options, ""), ui::select("部位", "site", &Site::options(), Site::Left.code())]))
        (ui::date_with("接种日期", "on", Some(cx.today()), Field::date().required().max(cx.today())))
        (ui::submit("已接种，登记"))
    };
    sent(cx, elder, (vaccine, "ours"), body)
}

fn day(label: &str, name: &str, cx: &Cx) -> Markup {
    html! { div.mb-3 { label.form-label { (label)
    input.form-control type="date" name=(name) value=(cx.today()) max=(cx.today()) required; } } }
}

fn elsewhere(cx: &Cx, elder: ElderId, vaccine: Vaccine) -> Markup {
    let body = html! {
        (day("接种日期", "on", cx))
        (ui::form_row(&[
            ui::field("接种单位", "place", "", Field::text().required().limit(60)),
            ui::field("批号", "lot_number", "", Field::text().limit(40).hint("接种证上有的照抄")),
        ]))
        (ui::submit("补登记"))
    };
    sent(cx, elder, (vaccine, "elsewhere"), body)
}

fn not(cx: &Cx, elder: ElderId, vaccine: Vaccine) -> Markup {
    let states = [State::PutOff, State::Declined].map(|state| (state.code(), state.name()));
    let body = html! {
        (day("询问日期", "on", cx))
        (ui::radios("结果", "state", &states, State::PutOff.code()))
        (ui::field("原因", "reason", "", Field::text().required().limit(200)))
        (ui::submit("登记"))
    };
    sent(cx, elder, (vaccine, "not"), body)
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    vaccine: Vaccine,
    how: String,
    on: Date,
    lot: Option<String>,
    site: Option<Site>,
    allergic: Option<bool>,
    nervous: Option<bool>,
    fever: Option<bool>,
    acute: Option<bool>,
    place: Option<String>,
    lot_number: Option<String>,
    state: Option<State>,
    reason: Option<String>,
}

impl Filled {
    fn entry(&self) -> Result<Entry, Error> {
        let open = |label: &str| Error::field(label, label, "没有填写");
        match self.how.as_str() {
            "ours" => Ok(Entry::Ours {
                lot: self.lot.as_deref().and_then(VaccineLotId::parse).ok_or_else(|| open("批次"))?,
                site: self.site.ok_or_else(|| open("部位"))?,
                asked: Asked {
                    allergic: self.allergic.ok_or_else(|| open("过敏"))?,
                    nervous: self.nervous.ok_or_else(|| open("神经系统疾病"))?,
                    fever: self.fever.ok_or_else(|| open("发热"))?,
                    acute: self.acute.ok_or_else(|| open("急性病"))?,
                },
            }),
            "elsewhere" => Ok(Entry::Elsewhere {
                lot_number: self.lot_number.clone().unwrap_or_default(),
                place: self.place.clone().ok_or_else(|| open("接种单位"))?,
            }),
            _ => Ok(Entry::Not {
                state: self.state.filter(|state| *state != State::Given).ok_or_else(|| open("结果"))?,
                reason: self.reason.clone().unwrap_or_default(),
            }),
        }
    }
}

pub(in super::super) async fn save(
    cx: Cx,
    Path(elder): Path<String>,
    Form(f): Form<Filled>,
) -> Result<Response, Error> {
    let (elder, entry, library) = (id(&elder)?, f.entry()?, cx.state.policies.clone());
    cx.write(move |tx, by| store::save(tx, by, &library, (elder, f.vaccine, f.on), &entry)).await?;
    Ok(web::see_with(&format!("/vaccinations/{elder}"), "已登记"))
}

#[derive(Deserialize)]
pub(in super::super) struct Reacted {
    reaction: Reaction,
    reaction_on: Date,
    note: Option<String>,
}

pub(in super::super) async fn reaction(
    cx: Cx,
    Path((elder, dose)): Path<(String, String)>,
    Form(f): Form<Reacted>,
) -> Result<Response, Error> {
    let (elder, dose) = (id(&elder)?, VaccinationId::parse(&dose).ok_or(Error::NotFound)?);
    let note = f.note.unwrap_or_default();
    cx.write(move |tx, by| store::react(tx, by, (elder, dose), (f.reaction, f.reaction_on, &note))).await?;
    Ok(web::see_with(&format!("/vaccinations/{elder}"), "反应已登记"))
}
