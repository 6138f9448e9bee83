//! The call centre of the synthetic county: two operators, a duty list, a month of calls for help, one under way, one that waits.

use super::crew::PASSWORD;
use super::{Crew, Member, Story, store};
use anyhow::{Context, anyhow};
use chrono::{DateTime, TimeDelta};
use db::{Actor, Scope, Tx};
use kernel::{Area, ElderId, EmergencyRowId, Instant, InstitutionId};
use registry::accounts::{Hashed, NewAccount, Role};
use watch::alarms;
use watch::emergencies::Key;
use watch::emergencies::model::{Kind, NewCase, Outcome, Responder, Source};
use watch::emergencies::phone::{Event, News};
use watch::emergencies::store::duties::NewDuty;
use watch::emergencies::store::steps::{self, Seen};
use watch::emergencies::store::{calls, duties, phones, shifts};

type Done<T> = Result<T, web::Error>;

/// A case that is behind: hours ago, kind, in words, then seconds until it was taken, somebody was sent and was there.
struct Past {
    hours: i64,
    kind: Kind,
    what: &'static str,
    seconds: [i64; 3],
    outcome: Outcome,
    note: &'static str,
}

const fn past(
    hours: i64,
    kind: Kind,
    what: &'static str,
    seconds: [i64; 3],
    outcome: Outcome,
    note: &'static str,
) -> Past {
    Past { hours, kind, what, seconds, outcome, note }
}

const BEHIND: [Past; 9] = [
    past(
        5,
        Kind::Fall,
        "在卫生间滑倒，左膝疼，能坐起",
        [12, 70, 840],
        Outcome::Helped,
        "现场检查无骨折体征，冰敷，已告知女儿",
    ),
    past(26, Kind::Ill, "胸闷半小时，出冷汗", [9, 55, 610], Outcome::Hospital, "心电图异常，120 转县医院"),
    past(51, Kind::Sos, "按键后无应答", [21, 130, 1_080], Outcome::FalseAlarm, "误触，老人在午睡，已教会使用"),
    past(75, Kind::Pain, "剪指甲割伤，出血不止", [34, 160, 960], Outcome::Helped, "压迫止血、包扎，嘱次日换药"),
    past(98, Kind::Fall, "起夜时跌倒，不能站立", [18, 66, 1_290], Outcome::Hospital, "疑似髋部骨折，120 转县医院"),
    past(150, Kind::Lost, "家属来电：午后外出未归", [15, 205, 2_700], Outcome::Helped, "在河边找到，送回家中"),
    past(221, Kind::Other, "家中停电，制氧机停机", [41, 150, 900], Outcome::Helped, "带去氧气袋，联系供电所恢复"),
    past(340, Kind::Ill, "低血糖，说话含糊", [11, 48, 700], Outcome::Helped, "口服糖水后恢复，通知家庭医生"),
    past(500, Kind::Sos, "独居，感到害怕，想有人说说话", [16, 90, 1_500], Outcome::Helped, "志愿者上门陪伴，登记探访"),
];

/// Runs it; answers the operators.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<Vec<Member>> {
    let operators =
        [operator(story, crew, "operator", "坐席甲（合成）")?, operator(story, crew, "operator2", "坐席乙（合成）")?];
    let own = crew.doctor.institution.context("医生没有机构")?;
    let born_by = story.day(0) - TimeDelta::days(70 * 366);
    let all = story.db.read(|tx| store::old(tx, crew.county, born_by))?;
    // From all over the county: the map has something to show.
    let town = all.first().map(|(_, area)| area.up_to(kernel::area::Level::Town));
    let elders: Vec<ElderId> = all.into_iter().map(|(elder, _)| elder).step_by(3).take(24).collect();
    anyhow::ensure!(elders.len() > 4, "名册中 70 岁以上的老年人不足");
    let told = |tx: &mut Tx<'_>| -> Done<()> {
        let nurse = on_duty(tx, story, crew, (&operators[0], town))?;
        behind(tx, story, &operators, own, &elders)?;
        drill(tx, story, &operators[1], elders[1])?;
        under_way(tx, story, &operators[0], elders[2], nurse)?;
        rings(tx, story, crew, &operators, &elders)?;
        hand_over(tx, story, &operators)?;
        let by = story.actor_at(&crew.doctor, story.now - TimeDelta::minutes(1));
        let message = "家属来电说老人叫不应，请坐席接警（合成）";
        alarms::store::raise_by_hand(tx, &by, &story.policies, (elders[3], alarms::Kind::Sos), (message, false))?;
        Ok(())
    };
    story.db.write(told).map_err(|e| anyhow!("呼救中心：{}", e.text()))?;
    Ok(operators.into())
}

