//! The form by which a visit is planned that no plan of the care insurance makes.

use super::SOURCE;
use crate::subject;
use crate::visits::catalogue::{self, Item};
use crate::visits::model::{Kind, NewVisit, Wishes};
use crate::visits::planner::model::Skill;
use crate::visits::store::crew::{self, Carer};
use crate::visits::store::{self};
use axum::response::Response;
use kernel::area::Level;
use kernel::citizen::Sex;
use kernel::time::parse_local;
use kernel::{Date, ElderId, Instant, InstitutionId, StaffId};
use serde::Deserialize;
use uuid::Uuid;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see_with};

#[derive(Deserialize)]
pub(in crate::visits) struct Begin {
    elder: String,
    kind: Option<String>,
    institution: Option<String>,
    source: Option<String>,
}

/// The kinds that are planned by hand: the care insurance's come from its plans.
fn kinds() -> Vec<(&'static str, &'static str)> {
    Kind::options().into_iter().filter(|(code, _)| *code != Kind::CareInsurance.code()).collect()
}

pub(in crate::visits) async fn new(cx: Cx, Query(q): Query<Begin>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&q.elder).ok_or(Error::NotFound)?;
    let kind = q.kind.as_deref().and_then(Kind::parse).filter(|kind| *kind != Kind::CareInsurance);
    let kind = kind.unwrap_or(Kind::Nursing);
    let chosen = q.institution.as_deref().and_then(InstitutionId::parse).or(cx.user.scope.institution);
    let chosen = chosen.or(cx.user.institution);
    let (person, providers, carers) = cx
        .read(move |tx, by| {
            let person = subject::store::find(tx, by, elder)?;
            let providers = crew::providers(tx, by, person.area)?;
            let carers = chosen.map(|id| crew::carers(tx, id)).transpose()?.unwrap_or_default();
            Ok::<_, Error>((person, providers, carers))
        })
        .await?;
    let items = catalogue::items_of(&cx.state.policies, kind, person.area.up_to(Level::County), cx.today());
    let options: Vec<(String, String)> = providers.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let body = html! {
        (ui::card("第一步：类别与服务机构", html! {
            form method="get" action="/visits/new" {
                (ui::hidden("elder", elder.to_string()))
                @if let Some(source) = &q.source { (ui::hidden("source", source)) }
                (ui::form_row(&[
                    ui::select("类别", "kind", &kinds(), kind.code()),
                    ui::select("服务机构", "institution", &options, &chosen.map(|id| id.to_string()).unwrap_or_default()),
                ]))
                (ui::submit_toned("选定", if chosen.is_some() { Tone::Neutral } else { Tone::Primary }))
            }
        }))
        @if let Some(institution) = chosen {
            (form(&cx, (elder, kind, institution, q.source.as_deref()), &items, &carers))
        }
    };
    let title = format!("安排上门：{}", person.name);
    Ok(Page::new(&cx, &title).crumb("上门服务", "/visits").source(SOURCE).body(body))
}

