//! The roster to search, and the page of one elder.

use super::columns::Columns;
use super::facts::Facts;
use super::merges::Merge;
use super::model::{Brief, Chronic, Elder, Living, Private, Scheme, Status};
use super::search::{self, Found, Query as Search, Sight, Term};
use super::timeline::{ElderCard, ElderPage, TimelineItem};
use super::{MERGE, UNMASK, WRITE, duplicates, facts, links, merges, store};
use crate::areas;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use db::audit::Entry;
use db::{Actor, Db, Tx};
use kernel::area::Level;
use kernel::{Area, Date, ElderId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, User, html};

/// Rows on a page of the roster.
const PAGE: i64 = 50;
/// The last page that can be turned to: beyond it the search is to be narrowed.
const LAST_PAGE: i64 = 200;
/// Files with the same last four digits of a telephone that are looked at one by one.
const SAME_TAIL: usize = 5_000;
/// Where the figures of the roster come from.
const SOURCE: &str = "老年人名册（导入与页面登记）；等级、签约、待遇为各业务办理后的现状";

/// What the search page asks, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    q: Option<String>,
    area: Option<Area>,
    age_from: Option<u32>,
    age_to: Option<u32>,
    sex: Option<String>,
    status: Option<Status>,
    ltci: Option<u8>,
    ability: Option<u8>,
    chronic: Option<Chronic>,
    living: Option<Living>,
    scheme: Option<Scheme>,
    contracted: Option<bool>,
    entitled: Option<bool>,
    page: Option<i64>,
}

impl Asked {
    fn search(&self, terms: Vec<Term>) -> Search {
        Search {
            terms,
            area: self.area,
            age_from: self.age_from,
            age_to: self.age_to,
            male: self.sex.as_deref().map(|s| s == "male"),
            status: self.status,
            ltci: self.ltci,
            ability: self.ability,
            chronic: self.chronic,
            living: self.living,
            scheme: self.scheme,
            contracted: self.contracted,
            entitled: self.entitled,
        }
    }

    /// The address of this search without its page.
    fn base(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("q", self.q.clone());
        add("area", self.area.map(|a| a.to_string()));
        add("age_from", self.age_from.map(|a| a.to_string()));
        add("age_to", self.age_to.map(|a| a.to_string()));
        add("sex", self.sex.clone());
        add("status", self.status.map(|s| s.code().into()));
        add("ltci", self.ltci.map(|l| l.to_string()));
        add("ability", self.ability.map(|l| l.to_string()));
        add("chronic", self.chronic.map(|c| c.code().into()));
        add("living", self.living.map(|l| l.code().into()));
        add("scheme", self.scheme.map(|s| s.code().into()));
        add("contracted", self.contracted.map(|c| c.to_string()));
        add("entitled", self.entitled.map(|e| e.to_string()));
        format!("/elders?{}", query.finish())
    }
}

/// Searches as the actor may: the columns for everything but what is sealed.
///
/// # Errors
/// What the store says.
pub fn look_up(db: &Db, columns: &Columns, by: &Actor, query: &Search, limit: usize) -> db::Result<Found> {
    if let Some(Term::Citizen(number)) = query.terms.iter().find(|t| matches!(t, Term::Citizen(_))) {
        let found = db.read(|tx| store::by_citizen(tx, by, number))?;
        return Ok(Found { total: found.iter().len(), ids: found.into_iter().collect() });
    }
    columns.refresh(db)?;
    let linked = |institution| db.read(|tx| links::store::elders_of(tx, institution));
    let only = by.scope.institution.map(linked).transpose()?.map(|ids| ids.into_iter().collect());
    let sight = Sight { area: by.scope.area, only };
    let phone = query.terms.iter().find_map(|t| if let Term::Phone(p) = t { Some(p.clone()) } else { None });
    let wide = if phone.is_some() { SAME_TAIL } else { limit };
    let found = search::search(&columns.snapshot(), query, &sight, by.today(), wide);
    match phone {
        None => Ok(found),
        Some(phone) => {
            let mut ids = db.read(|tx| store::with_phone(tx, by, &found.ids, &phone))?;
            let total = ids.len();
            ids.truncate(limit);
            Ok(Found { ids, total })
        }
    }
}

