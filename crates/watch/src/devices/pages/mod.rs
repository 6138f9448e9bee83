//! Pages of devices: the list, and what they share.

pub(super) mod one;
pub(super) mod register;

use super::model::{Device, Fault, Kind, State};
use super::store::{self, Contact, Counts, Filter, Listed, Show};
use super::{Directory, WRITE};
use crate::vitals::Intake;
use chrono::TimeDelta;
use kernel::{DeviceId, ElderId, Instant, InstitutionId};
use policy::{Facts, Library};
use registry::institutions;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 50;
const SOURCE: &str = "设备由本平台登记；最近消息、电量、时钟和差错由设备送来的数据得出。";
/// A clock that is ahead by more is shown as a fault of the device; only whether it is worth a word.
const SKEW_SHOWN_MS: i64 = 60_000;

/// Tells the intake that devices, who wears them, or what holds for an elder have changed.
pub(crate) async fn reload(cx: &Cx, elder: Option<ElderId>) -> Result<(), Error> {
    if let Some((intake, elder)) = cx.state.try_get::<Intake>().zip(elder) {
        intake.forget(elder);
    }
    let Some(directory) = cx.state.try_get::<Directory>() else { return Ok(()) };
    let db = cx.state.db.clone();
    cx.blocking(move || directory.reload(&db)).await
}

fn device_id(text: &str) -> Result<DeviceId, Error> {
    DeviceId::parse(text).ok_or(Error::NotFound)
}

/// After which time without a word a kind counts as silent here; none for what is switched on only to measure.
fn silence(library: &Library, cx: &Cx, kind: Kind) -> Option<TimeDelta> {
    let asked = Facts::new().with("kind", kind.code());
    let minutes = library.decide("device_silence", cx.user.scope.area, cx.today(), &asked).int("minutes")?;
    Some(TimeDelta::minutes(minutes))
}

fn low_battery(cx: &Cx) -> i64 {
    let number = cx.state.policies.parameter("battery_low_percent", cx.user.scope.area, cx.today());
    number.map_or(0, |parameter| parameter.value)
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    kind: Option<Kind>,
    state: Option<State>,
    institution: Option<String>,
    q: Option<String>,
    show: Option<String>,
    page: Option<i64>,
}

const SHOWS: &[(&str, &str, Show)] = &[
    ("", "全部", Show::All),
    ("bound", "使用中", Show::Bound),
    ("free", "空闲", Show::Free),
    ("silent", "失联", Show::Silent),
    ("battery", "电量低", Show::Battery),
    ("faulty", "近一周有差错", Show::Faulty),
];

impl Asked {
    fn show(&self) -> Show {
        let word = self.show.as_deref().unwrap_or_default();
        SHOWS.iter().find(|(code, ..)| *code == word).map_or(Show::All, |(.., show)| *show)
    }

    fn filter(&self, cx: &Cx) -> Filter {
        let since = |kind: &Kind| Some((*kind, cx.now - silence(&cx.state.policies, cx, *kind)?));
        Filter {
            kind: self.kind,
            state: self.state,
            institution: self.institution.as_deref().and_then(InstitutionId::parse),
            text: self.q.clone(),
            show: self.show(),
            silent: Kind::ALL.iter().filter_map(since).collect(),
            battery: low_battery(cx),
        }
    }

    fn base(&self) -> String {
        let pairs = [
            ("kind", self.kind.map(|k| k.code().to_owned())),
            ("state", self.state.map(|s| s.code().to_owned())),
            ("institution", self.institution.clone()),
            ("q", self.q.clone()),
            ("show", self.show.clone()),
        ];
        let pairs: Vec<String> =
            pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?)))).collect();
        format!("/devices?{}", pairs.join("&"))
    }
}

/// A text as part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

pub(super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (filter, page) = (asked.filter(&cx), asked.page.unwrap_or(1).max(1));
    let narrowed = filter.clone();
    let (counts, rows, places) = cx
        .read(move |tx, by| {
            let counts = store::counts(tx, by, &narrowed)?;
            let rows = store::list(tx, by, &narrowed, (SIZE, (page - 1) * SIZE))?;
            Ok::<_, Error>((counts, rows, institutions::store::options(tx, by, &[])?))
        })
        .await?;
    let shown = rows.iter().map(|one| row(&cx, &filter, one));
    let headings = ["设备编号", "类型", "名称", "状态", "配戴者", "负责机构", "最近消息", ">电量"];
    let body = html! {
        (figures(&counts))
        (filters(&asked, places))
        (ui::table_or(&headings, shown, ui::empty("没有符合条件的设备。", None)))
        (ui::pager(&PageInfo::new(asked.base(), page, SIZE, counts.listed)))
    };
    let mut whole = Page::new(&cx, "监测设备").source(SOURCE);
    if cx.may(WRITE) {
        whole = whole.actions(ui::link_button("/devices/new", "登记设备", Tone::Primary));
    }
    Ok(whole.body(body))
}

