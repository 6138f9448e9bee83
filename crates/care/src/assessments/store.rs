//! Assessments, forms and events in the store. What may happen is decided in [`super::model`] and done in [`super::steps`].

use super::model::{Application, Assessment, Assessor, EffectiveResult, Form, History, Key, State};
use crate::subject::Subject;
use db::audit::Entry;
use db::{Actor, Condition, Json, Result, Row, Tx, params};
use kernel::{Area, AssessmentId, Date, ElderId, FormId, Instant, StaffId};
use policy::Answers;

const COLUMNS: &str = "a.elder_id, a.id, a.state, a.round, a.scale, a.applicant, a.relation, a.reason, a.consent_on,
     a.disabled_since, a.self_screen, a.applied_on, a.screen_grade, a.refusals, a.agreed, a.changes, a.scored, a.dementia,
     a.proposed_on, a.reviewer_account, a.reviewer, a.reviewed_on, a.notice_from, a.notice_until, a.dispute, a.from_on,
     a.until_on, a.ended_on";

const PHONE: &str = "assessments.phone";

fn json<T: serde::de::DeserializeOwned>(column: Option<Json<T>>) -> Option<T> {
    column.map(|json| json.0)
}

fn assessment(row: &Row<'_>) -> Result<Assessment> {
    let mut c = row.columns();
    Ok(Assessment {
        key: Key { elder: c.take()?, id: c.take()? },
        state: c.take()?,
        round: c.take()?,
        application: Application {
            scale: c.take()?,
            applicant: c.take()?,
            relation: c.take()?,
            phone: String::new(),
            reason: c.take()?,
            consent_on: c.take()?,
            disabled_since: c.take()?,
            self_screen: json(c.take()?).unwrap_or_default(),
        },
        applied_on: c.take()?,
        screen_grade: c.take()?,
        refusals: json(c.take()?).unwrap_or_default(),
        agreed: json(c.take()?),
        changes: json(c.take()?).unwrap_or_default(),
        scored: json(c.take()?),
        dementia: c.take()?,
        proposed_on: c.take()?,
        reviewer_account: c.take()?,
        reviewer: c.take()?,
        reviewed_on: c.take()?,
        notice_from: c.take()?,
        notice_until: c.take()?,
        dispute: json(c.take()?),
        from: c.take()?,
        until: c.take()?,
        ended_on: c.take()?,
    })
}

/// An assessment. The elder must be within sight: callers have a [`Subject`] to show for it.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, subject: &Subject, id: AssessmentId) -> Result<Assessment> {
    let sql = format!("select {COLUMNS} from assessments a where a.elder_id = $1 and a.id = $2");
    tx.query_one(&sql, params![subject.id, id], assessment)
}

/// All assessments of an elder, newest first.
///
/// # Errors
/// What the engine says.
pub fn all_of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Assessment>> {
    let sql =
        format!("select {COLUMNS} from assessments a where a.elder_id = $1 order by a.applied_on desc, a.id desc");
    tx.query(&sql, params![subject.id], assessment)
}

/// The applicant's telephone.
///
/// # Errors
/// [`db::Error::NotFound`], [`db::Error::Sealed`], or what the engine says.
pub fn phone(tx: &mut Tx<'_>, key: Key) -> Result<String> {
    let sql = "select phone_sealed from assessments where elder_id = $1 and id = $2";
    let sealed: Option<Vec<u8>> = tx.query_one(sql, params![key.elder, key.id], |row| row.get(0))?;
    sealed.map_or_else(|| Ok(String::new()), |bytes| tx.vault().open(PHONE, &bytes))
}

