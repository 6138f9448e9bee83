//! Settlements in the database.

use super::digest::digest;
use super::inputs;
pub use super::lines::store::{Filter, Shown, count_lines, lines, of_visit};
use super::lines::store::{fingerprint, of as lines_of};
use super::model::{Amounts, Inputs, Line, LineKind, Outcome, Rules, State, Totals};
use super::reason::Reason;
use super::settle;
use crate::ltci::rules::rules;
use care::visits::model::Kind;
use db::audit::Entry;
use db::{Actor, Db, EngineKind, Json, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{Area, Date, ElderId, Fen, Instant, InstitutionId, Month, SettlementId};
use policy::Library;
use registry::elders::facts::{self, Fact};
use std::collections::BTreeSet;
use web::Error;

/// How many lines are written between two looks at whether the program wants to stop.
const STEP: usize = 20_000;

/// A settlement as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Identity.
    pub id: SettlementId,
    /// The county that pays.
    pub county: Area,
    /// The month of service.
    pub month: Month,
    /// How far it is.
    pub state: State,
    /// The parameters that it was made with.
    pub rules: Rules,
    /// Sums.
    pub totals: Totals,
    /// Fingerprint of its lines.
    pub digest: Vec<u8>,
    /// When it was last tried out or settled.
    pub checked_at: Instant,
    /// When it was settled.
    pub settled_at: Option<Instant>,
    /// Who settled it.
    pub settled_by: Option<String>,
    /// When it was paid.
    pub paid_on: Option<Date>,
    /// Number or note of the payment.
    pub paid_note: Option<String>,
}

const COLUMNS: &str =
    "id, county, month, state, rules, lines, cut, refused, asked, adjusted, approved, paid, digest, checked_at,
     settled_at, settled_by, paid_on, paid_note";

fn totals(c: &mut db::value::Columns<'_>) -> db::Result<Totals> {
    Ok(Totals { lines: c.take()?, cut: c.take()?, refused: c.take()?, amounts: amounts(c)? })
}

fn amounts(c: &mut db::value::Columns<'_>) -> db::Result<Amounts> {
    Ok(Amounts { asked: c.take()?, adjusted: c.take()?, approved: c.take()?, paid: c.take()? })
}

fn settlement(row: &Row<'_>) -> db::Result<Settlement> {
    let mut c = row.columns();
    Ok(Settlement {
        id: c.take()?,
        county: c.take()?,
        month: c.take()?,
        state: c.take()?,
        rules: c.take::<Json<Rules>>()?.0,
        totals: totals(&mut c)?,
        digest: c.take()?,
        checked_at: c.take()?,
        settled_at: c.take()?,
        settled_by: c.take()?,
        paid_on: c.take()?,
        paid_note: c.take()?,
    })
}

/// What is to be done with a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Try it out: lines and sums are shown, nothing is final.
    Check,
    /// Settle: from then on nothing of it changes.
    Settle,
}

impl Step {
    /// The word in jobs and in the state table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Settle => "settle",
        }
    }
}

/// Who watches a settlement: is told how far it is, and may ask it to stop.
pub struct Watch<'a> {
    /// Steps done and steps in all.
    pub tell: &'a mut dyn FnMut(usize, usize),
    /// Whether the program wants to stop: then nothing is written.
    pub stop: &'a dyn Fn() -> bool,
}

/// Tries out or settles a county's month, all of it or nothing: killed in the middle and begun again, it ends the same.
/// Settling a month that is settled already answers what stands.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Conflict`] when the program wants to stop; what the engine says.
pub fn settle_county(
    db: &Db,
    by: &Actor,
    policies: &Library,
    county: Area,
    month: Month,
    step: Step,
    watch: &mut Watch<'_>,
) -> Result<Settlement, Error> {
    db.spacious(|| db.write(|tx| run(tx, by, policies, county, month, step, watch)))
}

