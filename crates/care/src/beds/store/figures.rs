//! Figures of beds: by institution, the registered numbers beside the drawn ones, the average stay, the trail of conversions.

use super::super::model::{BedUse, Key, Stretch, Tally, Ward};
use db::{Actor, Result, Row, Tx, Value, params};
use kernel::{Area, Date, InstitutionId};
use policy::{Facts, Library};

/// An institution with its registered and drawn beds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Identity.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// Where it is.
    pub area: Area,
    /// Registered elder-care and medical beds.
    pub registered: (Option<i64>, Option<i64>),
    /// Drawn elder-care beds.
    pub elder_care: Tally,
    /// Drawn medical beds.
    pub medical: Tally,
    /// How many wait.
    pub waiting: i64,
    /// Whether an outbreak is on.
    pub outbreak: bool,
}

impl Place {
    /// Registered less drawn, where a number is registered and beds are drawn: elder-care, medical.
    #[must_use]
    pub fn differences(&self) -> (Option<i64>, Option<i64>) {
        let one = |registered: Option<i64>, drawn: Tally| registered.map(|n| drawn.beds - n).filter(|d| *d != 0);
        (one(self.registered.0, self.elder_care), one(self.registered.1, self.medical))
    }
}

fn take(row: &Row<'_>) -> Result<Place> {
    let mut c = row.columns();
    let (id, name, area) = (c.take()?, c.take()?, c.take()?);
    let registered = (c.take()?, c.take()?);
    let mut four =
        || -> Result<Tally> { Ok(Tally { beds: c.take()?, nursing: c.take()?, open: c.take()?, occupied: c.take()? }) };
    let (elder_care, medical) = (four()?, four()?);
    Ok(Place { id, name, area, registered, elder_care, medical, waiting: c.take()?, outbreak: c.take::<i64>()? > 0 })
}

/// Institutions within sight that have beds or could have them, by area and name.
///
/// # Errors
/// What the engine says.
pub fn places(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<Vec<Place>> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 3);
    values.splice(0..0, [limit.into(), offset.into()]);
    let tallied = |name: &str| {
        format!(
            "coalesce({name}.beds, 0), coalesce({name}.nursing, 0), coalesce({name}.open, 0), coalesce({name}.occupied, 0)"
        )
    };
    let sql = format!(
        "select i.id, i.name, i.area, i.beds, i.medical_beds, {}, {},
           (select count(*) from bed_residents r where r.institution_id = i.id and r.state in ('waiting', 'invited')),
           (select count(*) from bed_outbreaks o where o.institution_id = i.id and o.ended_on is null)
         from institutions i
         left join bed_tallies c on c.institution_id = i.id and c.use = 'elder_care'
         left join bed_tallies m on m.institution_id = i.id and m.use = 'medical'
         where {scope} and {HAS} order by (c.beds is null), i.area, i.name, i.id limit $1 offset $2",
        tallied("c"),
        tallied("m")
    );
    tx.query(&sql, &values, take)
}

/// Kinds that live of beds, and whoever registered some.
const HAS: &str = "(i.kind in ('elder_care_institution', 'welfare_home', 'rural_elder_home', 'nursing_home')
     or i.beds > 0 or i.medical_beds > 0)";

/// How many there are.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> Result<i64> {
    let (scope, values) = by.scope.institutions("i.area", "i.id", 1);
    tx.count(&format!("select count(*) from institutions i where {scope} and {HAS}"), &values)
}

/// The sums within sight: elder-care and medical beds, drawn.
///
/// # Errors
/// What the engine says.
pub fn sums(tx: &mut Tx<'_>, by: &Actor, bed_use: BedUse) -> Result<Tally> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, Value::from(bed_use));
    let sum = |name: &str| format!("cast(coalesce(sum(t.{name}), 0) as bigint)");
    let sql = format!(
        "select {}, {}, {}, {} from bed_tallies t join institutions i on i.id = t.institution_id
         where t.use = $1 and {scope}",
        sum("beds"),
        sum("nursing"),
        sum("open"),
        sum("occupied")
    );
    tx.query_one(&sql, &values, |row| {
        Ok(Tally { beds: row.get(0)?, nursing: row.get(1)?, open: row.get(2)?, occupied: row.get(3)? })
    })
}

