//! Remote consultations of elders under contract with the doctor's centre, in every state: asked, booked for today, held,
//! signed.

use super::{Crew, Member, Story, store};
use anyhow::{Context, anyhow};
use care::consultations::model::{Means, NewConsultation, Payer, Refusal, Said, Urgency};
use care::consultations::store::steps::{self, Booking, Seen};
use care::contracts::ConsentHow;
use care::sharing::{Consent, ConsentBy, Part};
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::ElderId;
use registry::accounts::Role;

/// What is told of each: minutes ago that it was asked for, minutes from now for which it is booked, how far it went.
const TOLD: [(i64, i64, &str); 9] = [
    (90, 0, ""),
    (1500, 0, ""),
    (300, 10, "accept"),
    (200, 1500, "accept"),
    (600, 0, "refuse"),
    (400, -40, "start"),
    (3000, -1600, "conclude"),
    (9000, -7300, "acknowledge"),
    (4000, -2900, "miss"),
];
/// Department, question, what is known.
const ASKED: [(&str, &str, &str); 3] = [
    (
        "心内科",
        "近两周夜间气喘、双下肢浮肿，是否需要调整利尿剂，要不要住院？（合成）",
        "高血压二十余年，现服氨氯地平、呋塞米。血压 152/88，心率 92，体重一周增加 2 千克。",
    ),
    (
        "内分泌科",
        "空腹血糖波动在 11 至 14，偶有低血糖，胰岛素怎样调整？（合成）",
        "糖尿病十五年，预混胰岛素早 16 晚 12 单位。",
    ),
    (
        "神经内科",
        "近一月步态不稳、反应变慢，需做哪些检查，能否在家观察？（合成）",
        "三年前脑梗死，左侧肢体力弱，生活部分自理。",
    ),
];

type Done = Result<(), web::Error>;

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let of_hospital = |staff: bool| crew.others.iter().find(|m| m.role == Role::Hospital && m.staff.is_some() == staff);
    let (desk, specialist) = of_hospital(false).zip(of_hospital(true)).context("没有医院的账号")?;
    let own = crew.doctor.institution.context("医生没有机构")?;
    // The first of them have referrals to tell of.
    let mut elders = story.db.read(|tx| store::contracted(tx, own, 60))?;
    elders.reverse();
    let mut told = 0;
    for (n, (elder, case)) in elders.iter().zip(TOLD).enumerate() {
        // The one conclusion that there is answers the first question.
        let n = if matches!(case.2, "conclude" | "acknowledge") { 0 } else { n };
        let done = story.db.write(|tx| tell(tx, story, (&crew.doctor, desk, specialist), *elder, (n, case)));
        done.map_err(|e| anyhow!(e.text()))?;
        told += 1;
    }
    Ok(format!("{told} 件"))
}

fn tell(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    (doctor, desk, specialist): (&Member, &Member, &Member),
    elder: ElderId,
    (n, (ago, booked, until)): (usize, (i64, i64, &str)),
) -> Done {
    let at = |minutes: i64| story.now + TimeDelta::minutes(minutes);
    let asker = story.actor_at(doctor, at(-ago));
    let new = request(tx, &asker, elder, (doctor, desk), n)?;
    let key = steps::request(tx, &asker, &story.policies, &new)?;
    let seen = |version| Seen { key, version };
    let answering = story.actor_at(desk, at(20 - ago));
    match until {
        "" => return Ok(()),
        "refuse" => return steps::refuse(tx, &answering, seen(1), Refusal::InPerson, "需做头颅影像检查，请转诊"),
        _ => {}
    }
    let consultant = specialist.staff.ok_or(web::Error::NotFound)?;
    let booking = Booking { at: at(booked), consultant, phone: "0513-00000002".into() };
    steps::accept(tx, &answering, &story.policies, seen(1), &booking)?;
    let there = |later: i64| story.actor_at(specialist, at(booked + later));
    match until {
        "accept" => return Ok(()),
        "miss" => return steps::miss(tx, &there(20), seen(2), "等候 20 分钟，电话无人接听（合成）"),
        _ => steps::start(tx, &there(2), &story.policies, seen(2))?,
    }
    if until == "start" {
        return Ok(());
    }
    steps::conclude(tx, &there(27), &story.policies, (seen(3), specialist.staff), &said())?;
    if until == "conclude" {
        return Ok(());
    }
    steps::append(tx, &there(60), key, specialist.staff, "补充：复查时带上近一周的血压、体重记录。（合成）")?;
    steps::acknowledge(tx, &story.actor_at(doctor, at(booked + 300)), seen(4), "已调整用药，三天后上门复查。（合成）")
}

fn said() -> Said {
    Said {
        means: Means::Video,
        finding: "考虑慢性心力衰竭加重，暂无需住院指征。（合成）".into(),
        advice: "限盐限水，每日称体重；三天后复查电解质和心电图，气喘加重随时转诊。".into(),
        medication: "呋塞米改为每日两次，每次 20 毫克，连用三天后评估。".into(),
    }
}

fn request(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (doctor, desk): (&Member, &Member),
    n: usize,
) -> Result<NewConsultation, web::Error> {
    let (Some(from), Some(to)) = (doctor.institution, desk.institution) else {
        return Err(web::Error::NotFound);
    };
    let name = registry::elders::store::find(tx, by, elder)?.name;
    let (department, question, situation) = ASKED[n % ASKED.len()];
    Ok(NewConsultation {
        elder,
        from,
        to,
        department: department.into(),
        urgency: Urgency::Routine,
        question: question.into(),
        situation: situation.into(),
        phone: "0513-00000001".into(),
        consent: Consent { by: ConsentBy::Elder, name, relation: String::new(), how: ConsentHow::Written, at: by.now },
        shared: Part::ALL.to_vec(),
        purpose: "远程会诊".into(),
        shared_until: None,
        payer: Payer::Elder,
        funded_by: None,
    })
}
