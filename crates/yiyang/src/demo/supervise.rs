//! What the county is obliged to, and who wants to open something: free clinics in every state, hospitals that report, duties with notes,
//! applications at every stage.

use super::{Crew, Member, Story};
use anyhow::{Context, anyhow};
use chrono::TimeDelta;
use db::{Actor, Scope};
use kernel::InstitutionId;
use oversight::duties::calendar::{Per, Span};
use oversight::duties::model::{
    Department, HOMES, HospitalKind, NewClinic, Note, PRIMARY, Progress, Report, Side, short,
};
use oversight::duties::store::{self as clinics, rows};
use oversight::licensing::model::{Condition, Mode, NewApplication, Promises, Unit};
use oversight::licensing::store::steps as licensing;
use registry::accounts::Role;
use registry::institutions::Kind;

type Done<T = ()> = Result<T, web::Error>;

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let of = |role: Role| crew.others.iter().find(move |m| m.role == role);
    let hospital = of(Role::Hospital).context("没有医院的账号")?;
    let home = of(Role::Residence).context("没有养老机构的账号")?;
    let supervisor = of(Role::Supervisor).context("没有监管人员的账号")?;
    let told = |e: web::Error| anyhow!(e.text());
    report(story, crew).map_err(told)?;
    let held = hold(story, crew, hospital, home).map_err(told)?;
    let noted = note(story, crew, supervisor).map_err(told)?;
    let asked = apply(story, crew, home).map_err(told)?;
    Ok(format!("义诊 {held} 次，责任进展 {noted} 条，设立申请 {asked} 件"))
}

fn sides(story: &Story<'_>, crew: &Crew, kinds: &[Kind]) -> Done<Vec<Side>> {
    let by = story.actor_at(&crew.clerk, story.now);
    Ok(story.db.read(|tx| clinics::sides(tx, &by, crew.county, kinds))?)
}

/// Every hospital but the last says what it has, and half of the primary institutions.
fn report(story: &Story<'_>, crew: &Crew) -> Done {
    let hospitals = sides(story, crew, &[Kind::Hospital])?;
    let by = story.actor_at(&crew.clerk, story.now - TimeDelta::days(60));
    let open = [Department::Open, Department::Preparing, Department::Absent];
    let of = |n: usize, kind, department| Report {
        on: by.today(),
        kind,
        department,
        geriatric_beds: 10 + 8 * (n as i64 % 3),
        rehabilitation_beds: 6 * (n as i64 % 4),
        hospice_beds: 2 * (n as i64 % 2),
        note: String::new(),
        said_by: "医务科（合成）".into(),
    };
    let known = hospitals.iter().take(hospitals.len().saturating_sub(1).max(1)).enumerate();
    let hospitals = known.map(|(n, one)| {
        let tcm = one.facts.name.contains("中医");
        let kind = if tcm { HospitalKind::Tcm } else { HospitalKind::General };
        (one.id, of(n, Some(kind), open[n % open.len()]))
    });
    let primary = sides(story, crew, PRIMARY)?;
    let primary = primary.iter().enumerate().filter(|(n, _)| n % 2 == 0);
    let primary = primary.map(|(n, one)| (one.id, of(n, None, Department::Absent)));
    for (id, report) in hospitals.chain(primary) {
        story.db.write(|tx| rows::report(tx, &by, id, &report))?;
    }
    Ok(())
}

fn clinic(on: kernel::Date, n: i64) -> NewClinic {
    NewClinic {
        on,
        team: "老年病科医师 2 名、护士 1 名（合成）".into(),
        staff: 3,
        seen: 18 + n * 4,
        what: "测血压血糖、看用药、讲防跌倒（合成）".into(),
    }
}

/// Somebody of an institution without an account.
fn inside(story: &Story<'_>, crew: &Crew, own: InstitutionId) -> Actor {
    let scope = Scope { area: crew.county, institution: Some(own) };
    let by = story.actor_at(&crew.clerk, story.now);
    Actor { account: None, name: "值班人员（合成）".into(), institution: Some(own), scope, ..by }
}