struct Listing {
    rows: Vec<(Brief, String, Facts)>,
    total: i64,
    areas: Vec<(String, String)>,
}

fn listing(db: &Db, columns: &Columns, by: &Actor, asked: &Asked, terms: Vec<Term>) -> db::Result<Listing> {
    let page = asked.page.unwrap_or(1).clamp(1, LAST_PAGE);
    let found = look_up(db, columns, by, &asked.search(terms), (page * PAGE) as usize)?;
    let shown: Vec<ElderId> = found.ids.into_iter().skip(((page - 1) * PAGE) as usize).collect();
    db.read(|tx| {
        let mut rows = Vec::with_capacity(shown.len());
        for brief in store::briefs(tx, by, &shown)? {
            let place = place(tx, brief.area)?;
            let facts = facts::of(tx, brief.id)?;
            rows.push((brief, place, facts));
        }
        Ok(Listing { rows, total: found.total as i64, areas: area_options(tx, by, asked.area)? })
    })
}

/// The areas below the actor's, and below the chosen one.
fn area_options(tx: &mut Tx<'_>, by: &Actor, chosen: Option<Area>) -> db::Result<Vec<(String, String)>> {
    let mut all = vec![(String::new(), "全部".to_owned())];
    for area in areas::store::children(tx, by.scope.area)? {
        all.push((area.code.to_string(), area.name));
    }
    if let Some(chosen) = chosen.filter(|c| by.scope.area.contains(*c)) {
        if !all.iter().any(|(code, _)| *code == chosen.to_string()) {
            all.push((chosen.to_string(), areas::store::name(tx, chosen)?));
        }
        for area in areas::store::children(tx, chosen)? {
            all.push((area.code.to_string(), format!("　{}", area.name)));
        }
    }
    Ok(all)
}

pub(super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let read = search::read(asked.q.as_deref().unwrap_or_default(), cx.today());
    let (terms, wrong) = match read {
        Ok(terms) => (Some(terms), None),
        Err(message) => (None, Some(message)),
    };
    let (db, columns, by, form) = (cx.state.db.clone(), cx.state.get::<Columns>(), cx.actor(), asked.clone());
    let found = cx
        .blocking(move || match terms {
            Some(terms) => listing(&db, &columns, &by, &form, terms),
            None => db.read(|tx| Ok(Listing { rows: Vec::new(), total: 0, areas: area_options(tx, &by, form.area)? })),
        })
        .await?;
    let info = PageInfo::new(asked.base(), asked.page.unwrap_or(1), PAGE, found.total.min(LAST_PAGE * PAGE));
    let body = html! {
        (filters(&asked, wrong.as_deref(), &found.areas))
        (ui::card("", html! {
            (table(&found.rows, cx.today()))
            @if !found.rows.is_empty() { (ui::pager(&info)) }
        }))
    };
    let actions = html! {
        @if cx.may(MERGE) { (ui::link_button("/elders/duplicates", "疑似重复", Tone::Neutral)) }
        @if cx.may(WRITE) { (ui::link_button("/elders/new", "新建档案", Tone::Primary)) }
    };
    Ok(Page::new(&cx, "老年人名册").source(SOURCE).actions(actions).body(body))
}

fn any(options: Vec<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
    std::iter::once(("", "不限")).chain(options).collect()
}

