//! The list of contracts, and the elders without one.

use super::super::candidates::{self, Candidate};
use super::super::model::State;
use super::super::store::{gaps, lists};
use super::super::views::{EXPIRY_WARNING, tone};
use super::super::{SIGN, fulfilment};
use super::{SIZE, SOURCE, label};
use chrono::Days;
use kernel::{Area, ElderId, InstitutionId, StaffId};
use registry::areas::Names;
use registry::elders::{Brief, Columns, links};
use serde::Deserialize;
use std::collections::HashSet;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// The choice "all institutions", for people who have their own.
const ALL: &str = "all";

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    institution: Option<String>,
    doctor: Option<String>,
    state: Option<String>,
    area: Option<String>,
    priority: Option<String>,
    overdue: Option<String>,
    idle: Option<String>,
    expiring: Option<String>,
    page: Option<i64>,
}

impl Wanted {
    /// The institution's id as in the address; one's own if nothing was chosen.
    fn institution(&self, cx: &Cx) -> String {
        self.institution.clone().or(cx.user.institution.map(|id| id.to_string())).unwrap_or_else(|| ALL.into())
    }

    fn filter(&self, cx: &Cx) -> lists::Filter {
        let ending = cx.today().checked_add_days(Days::new(EXPIRY_WARNING));
        let expiring = self.expiring.is_some();
        lists::Filter {
            institution: InstitutionId::parse(&self.institution(cx)),
            doctor: self.doctor.as_deref().and_then(StaffId::parse),
            state: if expiring { Some(State::Signed) } else { self.state.as_deref().and_then(State::parse) },
            area: self.area.as_deref().and_then(|text| Area::parse(text).ok()),
            priority: self.priority.is_some(),
            overdue: self.overdue.is_some(),
            idle: self.idle.is_some(),
            until: ending.filter(|_| expiring),
        }
    }