/// What settling a month came to, in a line for each county.
#[derive(Clone, Debug, Default)]
pub struct Report(pub Vec<(String, Settlement)>);

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("该月没有可结算的上门服务");
        }
        for (at, (name, s)) in self.0.iter().enumerate() {
            let (t, a) = (s.totals, s.totals.amounts);
            let line = format!(
                "{name} {}：{} 条（核减 {}，拒付 {}），申报 {} 元，核准 {} 元，基金支付 {} 元",
                s.month, t.lines, t.cut, t.refused, a.asked, a.approved, a.paid
            );
            write!(f, "{}{line}", if at > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Settles the month of every county of an area that has visits in it: for the command line and the demonstration.
///
/// # Errors
/// As [`settle_county`]; the counties before stay settled.
pub fn settle_month(
    db: &Db,
    by: &Actor,
    policies: &Library,
    area: Area,
    month: Month,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Report, Error> {
    let mut report = Report::default();
    for county in db.read(|tx| counties(tx, area, month))? {
        let mut watch = Watch { tell, stop: &|| false };
        let settled = settle_county(db, by, policies, county, month, Step::Settle, &mut watch)?;
        let name = db.read(|tx| registry::areas::store::name(tx, county))?;
        report.0.push((name, settled));
    }
    Ok(report)
}

fn counties(tx: &mut Tx<'_>, area: Area, month: Month) -> db::Result<Vec<Area>> {
    let (low, high) = area.bounds();
    let sql = "select distinct county from visits where kind = 'care_insurance' and county between $1 and $2 and month = $3 order by county";
    tx.query(sql, params![low, high, month], |row| row.get(0))
}

/// The same within a transaction.
///
/// # Errors
/// As [`settle_county`].
pub fn run(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    county: Area,
    month: Month,
    step: Step,
    watch: &mut Watch<'_>,
) -> Result<Settlement, Error> {
    if county.level() != Level::County || !by.scope.area.contains(county) || by.scope.institution.is_some() {
        return Err(Error::refused("LTCI-64", "结算按县（市、区）办理，且须在您的辖区之内"));
    }
    if step == Step::Settle && tx.kind() == EngineKind::Postgres {
        // Nobody may change a visit between reading it and freezing its month; SQLite has one writer anyway.
        tx.exec("lock table visits in share mode", &[])?;
    }
    let old = of_month(tx, county, month)?;
    if let Some(done) = old.as_ref().filter(|s| s.state.frozen() && step == Step::Settle) {
        return Ok(done.clone());
    }
    let state = next(old.as_ref(), step, by.today(), month)?;
    let rules = rules(policies, county, month.first())?;
    let inputs = inputs::store::read(tx, policies, county, month, rules, watch)?;
    let outcome = settle(&inputs);
    let id = old.map_or_else(|| SettlementId::new(by.now, tx.chance()), |s| s.id);
    write(tx, by, id, county, state, &inputs, &outcome, watch)?;
    if state == State::Settled {
        freeze(tx, by, id, &inputs, &outcome)?;
        care::visits::store::lock(tx, Kind::CareInsurance, county, month)?;
    }
    let detail = format!("{county} {month}：{} 条，基金支付 {}", outcome.total.lines, outcome.total.amounts.paid);
    let action = if state == State::Settled { "ltci.settle" } else { "ltci.check" };
    tx.audit(by, Entry { action, subject: id.to_string(), detail, ..Entry::default() })?;
    Ok(find(tx, by, id)?)
}

fn next(old: Option<&Settlement>, step: Step, today: Date, month: Month) -> Result<State, Error> {
    if step == Step::Settle && today <= month.last() {
        return Err(Error::refused("LTCI-63", format!("{month} 尚未结束，只能试算；请于次月结算")));
    }
    // Settling tries out first.
    let from = match (old.map_or(State::None, |s| s.state), step) {
        (State::None, Step::Settle) => State::Draft,
        (state, _) => state,
    };
    let conflict = || Error::Conflict(format!("{month} {}，不能再试算；有误请办理更正", from.name()));
    from.after(step.word()).ok_or_else(conflict)
}

#[expect(clippy::too_many_arguments, reason = "each is one thing that is written")]
fn write(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: SettlementId,
    county: Area,
    state: State,
    inputs: &Inputs,
    outcome: &Outcome,
    watch: &mut Watch<'_>,
) -> Result<(), Error> {
    for table in ["ltci_lines", "ltci_totals", "ltci_reason_totals"] {
        tx.exec(&format!("delete from {table} where settlement_id = $1"), params![id])?;
    }
    let (t, a) = (outcome.total, outcome.total.amounts);
    let settled = (state == State::Settled).then_some(by.now);
    tx.exec(
        "insert into ltci_settlements (id, county, month, state, rules, lines, cut, refused, asked, adjusted, approved, paid,
           digest, checked_at, settled_at, settled_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (id) do update set state = excluded.state, rules = excluded.rules, lines = excluded.lines,
           cut = excluded.cut, refused = excluded.refused, asked = excluded.asked, adjusted = excluded.adjusted,
           approved = excluded.approved, paid = excluded.paid, digest = excluded.digest,
           checked_at = excluded.checked_at, settled_at = excluded.settled_at, settled_by = excluded.settled_by",
        params![
            id,
            county,
            inputs.month,
            state.code(),
            Json(inputs.rules),
            t.lines,
            t.cut,
            t.refused,
            a.asked,
            a.adjusted,
            a.approved,
            a.paid,
            digest(inputs, outcome),
            by.now,
            settled,
            settled.map(|_| by.name.clone())
        ],
    )?;
    write_totals(tx, id, inputs, outcome)?;
    write_lines(tx, id, inputs, outcome, watch)
}

fn write_totals(tx: &mut Tx<'_>, id: SettlementId, inputs: &Inputs, outcome: &Outcome) -> db::Result<()> {
    for (place, t) in &outcome.institutions {
        let institution = inputs.institutions[*place as usize];
        let a = t.amounts;
        tx.exec(
            "insert into ltci_totals (settlement_id, institution_id, name, credit_code, lines, cut, refused, asked, adjusted,
               approved, paid)
             select $1, $2, coalesce(max(i.name), '（机构已撤销）'), coalesce(max(i.credit_code), ''),
               cast($3 as bigint), cast($4 as bigint), cast($5 as bigint), cast($6 as bigint), cast($7 as bigint),
               cast($8 as bigint), cast($9 as bigint)
             from institutions i where i.id = $2",
            params![id, institution, t.lines, t.cut, t.refused, a.asked, a.adjusted, a.approved, a.paid],
        )?;
    }
    for (reason, (lines, amount)) in &outcome.reasons {
        let sql = "insert into ltci_reason_totals (settlement_id, reason, lines, amount) values ($1, $2, $3, $4)";
        tx.exec(sql, params![id, *reason as i64, *lines, *amount])?;
    }
    Ok(())
}

fn write_lines(
    tx: &mut Tx<'_>,
    id: SettlementId,
    inputs: &Inputs,
    outcome: &Outcome,
    watch: &mut Watch<'_>,
) -> Result<(), Error> {
    let into = "ltci_lines (elder_id, settlement_id, visit_id, kind, month, institution_id, carer_id, plan_id, entitlement_id,
       correction_id, level, rate_bp, day, start_at, end_at, items, standard_minutes, minutes, reasons, verdict, counted,
       asked, adjusted, approved, paid)";
    let set = |set: &Vec<u16>| set.iter().map(|i| inputs.items[*i as usize].as_str()).collect::<Vec<_>>().join(",");
    let sets: Vec<String> = inputs.item_sets.iter().map(set).collect();
    let total = outcome.lines.len();
    for (at, lines) in outcome.lines.chunks(STEP).enumerate() {
        if (watch.stop)() {
            return Err(Error::Conflict("程序正在停止；重新启动后会从头结算，结果相同".into()));
        }
        tx.insert_many(into, 25, lines.iter().map(|line| row(id, inputs, &sets, line)))?;
        (watch.tell)(total + (at * STEP + lines.len()).min(total), 2 * total);
    }
    Ok(())
}

fn row<'a>(id: SettlementId, inputs: &Inputs, sets: &'a [String], line: &Line) -> Vec<Value<'a>> {
    vec![
        inputs.elders[line.elder as usize].id.into(),
        id.into(),
        line.visit.into(),
        (line.kind as i64).into(),
        inputs.month.into(),
        inputs.institutions[line.institution as usize].into(),
        inputs.carers[line.carer as usize].id.into(),
        inputs.plans[line.plan as usize].id.into(),
        line.entitlement.into(),
        line.correction.into(),
        line.level.into(),
        line.rate.into(),
        line.day.into(),
        line.start.into(),
        line.end.into(),
        sets[line.items as usize].as_str().into(),
        line.standard_minutes.into(),
        line.minutes.into(),
        i64::from(line.reasons.0).into(),
        line.verdict().number().into(),
        line.counted.into(),
        line.amounts.asked.into(),
        line.amounts.adjusted.into(),
        line.amounts.approved.into(),
        line.amounts.paid.into(),
    ]
}