fn filters(asked: &Asked, wrong: Option<&str>, areas: &[(String, String)]) -> Markup {
    let hint =
        "姓名、姓名的一部分、拼音、拼音首字母、身份证号或其后 4 至 6 位、电话或其后 4 位、8 位出生日期；可用空格组合";
    let number = |n: Option<u32>| n.map(i64::from);
    let yes_no = any(vec![("true", "有"), ("false", "没有")]);
    let shown = |answer: Option<bool>| answer.map(|a| a.to_string()).unwrap_or_default();
    let level = |l: Option<u8>| l.map(|l| l.to_string()).unwrap_or_default();
    let levels = |n: u8| -> Vec<(String, String)> {
        let all = (0..=n).map(|l| (l.to_string(), format!("{l} 级")));
        std::iter::once((String::new(), "不限".to_owned())).chain(all).collect()
    };
    let box_field = Field::search().hint(hint).error(wrong).focus();
    ui::filters(
        "/elders",
        html! {
            (ui::field("查找", "q", asked.q.clone().unwrap_or_default(), box_field))
            (ui::select("区划", "area", areas, &asked.area.map(|a| a.to_string()).unwrap_or_default()))
            (ui::number("年龄从", "age_from", number(asked.age_from), Field::number().min(0).max(150)))
            (ui::number("到", "age_to", number(asked.age_to), Field::number().min(0).max(150)))
            (ui::select("状态", "status", &any(Status::options()), asked.status.map_or("", Status::code)))
            details open[asked.narrowed()] { summary { "更多条件" } div.yy-more {
                (ui::select("性别", "sex", &any(vec![("male", "男"), ("female", "女")]), asked.sex.as_deref().unwrap_or("")))
                (ui::select("失能等级", "ltci", &levels(5), &level(asked.ltci)))
                (ui::select("能力等级", "ability", &levels(4), &level(asked.ability)))
                (ui::select("慢性病", "chronic", &any(Chronic::options()), asked.chronic.map_or("", Chronic::code)))
                (ui::select("居住情况", "living", &any(Living::options()), asked.living.map_or("", Living::code)))
                (ui::select("医保类型", "scheme", &any(Scheme::options()), asked.scheme.map_or("", Scheme::code)))
                (ui::select("家庭医生签约", "contracted", &yes_no, &shown(asked.contracted)))
                (ui::select("长护险待遇", "entitled", &yes_no, &shown(asked.entitled)))
            } }
        },
    )
}

impl Asked {
    fn narrowed(&self) -> bool {
        let few = [self.sex.is_some(), self.ltci.is_some(), self.ability.is_some(), self.chronic.is_some()];
        let more = [self.living.is_some(), self.scheme.is_some(), self.contracted.is_some(), self.entitled.is_some()];
        few.into_iter().chain(more).any(|set| set)
    }
}

fn table(rows: &[(Brief, String, Facts)], today: Date) -> Markup {
    let row = |(b, place, f): &(Brief, String, Facts)| {
        vec![
            ui::row_link(&href(b.id), &b.name),
            ui::text(b.sex.name()),
            age(b, today),
            ui::text(&b.id_masked),
            ui::text(place),
            ui::opt(f.ltci_on(today).map(|l| format!("{l} 级"))),
            html! { @if f.contracted_on(today) { (ui::badge(Tone::Success, "已签约")) } @else { (ui::muted("未签约")) } },
            status(b.status),
        ]
    };
    let headings = ["姓名", "性别", ">年龄", "身份证号", "区划", "失能等级", "签约", "状态"];
    ui::table_or(&headings, rows.iter().map(row), ui::empty("没有符合条件的老年人", None))
}

fn age(b: &Brief, today: Date) -> Markup {
    ui::text(kernel::time::age_on(b.born, b.died_on.map_or(today, |died| died.min(today))))
}

fn status(status: Status) -> Markup {
    let tone = match status {
        Status::Alive => Tone::Success,
        Status::Dead => Tone::Neutral,
        Status::Moved => Tone::Warning,
    };
    ui::badge(tone, status.name())
}

/// Where an elder's page is.
#[must_use]
pub fn href(id: ElderId) -> String {
    format!("/elders/{id}")
}

/// Reads the id in an address.
pub(super) fn id(text: &str) -> Result<ElderId, Error> {
    ElderId::parse(text).ok_or(Error::NotFound)
}

/// Everything that the page of an elder shows.
struct File {
    elder: Elder,
    private: Private,
    place: String,
    registered: Option<String>,
    facts: Facts,
    timeline: Vec<TimelineItem>,
    cards: Vec<ElderCard>,
    merges: Vec<(Merge, String)>,
}

/// What stands behind an elder's address.
enum Opened {
    File(Box<File>),
    MergedInto(ElderId),
}

