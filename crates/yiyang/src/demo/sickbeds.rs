//! Home sickbeds of some of the elders under contract with the doctor's centre, in every state, with their rounds and fees.

use super::{Crew, Member, Story};
use anyhow::anyhow;
use care::contracts::model::ConsentBy;
use care::contracts::store::lists;
use care::sickbeds::fees::{Fee, Funder, NewFee};
use care::sickbeds::model::{Application, AskedBy, CloseReason, Condition, Consent, Findings, ItemKind};
use care::sickbeds::rounds::{NewRound, Report, RoundKind, Vitals};
use care::sickbeds::store::{self, running, steps};
use chrono::Days;
use db::{Actor, Tx};
use kernel::{Date, ElderId, Fen, InstitutionId, StaffId};
use registry::staff::Post;
use web::Error;

/// So many elders are asked.
const ASKED: i64 = 16;
/// Condition, diagnosis, code, what is done, every so many days.
const CASES: &[(Condition, &str, &str, &str, i64)] = &[
    (Condition::Stroke, "脑梗死后遗症，偏瘫", "I69.3", "肢体康复训练", 3),
    (Condition::Wound, "骶尾部压疮三期", "L89.2", "压疮换药", 3),
    (Condition::Chronic, "慢性阻塞性肺疾病，长期氧疗", "J44.9", "氧疗指导、翻身叩背", 7),
    (Condition::Fracture, "股骨颈骨折术后", "S72.0", "关节活动度训练", 4),
];

/// Makes them.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<()> {
    let (Some(centre), Some(doctor)) = (crew.doctor.institution, crew.doctor.staff) else { return Ok(()) };
    let by = story.actor(&crew.doctor, 0);
    let filter = lists::Filter {
        institution: Some(centre),
        state: Some(care::contracts::State::Signed),
        ..lists::Filter::default()
    };
    let (elders, nurse) = story.db.read(|tx| {
        let all = lists::list(tx, &by, &filter, ASKED, 0)?;
        let nurse = store::staff_of(tx, centre)?.into_iter().find(|one| one.post == Post::Nurse);
        Ok::<_, db::Error>((all.into_iter().map(|one| one.key.elder).collect::<Vec<_>>(), nurse))
    })?;
    let Some(nurse) = nurse else { return Ok(()) };
    for (n, elder) in elders.iter().enumerate() {
        let done = story.db.write(|tx| one(tx, story, &crew.doctor, (n, *elder), (centre, doctor, nurse.id)));
        match done {
            Ok(()) | Err(Error::Refused(_)) => {} // in hospital, say: the rules hold here too
            Err(e) => return Err(anyhow!(e.text())),
        }
    }
    Ok(())
}

/// The n-th of them: how far it goes depends on n.
fn one(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    member: &Member,
    (n, elder): (usize, ElderId),
    (centre, doctor, nurse): (InstitutionId, StaffId, StaffId),
) -> Result<(), Error> {
    let today = kernel::time::date_of(story.now);
    let (condition, diagnosis, code, item, every) = CASES[n % CASES.len()];
    let first = today - Days::new(if n % 8 == 7 { 1 } else { 30 + n as u64 });
    let by = |day: Date| story.actor_at(member, kernel::time::at(day, 9, 30).unwrap_or(story.now));
    let asked = Application {
        institution: centre,
        by: AskedBy::Family,
        name: "赵女士（合成）".into(),
        relation: "女儿".into(),
        on: first,
        condition,
        diagnosis: diagnosis.into(),
        diagnosis_code: code.into(),
        wish: item.into(),
    };
    let key = steps::apply(tx, &by(first), elder, &asked)?;
    if n % 8 == 7 {
        return Ok(()); // waits for an answer
    }
    let met = n % 8 != 6;
    let found = Findings {
        condition,
        stable: true,
        needs_treatment: true,
        homebound: met,
        home_fit: true,
        carer_at_home: true,
    };
    let verdict = steps::Verdict { found, accept: met, note: String::new() };
    steps::decide(tx, &by(first), &story.policies, (key, None), &verdict)?;
    if !met || n % 8 == 5 {
        return Ok(()); // refused, or the consent is still to be signed
    }
    let consent =
        Consent { by: ConsentBy::Family, name: asked.name.clone(), relation: asked.relation.clone(), on: first };
    steps::consent(tx, &by(first), (key, None), &consent)?;
    if n % 8 == 4 {
        return Ok(()); // is still to be opened
    }
    steps::open(tx, &by(first), &story.policies, (key, None), &steps::Opening { doctor, nurse, on: first })?;
    running::add_item(tx, &by(first), (key, None), (ItemKind::Nursing, item, every))?;
    live(tx, story, &by, (n, key), (doctor, first))
}

/// Weekly rounds until today, or until some time ago where one is overdue; some beds are closed.
fn live(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    by: &dyn Fn(Date) -> Actor,
    (n, key): (usize, care::sickbeds::Key),
    (doctor, first): (StaffId, Date),
) -> Result<(), Error> {
    let today = kernel::time::date_of(story.now);
    let items: Vec<_> = store::items(tx, key)?.into_iter().map(|item| item.id).collect();
    let last = if n % 8 == 1 { today - Days::new(10) } else { today };
    let mut day = first + Days::new(6);
    while day <= last {
        let planned = store::rounds(tx, key)?.first().map(|round| round.id);
        let vitals = Vitals {
            temperature: Some(366),
            pulse: Some(72 + n as i64),
            sbp: Some(138 + n as i64),
            dbp: Some(82),
            ..Vitals::default()
        };
        let report =
            Report {
                vitals, found: "病情平稳（合成）".into(), done: String::new(), orders: "继续原方案".into()
            };
        let funded_by = (n % 8 == 2).then_some(Funder::FamilyDoctor);
        let new = NewRound {
            planned,
            kind: RoundKind::Round,
            on: day,
            staff: doctor,
            report,
            items: items.clone(),
            next_on: None,
            funded_by,
            visit_fee_charged: false,
        };
        running::round(tx, &by(day), &story.policies, key, &new)?;
        let item = NewFee {
            on: day,
            fee: Fee::Item,
            title: "换药（合成）".into(),
            price: Some(Fen(1_500)),
            funded_by: None,
            visit_fee_charged: false,
        };
        running::fee(tx, &by(day), &story.policies, key, &item)?;
        day = day + Days::new(6);
    }
    if n % 8 == 3 {
        let closing = steps::Closing {
            on: today,
            reason: CloseReason::Stable,
            summary: "功能好转，转家庭医生随访（合成）".into(),
        };
        steps::close(tx, &by(today), (key, None), &closing)?;
    }
    Ok(())
}