/// What follows from a settled month: corrections are taken up, and who was paid for is known to the indicators.
fn freeze(tx: &mut Tx<'_>, by: &Actor, id: SettlementId, inputs: &Inputs, outcome: &Outcome) -> Result<(), Error> {
    let _ = by;
    for correction in &inputs.corrections {
        let elder = inputs.elders[correction.line.elder as usize].id;
        let sql = "update ltci_corrections set state = 'settled', settled_in = $3 where elder_id = $1 and id = $2";
        tx.exec_one(sql, params![elder, correction.id, id])?;
    }
    let paid = |line: &&Line| line.kind == LineKind::Visit && line.amounts.paid > Fen::ZERO;
    let elders: BTreeSet<u32> = outcome.lines.iter().filter(paid).map(|line| line.elder).collect();
    let later = "select elder_id from elder_facts where benefit_month >= $1";
    let known: BTreeSet<ElderId> = tx.query(later, params![inputs.month], |row| row.get(0))?.into_iter().collect();
    for elder in elders.into_iter().map(|place| inputs.elders[place as usize].id).filter(|id| !known.contains(id)) {
        facts::store::set(tx, elder, Fact::BenefitMonth(Some(inputs.month)))?;
    }
    Ok(())
}

/// Notes that the fund has paid a settled month.
///
/// # Errors
/// [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn pay(tx: &mut Tx<'_>, by: &Actor, id: SettlementId, on: Date, note: &str) -> Result<(), Error> {
    let settlement = find(tx, by, id)?;
    let state = settlement.state.after("pay");
    let state = state.ok_or_else(|| Error::Conflict(format!("“{}”不能登记拨付", settlement.state.name())))?;
    if by.scope.institution.is_some() {
        return Err(Error::Forbidden);
    }
    if on > by.today() {
        return Err(Error::field("on", "拨付日期", "不能晚于今天"));
    }
    let sql = "update ltci_settlements set state = $2, paid_on = $3, paid_note = $4, paid_by = $5 where id = $1";
    tx.exec_one(sql, params![id, state.code(), on, note, &by.name])?;
    tx.audit(
        by,
        Entry { action: "ltci.pay", subject: id.to_string(), detail: format!("{on} {note}"), ..Entry::default() },
    )?;
    Ok(())
}

