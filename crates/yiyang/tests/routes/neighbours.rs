//! The neighbour's seat: what is one county's, tried by somebody who may do everything in the next one.

use crate::addresses::{self, Owner, owner, route_of};
use crate::crawl::{self, Found};
use crate::html::Form;
use crate::store::{self, Digest};
use crate::world::{self, World};
use calamine::{Data, Reader, Xlsx};
use std::collections::HashSet;
use std::io::Cursor;
use web::routes::Route;
use web::testing::{Answer, Client};

/// Steps that no page of the prepared county offers, with what their form sends.
const BY_HAND: &[(&str, &[(&str, &str)])] = &[
    ("/accounts/{id}/enable", &[]),
    ("/accounts/{id}/disable", &[]),
    ("/assessments/{elder}/{id}/accept", &[]),
    ("/assessments/{elder}/{id}/add", &[("staff", NOBODY)]),
    ("/assessments/{elder}/{id}/assign", &[("staff", NOBODY), ("staff", NOBODY)]),
    ("/assessments/{elder}/{id}/dismiss", &[("note", "不成立")]),
    ("/assessments/{elder}/{id}/dispute", &[("who", "家属"), ("text", "不符")]),
    ("/assessments/{elder}/{id}/form", &[("item", "1"), ("answer", "0")]),
    ("/assessments/{elder}/{id}/notice", &[]),
    ("/assessments/{elder}/{id}/reject", &[("note", "")]),
    ("/assessments/{elder}/{id}/withdraw", &[("withdrawal", "不再需要")]),
    ("/assessments/{elder}/{id}/reassess", &[("staff", NOBODY), ("staff", NOBODY)]),
    ("/assessments/{elder}/{id}/reconcile", &[]),
    ("/assessments/{elder}/{id}/review", &[("approve", "true"), ("note", "")]),
    ("/assessments/{elder}/{id}/submit", &[]),
    ("/alarms/{elder}/{id}/assign", &[("staff", NOBODY)]),
    ("/catalogue/{id}", &CATALOGUE),
    ("/catalogue/{id}/price", &[("version", "1"), ("price", "1"), ("reason", "促销")]),
    ("/catalogue/{id}/submit", &[("version", "1")]),
    ("/catalogue/{id}/withdraw", &[("version", "1"), ("words", "停产")]),
    ("/catalogue/{id}/publish", &[("version", "1")]),
    ("/catalogue/{id}/return", &[("version", "1"), ("words", "不全")]),
    ("/catalogue/{id}/suspend", &[("version", "1"), ("words", "核查")]),
    ("/catalogue/{id}/resume", &[("version", "1")]),
    ("/fhir/partners/{id}/secret", &[("version", "1")]),
    ("/fhir/partners/{id}/revoke", &[("why", "到期")]),
    ("/consents/{elder}/platform", &[("name", "家属"), ("role", "family"), ("how", "spoken"), ("objects", "true")]),
    ("/chart/{elder}/items/{id}/end", &[("on", "2026-11-02"), ("reason", "停用"), ("version", "1")]),
    ("/chart/{elder}/items/{id}/void", &[("on", "2026-11-02"), ("reason", "误录"), ("version", "1")]),
    ("/chart/{elder}/reviews/{id}/answer", &[("answer", "已调整"), ("version", "1")]),
    ("/followups/{elder}/{id}/visits/{visit}", &[("became", "made"), ("note", "县医院")]),
    ("/records/{elder}/findings/{id}", &[("result", "已处理")]),
    ("/beds/residents/{elder}/{id}/invite", &[("held_bed", NOBODY)]),
    ("/beds/residents/{elder}/{id}/release", &[("release_reason", "改期")]),
    ("/beds/residents/{elder}/{id}/admit", &[("bed", NOBODY), ("on", "2026-11-02")]),
    ("/beds/residents/{elder}/{id}/withdraw", &[("withdraw_reason", "不来了")]),
    ("/beds/residents/{elder}/{id}/return", &[("back_on", "2026-11-02")]),
    (
        "/beds/{institution}/bed/{bed}/convert",
        &[("to", "medical"), ("ward", "other"), ("approved_on", "2026-11-01"), ("on", "2026-11-02")],
    ),
    ("/beds/{institution}/outbreak/end", &[("reason", "无新发")]),
    ("/beds/{institution}/outbreak/dedicate", &[("zone", "clean"), ("equipment", "轮椅")]),
    ("/consents/{elder}/{id}/handle", &[("note", "已联系")]),
    ("/consents/{elder}/{id}/withdraw", &[("name", "家属"), ("role", "family"), ("how", "written")]),
    ("/family/{elder}/agree", &[("scope", "sickbed"), ("source", NOBODY)]),
    ("/family/{elder}/consents/{id}", &[]),
    ("/family/accesses/{elder}/{id}/end", &[("reason", "变更")]),
    ("/family/accesses/{elder}/{id}/code", &[]),
    ("/devices/{id}/bind", &[("elder", NOBODY)]),
    ("/devices/{id}/unbind", &[("why", "更换")]),
    ("/devices/{id}/step", &[("event", "retire"), ("retire_why", "摔坏")]),
    ("/devices/{id}/secret", &[]),
    ("/devices/{id}/maintain", &[("until", "2026-11-03T09:00"), ("maintenance_why", "送修")]),
    ("/huts/{device}/identify", &[("card", "123456789012")]),
    ("/huts/{device}/finish", &[]),
    ("/huts/visits/{elder}/{id}", &[("note", "已电话联系")]),
    ("/huts/cards/{elder}", &[]),
    ("/vitals/{elder}/area", &[("radius", "500"), ("latitude", "32.3"), ("longitude", "121.2")]),
    ("/vitals/{elder}/area/end", &[]),
    ("/vitals/{elder}/devices", &[("serial", "W-1")]),
    ("/vitals/{elder}/limits", &[("vital", "sbp"), ("high", "150"), ("why", "较低")]),
    ("/vitals/{elder}/limits/{id}/end", &[]),
    ("/contracts/{elder}/{id}/sign", &[("doctor", NOBODY), ("package", "healthy"), ("signed_on", "2026-11-02")]),
    ("/contracts/{elder}/{id}/withdraw", &[("reason", "填错")]),
    ("/elders/{id}/merge", &[("with", NOBODY), ("reason", "同一人")]),
    ("/contracts/{elder}/{id}/end", &[("reason", "迁出"), ("ended_on", "2026-11-02")]),
    ("/contracts/{elder}/{id}/promises/{promise}/reopen", &[]),
    ("/elders/{id}/merges/{merge}/undo", &[]),
    ("/emergencies/{elder}/{id}/dispatch", &[("version", "1"), ("duty", NOBODY)]),
    ("/emergencies/{elder}/{id}/respond", &[("version", "2"), ("event", "confirm")]),
    ("/emergencies/{elder}/{id}/take-over", &[("version", "1")]),
    ("/emergencies/{elder}/{id}/ambulance", &[("version", "1"), ("at", "2026-11-02T08:59")]),
    ("/emergencies/{elder}/{id}/contact", &[("version", "1"), ("name", "女儿"), ("reached", "yes")]),
    ("/emergencies/{elder}/{id}/note", &[("version", "1"), ("kind", "fall"), ("text", "能说话")]),
    (
        "/emergencies/{elder}/{id}/green",
        &[("version", "1"), ("channel", "0198c0de000070008000000000000001.0198c0de000070008000000000000001")],
    ),
    ("/emergencies/{elder}/{id}/hand-over", &[("version", "1"), ("text", "已上车")]),
    ("/emergencies/{elder}/{id}/close", &[("version", "1"), ("outcome", "helped"), ("note", "已处置")]),
    ("/emergencies/take/{elder}/{alarm}", &[]),
    ("/emergencies/phones/{elder}/{id}/forget", &[]),
    ("/emergencies/calls/{id}/answer", &[]),
    ("/emergencies/calls/{id}/elder", &[("elder", NOBODY), ("kind", "sos")]),
    ("/emergencies/calls/{id}/dismiss", &[("why", "打错")]),
    ("/emergencies/duties/{id}/end", &[("why", "换班")]),
    ("/emergencies/shifts/{id}/acknowledge", &[]),
    ("/episodes/{elder}", &[("why", "家属求助")]),
    ("/episodes/{elder}/goals/{goal}", &[("state", "reached"), ("reason", "已达到"), ("seen", "0")]),
    ("/episodes/{elder}/team/{member}/leave", &[]),
    ("/hospice/{elder}/{id}/admit", &[("place", "home")]),
    ("/hospice/{elder}/{id}/refuse", &[("reason", "没有床位")]),
    ("/hospice/{elder}/{id}/withdraw", &[("reason", "不再需要")]),
    ("/hospice/{elder}/{id}/end", &[("on", "2026-11-02"), ("reason", "其他")]),
    ("/hospice/{elder}/{id}/close", &[]),
    (
        "/hospice/{elder}/{id}/followup",
        &[("followup", NOBODY), ("on", "2026-11-02"), ("contact", "家属"), ("note", "平稳")],
    ),
    (
        "/hospice/{elder}/{id}/plan",
        &[("version", "0"), ("goals", "不疼"), ("wished_place", "home"), ("symptoms", "按时服药")],
    ),
    ("/hospice/{elder}/{id}/round", &[("on", "2026-11-02"), ("place", "home"), ("pain", "1")]),
    ("/hospice/{elder}/{id}/seen", &[("version", "1"), ("party", "family"), ("name", "家属")]),
    ("/ltci/corrections/{elder}/{id}", &[("withdrawn", "true"), ("reason", "当天未上门")]),
    ("/ltci/corrections/{elder}/{id}/withdraw", &[]),
    ("/ltci/entitlements/{elder}/{id}/assign", &[("institution", NOBODY)]),
    ("/ltci/entitlements/{elder}/{id}/end", &[("on", "2026-11-02"), ("reason", "迁出")]),
    ("/ltci/plans/{elder}/{id}/end", &[("on", "2026-11-02"), ("ended_on", "2026-11-02"), ("reason", "迁出")]),
    (
        "/visits/{elder}/{id}/late",
        &[("from", "2026-11-02T08:00"), ("to", "2026-11-02T09:00"), ("items", "x"), ("reason", "手机没电")],
    ),
    ("/sickbeds/{elder}/{id}/withdraw", &[("reason", "填错")]),
    (
        "/sickbeds/{elder}/{id}/decide",
        &[("condition", "stroke"), ("stable", "true"), ("accept", "yes"), ("note", "复核")],
    ),
    ("/sickbeds/{elder}/{id}/consent", &[("by", "elder"), ("consent_name", "本人"), ("consent_on", "2026-11-02")]),
    ("/sickbeds/{elder}/{id}/open", &[("doctor", NOBODY), ("nurse", NOBODY), ("opened_on", "2026-11-02")]),
    ("/sickbeds/{elder}/{id}/extend", &[("days", "30"), ("reason", "仍需换药")]),
    ("/sickbeds/{elder}/{id}/close", &[("reason", "stable"), ("closed_on", "2026-11-02"), ("summary", "好转")]),
    ("/sickbeds/{elder}/{id}/items", &[("kind", "nursing"), ("title", "换药"), ("every_days", "3")]),
    ("/sickbeds/{elder}/{id}/items/{item}/end", &[]),
    ("/sickbeds/{elder}/{id}/rounds", &[("kind", "round"), ("on", "2026-11-02"), ("staff", NOBODY), ("found", "平稳")]),
    (
        "/sickbeds/{elder}/{id}/escalate",
        &[("on", "2026-11-02"), ("what", "发热"), ("doctor", "张医生"), ("advice", "观察")],
    ),
    ("/sickbeds/{elder}/{id}/fees", &[("fee", "item"), ("on", "2026-11-02"), ("title", "换药"), ("price", "15")]),
    ("/sickbeds/{elder}/{id}/fees/{fee}/reverse", &[("reason", "记错")]),
    ("/screenings/{elder}/{id}/strike", &[("why", "填错")]),
    ("/tcm/{elder}/{screening}", &[("main", "qixu"), ("on", "2026-11-02"), ("parts", "diet"), ("advice", "清淡")]),
    ("/tcm/{elder}/{screening}/undo", &[]),
    (
        "/vaccinations/{elder}",
        &[("vaccine", "influenza"), ("how", "elsewhere"), ("on", "2026-01-05"), ("place", "某接种点")],
    ),
    ("/vaccinations/{elder}/{id}/reaction", &[("reaction", "none"), ("reaction_on", "2026-11-02")]),
    ("/vaccinations/lots/{lot}/stop", &[("why", "召回")]),
    ("/duties/clinics/{id}/confirm", &[("version", "1")]),
    ("/duties/clinics/{id}/dispute", &[("version", "1"), ("why", "不符")]),
    (
        "/duties/clinics/{id}/amend",
        &[("version", "2"), ("on", "2026-11-01"), ("staff", "3"), ("seen", "9"), ("team", "医师"), ("what", "测血压")],
    ),
    ("/duties/clinics/{id}/withdraw", &[("version", "1"), ("reason", "写错")]),
    (
        "/duties/departments/{institution}",
        &[
            ("on", "2026-11-01"),
            ("department", "open"),
            ("geriatric_beds", "1"),
            ("rehabilitation_beds", "1"),
            ("hospice_beds", "1"),
        ],
    ),
    (
        "/licensing/{id}",
        &[
            ("version", "1"),
            ("unit", "combined"),
            ("mode", "private"),
            ("name", "x"),
            ("area", "320623"),
            ("address", "x"),
            ("contact", "x"),
            ("phone", "1"),
            ("beds", "1"),
            ("physicians", "1"),
            ("nurses", "1"),
            ("therapists", "1"),
        ],
    ),
    ("/licensing/{id}/submit", &[("version", "1")]),
    ("/licensing/{id}/withdraw", &[("version", "1"), ("reason", "不办了")]),
    ("/licensing/{id}/accept", &[("version", "2")]),
    ("/licensing/{id}/return", &[("version", "2"), ("text", "缺材料")]),
    ("/licensing/{id}/file", &[("version", "2")]),
    ("/licensing/{id}/extend", &[("version", "3"), ("reason", "评审")]),
    ("/licensing/{id}/approve", &[("version", "3")]),
    ("/licensing/{id}/refuse", &[("version", "3"), ("conditions", "fire"), ("reason", "不合格")]),
    ("/agreements/{id}/withdraw", &[("version", "1"), ("reason", "写错")]),
    ("/agreements/{id}/sign", &[("version", "1"), ("from", "2026-11-02")]),
    ("/agreements/{id}/end", &[("version", "2"), ("reason", "停业"), ("ended_on", "2026-11-02")]),
    ("/agreements/{id}/rounds", &[("on_date", "2026-11-02"), ("who", "张医生"), ("seen", "1"), ("what", "巡诊")]),
    (
        "/consultations/{elder}/{id}/accept",
        &[("version", "1"), ("booked_for", "2026-11-03T08:00"), ("consultant", NOBODY), ("consult_phone", "1")],
    ),
    ("/consultations/{elder}/{id}/refuse", &[("version", "1"), ("why", "no_time")]),
    (
        "/consultations/{elder}/{id}/book",
        &[("version", "2"), ("booked_for", "2026-11-03T08:00"), ("consultant", NOBODY), ("consult_phone", "1")],
    ),
    ("/consultations/{elder}/{id}/start", &[("version", "2")]),
    (
        "/consultations/{elder}/{id}/conclude",
        &[("version", "3"), ("means", "video"), ("finding", "心衰"), ("advice", "住院")],
    ),
    ("/consultations/{elder}/{id}/append", &[("content", "复查")]),
    ("/consultations/{elder}/{id}/miss", &[("version", "2"), ("note", "没来")]),
    ("/consultations/{elder}/{id}/cancel", &[("version", "1"), ("reason", "误发")]),
    ("/consultations/{elder}/{id}/acknowledge", &[("version", "4"), ("note", "照办")]),
    ("/consultations/{elder}/{id}/room/enter", &[]),
    ("/consultations/{elder}/{id}/room/say", &[]),
    ("/consultations/{elder}/{id}/room/leave", &[]),
    ("/referrals/{elder}/{id}/accept", &[("version", "1")]),
    ("/referrals/{elder}/{id}/refuse", &[("version", "1"), ("refusal", "没有床位")]),
    ("/referrals/{elder}/{id}/book", &[("version", "2"), ("booked_for", "2026-11-03T08:00"), ("booked_place", "骨科")]),
    ("/referrals/{elder}/{id}/arrive", &[("version", "1"), ("arrived_at", "2026-11-02T08:00"), ("id_tail", "0000")]),
    ("/referrals/{elder}/{id}/conclude", &[("version", "4"), ("finding", "骨折"), ("done", "手术")]),
    ("/referrals/{elder}/{id}/cancel", &[("version", "1"), ("reason", "误发")]),
    (
        "/referrals/{elder}/{id}/follow-up",
        &[("version", "5"), ("followed_up_on", "2026-11-02"), ("follow_up_note", "好转")],
    ),
    ("/referrals/overstays/{elder}/{stay}", &[("reason", "感染未控制"), ("until_on", "2026-11-09")]),
    ("/stays/{elder}/{id}/discharge", &[("discharged_on", "2026-11-02")]),
    ("/transfer/{id}/apply", &[]),
    ("/transfer/{id}/discard", &[]),
    ("/visits/{elder}/{id}/call-off", &[("call_off_reason", "老年人不在家")]),
    ("/visits/{elder}/{id}/check-in", &[]),
    ("/visits/{elder}/{id}/check-out", &[]),
    ("/visits/{elder}/{id}/reassign", &[("carer", NOBODY)]),
    ("/visits/{elder}/{id}/join", &[]),
    ("/visits/{elder}/{id}/note", &[("kind", "risk"), ("text", "有狗")]),
    ("/visits/{elder}/{id}/review", &[("finding", "fine"), ("note", "电话核实")]),
    ("/visits/notes/{elder}/{id}/end", &[]),
    ("/visits/{elder}/{id}/agree", &[("agreed", "true")]),
    ("/visits/{elder}/{id}/refuse", &[("staff", NOBODY), ("why", "不熟悉")]),
    ("/visits/planner/{id}/price", &[("visit", NOBODY), ("carer", NOBODY), ("at", "09:00"), ("seen", "0")]),
    ("/visits/planner/{id}/move", &[("visit", NOBODY), ("carer", NOBODY), ("at", "09:00"), ("seen", "0")]),
    ("/visits/planner/{id}/accept", &[("seen", "0"), ("left", "keep")]),
    ("/visits/planner/{id}/discard", &[("seen", "0")]),
    ("/transfer/{id}/retry", &[]),
    ("/transfer/{id}/undo", &[]),
];
/// An item of the catalogue as its form sends it.
const CATALOGUE: [(&str, &str); 6] = [
    ("kind", "culture"),
    ("name", "书画班"),
    ("unit", "月"),
    ("area", "320681"),
    ("valid_from", "2026-11-02"),
    ("version", "1"),
];
/// An id that nobody has.
const NOBODY: &str = "0198c0de000070008000000000000001";

