//! Agreements of the synthetic county's homes, some weeks of rounds, and referrals in every state.

use super::forms::Draw;
use super::{Crew, Member, Story, store};
use anyhow::{Context, anyhow};
use care::agreements::model::MEDICAL;
use care::agreements::store::pairs::propose;
use care::agreements::{self, Item, Round, Terms};
use care::contracts::ConsentHow;
use care::referrals::Key;
use care::referrals::model::{Conclusion, Consent, ConsentBy, Destination, Kind, NewReferral, Part};
use care::referrals::store::steps::{self, Seen};
use care::stays::NewStay;
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::{AgreementId, ElderId, InstitutionId};
use registry::accounts::Role;
use registry::saved::Refused;

/// Weeks of rounds that are behind.
const WEEKS: i64 = 8;
/// How many homes an institution takes, and how many agreements are signed.
const MOST: usize = 4;
const SIGNED: usize = 8;
/// What is told of each referral: hours ago, and how far it went.
const TOLD: [(i64, &str); 7] =
    [(2, ""), (40, ""), (30, "accept"), (20, "refuse"), (50, "arrive"), (90, "conclude"), (300, "follow_up")];

/// How many stay in hospital for long.
const LONG: i64 = 3;

type Done = Result<(), web::Error>;

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let hospital = crew.others.iter().find(|m| m.role == Role::Hospital).context("没有医院的账号")?;
    let signed = story.db.write(|tx| sign(tx, story, crew, hospital)).map_err(|e| anyhow!(e.text()))?;
    let own = crew.doctor.institution.context("医生没有机构")?;
    let elders = story.db.read(|tx| store::contracted(tx, own, TOLD.len() as i64 + LONG))?;
    for (elder, (hours, until)) in elders.iter().zip(TOLD) {
        let told = story.db.write(|tx| tell(tx, story, (&crew.doctor, hospital), *elder, (hours, until)));
        told.map_err(|e| anyhow!(e.text()))?;
    }
    let mut stays = 0;
    for elder in elders.iter().skip(TOLD.len()) {
        stays += story.db.write(|tx| stay_long(tx, story, crew, hospital, *elder)).map_err(|e| anyhow!(e.text()))?;
    }
    Ok(format!("合作协议 {signed} 份，转诊 {} 件，长期住院 {stays} 人", elders.len().min(TOLD.len())))
}

/// Somebody who has been in hospital for longer than the limit, for care rather than treatment.
fn stay_long(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    hospital: &Member,
    elder: ElderId,
) -> Result<usize, web::Error> {
    let by = story.actor_at(&crew.clerk, story.now - TimeDelta::days(40));
    let Some(institution) = hospital.institution else { return Ok(0) };
    let (admitted_on, diagnosis) = (by.today(), Some("脑梗死后遗症，长期卧床".to_owned()));
    let stay = NewStay { elder, institution, admitted_on, discharged_on: None, diagnosis };
    match care::stays::store::register(tx, &by, &stay) {
        Ok(_) => Ok(1),
        Err(Refused::Field { .. }) => Ok(0), // in hospital in those days already
        Err(e) => Err(e.into()),
    }
}

/// The proposal becomes agreements: most of them signed weeks ago and kept well or badly, the rest drafts.
fn sign(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, hospital: &Member) -> Result<usize, web::Error> {
    let by = story.actor_at(&crew.clerk, story.now - TimeDelta::weeks(WEEKS));
    let mut pairs: Vec<(InstitutionId, InstitutionId)> = propose(tx, &by, crew.county, MOST, MEDICAL)?
        .pairs
        .iter()
        .map(|pair| (pair.home.id, pair.medical.id))
        .collect();
    // The hospital with an account has a green channel with somebody.
    if let (Some(first), Some(own)) = (pairs.first_mut(), hospital.institution) {
        first.1 = own;
    }
    for (at, pair) in pairs.iter().take(SIGNED + 2).enumerate() {
        let id = agreements::store::draft(tx, &by, *pair, &terms(), None)?;
        if at < SIGNED {
            agreements::store::sign(tx, &by, (id, 1), by.today())?;
            rounds(tx, story, crew, id)?;
        }
    }
    Ok(pairs.len().min(SIGNED))
}