/// Some hospitals did their clinic last quarter and this one, some only last quarter, some not at all; the one with an account has one to
/// be confirmed, one disputed and one taken back.
fn hold(story: &Story<'_>, crew: &Crew, hospital: &Member, home: &Member) -> Done<usize> {
    let today = kernel::time::date_of(story.now);
    let (hospitals, homes) = (sides(story, crew, &[Kind::Hospital])?, sides(story, crew, HOMES)?);
    let weak: Vec<&Side> = homes.iter().filter(|one| short(&story.policies, &one.facts, today).short).collect();
    let Some(before) = Span::of(Per::Quarter, today).and_then(Span::before) else { return Ok(0) };
    let mut held = 0;
    for (n, one) in hospitals.iter().enumerate() {
        let Some(place) = weak.get(n % weak.len().max(1)) else { break };
        let days = [before.first + TimeDelta::days(20), today].map(|day| (n % 3 != 2).then_some(day));
        let open = Some(one.id) == hospital.institution;
        for day in days.into_iter().flatten().take(if open { 1 } else { 2 - n % 2 }) {
            let by = inside(story, crew, one.id);
            let new = clinic(day, n as i64);
            let id = story.db.write(|tx| clinics::record(tx, &by, &story.policies, (one.id, place.id), &new))?;
            story.db.write(|tx| clinics::confirm(tx, &inside(story, crew, place.id), (id, 1)))?;
            held += 1;
        }
    }
    Ok(held + between(story, (hospital, home), &homes, crew)?)
}

/// What is open between the hospital and the home that have accounts.
fn between(story: &Story<'_>, (hospital, home): (&Member, &Member), homes: &[Side], crew: &Crew) -> Done<usize> {
    let (Some(from), Some(to)) = (hospital.institution, home.institution) else { return Ok(0) };
    let by = story.actor_at(hospital, story.now);
    let day = |ago| by.today() - TimeDelta::days(ago);
    let record =
        |place, on, n| story.db.write(|tx| clinics::record(tx, &by, &story.policies, (from, place), &clinic(on, n)));
    record(to, day(1), 2)?;
    let id = record(to, day(8), 3)?;
    let head = story.actor_at(home, story.now);
    story.db.write(|tx| clinics::dispute(tx, &head, (id, 1), "当天只来了两人，看诊约 20 人"))?;
    if let Some(other) = homes.iter().find(|one| one.id != to && one.facts.area != crew.county) {
        let id = record(other.id, day(2), 1)?;
        story.db.write(|tx| clinics::withdraw(tx, &by, (id, 1), "填错日期"))?;
    }
    Ok(3)
}

/// What the county and the city have noted.
fn note(story: &Story<'_>, crew: &Crew, supervisor: &Member) -> Done<usize> {
    let told = [
        ("NT-2.1.2-rules", Progress::Done, "管理规定已印发，主城区已试点", "通政办〔2018〕120号（合成）"),
        ("NT-2.2.1-team", Progress::Done, "各街道护理站已组队上门", "本平台上门服务页"),
        ("NT-2.3.1-green", Progress::UnderWay, "已有八家养老机构签约，其余在谈", ""),
        ("NT-2.3.2-beds", Progress::UnderWay, "两家卫生院增设老年护理床位", ""),
        ("NT-2.4.1", Progress::UnderWay, "条件和时限已公布，窗口一次告知", ""),
        ("NT-4.1", Progress::Done, "领导小组已成立，分工方案已印发", "东政办〔2018〕77号（合成）"),
    ];
    for (n, (duty, state, text, evidence)) in told.iter().enumerate() {
        for (member, ago) in [(&crew.clerk, 40 - n as i64), (supervisor, 20)].into_iter().take(1 + n % 2) {
            let by = story.actor_at(member, story.now - TimeDelta::days(ago));
            let note = Note {
                area: by.scope.area,
                state: *state,
                on: by.today(),
                note: (*text).into(),
                evidence: (*evidence).into(),
                by: by.name.clone(),
            };
            story.db.write(|tx| rows::note(tx, &by, duty, &note))?;
        }
    }
    Ok(told.len() + told.len() / 2)
}