/// What the seats found wrong.
struct Trial<'w> {
    world: &'w World,
    found: Found,
    before: Digest,
    faults: Vec<String>,
}

impl<'w> Trial<'w> {
    fn new(world: &'w World) -> Self {
        let found = crawl::everywhere(world, &world.everything(&world.a), &world.a);
        Self { world, found, before: store::digest(&world.app.db), faults: Vec::new() }
    }

    /// What the step's form sends: as the thing's own page offers it, as that of another such thing does, or by hand.
    fn form_of(&self, route: &Route, url: &str) -> Option<Form> {
        let of_route = |form: &&Form| route_of(&self.world.app.routes, "POST", &form.action) == Some(route);
        let offered = || self.found.forms.iter().map(|(form, _)| form);
        let exact = offered().find(|form| form.url() == url).or_else(|| offered().find(of_route));
        let by_hand = || {
            let (_, fields) = BY_HAND.iter().find(|(path, _)| *path == route.path)?;
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Some(Form { action: url.to_owned(), post: true, upload: false, fields })
        };
        exact.cloned().or_else(by_hand)
    }

    fn refused(&mut self, what: &str, answer: &Answer, allowed: &[u16]) {
        if !allowed.contains(&answer.status.as_u16()) {
            let changed = self.changed();
            self.faults.push(format!(
                "{what}: {} {:?} {changed}",
                answer.status,
                answer.location.as_deref().unwrap_or_default()
            ));
        }
    }