/// Writes a new application.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    application: &Application,
    grade: Option<String>,
) -> Result<Key> {
    let key = Key { elder, id: AssessmentId::new(by.now, tx.chance()) };
    let phone = tx.seal(PHONE, &application.phone);
    let screen = (!application.self_screen.is_empty()).then_some(Json(&application.self_screen));
    tx.exec(
        "insert into assessments (elder_id, id, scale, state, round, applicant, relation, phone_sealed, reason, consent_on,
           disabled_since, self_screen, screen_grade, applied_on, dementia, created_at, changed_at)
         values ($1, $2, $3, 'applied', 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $13)",
        params![
            elder,
            key.id,
            &application.scale,
            &application.applicant,
            &application.relation,
            phone,
            &application.reason,
            application.consent_on,
            application.disabled_since,
            screen,
            grade,
            by.today(),
            by.now
        ],
    )?;
    Ok(key)
}

/// Writes what a step changed, if the assessment is still in the state that the step began with; with its event and audit.
pub(super) fn write(
    tx: &mut Tx<'_>,
    by: &Actor,
    before: (State, i64),
    a: &Assessment,
    event: &str,
    note: &str,
) -> Result<()> {
    let written = tx.exec(
        "update assessments set state = $5, round = $6, refusals = $7, agreed = $8, changes = $9, scored = $10, level = $11,
           dementia = $12, proposed_on = $13, reviewer_account = $14, reviewer = $15, reviewed_on = $16, notice_from = $17,
           notice_until = $18, dispute = $19, from_on = $20, until_on = $21, ended_on = $22, changed_at = $23
         where elder_id = $1 and id = $2 and state = $3 and round = $4",
        params![
            a.key.elder,
            a.key.id,
            before.0.code(),
            before.1,
            a.state.code(),
            a.round,
            (!a.refusals.is_empty()).then_some(Json(&a.refusals)),
            a.agreed.as_ref().map(Json),
            (!a.changes.is_empty()).then_some(Json(&a.changes)),
            a.scored.as_ref().map(Json),
            a.level(),
            a.dementia,
            a.proposed_on,
            a.reviewer_account,
            a.reviewer.as_deref(),
            a.reviewed_on,
            a.notice_from,
            a.notice_until,
            a.dispute.as_ref().map(Json),
            a.from,
            a.until,
            a.ended_on,
            by.now
        ],
    )?;
    if written == 0 {
        return Err(db::Error::Conflict("别人刚刚办理了这一件，请刷新后再看".into()));
    }
    log(tx, by, a.key, event, a.state, note)
}

/// Chance whose first bits count (RFC 9562, 6.2): ids of events of the same instant keep the order of writing.
struct Counted<'c>(i64, &'c dyn kernel::Chance);

impl kernel::Chance for Counted<'_> {
    fn fill(&self, buffer: &mut [u8]) {
        self.1.fill(buffer);
        for (byte, count) in buffer.iter_mut().zip([0, u8::try_from(self.0).unwrap_or(u8::MAX)]) {
            *byte = count;
        }
    }
}

/// Writes an event and its audit row.
pub(super) fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, state: State, note: &str) -> Result<()> {
    let sql = "select count(*) from assessment_events where elder_id = $1 and assessment_id = $2";
    let written = tx.count(sql, params![key.elder, key.id])?;
    let id = kernel::id::new_uuid(by.now, &Counted(written, tx.chance()));
    tx.exec(
        "insert into assessment_events (elder_id, id, assessment_id, at, on_date, event, state, who, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![key.elder, id, key.id, by.now, by.today(), event, state.code(), &by.name, note],
    )?;
    let action = format!("assessments.{event}");
    let entry = Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail: note.to_owned() };
    tx.audit(by, entry)
}

/// Something that happened to an assessment.
#[derive(Clone, Debug)]
pub struct Event {
    /// To which.
    pub id: AssessmentId,
    /// When.
    pub at: Instant,
    /// What: an event of the state table, or `apply`.
    pub event: String,
    /// The state after it.
    pub state: State,
    /// Who did it.
    pub who: String,
    /// Their words.
    pub note: String,
}