    /// The address of this list, for turning its pages.
    fn base(&self, cx: &Cx) -> String {
        let given = [
            ("doctor", &self.doctor),
            ("state", &self.state),
            ("area", &self.area),
            ("priority", &self.priority),
            ("overdue", &self.overdue),
            ("idle", &self.idle),
            ("expiring", &self.expiring),
        ];
        // Values that would need escaping are no ids, codes or ticks: they narrow nothing.
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let pairs = given
            .iter()
            .filter_map(|(name, value)| Some(format!("&{name}={}", value.as_deref().filter(|v| plain(v))?)));
        let institution = Some(self.institution(cx)).filter(|text| plain(text)).unwrap_or_else(|| ALL.into());
        format!("/contracts?institution={institution}{}", pairs.collect::<String>())
    }
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, names) = (wanted.filter(&cx), cx.state.get::<Names>());
    let page = wanted.page.unwrap_or(1).max(1);
    let (total, rows, names, institutions, doctors) = cx
        .read(move |tx, by| {
            let doctors = match filter.institution {
                Some(one) => lists::doctors(tx, by, one)?,
                None => vec![],
            };
            let total = lists::count(tx, by, &filter)?;
            let rows = lists::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((total, rows, names.at(tx)?, lists::institutions(tx, by)?, doctors))
        })
        .await?;
    let rows = rows.iter().map(|one| {
        vec![
            ui::row_link(&one.key.href(), &one.name),
            ui::text(format!("{} 岁", kernel::time::age_on(one.born, cx.today()))),
            ui::text(names.path(one.area)),
            html! { (one.institution) @if !one.doctor.is_empty() { br; (one.doctor) } },
            html! { (one.package.name()) @if one.priority { " " (ui::badge(Tone::Primary, "优先")) } },
            ui::badge(tone(one.state), one.state.name()),
            ui::opt(one.end.and_then(|end| end.pred_opt())),
            ui::text(format!("{} / {}", one.done, one.promised)),
            html! { @if one.overdue > 0 { (ui::badge(Tone::Warning, format!("逾期 {}", one.overdue))) } },
        ]
    });
    let headings = ["老年人", "年龄", "住地", "签约机构、医生", "服务包", "状态", "有效至", ">已做 / 应做", "提醒"];
    let body = html! {
        (filters(&cx, &wanted, institutions, doctors))
        (ui::table(&headings, rows))
        (ui::pager(&PageInfo::new(wanted.base(&cx), page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "家庭医生签约");
    if cx.may(SIGN) {
        page = page.actions(ui::link_button("/contracts/candidates", "待签约老年人", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

type Choices = Vec<(String, String)>;

fn filters(cx: &Cx, wanted: &Wanted, institutions: Choices, doctors: Choices) -> Markup {
    let with = |first: (&str, &str), rest: Choices| {
        let mut all = vec![(first.0.to_owned(), first.1.to_owned())];
        all.extend(rest);
        all
    };
    let mut states = vec![("", "全部状态")];
    states.extend(State::options());
    let chosen = |text: &Option<String>| text.clone().unwrap_or_default();
    ui::filters(
        "/contracts",
        html! {
            @if let Some(area) = &wanted.area { (ui::hidden("area", area)) }
            (ui::select("签约机构", "institution", &with((ALL, "全部机构"), institutions), &wanted.institution(cx)))
            (ui::select("家庭医生", "doctor", &with(("", "全部医生"), doctors), &chosen(&wanted.doctor)))
            (ui::select("状态", "state", &states, &chosen(&wanted.state)))
            (ui::checkbox("只看优先对象", "priority", wanted.priority.is_some()))
            (ui::checkbox("有逾期未做", "overdue", wanted.overdue.is_some()))
            (ui::checkbox("签约后一项未做", "idle", wanted.idle.is_some()))
            (ui::checkbox("即将到期", "expiring", wanted.expiring.is_some()))
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Where {
    area: Option<String>,
    page: Option<i64>,
}

/// Elders without a contract. People who see only linked elders find those among them.
pub(in super::super) async fn candidates(cx: Cx, Query(place): Query<Where>) -> Result<Markup, Error> {
    let scope = cx.user.scope;
    let area = place.area.as_deref().and_then(|text| Area::parse(text).ok()).filter(|a| scope.area.contains(*a));
    let (area, page) = (area.unwrap_or(scope.area), place.page.unwrap_or(1).max(1));
    let (resting, linked) = cx
        .read(move |tx, by| {
            let linked = scope.institution.map(|own| links::store::elders_of(tx, own)).transpose()?;
            Ok::<_, Error>((gaps::resting(tx, by)?, linked.map(|ids| ids.into_iter().collect::<HashSet<ElderId>>())))
        })
        .await?;
    let (state, today) = (cx.state.clone(), cx.today());
    let (shown, total, first) = cx
        .blocking(move || {
            let columns = state.get::<Columns>();
            columns.refresh(&state.db)?;
            let all = candidates::candidates(&columns.snapshot(), &state.policies, area, today, &resting);
            let all: Vec<Candidate> =
                all.into_iter().filter(|c| linked.as_ref().is_none_or(|seen| seen.contains(&c.id))).collect();
            let first = all.iter().filter(|c| c.answer.first).count() as i64;
            let from = usize::try_from((page - 1) * SIZE).unwrap_or_default();
            let shown: Vec<Candidate> = all.iter().skip(from).take(SIZE as usize).cloned().collect();
            Ok::<_, Error>((shown, all.len() as i64, first))
        })
        .await?;
    let (ids, names) = (shown.iter().map(|c| c.id).collect::<Vec<_>>(), cx.state.get::<Names>());
    let (briefs, names) =
        cx.read(move |tx, by| Ok::<_, Error>((registry::elders::store::briefs(tx, by, &ids)?, names.at(tx)?))).await?;
    let rows = briefs.iter().filter_map(|brief| Some((brief, shown.iter().find(|c| c.id == brief.id)?)));
    let rows = rows.map(|(brief, one)| row(&cx, brief, one, names.path(brief.area)));
    let none = ui::empty("辖区内到龄的常住老年人都已签约，或已谢绝。", None);
    let body = html! {
        p {
            "到龄未签约 " strong { (total) } " 人，其中优先对象 " strong { (first) } " 人（占 "
            (ui::bp(fulfilment::share(first, total))) "）。已谢绝且未到再征询日期的、已同意待签约的不在此列。"
        }
        (ui::table_or(&["老年人", "年龄", "住地", "优先理由", ""], rows, none))
        (ui::pager(&PageInfo::new(format!("/contracts/candidates?area={}", area.short()), page, SIZE, total)))
    };
    let title = format!("待签约老年人：{}", names.name(area));
    Ok(Page::new(&cx, &title).crumb("家庭医生签约", "/contracts").source(SOURCE).body(body))
}

fn row(cx: &Cx, brief: &Brief, one: &Candidate, place: String) -> Vec<Markup> {
    let reasons = one.answer.reasons.iter().map(|r| label(&cx.state.policies, "priority reason", r));
    vec![
        ui::row_link(&format!("/elders/{}", brief.id), &brief.name),
        ui::text(format!("{} 岁 {}", one.age, brief.sex.name())),
        ui::text(place),
        html! { @for reason in reasons { (ui::badge(Tone::Info, reason)) " " } },
        html! { @if cx.may(SIGN) { a href={ "/contracts/new?elder=" (brief.id) } { "征询并签约" } } },
    ]
}