    fn changed(&mut self) -> String {
        let now = store::digest(&self.world.app.db);
        let differences = store::differences(&self.before, &now);
        self.before = now;
        if differences.is_empty() { String::new() } else { format!("and changed {}", differences.join(", ")) }
    }

    fn route(&mut self, client: &Client<'_>, route: &Route, url: &str) {
        if route.method == "GET" {
            let asked = BY_HAND.iter().find(|(path, _)| *path == route.path).map_or(String::new(), |(_, fields)| {
                format!(
                    "?{}",
                    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
                )
            });
            let answer = client.get(&format!("{url}{asked}"));
            return self.refused(&format!("GET {} ({url})", route.path), &answer, &[403, 404]);
        }
        match self.form_of(route, url) {
            None => self.faults.push(format!(
                "no page offers the step POST {}: add what its form sends to BY_HAND in tests/routes/neighbours.rs",
                route.path
            )),
            Some(form) => {
                let answer = client.post(url, &form.pairs());
                let what = format!("POST {} ({url}) with {:?}", route.path, form.pairs());
                self.refused(&what.chars().take(300).collect::<String>(), &answer, &[403, 404]);
            }
        }
    }

    fn end(mut self) {
        let left = self.changed();
        if !left.is_empty() {
            self.faults.push(format!("something changed: {left}"));
        }
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

/// Everything legible in an answer, also in a workbook.
fn legible(answer: Answer) -> String {
    if !answer.bytes.starts_with(b"PK") {
        return answer.text();
    }
    let mut book = Xlsx::new(Cursor::new(answer.bytes)).expect("workbook");
    let sheets = book.worksheets();
    let cells = sheets.iter().flat_map(|(_, range)| range.used_cells()).map(|(_, _, cell)| match cell {
        Data::String(text) => text.clone(),
        other => other.to_string(),
    });
    cells.collect::<Vec<_>>().join("\n")
}

/// A few of the traces that stand in a text. Ids are words; short names are found by every run of so many characters;
/// for the few long ones the whole text is searched.
fn traced<'t>(text: &str, traces: &'t HashSet<String>) -> Vec<&'t String> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let runs = (3..=4).flat_map(|length| starts.windows(length + 1)).map(|at| &text[at[0]..at[at.len() - 1]]);
    let runs = runs.filter(|run| !run.starts_with(|c: char| c.is_ascii()));
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 32);
    let long = traces.iter().filter(|t| !t.is_ascii() && t.chars().count() > 4 && text.contains(t.as_str()));
    runs.chain(words).filter_map(|part| traces.get(part)).chain(long).take(5).collect()
}