/// What happened to the assessments of an elder, oldest first.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Event>> {
    let sql =
        "select assessment_id, at, event, state, who, note from assessment_events where elder_id = $1 order by at, id";
    tx.query(sql, params![subject.id], |row| {
        let mut c = row.columns();
        Ok(Event { id: c.take()?, at: c.take()?, event: c.take()?, state: c.take()?, who: c.take()?, note: c.take()? })
    })
}

const FORM: &str = "id, round, seat, staff_id, staff_name, certificate, state, answers, scored, account_id, started_at,
     submitted_at";

fn form(row: &Row<'_>) -> Result<Form> {
    let mut c = row.columns();
    Ok(Form {
        id: c.take()?,
        round: c.take()?,
        seat: c.take()?,
        staff: c.take()?,
        name: c.take()?,
        certificate: c.take()?,
        submitted: c.take::<String>()? == "submitted",
        answers: c.take::<Json<Answers>>()?.0,
        scored: json(c.take()?),
        account: c.take()?,
        started_at: c.take()?,
        submitted_at: c.take()?,
    })
}

/// The forms of an assessment, by round and seat.
///
/// # Errors
/// What the engine says.
pub fn forms(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Form>> {
    let sql =
        format!("select {FORM} from assessment_forms where elder_id = $1 and assessment_id = $2 order by round, seat");
    tx.query(&sql, params![key.elder, key.id], form)
}

/// Gives an assessor an empty form.
pub(super) fn seat(tx: &mut Tx<'_>, by: &Actor, key: Key, round: i64, seat: i64, who: &Assessor) -> Result<()> {
    let id = FormId::new(by.now, tx.chance());
    tx.exec(
        "insert into assessment_forms (elder_id, id, assessment_id, round, seat, staff_id, staff_name, certificate, state,
           answers)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9)",
        params![
            key.elder,
            id,
            key.id,
            round,
            seat,
            who.staff,
            &who.name,
            &who.certificate,
            Json(Answers::default())
        ],
    )?;
    Ok(())
}

/// Takes a form that was not handed in away from its assessor.
pub(super) fn unseat(tx: &mut Tx<'_>, key: Key, form: FormId) -> Result<()> {
    tx.exec_one(
        "delete from assessment_forms where elder_id = $1 and id = $2 and state = 'draft'",
        params![key.elder, form],
    )
}

/// Writes a form; refused when it was handed in meanwhile.
pub(super) fn write_form(tx: &mut Tx<'_>, key: Key, form: &Form) -> Result<()> {
    let state = if form.submitted { "submitted" } else { "draft" };
    let written = tx.exec(
        "update assessment_forms set state = $3, answers = $4, scored = $5, account_id = $6, started_at = $7,
           submitted_at = $8 where elder_id = $1 and id = $2 and state = 'draft'",
        params![
            key.elder,
            form.id,
            state,
            Json(&form.answers),
            form.scored.as_ref().map(Json),
            form.account,
            form.started_at,
            form.submitted_at
        ],
    )?;
    if written == 0 { Err(db::Error::Conflict("这份评估表已经提交，不能再改".into())) } else { Ok(()) }
}

/// Keeps others from changing the assessment until the transaction ends, so that two forms handed in at the same time are
/// both seen by the later one.
pub(super) fn hold(tx: &mut Tx<'_>, key: Key) -> Result<()> {
    tx.exec_one(
        "update assessments set changed_at = changed_at where elder_id = $1 and id = $2",
        params![key.elder, key.id],
    )
}

/// What is known of the elder and of earlier applications by the scale; `but` is the application that is considered.
pub(super) fn history(tx: &mut Tx<'_>, subject: &Subject, scale: &str, but: Option<AssessmentId>) -> Result<History> {
    let (mut under_way, mut refused_on) = (false, None);
    for other in all_of(tx, subject)? {
        if other.application.scale != scale || Some(other.key.id) == but {
            continue;
        }
        under_way |= !other.state.settled();
        if other.from.is_some() && other.level() == Some(0) {
            refused_on = refused_on.max(other.reviewed_on);
        }
    }
    Ok(History { present: subject.present, under_way, refused_on })
}