fn figures(counts: &Counts) -> Markup {
    let link = |show: &str| html! { a href=(format!("/devices?show={show}")) { "看名单" } };
    html! { div.yy-figures {
        (ui::figure("在用", counts.active, html! { "可以送数据的设备" }))
        (ui::figure("使用中", counts.bound, link("bound")))
        (ui::figure("失联", counts.silent, link("silent")))
        (ui::figure("电量低", counts.battery, link("battery")))
    } }
}

fn filters(asked: &Asked, places: Vec<(InstitutionId, String)>) -> Markup {
    let all = |options: Vec<(&'static str, &'static str)>| [vec![("", "全部")], options].concat();
    let code = |text: Option<&'static str>| text.unwrap_or_default();
    let mut homes = vec![(String::new(), "全部".to_owned())];
    homes.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    let shows: Vec<(&str, &str)> = SHOWS.iter().map(|(code, name, _)| (*code, *name)).collect();
    ui::filters(
        "/devices",
        html! {
            (ui::field("编号或名称", "q", asked.q.as_deref().unwrap_or_default(), Field::search()))
            (ui::select("哪些", "show", &shows, asked.show.as_deref().unwrap_or_default()))
            (ui::select("类型", "kind", &all(Kind::options()), code(asked.kind.map(Kind::code))))
            (ui::select("状态", "state", &all(State::options()), code(asked.state.map(State::code))))
            (ui::select("负责机构", "institution", &homes, asked.institution.as_deref().unwrap_or_default()))
        },
    )
}

fn row(cx: &Cx, filter: &Filter, one: &Listed) -> Vec<Markup> {
    let d = &one.device;
    vec![
        ui::row_link(&format!("/devices/{}", d.id), &d.serial),
        ui::text(d.kind),
        ui::opt(Some(&d.name)),
        state_badge(d),
        wearer(d, one.elder.as_deref()),
        ui::opt(Some(&one.institution)),
        heard(cx, filter, d, one.contact),
        battery(filter.battery, one.contact),
    ]
}

fn state_badge(d: &Device) -> Markup {
    match d.state {
        State::Active => ui::badge(Tone::Success, d.state.name()),
        State::Suspended => ui::badge(Tone::Warning, d.state.name()),
        State::Retired => ui::badge(Tone::Neutral, d.state.name()),
    }
}

fn wearer(d: &Device, name: Option<&str>) -> Markup {
    match (d.elder, name) {
        (Some(elder), Some(name)) => ui::link(&format!("/vitals/{elder}"), name),
        (Some(_), None) => ui::muted("不在您的权限范围内"),
        (None, _) => ui::opt(None::<&str>),
    }
}

fn heard(cx: &Cx, filter: &Filter, d: &Device, contact: Contact) -> Markup {
    let limit = filter.silent.iter().find(|(kind, _)| *kind == d.kind).map(|(_, at)| *at);
    let last = contact.heard.or(d.bound_at);
    let quiet =
        d.state == State::Active && d.elder.is_some() && limit.zip(last).is_some_and(|(limit, last)| last < limit);
    let resting = d.maintenance_until.is_some_and(|until| until > cx.now);
    html! {
        @match contact.heard { Some(at) => (ui::moment(at)), None => (ui::muted("还没有消息")) }
        @if resting { " " (ui::badge(Tone::Info, "维护中")) }
        @else if quiet { " " (ui::badge(Tone::Danger, "失联")) }
    }
}

fn battery(low: i64, contact: Contact) -> Markup {
    match contact.battery {
        None => ui::opt(None::<i64>),
        Some(percent) if percent < low => html! { (percent) "% " (ui::badge(Tone::Warning, "低")) },
        Some(percent) => html! { (percent) "%" },
    }
}

/// What to do about a fault, in a sentence.
const fn advice(fault: Fault) -> &'static str {
    match fault {
        Fault::Malformed => "送来的不是 SenML 也不是 FHIR Observation：请厂家核对上报格式，必要时升级固件",
        Fault::UnknownName => "有不认识的测量项：请厂家按平台的名称上报，其余测量照常入库",
        Fault::WrongUnit => "单位与测量项不符：请在设备上改为平台要求的单位",
        Fault::Implausible => "数值不可信，没有入库：请检查佩戴、袖带和电极，仍出现则送修",
        Fault::Impostor => "用本设备的账号冒用了别的编号：请立即换发密钥，并查明是谁在用",
        Fault::ClockAhead => "时钟偏快：请在设备上校时或打开自动对时",
        Fault::ClockBehind => "时间太早，没有入库：请在设备上校时，或更换时钟电池",
        Fault::Unbound => "测量时没有绑定老年人，没有入库：请先绑定再使用",
    }
}

fn skew(contact: Contact) -> Markup {
    let ms = contact.skew_ms;
    if ms.abs() < SKEW_SHOWN_MS {
        return ui::text("准");
    }
    let word = if ms > 0 { "快" } else { "慢" };
    html! { (word) " " (ms.abs() / 60_000) " 分钟 " (ui::badge(Tone::Warning, "请校时")) }
}

/// A day and a time that a form sent.
fn instant(field: &str, label: &str, text: &str) -> Result<Instant, Error> {
    kernel::time::parse_local(text).ok_or_else(|| Error::field(field, label, "请填写日期和时间"))
}
