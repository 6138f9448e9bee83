//! What is done with an open bed: its plan, its rounds, its escalations, its account.

use super::steps::{Result, cut, limits, log, needed, seen, unless};
use crate::sickbeds::fees::{self, Charge, Fee, Funder, Line, NewFee};
use crate::sickbeds::model::{ItemKind, Key, Sickbed, State, against_day, plus};
use crate::sickbeds::rounds::{NewRound, Report, RoundKind};
use crate::{stays, subject, visits};
use db::{Actor, Json, Tx, params};
use kernel::{Area, Date, ElderId, Fen, SickbedFeeId, SickbedItemId, SickbedRoundId};
use policy::Library;
use registry::elders::facts;
use web::{Error, Reason};

/// The longest time between two doings of an item, in days. A limit of plausibility of this program.
const MOST_DAYS: i64 = 365;

/// Marks a bed as changed, so that whoever looks at an older state of it is told.
fn touch(tx: &mut Tx<'_>, by: &Actor, bed: &Sickbed) -> db::Result<()> {
    super::write(tx, by, bed.changed_at, bed)
}

fn must_be_open(bed: &Sickbed) -> Result<()> {
    if bed.state == State::Open {
        return Ok(());
    }
    Err(Error::Conflict(format!("这份家庭病床现为“{}”，不能再办理这一步", bed.state.name())))
}

/// Adds something to the plan.
///
/// # Errors
/// [`Error::Invalid`] for fields, [`Error::Conflict`] when somebody changed the bed or it is not open.
pub fn add_item(
    tx: &mut Tx<'_>,
    by: &Actor,
    (key, sight): (Key, Option<i64>),
    (kind, title, every_days): (ItemKind, &str, i64),
) -> Result<()> {
    let bed = seen(tx, by, key, sight)?;
    let title = needed(title, "title", "内容")?;
    if !(1..=MOST_DAYS).contains(&every_days) {
        return Err(Error::field("every_days", "每几天一次", format!("应在 1 到 {MOST_DAYS} 天之间")));
    }
    must_be_open(&bed)?;
    let id = SickbedItemId::new(by.now, tx.chance());
    tx.exec(
        "insert into sickbed_items (elder_id, id, sickbed_id, kind, title, every_days, from_on)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![key.elder, id, key.id, kind, &title, every_days, by.today()],
    )?;
    touch(tx, by, &bed)?;
    let detail = format!("{}：{title}，每 {every_days} 天一次", kind.name());
    Ok(log(tx, by, key, (by.today(), "plan", "增加计划"), &detail)?)
}

/// Ends something of the plan.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Conflict`] when somebody changed the bed or ended it already.
pub fn end_item(tx: &mut Tx<'_>, by: &Actor, (key, sight): (Key, Option<i64>), id: SickbedItemId) -> Result<()> {
    let bed = seen(tx, by, key, sight)?;
    must_be_open(&bed)?;
    let item = super::items(tx, key)?.into_iter().find(|item| item.id == id).ok_or(Error::NotFound)?;
    if item.ended_on.is_some() {
        return Err(Error::Conflict("这一项已经停止".into()));
    }
    let sql = "update sickbed_items set ended_on = $3 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![key.elder, id, by.today()])?;
    touch(tx, by, &bed)?;
    Ok(log(tx, by, key, (by.today(), "plan", "停止计划"), &item.title)?)
}

pub(super) fn end_items(tx: &mut Tx<'_>, key: Key, on: Date) -> db::Result<()> {
    let sql = "update sickbed_items set ended_on = $3 where elder_id = $1 and sickbed_id = $2 and ended_on is null";
    tx.exec(sql, params![key.elder, key.id, on])?;
    Ok(())
}