/// A member of staff as a possible assessor.
pub(super) fn assessor(tx: &mut Tx<'_>, staff: StaffId) -> Result<Assessor> {
    tx.query_one(&format!("select {ASSESSOR} from staff s where s.id = $1"), params![staff], as_assessor)
}

const ASSESSOR: &str = "s.id, s.name, s.post, s.qualification, s.certificate_no, s.certificate_until";

fn as_assessor(row: &Row<'_>) -> Result<Assessor> {
    let mut c = row.columns();
    let (staff, name, post, qualification) = (c.take()?, c.take()?, c.take::<String>()?, c.take::<Option<String>>()?);
    let trained = qualification.is_some_and(|text| text.contains("评估"));
    Ok(Assessor {
        staff,
        name,
        is_assessor: post == "assessor" || trained,
        certificate: c.take::<Option<String>>()?.unwrap_or_default(),
        certificate_until: c.take()?,
    })
}

/// The assessors of a county (or of the area itself if it is higher), those with a certificate that still holds first.
///
/// # Errors
/// What the engine says.
pub fn assessors(tx: &mut Tx<'_>, near: Area, on: Date) -> Result<Vec<(Assessor, String)>> {
    let (low, high) = near.up_to(kernel::area::Level::County).bounds();
    let sql = format!(
        "select {ASSESSOR}, i.name from staff s join institutions i on i.id = s.institution_id
         where i.area between $1 and $2 and s.post = 'assessor'
         order by case when s.certificate_until < $3 then 1 else 0 end, i.name, s.name"
    );
    tx.query(&sql, params![low, high, on], |row| Ok((as_assessor(row)?, row.get(6)?)))
}

/// What a list of assessments is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only by this scale.
    pub scale: Option<String>,
    /// Only in these states; empty for all.
    pub states: Vec<State>,
    /// Only elders in this area.
    pub area: Option<Area>,
    /// Only those where this person still has a form to hand in.
    pub mine: Option<StaffId>,
    /// Only those where this person has a form in the present round.
    pub seated: Option<StaffId>,
    /// Only results that end before this day.
    pub until: Option<Date>,
    /// Only notices that are over on this day.
    pub notice_over: Option<Date>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Key.
    pub key: Key,
    /// Name of the elder.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Where the elder lives.
    pub area: Area,
    /// Id of the scale.
    pub scale: String,
    /// Where it stands.
    pub state: State,
    /// When it was handed in.
    pub applied_on: Date,
    /// The level, if there is a result.
    pub level: Option<i64>,
    /// First and last-plus-one day of notice.
    pub notice: (Option<Date>, Option<Date>),
    /// First day on which the result no longer holds.
    pub until: Option<Date>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.with_some("a.scale = ?", filter.scale.clone()).within("e.area", filter.area);
    all.with_some(
        "exists (select 1 from assessment_forms f where f.elder_id = a.elder_id and f.assessment_id = a.id
           and f.state = 'draft' and f.staff_id = ?)",
        filter.mine,
    );
    all.with_some(
        "exists (select 1 from assessment_forms f where f.elder_id = a.elder_id and f.assessment_id = a.id
           and f.round = a.round and f.staff_id = ?)",
        filter.seated,
    );
    all.with_some("a.until_on < ?", filter.until).with_some("a.notice_until <= ?", filter.notice_over);
    if !filter.states.is_empty() {
        let codes: Vec<String> = filter.states.iter().map(|s| format!("'{}'", s.code())).collect();
        all.and(&format!("a.state in ({})", codes.join(", ")));
    }
    all
}

const FROM: &str = "from assessments a join elders e on e.id = a.elder_id where";