/// A settlement whose county lies within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: SettlementId) -> db::Result<Settlement> {
    let found =
        tx.query_one(&format!("select {COLUMNS} from ltci_settlements where id = $1"), params![id], settlement)?;
    let area = by.scope.area;
    if area.contains(found.county) || found.county.contains(area) { Ok(found) } else { Err(db::Error::NotFound) }
}

/// The settlement of a county's month, tried out or settled.
///
/// # Errors
/// What the engine says.
pub fn of_month(tx: &mut Tx<'_>, county: Area, month: Month) -> db::Result<Option<Settlement>> {
    let sql = format!("select {COLUMNS} from ltci_settlements where county = $1 and month = $2");
    tx.query_opt(&sql, params![county, month], settlement)
}

/// What comparing settlements with their fingerprints came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Settled months looked at.
    pub months: usize,
    /// County and month of those whose lines are no longer what was settled.
    pub altered: Vec<(Area, Month)>,
}

/// Computes the fingerprint of every settled month again from its lines and compares it with the one that was printed.
///
/// # Errors
/// What the engine says.
pub fn verify(tx: &mut Tx<'_>) -> db::Result<Verdict> {
    let sql = "select id, county, month, digest from ltci_settlements where state in ('settled', 'paid') order by month, county";
    let settled: Vec<(SettlementId, Area, Month, Vec<u8>)> =
        tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut verdict = Verdict { months: settled.len(), altered: vec![] };
    for (id, county, month, printed) in settled {
        if fingerprint(tx, id, month)? != printed {
            verdict.altered.push((county, month));
        }
    }
    Ok(verdict)
}