/// The sums by the areas directly below, with how many institutions drew beds.
///
/// # Errors
/// What the engine says.
pub fn by_area(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<(Area, i64, Tally, Tally)>> {
    let (scope, values) = by.scope.institutions("i.area", "i.id", 1);
    let sql = format!(
        "select i.area, i.id, t.use, t.beds, t.nursing, t.open, t.occupied from bed_tallies t
         join institutions i on i.id = t.institution_id where {scope} and t.beds > 0 order by i.area, i.id, t.use"
    );
    let mut all: std::collections::BTreeMap<Area, (std::collections::BTreeSet<InstitutionId>, Tally, Tally)> =
        std::collections::BTreeMap::new();
    tx.each(&sql, &values, |row| {
        let mut c = row.columns();
        let (area, id, bed_use): (Area, InstitutionId, BedUse) = (c.take()?, c.take()?, c.take()?);
        let more = Tally { beds: c.take()?, nursing: c.take()?, open: c.take()?, occupied: c.take()? };
        let town = area.up_to(kernel::area::Level::Town);
        let entry = all.entry(town).or_default();
        entry.0.insert(id);
        let sum = if bed_use == BedUse::Medical { &mut entry.2 } else { &mut entry.1 };
        *sum = sum.plus(more);
        Ok(())
    })?;
    Ok(all.into_iter().map(|(area, (ids, care, medical))| (area, ids.len() as i64, care, medical)).collect())
}

/// The stays in medical beds of an institution that ended in the period `[from, until)`, each ward asked whether it counts in
/// the average stay.
///
/// # Errors
/// What the engine says.
pub fn stretches(
    tx: &mut Tx<'_>,
    library: &Library,
    (institution, area): (InstitutionId, Area),
    (from, until): (Date, Date),
) -> Result<Vec<Stretch>> {
    let sql = "select elder_id, resident_id, ward, from_on, until_on from bed_periods
               where institution_id = $1 and use = 'medical' and until_on >= $2 and until_on < $3 order by id";
    let mut wards = std::collections::BTreeMap::new();
    tx.query(sql, params![institution, from, until], |row| {
        let mut c = row.columns();
        let key = Key { elder: c.take()?, id: c.take()? };
        let (ward, began, ended): (Ward, Date, Date) = (c.take()?, c.take()?, c.take()?);
        let counts = *wards.entry(ward).or_insert_with(|| counts(library, area, until, ward));
        Ok(Stretch { key, days: (ended - began).num_days().max(1), counts })
    })
}

/// Whether a ward counts in the average stay: payment by the bed-day says so, where a document speaks of it.
fn counts(library: &Library, area: Area, on: Date, ward: Ward) -> bool {
    let asked =
        Facts::new().with("ward", ward.code()).with("days", 0).with("daily_rate_fen", 0).with("actual_cost_fen", 0);
    library.decide("bed_day_payment", area, on, &asked).bool("counts_in_average_stay").unwrap_or(true)
}

/// One conversion: day, bed, from, to, number of the approval, its day, by whom, who did it.
pub type Converted = (Date, String, BedUse, BedUse, String, Date, String, String);

/// The conversions of an institution, newest first; of one bed if it is named.
///
/// # Errors
/// What the engine says.
pub fn conversions(tx: &mut Tx<'_>, institution: InstitutionId, bed: Option<kernel::BedId>) -> Result<Vec<Converted>> {
    let mut values: Vec<Value<'_>> = vec![institution.into()];
    let one = if bed.is_some() { "and v.bed_id = $2" } else { "" };
    values.extend(bed.map(Value::from));
    let sql = format!(
        "select v.on_date, r.building || ' ' || r.name || ' 室 ' || b.label || ' 床', v.from_use, v.to_use, v.approval_no,
           v.approved_on, v.approved_by, v.who
         from bed_conversions v join beds b on b.institution_id = v.institution_id and b.id = v.bed_id
         join bed_rooms r on r.institution_id = b.institution_id and r.id = b.room_id
         where v.institution_id = $1 {one} order by v.at desc, v.id desc limit 200"
    );
    tx.query(&sql, &values, |row| {
        let mut c = row.columns();
        Ok((c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?))
    })
}