/// Plans the next round.
pub(super) fn plan_round(tx: &mut Tx<'_>, by: &Actor, key: Key, due_on: Date) -> db::Result<()> {
    let id = SickbedRoundId::new(by.now, tx.chance());
    tx.exec(
        "insert into sickbed_rounds (elder_id, id, sickbed_id, kind, state, due_on, staff_name, found, done, orders,
           recorded_by) values ($1, $2, $3, 'round', 'planned', $4, '', '', '', '', '')",
        params![key.elder, id, key.id, due_on],
    )?;
    Ok(())
}

pub(super) fn void_rounds(tx: &mut Tx<'_>, key: Key) -> db::Result<()> {
    let sql = "update sickbed_rounds set state = 'void' where elder_id = $1 and sickbed_id = $2 and state = 'planned'";
    tx.exec(sql, params![key.elder, key.id])?;
    Ok(())
}

/// Records a round or a call-out, with its fee. The planned one that it was is done, and the next is planned. One that was made
/// before the bed was closed may still be written down afterwards.
///
/// # Errors
/// [`Error::Invalid`] for fields, [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when the planned one was
/// recorded already.
pub fn round(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, new: &NewRound) -> Result<()> {
    let bed = seen(tx, by, key, None)?;
    let person = subject::store::find(tx, by, key.elder)?;
    let faults = new.report.vitals.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let report = Report {
        vitals: new.report.vitals,
        found: needed(&new.report.found, "found", "病情")?,
        done: cut(&new.report.done),
        orders: cut(&new.report.orders),
    };
    unless(against_round(tx, by, &bed, new.on)?)?;
    let staff = super::one_of_staff(tx, new.staff)?;
    if staff.institution != bed.asked.institution {
        return Err(Error::refused("SB-09", format!("{}不是本机构的从业人员", staff.name)));
    }
    write_round(tx, by, key, new, (&staff.name, &report))?;
    did_items(tx, key, new)?;
    if bed.state == State::Open && new.kind == RoundKind::Round {
        let by_rule = plus(new.on, limits(library, person.area, new.on)?.round_days);
        let next = new.next_on.unwrap_or(by_rule);
        if next <= new.on || next > by_rule {
            let text = format!("应在本次之后、{by_rule} 之前（巡诊间隔的上限）");
            return Err(Error::field("next_on", "下次巡诊", text));
        }
        void_rounds(tx, key)?;
        plan_round(tx, by, key, next)?;
        visits::store::cancel_from(tx, by, key.elder, key.id.uuid(), new.on, "这次巡诊已登记")?;
    }
    let fee = match new.kind {
        RoundKind::Round => Fee::Round,
        RoundKind::CallOut => Fee::CallOut,
    };
    let (funded_by, visit_fee_charged) = (new.funded_by, new.visit_fee_charged);
    let fee = NewFee { on: new.on, fee, title: String::new(), price: None, funded_by, visit_fee_charged };
    put_fee(tx, by, library, (&bed, person.area), &fee)?;
    let detail = format!("{}，{}", staff.name, report.found);
    Ok(log(tx, by, key, (new.on, "round", new.kind.name()), &detail)?)
}

/// What is against something done at this bed on a day.
fn against_round(tx: &mut Tx<'_>, by: &Actor, bed: &Sickbed, on: Date) -> Result<Vec<Reason>> {
    let outside = |text: String| Ok(vec![Reason::new("SB-13", text)]);
    let Some(from) = bed.opened_on else { return outside("还没有建床".into()) };
    match (bed.closed_on, bed.until) {
        _ if on < from => return outside(format!("{on} 早于建床日期（{from}）")),
        _ if on > by.today() => return outside(format!("{on} 晚于今天")),
        (Some(closed), _) if on > closed => return outside(format!("{on} 晚于撤床日期（{closed}）")),
        (None, Some(until)) if on >= until => {
            let last = until.pred_opt().unwrap_or(until);
            return outside(format!("周期已于 {last} 届满，请先延长或撤床"));
        }
        _ => {}
    }
    Ok(against_day(&stays::store::of_elder(tx, by, bed.key.elder)?, on))
}

