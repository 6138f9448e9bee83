//! A few months of the family doctor's clinic: health records, follow-ups of chronic diseases, guidance on medicines. All of it
//! is made up; each step goes through the function that the page calls.

use super::forms::Draw;
use super::{Crew, Story, store};
use anyhow::anyhow;
use care::chart::reviews::{NewReview, Problem, ReviewKind};
use care::chart::{self, Kind, NewItem};
use care::followups::model::{Adherence, Adverse, Way};
use care::followups::{self, Disease, NewVisit};
use chrono::TimeDelta;
use db::Tx;
use kernel::{Date, ElderId};
use registry::elders::Chronic;
use web::Error;

/// So many elders have a record.
const MOST: i64 = 160;
/// Follow-ups began so many days before the month.
const BEFORE: i64 = 120;
/// What some cannot take, and how they take it.
const ALLERGIES: &[(&str, &str)] =
    &[("青霉素类", "皮疹"), ("磺胺类", "皮疹"), ("海鲜", "荨麻疹"), ("头孢菌素类", "呼吸困难")];

/// Runs the clinic; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew, bar: &mut dyn FnMut(usize, usize)) -> anyhow::Result<String> {
    let Some(centre) = crew.doctor.institution else { return Ok("没有家庭医生所在的机构".into()) };
    let served = story.db.read(|tx| store::served(tx, centre, MOST))?;
    let mut visits = 0;
    for (i, (elder, chronic)) in served.iter().enumerate() {
        let done = story.db.write(|tx| one(tx, story, crew, *elder, chronic));
        visits += done.map_err(|e: Error| anyhow!(e.text()))?;
        bar(i, served.len());
    }
    Ok(format!("健康档案 {} 份，慢病随访 {visits} 次", served.len()))
}

fn one(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, elder: ElderId, chronic: &[Chronic]) -> Result<usize, Error> {
    let mut draw = Draw::of(elder.uuid().into_bytes(), 6);
    let on = story.day(-BEFORE + draw.below(20) as i64);
    let by = story.actor(&crew.doctor, (on - story.month.first()).num_days());
    let mut add = |kind: Kind, name: &str, detail: &str, severe: bool| {
        let item = NewItem { detail: detail.to_owned(), severe, ..NewItem::new(elder, kind, name, on) };
        chart::add(tx, &by, item).map(drop)
    };
    if draw.percent(15) {
        let (name, reaction) = ALLERGIES[draw.below(ALLERGIES.len() as u64) as usize];
        add(Kind::Allergy, name, reaction, reaction == "呼吸困难")?;
    } else if draw.percent(80) {
        add(Kind::Allergy, chart::model::NO_ALLERGY, "", false)?;
    }
    if draw.percent(25) {
        add(Kind::Risk, "跌倒", "夜间起床", draw.percent(30))?;
    }
    for (disease, diagnosis, medicine, dose) in [
        (Chronic::Hypertension, "I10 原发性高血压", "氨氯地平片", "5 毫克，每日一次"),
        (Chronic::Diabetes, "E11.9 2型糖尿病", "二甲双胍片", "0.5 克，每日两次"),
    ] {
        if chronic.contains(&disease) {
            add(Kind::Condition, diagnosis, "", false)?;
            add(Kind::Medication, medicine, dose, false)?;
        }
    }
    let mut visits = 0;
    for one in followups::store::of_elder(tx, &by, elder)? {
        visits += follow_up(tx, story, crew, (one.key, one.disease, on), &mut draw)?;
    }
    if visits > 0 && draw.percent(30) {
        review(tx, story, crew, elder, &mut draw)?;
    }
    Ok(visits)
}

/// Follow-ups at the days that the rules set, kept well or badly, until today.
fn follow_up(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    (key, disease, from): (followups::model::Key, Disease, Date),
    draw: &mut Draw,
) -> Result<usize, Error> {
    let (today, mut day, mut done) = (kernel::time::date_of(story.now), from, 0);
    while day < today && !draw.percent(if done == 0 { 5 } else { 15 }) {
        let by = story.actor(&crew.doctor, (day - story.month.first()).num_days());
        let version = followups::store::find(tx, &by, key)?.version;
        let judged = followups::record(tx, &by, &story.policies, (key, version), &visit(day, disease, draw))?;
        done += 1;
        day = judged.next_by - TimeDelta::days(draw.below(4) as i64);
    }
    Ok(done)
}

fn visit(on: Date, disease: Disease, draw: &mut Draw) -> NewVisit {
    let grave = draw.percent(2);
    let sbp = if grave { 182 } else { 122 + draw.below(38) as i64 };
    let glucose = if grave { 170 } else { 50 + draw.below(32) as i64 };
    NewVisit {
        on,
        way: if draw.percent(70) { Way::Clinic } else { Way::Home },
        sbp: Some(sbp),
        dbp: Some(68 + draw.below(25) as i64),
        glucose: (disease == Disease::Diabetes).then_some(glucose),
        pulse: Some(62 + draw.below(28) as i64),
        temperature: None,
        signs: vec![],
        adverse: if draw.percent(5) { Adverse::Mild } else { Adverse::None },
        adverse_note: String::new(),
        complication: false,
        complication_note: String::new(),
        adherence: if draw.percent(80) { Adherence::Regular } else { Adherence::Intermittent },
        lifestyle: "低盐饮食，每日步行".to_owned(),
        treatment: String::new(),
    }
}

fn review(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, elder: ElderId, draw: &mut Draw) -> Result<(), Error> {
    let on = story.day(draw.below(20) as i64);
    let by = story.actor(&crew.doctor, (on - story.month.first()).num_days());
    let found = draw.percent(30);
    let (kind, problems, advice) = if found {
        (ReviewKind::Review, vec![Problem::Dose], "血压偏低，建议减量后复测")
    } else {
        (ReviewKind::Guidance, vec![], "已讲解服药时间和漏服的处理")
    };
    let medicines = chart::latest(tx, elder)?.medicines;
    let new = NewReview { elder, kind, on, medicines, problems, advice: advice.to_owned() };
    chart::store::reviews::record(tx, &by, &new).map(drop)
}