#[test]
fn traces_are_found_in_any_company() {
    let traces: HashSet<String> =
        ["王小明", "欧阳小明", "掘港怡安护理站", "0198c0de000070008000000000000001"].map(String::from).into();
    let found = |text| traced(text, &traces).len();
    assert_eq!((found("姓名王小明女"), found("王小明"), found("a欧阳小明b"), found("王小")), (1, 1, 1, 0));
    assert_eq!((found("由掘港怡安护理站派"), found("/x/0198c0de000070008000000000000001/y")), (1, 1));
}

/// Whether a form or an address speaks of something of the county.
fn speaks_of(text: &str, traces: &HashSet<String>, county: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().any(|word| traces.contains(word) || (word.len() == 12 && word.starts_with(county)))
}

db::on_both! {
    fn the_neighbour_reaches_no_address_of_the_county(db: TestDb) {
        let world = world::both(db);
        let mut trial = Trial::new(&world);
        let client = world.everything(&world.b);
        for route in &world.app.routes {
            let urls = addresses::of_county(&world.app.db, route, world.a.area, &|_| true);
            if urls.is_empty() && matches!(owner(route.path), Some(Owner::County(_))) {
                trial.faults.push(format!("the prepared county has nothing for {}: add it to World::live_on", route.path));
            }
            for url in urls {
                trial.route(&client, route, &url);
            }
        }
        trial.end();
    }

    fn the_neighbour_does_nothing_by_naming_the_county_in_a_form_or_a_question(db: TestDb) {
        let world = world::both(db);
        let mut trial = Trial::new(&world);
        let client = world.everything(&world.b);
        let county = world.a.area.short();
        let traces = store::traces(&world.app.db, world.a.area, world.b.area);
        let forms: Vec<(Form, String)> = trial.found.forms.clone();
        for (form, page) in forms.iter().filter(|(form, _)| !form.url().contains("/logout") && !form.upload) {
            let said: String = form.pairs().iter().map(|(name, value)| format!("{name}={value} ")).collect();
            if speaks_of(&format!("{} {said}", form.url()), &traces, &county) {
                let answer = client.post(form.url(), &form.pairs());
                trial.refused(&format!("POST {} of {page} with {said}", form.url()), &answer, &[400, 403, 404, 409, 422]);
            }
        }
        let links: Vec<String> = trial.found.pages.keys().filter(|url| url.contains('?')).cloned().collect();
        for url in links.iter().filter(|url| speaks_of(url, &traces, &county)) {
            let answer = client.get(url);
            if answer.status != 200 {
                trial.refused(&format!("GET {url}"), &answer, &[400, 403, 404, 422]);
                continue;
            }
            let text = legible(answer);
            let leaked: Vec<&String> = traced(&text, &traces).into_iter().filter(|trace| !url.contains(trace.as_str())).collect();
            if !leaked.is_empty() {
                trial.faults.push(format!("GET {url} shows {leaked:?}"));
            }
        }
        trial.end();
    }

    fn lists_and_downloads_of_the_neighbour_hold_nobody_of_the_county(db: TestDb) {
        let world = world::both(db);
        let traces = store::traces(&world.app.db, world.a.area, world.b.area);
        assert!(traces.len() > 300, "the counties have too much in common to be told apart");
        let client = world.everything(&world.b);
        let own = crawl::everywhere(&world, &client, &world.b);
        let mut faults = Vec::new();
        for (url, (_, text)) in &own.pages {
            let leaked = traced(text, &traces);
            if !leaked.is_empty() {
                faults.push(format!("GET {url} shows {leaked:?}"));
            }
        }
        let (mut downloads, all) = (0, own.pages.iter());
        for (url, _) in all.filter(|(_, (_, text))| text.starts_with("PK")) {
            downloads += 1;
            let text = legible(client.get(url));
            let leaked = traced(&text, &traces);
            if !leaked.is_empty() {
                faults.push(format!("the workbook {url} holds {leaked:?}"));
            }
        }
        for (form, _) in own.forms.iter().filter(|(form, _)| form.url().contains("/export/")) {
            downloads += 1;
            let text = legible(client.post(form.url(), &form.pairs()));
            let leaked = traced(&text, &traces);
            if !leaked.is_empty() {
                faults.push(format!("the workbook {} holds {leaked:?}", form.url()));
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
        assert!(downloads >= 3, "{downloads} downloads");
    }

    fn a_station_reaches_none_whom_it_does_not_look_after(db: TestDb) {
        let world = world::both(db);
        let mut trial = Trial::new(&world);
        let (client, own) = world.confined(&world.a);
        let linked = store::linked(&world.app.db, own.uuid().as_bytes());
        assert!(!linked.is_empty(), "the station looks after nobody");
        let personal = |route: &&Route| {
            let ours = route.path.contains("{elder}") || route.path.starts_with("/elders/{id}");
            ours && matches!(owner(route.path), Some(Owner::County(_)))
        };
        let mut tried = 0;
        for route in world.app.routes.iter().filter(personal) {
            for url in addresses::of_county(&world.app.db, route, world.a.area, &|values| !linked.contains(&values[0])) {
                tried += 1;
                trial.route(&client, route, &url);
            }
        }
        assert!(tried > 50, "{tried} addresses");
        trial.end();
    }
}