/// A county's month as the list shows it: what there is to settle, and how far it is.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The county.
    pub county: Area,
    /// The month.
    pub month: Month,
    /// Visits that are not cancelled.
    pub visits: i64,
    /// Of them without check-out.
    pub open: i64,
    /// The settlement, if it has been tried out.
    pub settlement: Option<Settlement>,
}

/// The months with visits of the counties within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn months(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> db::Result<Vec<Listed>> {
    let (low, high) = by.scope.area.up_to(Level::County).bounds();
    let sql =
        "select county, month, count(*), count(case when state in ('planned', 'checked_in') then 1 end) from visits
               where kind = 'care_insurance' and county between $1 and $2 and state in ('planned', 'checked_in', 'done')
               group by county, month order by month desc, county limit $3";
    let rows: Vec<(Area, Month, i64, i64)> =
        tx.query(sql, params![low, high, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut all = vec![];
    for (county, month, visits, open) in rows {
        let settlement = of_month(tx, county, month)?;
        all.push(Listed { county, month, visits, open, settlement });
    }
    Ok(all)
}

/// The sums of an institution in a settlement, with its name as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionTotals {
    /// Which.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// Credit code.
    pub credit_code: String,
    /// Sums.
    pub totals: Totals,
}

/// The sums of each institution (only of the actor's own if they are confined to one), by name.
///
/// # Errors
/// What the engine says.
pub fn institutions(tx: &mut Tx<'_>, by: &Actor, id: SettlementId) -> db::Result<Vec<InstitutionTotals>> {
    let sql = "select institution_id, name, credit_code, lines, cut, refused, asked, adjusted, approved, paid from ltci_totals
               where settlement_id = $1 order by name, institution_id";
    let all = tx.query(sql, params![id], |row| {
        let mut c = row.columns();
        Ok(InstitutionTotals { id: c.take()?, name: c.take()?, credit_code: c.take()?, totals: totals(&mut c)? })
    })?;
    let own = by.scope.institution;
    Ok(all.into_iter().filter(|t| own.is_none_or(|own| own == t.id)).collect())
}

/// Lines and unapproved amount for each main reason, by number.
///
/// # Errors
/// What the engine says.
pub fn reasons(tx: &mut Tx<'_>, id: SettlementId) -> db::Result<Vec<(Reason, i64, Fen)>> {
    let sql = "select reason, lines, amount from ltci_reason_totals where settlement_id = $1 order by reason";
    let rows = tx.query(sql, params![id], |row| Ok((row.get::<i64>(0)?, row.get(1)?, row.get(2)?)))?;
    let known = |(number, lines, amount): (i64, i64, Fen)| {
        let reason = Reason::ALL.iter().copied().find(|r| *r as i64 == number)?;
        Some((reason, lines, amount))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// What the insurance paid for an elder, month by month, newest first. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> db::Result<Vec<(Settlement, Totals)>> {
    let mut values = vec![limit.into()];
    let lines = lines_of(tx, elder, &mut values)?;
    let columns: Vec<String> = COLUMNS.split(',').map(|c| format!("m.{}", c.trim())).collect();
    let sql = format!(
        "select {}, x.n, x.cut, x.refused, x.asked, x.adjusted, x.approved, x.paid from ltci_settlements m join (
           select l.settlement_id as id, count(*) as n, count(case when l.verdict = 1 then 1 end) as cut,
             count(case when l.verdict = 2 then 1 end) as refused, cast(sum(l.asked) as bigint) as asked,
             cast(sum(l.adjusted) as bigint) as adjusted, cast(sum(l.approved) as bigint) as approved,
             cast(sum(l.paid) as bigint) as paid
           from ltci_lines l where {lines} group by l.settlement_id) x on x.id = m.id
         where m.state in ('settled', 'paid') order by m.month desc limit $1",
        columns.join(", ")
    );
    tx.query(&sql, &values, |row| {
        let sums = Totals {
            lines: row.get(18)?,
            cut: row.get(19)?,
            refused: row.get(20)?,
            amounts: Amounts {
                asked: row.get(21)?,
                adjusted: row.get(22)?,
                approved: row.get(23)?,
                paid: row.get(24)?,
            },
        };
        Ok((settlement(row)?, sums))
    })
}
