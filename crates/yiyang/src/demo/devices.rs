//! Devices of the synthetic county: some elders of the family doctor's wear a wristband and have a second thing at home. Their
//! secrets stand in the data folder, so that the demonstration can make them send.

use super::{Crew, Story, store};
use crate::devices::{Credential, Place, give};
use anyhow::{Context, anyhow};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use watch::devices::model::Kind;

/// The port of MQTT.
const USUAL: u16 = 1883;
/// So many elders have devices, each two; so many before them in the list, or half of a short one, are
/// left to devices that have a past and are silent now.
const ELDERS: usize = 20;
const OTHERS: usize = 18;
/// What they have beside the wristband.
const SECOND: [Kind; 5] = [Kind::PressureCuff, Kind::SosButton, Kind::BedMat, Kind::PressureCuff, Kind::Oximeter];

/// Where the demonstration's devices come in: the usual port, or any when another program has it.
///
/// # Errors
/// When no port is free.
pub fn door() -> anyhow::Result<SocketAddr> {
    let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| listener.local_addr());
    free(USUAL).or_else(|_| free(0)).context("没有空闲的端口")
}

/// Registers and binds them.
///
/// # Errors
/// What the register answers.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<Vec<Credential>> {
    let centre = crew.doctor.institution.context("家庭医生没有所属机构")?;
    let by = story.actor(&crew.clerk, 0);
    let elders = story.db.read(|tx| store::contracted(tx, centre, (OTHERS + ELDERS) as i64))?;
    let mut all = vec![];
    let first = OTHERS.min(elders.len() / 2);
    for (n, elder) in elders.into_iter().skip(first).enumerate() {
        let made = story.db.write(|tx| {
            let place = Place { elder, area: crew.county, institution: Some(centre) };
            let band = give(tx, &by, &serial("WB", crew, n), Kind::Wristband, &place)?;
            let second = SECOND[n % SECOND.len()];
            Ok::<_, web::Error>([band, give(tx, &by, &serial("HM", crew, n), second, &place)?])
        });
        all.extend(made.map_err(|e| anyhow!(e.text()))?);
    }
    Ok(all)
}

fn serial(letters: &str, crew: &Crew, n: usize) -> String {
    format!("{letters}-{}-{:04}", crew.county.short(), 1001 + n)
}