/// A page of assessments within sight; those that have waited longest in their state first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let order = if filter.states.is_empty() { "a.changed_at desc" } else { "a.changed_at" };
    let sql = format!(
        "select a.elder_id, a.id, e.name, e.born, e.area, a.scale, a.state, a.applied_on, a.level, a.notice_from,
           a.notice_until, a.until_on {FROM} {condition} order by {order}, a.id {page}"
    );
    tx.query(&sql, &all.values, |row| {
        let mut c = row.columns();
        Ok(Listed {
            key: Key { elder: c.take()?, id: c.take()? },
            name: c.take()?,
            born: c.take()?,
            area: c.take()?,
            scale: c.take()?,
            state: c.take()?,
            applied_on: c.take()?,
            level: c.take()?,
            notice: (c.take()?, c.take()?),
            until: c.take()?,
        })
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} {}", all.sql), &all.values)
}

/// Open assessments and results in force of elders who have died.
pub(super) fn of_the_dead(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<(Key, Date)>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    let sql = format!(
        "select a.elder_id, a.id, e.died_on {FROM} {scope} and e.status = 'dead'
           and a.state not in ('rejected', 'expired', 'replaced', 'withdrawn', 'cancelled') order by a.id"
    );
    let today = by.today();
    tx.query(&sql, &values, |row| {
        let died: Option<Date> = row.get(2)?;
        Ok((Key { elder: row.get(0)?, id: row.get(1)? }, died.unwrap_or(today)))
    })
}

/// The columns of an [`EffectiveResult`], of the table `a` of [`in_force`].
pub const RESULT: &str = "a.elder_id, a.id, a.level, a.from_on, a.until_on, a.dementia";

/// The table `a` of the results in force, for the `from` of a statement that asks for more about them. `scale` and `on` are
/// the numbers of its parameters for the scale and the day.
#[must_use]
pub fn in_force(scale: usize, on: usize) -> String {
    format!(
        "(select r.elder_id, r.id, r.level, r.from_on, r.until_on, r.dementia from assessments r
          where r.scale = ${scale} and r.state = 'effective' and r.from_on <= ${on} and r.until_on > ${on}) a"
    )
}

/// Takes the columns of [`RESULT`] from a row.
///
/// # Errors
/// [`db::Error::Decode`].
pub fn result(c: &mut db::value::Columns<'_>) -> Result<EffectiveResult> {
    Ok(EffectiveResult {
        elder: c.take()?,
        assessment: c.take()?,
        level: c.take()?,
        from: c.take()?,
        until: c.take()?,
        dementia: c.take()?,
    })
}

const HOLDS: &str = "a.from_on <= $2 and a.until_on > $2 and (a.ended_on is null or a.ended_on > $2)
     and a.state in ('effective', 'expired', 'replaced', 'cancelled') and a.level is not null";

fn effective_row(row: &Row<'_>) -> Result<EffectiveResult> {
    let mut c = row.columns();
    let mut result = result(&mut c)?;
    let chronic: Option<String> = c.take()?;
    result.dementia |= super::model::dementia(&Answers::default(), &chronic.unwrap_or_default());
    Ok(result)
}

/// The results by a scale that hold on a day, of all elders within sight, by elder.
///
/// # Errors
/// What the engine says.
pub fn effective(tx: &mut Tx<'_>, by: &Actor, scale: &str, on: Date) -> Result<Vec<EffectiveResult>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [scale.to_owned().into(), on.into()]);
    let sql = format!(
        "select {RESULT}, e.chronic {FROM} a.scale = $1 and {HOLDS} and {scope} order by a.elder_id, a.from_on desc"
    );
    let mut all = tx.query(&sql, &values, effective_row)?;
    all.dedup_by_key(|result| result.elder);
    Ok(all)
}

/// The result by a scale that holds for one elder on a day.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, scale: &str, on: Date) -> Result<Option<EffectiveResult>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 4);
    values.splice(0..0, [scale.to_owned().into(), on.into(), elder.into()]);
    let sql = format!(
        "select {RESULT}, e.chronic {FROM} a.scale = $1 and {HOLDS} and a.elder_id = $3 and {scope} order by a.from_on desc limit 1"
    );
    tx.query_opt(&sql, &values, effective_row)
}