fn wanted(unit: Unit, name: &str, place: &Side) -> NewApplication {
    NewApplication {
        unit,
        mode: Mode::Private,
        name: name.into(),
        credit_code: None,
        institution: unit.inner().then_some(place.id),
        area: place.facts.area,
        address: place.facts.address.clone().unwrap_or_else(|| "合成地址".into()),
        contact: "联系人（合成）".into(),
        phone: "0513-00000000".into(),
        promises: Promises {
            beds: 120,
            physicians: 6,
            nurses: 40,
            therapists: 4,
            premises: true,
            planning: true,
            fire: true,
            sanitation: true,
            existing: false,
            note: "合成数据".into(),
        },
    }
}

/// What is wanted: what, its name, how many days ago it was handed in, how far it went.
const WANTED: [(Unit, &str, i64, &str); 9] = [
    (Unit::RehabilitationHospital, "滨海康复医院（合成）", 1, "submit"),
    (Unit::NursingHome, "颐和护理院（合成）", 45, "accept"),
    (Unit::NursingHome, "福寿护理院（合成）", 12, "accept"),
    (Unit::HospiceCentre, "安和安宁疗护中心（合成）", 30, "approve"),
    (Unit::NursingStation, "东街社区护理站（合成）", 24, "refuse"),
    (Unit::Combined, "松鹤医养中心（合成）", 9, "return"),
    (Unit::InnerInfirmary, "内设医务室（合成）", 15, "file"),
    (Unit::InnerNursingStation, "内设护理站（合成）", 2, "submit"),
    (Unit::GeriatricHospital, "夕阳红老年病医院（合成）", 20, "withdraw"),
];

fn apply(story: &Story<'_>, crew: &Crew, home: &Member) -> Done<usize> {
    let homes = sides(story, crew, HOMES)?;
    let Some(other) = homes.first() else { return Ok(0) };
    for (unit, name, ago, far) in WANTED {
        let place = if unit == Unit::InnerNursingStation {
            homes.iter().find(|one| Some(one.id) == home.institution)
        } else {
            None
        };
        let place = place.unwrap_or(other);
        go(story, crew, &wanted(unit, name, place), (ago, far))?;
    }
    let by = story.actor_at(home, story.now);
    if let Some(own) = homes.iter().find(|one| Some(one.id) == home.institution) {
        let new = NewApplication {
            institution: Some(own.id),
            ..wanted(Unit::InnerOutpatient, "内设门诊部（合成）", own)
        };
        story.db.write(|tx| licensing::draft(tx, &by, &story.policies, &new))?;
    }
    Ok(WANTED.len() + 1)
}

/// An application of so many days ago, as far as it went; the office answers a day later, and decides four days after that.
fn go(story: &Story<'_>, crew: &Crew, new: &NewApplication, (ago, far): (i64, &str)) -> Done {
    let at = |later: i64| story.actor_at(&crew.clerk, story.now - TimeDelta::days(ago - later));
    let library = &story.policies;
    let id = story.db.write(|tx| licensing::draft(tx, &at(0), library, new))?;
    story.db.write(|tx| licensing::submit(tx, &at(0), library, (id, 1)))?;
    story.db.write(|tx| match far {
        "submit" => Ok(()),
        "return" => {
            let missing = ([Condition::Fire].as_slice(), "消防验收意见书、房屋租赁合同");
            licensing::send_back(tx, &at(1), library, (id, 2), missing)
        }
        "file" => licensing::file(tx, &at(1), library, (id, 2)),
        "withdraw" => licensing::withdraw(tx, &at(1), (id, 2), "改报护理院"),
        _ => licensing::accept(tx, &at(1), library, (id, 2)),
    })?;
    story.db.write(|tx| match far {
        "approve" => licensing::approve(tx, &at(5), library, (id, 3)),
        "refuse" => {
            let unmet = ([Condition::Nurses].as_slice(), "现场核对在册护士只有 2 名");
            licensing::refuse(tx, &at(5), library, (id, 3), unmet)
        }
        _ => Ok(()),
    })
}