fn form(
    cx: &Cx,
    (elder, kind, institution, source): (ElderId, Kind, InstitutionId, Option<&str>),
    items: &[Item],
    carers: &[Carer],
) -> Markup {
    let staff = |none: Option<&str>| -> Vec<(String, String)> {
        let nobody = none.map(|text| (String::new(), text.to_owned()));
        let name = |c: &Carer| (c.id.to_string(), format!("{}（{}）", c.name, c.kind.map_or("", |k| k.name())));
        nobody.into_iter().chain(carers.iter().map(name)).collect()
    };
    let boxes = items.iter().map(|item| {
        html! {
            label.form-check.d-block {
                input.form-check-input type="checkbox" name="items" value=(item.code);
                span.form-check-label {
                    (item.name) "（" (item.price.staff.name()) "，" (item.price.minutes) " 分钟，" (item.price.price) " 元）"
                }
            }
        }
    });
    let unverified: Vec<&String> = items.iter().flat_map(|item| &item.unverified).collect();
    let body = html! {
        (ui::hidden("elder", elder.to_string())) (ui::hidden("kind", kind.code()))
        (ui::hidden("institution", institution.to_string()))
        @if let Some(source) = source { (ui::hidden("source", source)) }
        (ui::form_row(&[
            ui::date_with("日期", "day", Some(cx.today()), Field::date().required().min(cx.today())),
            ui::field("开始", "from", "09:00", Field::clock().required()),
            ui::field("结束", "to", "10:00", Field::clock().required()),
        ]))
        fieldset.mb-3 { legend.form-label { "项目" } @for one in boxes { (one) } (ui::unverified_all(&unverified)) }
        (ui::form_row(&[
            ui::select("服务人员", "carer", &staff(None), ""),
            ui::select("同行人员（需两人时）", "second", &staff(Some("不需要")), ""),
            ui::select("对服务人员性别的要求", "sex", &[("", "没有"), ("1", "男"), ("2", "女")], ""),
        ]))
        (ui::form_row(&[
            ui::field("最早可上门", "earliest", "", Field::clock()),
            ui::field("最晚须结束", "latest", "", Field::clock()),
        ]))
        (skill_boxes())
        (ui::submit("安排上门"))
    };
    ui::card("第二步：时间、项目与人员", ui::form(cx, "/visits", body))
}

/// What whoever comes must be able to do besides their post.
fn skill_boxes() -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { "需要的技能" }
            @for skill in Skill::ALL {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="skills" value=(skill.code());
                    span.form-check-label { (skill.name()) }
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub(in crate::visits) struct Planned {
    elder: String,
    kind: Kind,
    institution: String,
    source: Option<String>,
    day: Date,
    from: String,
    to: String,
    #[serde(default)]
    earliest: String,
    #[serde(default)]
    latest: String,
    carer: String,
    #[serde(default)]
    second: String,
    #[serde(default)]
    sex: String,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    skills: Vec<Skill>,
}

impl Planned {
    fn at(&self, name: &str, label: &str, clock: &str) -> Result<Instant, Error> {
        parse_local(&format!("{} {clock}", self.day)).ok_or_else(|| Error::field(name, label, "请填写时间"))
    }

    fn read(self) -> Result<NewVisit, Error> {
        let window = |name, label, clock: &str| {
            if clock.is_empty() { Ok(None) } else { self.at(name, label, clock).map(Some) }
        };
        let wishes = Wishes {
            skills: catalogue::join(&self.skills.iter().map(|skill| skill.code()).collect::<Vec<_>>()),
            sex: self.sex.parse().ok().and_then(Sex::of),
            earliest: window("earliest", "最早可上门", &self.earliest)?,
            latest: window("latest", "最晚须结束", &self.latest)?,
        };
        if self.kind == Kind::CareInsurance {
            return Err(Error::field("kind", "类别", "长护险服务由照护计划排班，不在此安排"));
        }
        Ok(NewVisit {
            elder: ElderId::parse(&self.elder).ok_or(Error::NotFound)?,
            kind: self.kind,
            source: self.source.as_deref().and_then(|text| Uuid::try_parse(text).ok()),
            institution: InstitutionId::parse(&self.institution).ok_or(Error::NotFound)?,
            carer: StaffId::parse(&self.carer).ok_or_else(|| Error::field("carer", "服务人员", "请选择"))?,
            second: StaffId::parse(&self.second),
            from: self.at("from", "开始", &self.from)?,
            to: self.at("to", "结束", &self.to)?,
            wishes,
            items: self.items,
        })
    }
}

pub(in crate::visits) async fn create(cx: Cx, Form(form): Form<Planned>) -> Result<Response, Error> {
    let new = form.read()?;
    let (elder, policies) = (new.elder, cx.state.policies.clone());
    let id = cx.write(move |tx, by| store::plan(tx, by, &policies, new)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已安排上门"))
}