/// Of a file that was merged away the other capabilities know nothing any more: they are not asked.
fn open(tx: &mut Tx<'_>, by: &Actor, user: &User, page: &ElderPage, id: ElderId) -> db::Result<Opened> {
    let elder = store::find(tx, by, id)?;
    if elder.merged_into.is_some() {
        return store::primary(tx, id).map(Opened::MergedInto);
    }
    file(tx, by, user, page, elder).map(|file| Opened::File(Box::new(file)))
}

fn file(tx: &mut Tx<'_>, by: &Actor, user: &User, page: &ElderPage, elder: Elder) -> db::Result<File> {
    let id = elder.id;
    let mut merged = Vec::new();
    for merge in merges::store::of(tx, id)? {
        let name = store::find_anywhere(tx, merge.secondary)?.name;
        merged.push((merge, name));
    }
    Ok(File {
        private: elder.masked(tx.vault())?,
        place: place(tx, elder.area)?,
        registered: elder.registered_area.map(|a| place(tx, a)).transpose()?,
        facts: facts::of(tx, id)?,
        timeline: page.timeline(tx, by, user, id)?,
        cards: page.cards(tx, by, user, id)?,
        merges: merged,
        elder,
    })
}

/// 宁桥镇 东灶村: villages of one name are many.
fn place(tx: &mut Tx<'_>, area: Area) -> db::Result<String> {
    let (town, name) = (area.up_to(Level::Town), areas::store::name(tx, area)?);
    Ok(if area.level() > Level::Town { format!("{} {name}", areas::store::name(tx, town)?) } else { name })
}

pub(super) async fn show(cx: Cx, Path(text): Path<String>) -> Result<Response, Error> {
    let (id, page) = (id(&text)?, cx.state.get::<ElderPage>());
    let user = cx.user.clone();
    let file = match cx.read(move |tx, by| open(tx, by, &user, &page, id)).await? {
        Opened::File(file) => file,
        Opened::MergedInto(primary) => return Ok(web::see_with(&href(primary), "这份档案已合并到本档案")),
    };
    // The view is in the audit before it is on the screen.
    cx.note(Entry { action: "elders.view", elder: Some(id), ..Entry::default() }).await?;
    let title = format!("{}　{}　{} 岁", file.elder.name, file.elder.sex.name(), file.elder.age_on(cx.today()));
    let actions = html! {
        @if cx.may(WRITE) { (ui::link_button(&format!("{}/edit", href(id)), "编辑", Tone::Neutral)) }
    };
    let body = ui_file(&cx, &file);
    Ok(Page::new(&cx, &title).crumb("老年人名册", "/elders").source(SOURCE).actions(actions).body(body).into_response())
}

fn whole_card(cx: &Cx, card: &ElderCard) -> Markup {
    html! {
        (card.body)
        @if let Some(action) = card.action.as_ref().filter(|action| cx.may(action.permission)) {
            p.d-print-none { (ui::link_button(&action.href, action.text, Tone::Neutral)) }
        }
    }
}

fn ui_file(cx: &Cx, file: &File) -> Markup {
    let id = file.elder.id;
    // Where the elder is now comes before everything else that is known.
    let (first, rest): (Vec<_>, Vec<_>) = file.cards.iter().partition(|card| card.order == 0);
    let shown = |card: &ElderCard| ui::card(&card.title, whole_card(cx, card));
    let mut cards: Vec<Markup> = first.into_iter().map(shown).collect();
    cards.push(ui::card("现状", current(&file.facts, cx.today())));
    cards.extend(rest.into_iter().map(shown));
    html! {
        (ui::card_with("基本信息", status(file.elder.status), html! {
            (basics(file))
            @if cx.may(UNMASK) { (unmask_form(cx, id)) }
        }))
        div.yy-stacks { @for card in &cards { (card) } }
        div hx-get=(format!("{}/duplicates", href(id))) hx-trigger="load" {
            @if cx.may(MERGE) { (ui::link(&format!("{}/duplicates", href(id)), "查看疑似重复的档案")) }
        }
        @if !file.merges.is_empty() { (ui::card("合并记录", merged(cx, &file.merges))) }
        (ui::card("全部经过", timeline(&file.timeline)))
    }
}

