//! What a withdrawal ends, at once and each by its own capability; what was done until then stays.

use super::model::{Consent, Scope};
use crate::{consultations, contracts, episodes, family, hospice, referrals, sickbeds};
use db::{Actor, Tx};
use kernel::{AccessId, ConsultationId, ContractId, HospiceId, ReferralId, SickbedId};
use web::Error;

/// Why what rests on a consent ends, as it stands there.
pub const WHY: &str = "同意已撤回";

/// Ends what rests on a consent. The one who withdraws need not be able to see it: a right needs no permission.
///
/// # Errors
/// What the capability answers.
pub fn end(tx: &mut Tx<'_>, by: &Actor, consent: &Consent) -> Result<(), Error> {
    let (elder, source) = (consent.given.elder, consent.given.source);
    let by = &episodes::follower(by);
    match consent.given.scope {
        Scope::Contract => {
            contracts::store::steps::end_consent(tx, by, contracts::Key { elder, id: ContractId(source) }, WHY)
        }
        Scope::Sickbed => {
            let key = sickbeds::Key { elder, id: SickbedId(source) };
            Ok(sickbeds::store::following::end_consent(tx, by, key, WHY)?)
        }
        Scope::Sharing => {
            referrals::store::steps::end_consent(tx, by, referrals::Key { elder, id: ReferralId(source) }, WHY)
        }
        Scope::Consultation => {
            consultations::consent::end(tx, by, consultations::Key { elder, id: ConsultationId(source) }, WHY)
        }
        Scope::Hospice => hospice::steps::end_consent(tx, by, hospice::Key { elder, id: HospiceId(source) }, WHY),
        // Every exchange asks the register itself: nothing else is to be ended.
        Scope::Platform => Ok(()),
        Scope::FamilyPage => Ok(family::store::end(tx, by, (elder, AccessId(source)), WHY).map(|_| ())?),
    }
}
