//! Goals and teams for some of the elders whom the doctor leads: one of a kind each, so that the pages have something in them.

use super::{Crew, Story};
use anyhow::anyhow;
use care::episodes::model::GoalState;
use care::episodes::store::lists::{self, ByLead, Filter};
use care::episodes::store::{goals, steps};
use chrono::Days;
use db::Tx;
use kernel::ElderId;

/// So many elders get a goal.
const LED: i64 = 12;
/// Goal, how it is seen, days until it is due.
const GOALS: &[(&str, &str, u64)] = &[
    ("血压稳定", "连续三次随访血压达标", 60),
    ("能扶拐在室内行走", "独立走完十步，无跌倒", 45),
    ("夜间少起身、睡得安稳", "家属记录一周，夜间起身不超过两次", 30),
    ("压疮不再加深", "每周换药时量创面，两周内缩小", 21),
];

/// Writes them.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<()> {
    let Some(doctor) = crew.doctor.staff else { return Ok(()) };
    let by = story.actor(&crew.doctor, 20);
    let filter = Filter { lead: ByLead::Of(doctor), ..Filter::default() };
    let done = story.db.write(|tx| {
        for (n, one) in lists::list(tx, &by, &filter, LED, 0)?.iter().enumerate() {
            plan(tx, story, crew, (n, one.elder))?;
        }
        Ok::<_, web::Error>(())
    });
    done.map_err(|e| anyhow!(e.text()))
}

fn plan(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, (n, elder): (usize, ElderId)) -> Result<(), web::Error> {
    let by = story.actor(&crew.doctor, 20);
    let (text, measure, days) = GOALS[n % GOALS.len()];
    let due_on = by.today().checked_add_days(Days::new(days));
    let new = steps::NewGoal { text: text.into(), measure: measure.into(), due_on };
    let goal = steps::add_goal(tx, &by, elder, &new)?;
    let daughter =
        steps::Joining { staff: None, name: "家属（合成）".into(), role: "女儿，主要照顾者".into() };
    steps::join(tx, &by, elder, &daughter)?;
    if n % 3 == 2 {
        let set = goals(tx, elder)?.into_iter().find(|g| g.id == goal).map(|g| g.changed_at).unwrap_or(by.now);
        steps::end_goal(tx, &by, elder, goal, (GoalState::Reached, "随访时已达到", set))?;
    }
    Ok(())
}