fn write_round(tx: &mut Tx<'_>, by: &Actor, key: Key, new: &NewRound, (name, r): (&str, &Report)) -> Result<()> {
    let id = match new.planned {
        Some(id) => id,
        None => blank_round(tx, by, key, new)?,
    };
    let v = r.vitals;
    let written = tx.exec(
        "update sickbed_rounds set state = 'done', kind = $4, done_on = $5, staff_id = $6, staff_name = $7,
           temperature_tenths = $8, pulse = $9, breaths = $10, sbp = $11, dbp = $12, spo2 = $13, found = $14, done = $15,
           orders = $16, recorded_by = $17, recorded_at = $18
         where elder_id = $1 and sickbed_id = $2 and id = $3 and state = 'planned'",
        params![
            key.elder,
            key.id,
            id,
            new.kind,
            new.on,
            new.staff,
            name,
            v.temperature,
            v.pulse,
            v.breaths,
            v.sbp,
            v.dbp,
            v.spo2,
            &r.found,
            &r.done,
            &r.orders,
            &by.name,
            by.now
        ],
    )?;
    if written == 0 {
        return Err(Error::Conflict("这次巡诊已经登记，请刷新页面".into()));
    }
    Ok(())
}

/// A row for a call that nobody planned, to be filled in at once.
fn blank_round(tx: &mut Tx<'_>, by: &Actor, key: Key, new: &NewRound) -> Result<SickbedRoundId> {
    let id = SickbedRoundId::new(by.now, tx.chance());
    tx.exec(
        "insert into sickbed_rounds (elder_id, id, sickbed_id, kind, state, due_on, staff_name, found, done, orders,
           recorded_by) values ($1, $2, $3, $4, 'planned', $5, '', '', '', '', '')",
        params![key.elder, id, key.id, new.kind, new.on],
    )?;
    Ok(id)
}

fn did_items(tx: &mut Tx<'_>, key: Key, new: &NewRound) -> Result<()> {
    for id in &new.items {
        tx.exec(
            "update sickbed_items set last_done_on = $4 where elder_id = $1 and sickbed_id = $2 and id = $3
               and coalesce(last_done_on, '') < $4",
            params![key.elder, key.id, *id, new.on],
        )?;
    }
    Ok(())
}

/// A change for the worse that a doctor was called for.
#[derive(Clone, Debug)]
pub struct Call {
    /// When.
    pub on: Date,
    /// What happened.
    pub what: String,
    /// Which doctor was called.
    pub doctor: String,
    /// What they said.
    pub advice: String,
    /// By when somebody must be there; the planned round comes forward.
    pub next_on: Option<Date>,
}

/// Records that a doctor was called.
///
/// # Errors
/// [`Error::Invalid`] for fields, [`Error::Refused`] for the day, [`Error::Conflict`] when the bed is not open.
pub fn escalate(tx: &mut Tx<'_>, by: &Actor, key: Key, new: &Call) -> Result<()> {
    let bed = seen(tx, by, key, None)?;
    let (what, doctor) = (needed(&new.what, "what", "病情变化")?, needed(&new.doctor, "doctor", "联系的医师")?);
    let advice = needed(&new.advice, "advice", "处理意见")?;
    must_be_open(&bed)?;
    unless(against_round(tx, by, &bed, new.on)?)?;
    if let Some(day) = new.next_on {
        if day < new.on {
            return Err(Error::field("next_on", "最迟上门日期", "不能早于病情变化的日期"));
        }
        let sql = "update sickbed_rounds set due_on = $3 where elder_id = $1 and sickbed_id = $2 and state = 'planned'
                   and due_on > $3";
        tx.exec(sql, params![key.elder, key.id, day])?;
    }
    let detail = format!("{what}；联系{doctor}：{advice}");
    Ok(log(tx, by, key, (new.on, "escalate", "病情变化"), &detail)?)
}