fn terms() -> Terms {
    Terms {
        items: vec![Item::Rounds, Item::Advice, Item::Screening, Item::GreenChannel, Item::Priority, Item::Referral],
        note: String::new(),
        rounds_per_week: 1,
        green_minutes: Some(30),
        months: 12,
    }
}

fn rounds(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, id: AgreementId) -> Done {
    let mut draw = Draw::of(id.uuid().into_bytes(), 9);
    let diligent = draw.percent(60);
    for week in 1..WEEKS {
        let by = story.actor_at(&crew.clerk, story.now - TimeDelta::weeks(week));
        if draw.percent(if diligent { 95 } else { 45 }) {
            let what = "测血压、看用药、答疑（合成）".to_owned();
            let seen = 8 + draw.below(20) as i64;
            let round = Round { on: by.today(), who: "巡诊医生（合成）".into(), seen, what };
            agreements::store::hold_round(tx, &by, id, &round)?;
        }
    }
    Ok(())
}

/// A referral of the doctor to the hospital: so many hours ago, and how far it went.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    sides: (&Member, &Member),
    elder: ElderId,
    told: (i64, &str),
) -> Done {
    let ((doctor, hospital), (hours, until)) = (sides, told);
    let later = |member: &Member, hour: i64| story.actor_at(member, story.now - TimeDelta::hours(hours - hour));
    let by = later(doctor, 0);
    let new = request(tx, &by, elder, (doctor, hospital))?;
    let key = steps::request(tx, &by, &story.policies, &new)?;
    let seen = |version| Seen { key, version };
    match until {
        "" => Ok(()),
        "refuse" => {
            steps::refuse(tx, &later(hospital, 3), &story.policies, seen(1), None, "骨科床位已满，建议转市级医院")
        }
        _ => {
            steps::accept(tx, &later(hospital, 1), &story.policies, seen(1), None)?;
            let hour = story.now - TimeDelta::hours(hours - 6);
            steps::book(tx, &later(hospital, 2), seen(2), hour, "神经内科 3 病区")?;
            if until == "accept" { Ok(()) } else { go_on(tx, story, (key, until), (&later(hospital, 7), doctor)) }
        }
    }
}

fn go_on(tx: &mut Tx<'_>, story: &Story<'_>, (key, until): (Key, &str), (there, doctor): (&Actor, &Member)) -> Done {
    let seen = |version| Seen { key, version };
    let tail = registry::elders::store::find(tx, &Actor::system(story.now), key.elder)?.id_tail;
    steps::arrive(tx, there, seen(3), there.now, &tail)?;
    if until == "arrive" {
        return Ok(());
    }
    let said = Conclusion {
        finding: "短暂性脑缺血发作".into(),
        done: "头颅影像检查，调整用药".into(),
        medication: "阿司匹林、阿托伐他汀".into(),
        advice: "控制血压，两周内复查".into(),
        follow_up_due: None,
    };
    let there = Actor { now: there.now + TimeDelta::hours(48), ..there.clone() };
    steps::conclude(tx, &there, &story.policies, seen(4), &said, false)?;
    if until == "conclude" {
        return Ok(());
    }
    let by = story.actor_at(doctor, story.now - TimeDelta::hours(24));
    steps::follow_up(tx, &by, seen(5), by.today(), "血压平稳，按时服药")
}

fn request(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (doctor, hospital): (&Member, &Member),
) -> Result<NewReferral, web::Error> {
    let (Some(from), Some(to)) = (doctor.institution, hospital.institution) else {
        return Err(web::Error::NotFound);
    };
    let name = registry::elders::store::find(tx, by, elder)?.name;
    Ok(NewReferral {
        elder,
        kind: Kind::Up,
        from,
        to: Destination::Known(to),
        agreement: None,
        reason: "反复头晕、右侧肢体无力，需进一步检查".into(),
        diagnosis: "脑缺血？".into(),
        consent: Consent { by: ConsentBy::Elder, name, relation: String::new(), how: ConsentHow::Written, at: by.now },
        shared: Part::ALL.to_vec(),
        purpose: "诊治".into(),
        shared_until: None,
    })
}
