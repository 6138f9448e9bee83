//! Pages: the elder's own, a consent to be withdrawn, and the accesses that staff open.

pub(super) mod access;
pub(super) mod consent;
pub(super) mod own;

use kernel::ElderId;
use web::Error;

/// Where what the pages show comes from.
const SOURCE: &str = "照护、健康和同意登记，由为您服务的机构填写；通俗说明由本平台自拟，以医生当面说的为准。";

fn elder(text: &str) -> Result<ElderId, Error> {
    ElderId::parse(text).ok_or(Error::NotFound)
}