/// Writes a line of the account.
///
/// # Errors
/// [`Error::Invalid`] for fields, [`Error::Refused`] with the numbered reasons.
pub fn fee(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, new: &NewFee) -> Result<()> {
    let bed = seen(tx, by, key, None)?;
    if new.fee == Fee::Opening {
        return Err(Error::field("fee", "收费项目", "建床费在建床时自动记入"));
    }
    unless(against_round(tx, by, &bed, new.on)?)?;
    let place = subject::store::find(tx, by, key.elder)?.area;
    let charge = put_fee(tx, by, library, (&bed, place), new)?;
    let detail = format!("{} {} 元", charge.title, charge.charge);
    Ok(log(tx, by, key, (new.on, "fee", "记账"), &detail)?)
}

/// Prices a line and writes it.
pub(super) fn put_fee(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (bed, place): (&Sickbed, Area),
    new: &NewFee,
) -> Result<Charge> {
    unless(against_funder(tx, bed.key.elder, new)?)?;
    let charge = fees::charge(library, place, new)?;
    let line = Line {
        id: SickbedFeeId::new(by.now, tx.chance()),
        on: new.on,
        fee: new.fee,
        charge: charge.clone(),
        funded_by: new.funded_by,
        reverses: None,
        note: String::new(),
        recorded_by: by.name.clone(),
    };
    insert_line(tx, by, bed.key, &line)?;
    Ok(charge)
}

/// A funder whose title does not hold on the day has paid nothing.
fn against_funder(tx: &mut Tx<'_>, elder: ElderId, new: &NewFee) -> Result<Vec<Reason>> {
    let now = facts::of(tx, elder)?;
    let text = match new.funded_by {
        Some(Funder::FamilyDoctor) if !now.contracted_on(new.on) => "当天没有有效的家庭医生签约",
        Some(Funder::CareInsurance) if !now.entitled_on(new.on) => "当天没有长护险待遇",
        _ => return Ok(vec![]),
    };
    Ok(vec![Reason::new("SB-14", format!("{}：{text}，不能记为由它付费", new.on))])
}

fn insert_line(tx: &mut Tx<'_>, by: &Actor, key: Key, line: &Line) -> db::Result<()> {
    let c = &line.charge;
    tx.exec(
        "insert into sickbed_fees (elder_id, id, sickbed_id, on_date, fee, title, price_code, price_fen, funded_by,
           charge_fen, reason, decision, reverses, note, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            key.elder,
            line.id,
            key.id,
            line.on,
            line.fee,
            &c.title,
            &c.price_code,
            c.price.0,
            line.funded_by,
            c.charge.0,
            &c.reason,
            Json(&c.decisions),
            line.reverses,
            &line.note,
            &by.name,
            by.now
        ],
    )?;
    Ok(())
}

/// Takes a line back by its exact negative.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Refused`] for one that is taken back already or takes one back itself.
pub fn reverse(tx: &mut Tx<'_>, by: &Actor, key: Key, id: SickbedFeeId, why: &str) -> Result<()> {
    seen(tx, by, key, None)?;
    let why = needed(why, "reason", "冲销原因")?;
    super::hold(tx, key.elder)?;
    let all = super::lines(tx, key)?;
    let line = all.iter().find(|line| line.id == id).ok_or(Error::NotFound)?;
    if line.reverses.is_some() || all.iter().any(|other| other.reverses == Some(id)) {
        return Err(Error::refused("SB-15", "这一笔已经冲销，或本身就是冲销"));
    }
    let c = &line.charge;
    let charge = Charge { price: Fen(-c.price.0), charge: Fen(-c.charge.0), ..c.clone() };
    let (title, amount) = (c.title.clone(), c.charge);
    let id = SickbedFeeId::new(by.now, tx.chance());
    let counter = Line { id, charge, reverses: Some(line.id), note: why.clone(), ..line.clone() };
    insert_line(tx, by, key, &counter)?;
    Ok(log(tx, by, key, (by.today(), "reverse", "冲销"), &format!("{title} {amount} 元：{why}"))?)
}
