//! Lists of episodes within sight, and who should have one.

use crate::episodes::model::Place;
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{Date, ElderId, EpisodeId, InstitutionId, StaffId};

/// Who leads the episodes that a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByLead {
    /// Anybody or nobody.
    #[default]
    Any,
    /// Nobody yet.
    Nobody,
    /// This person.
    Of(StaffId),
    /// Somebody of this institution.
    Within(InstitutionId),
}

/// Which episodes a list shows; only open ones.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of elders who are there now.
    pub place: Option<Place>,
    /// By who leads.
    pub lead: ByLead,
    /// With this in the name.
    pub name: Option<String>,
    /// With a goal whose day is over.
    pub overdue: bool,
}

/// A list counts no further: whoever wants more narrows it.
pub const MOST: i64 = 3_000;

/// Without a narrowing that has an index of its own the newest episodes are walked through: engines must not begin with all
/// elders of an area. Where a cross join means nothing in particular it is a join.
fn from(by: &Actor, filter: &Filter) -> &'static str {
    let wide = matches!(filter.place, None | Some(Place::Home)) && filter.lead == ByLead::Any;
    if wide && by.scope.institution.is_none() {
        "from episodes p cross join elders e
         left join episode_places s on s.elder_id = p.elder_id and s.episode_id = p.id and s.until_on is null
         where e.id = p.elder_id and p.closed_on is null and e.merged_into is null and"
    } else {
        "from episodes p join elders e on e.id = p.elder_id
         left join episode_places s on s.elder_id = p.elder_id and s.episode_id = p.id and s.until_on is null
         where p.closed_on is null and e.merged_into is null and"
    }
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    match filter.place {
        // Nearly everybody is at home: that index would find too many.
        Some(Place::Home) => all.with("s.kind || '' = ?", Place::Home),
        place => all.with_some("s.kind = ?", place),
    };
    match filter.lead {
        ByLead::Any => {}
        ByLead::Nobody => {
            all.and("p.lead_id is null");
        }
        ByLead::Of(staff) => {
            all.with("p.lead_id = ?", staff);
        }
        ByLead::Within(institution) => {
            all.with("p.lead_institution_id = ?", institution);
        }
    }
    if let Some(name) = &filter.name {
        all.with("e.name like ? escape '!'", registry::institutions::store::like(name));
    }
    if filter.overdue {
        all.with(
            "exists (select 1 from episode_goals g where g.elder_id = p.elder_id and g.state = 'open' and g.due_on < ?)",
            by.today(),
        );
    }
    all
}

/// An open episode in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Whose.
    pub elder: ElderId,
    /// Their name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Since when the episode is open.
    pub opened_on: Date,
    /// Who leads.
    pub lead: String,
    /// Where the elder is.
    pub place: Option<Place>,
    /// In which institution.
    pub institution: Option<InstitutionId>,
    /// Since when.
    pub since: Option<Date>,
    /// Open goals.
    pub goals: i64,
}

/// The open episodes within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select p.elder_id, e.name, e.born, p.opened_on, p.lead_name, s.kind, s.institution_id, s.from_on,
           (select count(*) from episode_goals g where g.elder_id = p.elder_id and g.state = 'open')
         {} {condition} order by p.id desc {page}",
        from(by, filter)
    );
    tx.query(&sql, &all.values, |row| {
        let mut c = row.columns();
        Ok(Listed {
            elder: c.take()?,
            name: c.take()?,
            born: c.take()?,
            opened_on: c.take()?,
            lead: c.take()?,
            place: c.take()?,
            institution: c.take()?,
            since: c.take()?,
            goals: c.take()?,
        })
    })
}

/// How many there are of them, at most [`MOST`].
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let Condition { sql: condition, values } = condition(by, filter);
    let sql = format!("select count(*) from (select 1 {} {condition} limit {MOST}) x", from(by, filter));
    tx.count(&sql, &values)
}

/// A thing that should have opened an episode, or moved the elder, before anybody followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Whose.
    pub elder: ElderId,
    /// Since when.
    pub on: Date,
    /// The hospital, for a stay.
    pub institution: Option<InstitutionId>,
}

fn missed(row: &Row<'_>) -> Result<Missed> {
    Ok(Missed { elder: row.get(0)?, on: row.get(1)?, institution: row.get(2)? })
}

/// Elders with a contract in force and no open episode, by id, after the given one.
///
/// # Errors
/// What the engine says.
pub fn contracted(tx: &mut Tx<'_>, today: Date, after: Option<ElderId>, limit: i64) -> Result<Vec<Missed>> {
    let sql = "select c.elder_id, min(c.from_on) from contracts c join elders e on e.id = c.elder_id
               where c.elder_id > $1 and c.state = 'signed' and c.from_on is not null and c.until_on > $2
                 and e.status = 'alive' and e.merged_into is null
                 and not exists (select 1 from episodes p where p.elder_id = c.elder_id and p.closed_on is null)
               group by c.elder_id order by c.elder_id limit $3";
    tx.query(sql, params![start(after), today, limit], |row| {
        Ok(Missed { elder: row.get(0)?, on: row.get(1)?, institution: None })
    })
}

/// Elders in hospital whom no ward place shows, by id, after the given one. Who went elsewhere since is left alone.
///
/// # Errors
/// What the engine says.
pub fn admitted(tx: &mut Tx<'_>, after: Option<ElderId>, limit: i64) -> Result<Vec<Missed>> {
    let sql = "select t.elder_id, t.admitted_on, t.institution_id from stays t join elders e on e.id = t.elder_id
               where t.elder_id > $1 and t.discharged_on is null and e.status = 'alive' and e.merged_into is null
                 and not exists (select 1 from episode_places s where s.elder_id = t.elder_id
                   and ((s.kind = 'ward' and (s.until_on is null or s.kept = 1))
                     or (s.until_on is null and s.from_on > t.admitted_on)))
               order by t.elder_id, t.admitted_on limit $2";
    tx.query(sql, params![start(after), limit], missed)
}

fn start(after: Option<ElderId>) -> Vec<u8> {
    after.map_or_else(|| vec![0; 16], |id| id.uuid().as_bytes().to_vec())
}

/// Open episodes that stand beside an older open one of the same elder: two files were merged.
///
/// # Errors
/// What the engine says.
pub fn doubles(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(ElderId, EpisodeId)>> {
    let sql = "select p.elder_id, p.id from episodes p where p.closed_on is null and exists (select 1 from episodes o
                 where o.elder_id = p.elder_id and o.closed_on is null and (o.opened_on, o.id) < (p.opened_on, p.id))
               order by p.id limit $1";
    tx.query(sql, params![limit], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Closes one of [`doubles`]: goals and team go on under the older one, the place ends.
///
/// # Errors
/// What the engine says.
pub fn close_double(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, EpisodeId), why: &str) -> Result<()> {
    let today = by.today();
    let sql = "update episodes set closed_on = case when opened_on > $3 then opened_on else $3 end, why = $4, changed_by = $5,
                 changed_at = $6 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![elder, id, today, why, &by.name, by.now])?;
    let sql = "update episode_places set until_on = case when from_on > $3 then from_on else $3 end
               where elder_id = $1 and episode_id = $2 and until_on is null";
    tx.exec(sql, params![elder, id, today])?;
    Ok(())
}