fn yes(answer: Option<bool>, yes: &str, no: &str) -> Markup {
    ui::opt(answer.map(|a| if a { yes.to_owned() } else { no.to_owned() }))
}

fn basics(file: &File) -> Markup {
    let (e, p) = (&file.elder, &file.private);
    let contact = [e.contact_name.clone(), p.contact_phone.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let mut facts = vec![
        ("身份证号", ui::text(&p.citizen)),
        ("出生日期", ui::text(ui::date_zh(e.born))),
        ("联系电话", ui::opt(p.phone.as_ref())),
        ("居住地", ui::text(&file.place)),
        ("居住地址", ui::opt(p.address.as_ref())),
        ("户籍地", ui::opt(file.registered.as_ref())),
        ("常住", yes(e.resident, "是", "否")),
        ("城乡", yes(e.urban, "城镇", "农村")),
        ("居住情况", ui::opt(e.living)),
        ("婚姻状况", ui::opt(e.marital)),
        ("医保类型", ui::opt(e.scheme)),
        ("长护险参保", yes(e.ltci_insured, "是", "否")),
        ("慢性病", ui::opt(e.chronic.as_ref().map(|list| Chronic::names(list)))),
        ("自理情况（名册）", ui::opt(e.self_care)),
        ("重病", yes(e.seriously_ill, "是", "否")),
        ("特殊家庭", yes(e.special_family, "是", "否")),
        ("残疾", yes(e.handicapped, "是", "否")),
        ("紧急联系人", ui::opt(Some(contact))),
    ];
    if let Some(died) = e.died_on {
        facts.push(("死亡日期", ui::text(ui::date_zh(died))));
    }
    ui::facts(&facts)
}

/// The last day of a half-open period, in words.
fn until(end: Option<Date>) -> String {
    end.and_then(|d| d.pred_opt()).map(|d| format!("，至 {d}")).unwrap_or_default()
}

fn current(f: &Facts, today: Date) -> Markup {
    let level = |level: Option<i64>, end| level.map(|l| format!("{l} 级{}", until(end)));
    let period = |now: bool, end| now.then(|| format!("有效{}", until(end)));
    let day = |day: Option<Date>| day.map(|d| d.to_string());
    let all = [
        ("能力等级", level(f.ability_on(today), f.ability_until)),
        ("失能等级", level(f.ltci_on(today), f.ltci_until)),
        ("长护险待遇", period(f.entitled_on(today), f.entitled_until)),
        ("家庭医生签约", period(f.contracted_on(today), f.contract_until)),
        ("最近健康体检", day(f.checkup_on)),
        ("最近健康管理", day(f.managed_on)),
        ("最近中医药健康管理", day(f.tcm_on)),
        ("最近享受待遇月份", f.benefit_month.as_ref().map(ToString::to_string)),
        ("住院", f.hospital_since.map(|d| format!("{d} 起住院"))),
    ];
    let none: Vec<&str> = all.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    let known: Vec<_> = all.iter().filter_map(|(name, value)| Some((*name, ui::text(value.as_ref()?)))).collect();
    html! {
        @if !known.is_empty() { (ui::facts(&known)) }
        @if !none.is_empty() { p.text-secondary { "尚无：" (none.join("、")) } }
    }
}

fn timeline(items: &[TimelineItem]) -> Markup {
    let moment = |item: &TimelineItem| ui::Moment {
        when: item.at.map_or_else(|| item.on.to_string(), kernel::time::show),
        kind: item.kind.into(),
        title: item.title.clone(),
        detail: item.detail.clone(),
        href: item.href.clone(),
    };
    ui::timeline(&items.iter().map(moment).collect::<Vec<_>>())
}

fn merged(cx: &Cx, all: &[(Merge, String)]) -> Markup {
    let row = |(m, name): &(Merge, String)| {
        let url = format!("{}/merges/{}/undo", href(m.primary), m.id);
        let undo = match m.undone_at {
            Some(at) => html! { (ui::muted("已撤销 ")) (ui::moment(at)) },
            None if cx.may(MERGE) => {
                ui::confirm_post(cx, &url, "撤销合并", Tone::Danger, "撤销后两份档案恢复到合并前，确定撤销？")
            }
            None => html! {},
        };
        vec![ui::moment(m.merged_at), ui::text(name), ui::text(&m.reason), ui::text(&m.merged_by), undo]
    };
    ui::table(&["时间", "并入的档案", "理由", "经办", ""], all.iter().map(row))
}

fn unmask_form(cx: &Cx, id: ElderId) -> Markup {
    html! {
        details.d-print-none {
            summary { "显示完整的证件号、电话和地址" }
            (ui::form(cx, &format!("{}/unmask", href(id)), html! {
                (ui::field("查看理由", "reason", "", Field::text().required().limit(100).hint("理由与查看人、时间一并记入审计日志")))
                (ui::submit("显示"))
            }))
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Reasoned {
    reason: Option<String>,
}

pub(super) async fn unmask(cx: Cx, Path(text): Path<String>, Form(form): Form<Reasoned>) -> Result<Markup, Error> {
    let (id, reason) = (id(&text)?, form.reason.unwrap_or_default());
    let (name, private) = cx.write(move |tx, by| store::unmask(tx, by, id, &reason)).await?;
    let facts = [
        ("身份证号", ui::text(&private.citizen)),
        ("联系电话", ui::opt(private.phone)),
        ("居住地址", ui::opt(private.address)),
        ("紧急联系人电话", ui::opt(private.contact_phone)),
    ];
    let body = html! {
        (ui::alert(Tone::Warning, "本次查看已记入审计日志", "请勿截屏、外传；用完即关闭本页。"))
        (ui::card("", html! { (ui::facts(&facts)) (ui::link_button(&href(id), "返回", Tone::Primary)) }))
    };
    Ok(Page::new(&cx, &format!("{name}：完整信息"))
        .crumb("老年人名册", "/elders")
        .crumb(&name, &href(id))
        .source(SOURCE)
        .body(body))
}

/// The likely duplicates of an elder, as a part of the page.
pub(super) async fn similar(cx: Cx, Path(text): Path<String>) -> Result<Markup, Error> {
    let (id, db, columns, by) = (id(&text)?, cx.state.db.clone(), cx.state.get::<Columns>(), cx.actor());
    let alike = cx.blocking(move || like(&db, &columns, &by, id)).await?;
    let row = |(b, likeness): &(Brief, duplicates::Likeness)| {
        let url = format!("{}/merge?with={}", href(id), b.id);
        vec![
            ui::row_link(&href(b.id), &b.name),
            ui::text(b.born),
            ui::text(&b.id_masked),
            ui::badge(
                if likeness.score >= duplicates::VERY_LIKELY { Tone::Danger } else { Tone::Warning },
                likeness.word(),
            ),
            ui::text(likeness.reasons.join("、")),
            html! { @if cx.may(MERGE) { (ui::link_button(&url, "比对合并", Tone::Neutral)) } },
        ]
    };
    Ok(html! {
        @if !alike.is_empty() {
            (ui::card("疑似重复的档案", ui::table(&["姓名", "出生日期", "身份证号", "可能性", "依据", ""], alike.iter().map(row))))
        }
    })
}

fn like(db: &Db, columns: &Columns, by: &Actor, id: ElderId) -> db::Result<Vec<(Brief, duplicates::Likeness)>> {
    columns.refresh(db)?;
    let candidates = {
        let snapshot = columns.snapshot();
        snapshot.row(id).map(|row| duplicates::candidates(&snapshot, row)).unwrap_or_default()
    };
    db.read(|tx| {
        let own = store::faces(tx, by, &[id])?.pop().ok_or(db::Error::NotFound)?;
        let mut found: Vec<(ElderId, duplicates::Likeness)> = store::faces(tx, by, &candidates)?
            .iter()
            .map(|face| (face.id, duplicates::compare(&own, face)))
            .filter(|(_, likeness)| likeness.is_likely())
            .collect();
        found.sort_by_key(|(id, likeness)| (std::cmp::Reverse(likeness.score), *id));
        found.truncate(10);
        let briefs = store::briefs(tx, by, &found.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        Ok(briefs.into_iter().zip(found).map(|(brief, (_, likeness))| (brief, likeness)).collect())
    })
}