fn operator(story: &Story<'_>, crew: &Crew, login: &str, name: &str) -> anyhow::Result<Member> {
    let new = NewAccount {
        login: login.into(),
        name: name.into(),
        role: Role::Operator,
        area: crew.county,
        institution: None,
        staff: None,
        password: Hashed::new(PASSWORD, &crate::outside::SystemChance)?,
        must_change: false,
    };
    let by = Actor::system(story.now);
    let account =
        story.db.write(|tx| registry::accounts::store::create(tx, &by, &new)).map_err(|e| anyhow!("{login}：{e}"))?;
    Ok(Member {
        account: Some(account),
        login: login.into(),
        name: name.into(),
        role: Role::Operator,
        institution: None,
        staff: None,
        scope: Scope { area: crew.county, institution: None },
    })
}

fn duty(kind: Responder, name: &str, institution: Option<InstitutionId>, (from, hours): (Instant, i64)) -> NewDuty {
    let phone = format!("1390000{:04}", 100 + name.chars().map(u32::from).sum::<u32>() % 9_000);
    NewDuty { kind, name: name.into(), phone, institution, area: None, from, until: from + TimeDelta::hours(hours) }
}

/// Who is on duty now and in the next shift; answers the nurse, who is sent.
fn on_duty(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    (operator, town): (&Member, Option<Area>),
) -> Done<EmergencyRowId> {
    let hospital = crew.others.iter().find(|m| m.role == Role::Hospital).and_then(|m| m.institution);
    let (centre, station) = (crew.doctor.institution, crew.station.institution);
    let from = story.now - TimeDelta::hours(4);
    let by = story.actor_at(operator, from);
    let nurse = duties::add(tx, &by, &duty(Responder::Nurse, "值班护士（合成）", centre, (from, 12)))?;
    let others = [
        duty(Responder::Doctor, "值班医生（合成）", centre, (from, 12)),
        duty(Responder::Carer, "值班护理员（合成）", station, (from, 12)),
        duty(Responder::Vehicle, "苏F·急救 01 号车（合成）", hospital, (from, 24)),
        NewDuty { area: town, ..duty(Responder::Volunteer, "志愿者老张（合成）", None, (from, 12)) },
        duty(Responder::Nurse, "夜班护士（合成）", centre, (from + TimeDelta::hours(12), 12)),
        duty(Responder::Doctor, "夜班医生（合成）", centre, (from + TimeDelta::hours(12), 12)),
    ];
    for one in &others {
        duties::add(tx, &by, one)?;
    }
    Ok(nurse)
}

/// Does one step of a case after another, each on what the one before left.
struct Course {
    key: Key,
    version: i64,
}

impl Course {
    fn step(&mut self) -> Seen {
        self.version += 1;
        Seen { key: self.key, version: self.version - 1 }
    }
}

fn opened(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    by: &Actor,
    elder: ElderId,
    new: (Kind, &str, bool, Instant),
) -> Done<Course> {
    let (kind, what, drill, began_at) = new;
    let what = format!("{what}（合成）");
    let new = NewCase { elder, source: Source::Hand, kind, what, drill, began_at, answered_at: by.now, call: None };
    Ok(Course { key: steps::open(tx, by, &story.policies, &new)?, version: 1 })
}

fn behind(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    operators: &[Member; 2],
    own: InstitutionId,
    elders: &[ElderId],
) -> Done<()> {
    for (n, past) in BEHIND.iter().enumerate() {
        let began = story.now - TimeDelta::hours(past.hours);
        let at = |seconds: i64| story.actor_at(&operators[n % 2], began + TimeDelta::seconds(seconds));
        let nurse = duty(Responder::Nurse, "值班护士（合成）", Some(own), (began - TimeDelta::minutes(30), 2));
        // The newest lies in a duty that is on the list already.
        let nurse = if past.hours < 12 {
            duty(Responder::Nurse, "早班护士（合成）", Some(own), (began - TimeDelta::minutes(30), 2))
        } else {
            nurse
        };
        let nurse = duties::add(tx, &at(-600), &nurse)?;
        let [answered, sent, there] = past.seconds;
        let mut course =
            opened(tx, story, &at(answered), elders[n % elders.len()], (past.kind, past.what, false, began))?;
        steps::dispatch(tx, &at(sent), course.step(), nurse)?;
        steps::respond(tx, &at(sent + 40), course.step(), "set_out", "")?;
        steps::tell(tx, &at(sent + 60), course.step(), ("家属（合成）", "女儿", true, "马上赶来"))?;
        steps::respond(tx, &at(there), course.step(), "arrive", "")?;
        if past.outcome == Outcome::Hospital {
            steps::ambulance(tx, &at(there + 60), course.step(), began + TimeDelta::seconds(sent), "苏F·急救 02")?;
            steps::hand_over(tx, &at(there + 600), course.step(), "意识清楚，已上车")?;
        }
        steps::close(tx, &at(there + 1_500), course.step(), past.outcome, past.note)?;
    }
    Ok(())
}

