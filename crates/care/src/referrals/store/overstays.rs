//! Who has been in hospital for long without a reason for treatment, and what the hospital said about it.

use db::{Actor, Result, Tx, params};
use kernel::{Date, ElderId, InstitutionId, ReferralId, StayId};
use web::Error;

/// Somebody who has been in hospital for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overstay {
    /// Who.
    pub elder: ElderId,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// The stay.
    pub stay: StayId,
    /// Where.
    pub hospital: InstitutionId,
    /// Name of it.
    pub hospital_name: String,
    /// Since when.
    pub admitted_on: Date,
    /// Main diagnosis.
    pub diagnosis: String,
    /// Disability level of the assessments in effect, the graver of the two.
    pub level: Option<i64>,
    /// Why they are still treated, with the day until which that was said.
    pub treated: Option<(String, Date)>,
    /// The transfer that is under way, if one is.
    pub referral: Option<ReferralId>,
}

impl Overstay {
    /// Whether nothing explains on the day why they are still there.
    #[must_use]
    pub fn unexplained(&self, today: Date) -> bool {
        self.treated.as_ref().is_none_or(|(_, until)| *until < today)
    }
}

/// The stays within sight that began on or before the day and have not ended, the longest first; of people who work in a
/// hospital, only those of their own.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, admitted_by: Date, limit: i64) -> Result<Vec<Overstay>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 4);
    values.splice(0..0, [admitted_by.into(), by.today().into(), limit.into()]);
    let mut own = String::new();
    if let Some(institution) = by.institution {
        values.push(institution.into());
        let at = values.len();
        // Sight of one's own patients comes from the stay itself.
        own = format!(
            " and (s.institution_id = ${at} or not exists (select 1 from institutions o where o.id = ${at} and o.kind = 'hospital'))"
        );
    }
    let seen = match by.institution {
        Some(_) => format!("({scope} or s.institution_id = ${})", values.len()),
        None => scope,
    };
    let sql = format!(
        "select s.elder_id, e.name, e.born, s.id, s.institution_id, i.name, s.admitted_on, s.diagnosis,
           case when f.ability_until > $2 then f.ability_level end, case when f.ltci_until > $2 then f.ltci_level end,
           t.reason, t.until_on,
           (select r.id from referrals r where r.elder_id = s.elder_id and r.kind = 'care_transfer'
              and r.state in ('requested', 'accepted', 'booked', 'arrived') order by r.requested_at limit 1)
         from stays s join elders e on e.id = s.elder_id join institutions i on i.id = s.institution_id
         left join elder_facts f on f.elder_id = s.elder_id
         left join referral_treatments t on t.elder_id = s.elder_id and t.stay_id = s.id
           and not exists (select 1 from referral_treatments n where n.elder_id = t.elder_id and n.stay_id = t.stay_id
             and (n.recorded_at > t.recorded_at or (n.recorded_at = t.recorded_at and n.id > t.id)))
         where s.discharged_on is null and s.admitted_on <= $1 and e.status = 'alive' and {seen}{own}
         order by s.admitted_on, s.id limit $3"
    );
    tx.query(&sql, &values, |row| {
        let mut c = row.columns();
        let (elder, name, born, stay) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let (hospital, hospital_name, admitted_on, diagnosis) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let level = c.take::<Option<i64>>()?.max(c.take::<Option<i64>>()?);
        let treated = c.take::<Option<String>>()?.zip(c.take::<Option<Date>>()?);
        let referral = c.take()?;
        Ok(Overstay {
            elder,
            name,
            born,
            stay,
            hospital,
            hospital_name,
            admitted_on,
            diagnosis,
            level,
            treated,
            referral,
        })
    })
}

/// The stay in which the elder is now: the stay, the hospital, since when.
///
/// # Errors
/// What the engine says.
pub fn stay_of(tx: &mut Tx<'_>, elder: ElderId) -> Result<Option<(StayId, InstitutionId, Date)>> {
    let sql = "select id, institution_id, admitted_on from stays where elder_id = $1 and discharged_on is null
               order by admitted_on desc limit 1";
    tx.query_opt(sql, params![elder], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Writes down why somebody is still treated, and until when that holds.
///
/// # Errors
/// [`Error::Invalid`] without a reason or with a day that is over, [`Error::Refused`] for another hospital's patient,
/// [`Error::NotFound`] when the elder is not in this stay.
pub fn explain(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, stay): (ElderId, StayId),
    reason: &str,
    until: Date,
) -> std::result::Result<(), Error> {
    let (open, hospital, _) = stay_of(tx, elder)?.ok_or(Error::NotFound)?;
    let in_sight = registry::elders::store::visible(tx, by, elder).is_ok() || by.institution == Some(hospital);
    if open != stay || !in_sight {
        return Err(Error::NotFound);
    }
    if by.institution.is_some_and(|own| own != hospital) {
        return Err(Error::refused("RF-05", "治疗理由由所住的医院登记"));
    }
    let reason: String = kernel::text::prose(reason).chars().take(super::super::model::LONGEST).collect();
    if reason.is_empty() {
        return Err(Error::field("reason", "治疗理由", "请写明"));
    }
    if until < by.today() {
        return Err(Error::field("until_on", "下次核查日期", "不能早于今天"));
    }
    let id = ReferralId::new(by.now, tx.chance());
    tx.exec(
        "insert into referral_treatments (elder_id, id, stay_id, reason, until_on, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![elder, id, stay, &reason, until, &by.name, by.now],
    )?;
    let detail = format!("{reason}，{until} 前再核查");
    let entry =
        db::audit::Entry { action: "referrals.treatment", elder: Some(elder), subject: stay.to_string(), detail };
    Ok(tx.audit(by, entry)?)
}
