//! Synthetic devices are registered and bound as a clerk does it, many at once.

use super::credentials::Credential;
use super::store;
use anyhow::{anyhow, ensure};
use db::{Actor, Db, Tx};
use kernel::{Area, ElderId, InstitutionId};
use watch::devices::model::Kind;
use watch::devices::store::steps::{NewDevice, bind, register};

/// Who makes them, so that everybody sees that they are made up.
pub const MAKER: &str = "合成设备（虚构）";
/// So many devices are registered in one transaction.
const CHUNK: usize = 500;
/// Which kinds there are among many, as often as people have them.
const MIX: [Kind; 10] = [
    Kind::Wristband,
    Kind::Wristband,
    Kind::Wristband,
    Kind::Wristband,
    Kind::PressureCuff,
    Kind::PressureCuff,
    Kind::SosButton,
    Kind::BedMat,
    Kind::MotionSensor,
    Kind::Oximeter,
];

/// Where a device is to be, and on whom.
#[derive(Clone, Debug)]
pub struct Place {
    /// Who wears it.
    pub elder: ElderId,
    /// Where it belongs.
    pub area: Area,
    /// Who looks after it.
    pub institution: Option<InstitutionId>,
}

/// Registers a device and binds it.
///
/// # Errors
/// What the register answers.
pub fn give(tx: &mut Tx<'_>, by: &Actor, serial: &str, kind: Kind, to: &Place) -> Result<Credential, web::Error> {
    let new = NewDevice {
        serial: serial.to_owned(),
        kind,
        name: format!("{}（合成）", kind.name()),
        maker: MAKER.to_owned(),
        area: to.area,
        institution: to.institution,
    };
    let (device, secret) = register(tx, by, &new)?;
    bind(tx, by, device, to.elder)?;
    Ok(Credential { serial: serial.to_owned(), secret, kind, person: to.elder.to_string() })
}

/// Registers devices for elders who wear none, one each.
///
/// # Errors
/// When there are too few elders, or what the register answers.
pub fn enrol(
    db: &Db,
    by: &Actor,
    count: usize,
    kind: Option<Kind>,
    tell: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Vec<Credential>> {
    let elders = db.read(|tx| store::without(tx, i64::try_from(count).unwrap_or(i64::MAX)))?;
    ensure!(elders.len() == count, "名册中没有设备的老年人只有 {} 位，不够 {count} 台", elders.len());
    let mut all = Vec::with_capacity(count);
    for some in elders.chunks(CHUNK) {
        let from = all.len();
        let made = db.write(|tx| {
            let one = |(n, (elder, area)): (usize, &(ElderId, Area))| {
                let kind = kind.unwrap_or(MIX[(from + n) % MIX.len()]);
                let place = Place { elder: *elder, area: *area, institution: None };
                give(tx, by, &serial(*elder), kind, &place)
            };
            some.iter().enumerate().map(one).collect::<Result<Vec<_>, web::Error>>()
        });
        all.extend(made.map_err(|e| anyhow!(e.text()))?);
        tell(all.len(), count);
    }
    Ok(all)
}

/// One device an elder: its number follows from theirs.
fn serial(elder: ElderId) -> String {
    format!("SIM-{elder}")
}