fn drill(tx: &mut Tx<'_>, story: &Story<'_>, operator: &Member, elder: ElderId) -> Done<()> {
    let began = story.now - TimeDelta::hours(30);
    let at = |seconds: i64| story.actor_at(operator, began + TimeDelta::seconds(seconds));
    let mut course = opened(tx, story, &at(8), elder, (Kind::Fall, "季度演练：居家跌倒", true, began))?;
    steps::note(tx, &at(60), course.step(), Kind::Fall, "演练：按流程核对住址和联系人")?;
    steps::close(tx, &at(900), course.step(), Outcome::Drill, "流程完整，联系人电话一处需更新")
}

fn under_way(tx: &mut Tx<'_>, story: &Story<'_>, operator: &Member, elder: ElderId, nurse: EmergencyRowId) -> Done<()> {
    let began = story.now - TimeDelta::minutes(6);
    let at = |seconds: i64| story.actor_at(operator, began + TimeDelta::seconds(seconds));
    let mut course = opened(tx, story, &at(10), elder, (Kind::Fall, "在厨房跌倒，自己按了按钮", false, began))?;
    steps::dispatch(tx, &at(70), course.step(), nurse)?;
    steps::respond(tx, &at(110), course.step(), "confirm", "")?;
    steps::tell(tx, &at(180), course.step(), ("家属（合成）", "儿子", false, "响铃无人接，稍后再打"))
}

/// A number that nobody has: the plan of numbers does not give it out.
const UNKNOWN: &str = "051300000017";

fn rings(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, operators: &[Member; 2], elders: &[ElderId]) -> Done<()> {
    let ring = |tx: &mut Tx<'_>, call: &str, from: &str, event, at: DateTime<chrono::Utc>| {
        let by = Actor {
            name: "电话交换机".into(),
            scope: Scope { area: crew.county, institution: None },
            ..Actor::system(at)
        };
        let (call, from, to) = (call.to_owned(), from.to_owned(), "96120".to_owned());
        calls::record(tx, &by, &News { call, from, to, at, event, agent: String::new() }, None).map(|(id, _)| id)
    };
    let before = |minutes: i64| story.now - TimeDelta::minutes(minutes);
    // A daughter whose number is remembered, long ago.
    let by = story.actor_at(&operators[1], before(4_000));
    let call = ring(tx, "demo-1", "13900001234", Event::Ringing, before(4_001))?;
    calls::take(tx, &by, call)?;
    let about = (elders[elders.len() - 1], Kind::Ill, "女儿来电：母亲发热两天（合成）", false);
    let key = steps::open_for_call(tx, &by, &story.policies, call, about)?;
    phones::remember(tx, &by, key.elder, ("13900001234", "家属（合成）", "女儿"))?;
    let later = story.actor_at(&operators[1], before(3_980));
    steps::close(tx, &later, Seen { key, version: 1 }, Outcome::Advised, "电话指导，家庭医生当日上门")?;
    ring(tx, "demo-1", "13900001234", Event::Ended, before(3_985))?;
    // Nobody answered; then one that waits to be told whose it is.
    ring(tx, "demo-2", "13900005678", Event::Ringing, before(2_000))?;
    let lost = ring(tx, "demo-2", "13900005678", Event::Ended, before(1_999))?;
    calls::dismiss(tx, &story.actor_at(&operators[0], before(1_990)), lost, "回电：打错了")?;
    ring(tx, "demo-3", UNKNOWN, Event::Ringing, before(2))?;
    Ok(())
}

/// The morning's hand-over, read; and one that is still to be read.
fn hand_over(tx: &mut Tx<'_>, story: &Story<'_>, [one, other]: &[Member; 2]) -> Done<()> {
    let of = |member: &Member| member.account.ok_or(web::Error::NotFound);
    let at = |member: &Member, hours: i64| story.actor_at(member, story.now - TimeDelta::hours(hours));
    let first = shifts::give(tx, &at(other, 16), of(one)?, "夜间一切正常（合成）")?;
    shifts::acknowledge(tx, &at(one, 16), first, "")?;
    shifts::give(tx, &at(one, 4), of(other)?, "二楼坐席耳机有杂音，已报修（合成）")?;
    Ok(())
}
