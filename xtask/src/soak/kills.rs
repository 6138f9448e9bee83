//! The server is killed under load, again and again.

use super::count;
use super::place::{FEW, LINE, Place, length, until};
use super::{Chance, Options};
use anyhow::Result;

/// Devices that send in many rounds. Half of them send by each version of MQTT.
pub const MANY: usize = 3_000;
/// Simulated hours: what is older than a day raises no alarm.
const HOURS: f64 = 20.0;
/// Seconds of a round for which the devices have something to send: a slow machine starts a server in several.
const ROUND: f64 = 24.0;

/// Kills the server after a number of acknowledgements drawn by chance, as often as is wished.
pub fn run(place: &Place, options: &Options) -> Result<String> {
    let many = options.rounds > 20;
    place.prepare(if many { MANY } else { FEW })?;
    // The devices are stopped when the rounds are over, long before their hours are.
    let speed = (HOURS * 3_600.0 / (options.rounds as f64 * ROUND)).to_string();
    let mut server = place.serve(&[])?;
    let (pages, door) = (server.pages, server.devices);
    let files = [place.path("acknowledged-4"), place.path("acknowledged-5")];
    let mut senders = vec![];
    for (credentials, (file, mqtt)) in place.shares(2)?.iter().zip(files.iter().zip(["4", "5"])) {
        let hours = HOURS.to_string();
        let more = ["--hours", &hours, "--speed", &speed, "--events", super::EVENTS, "--mqtt", mqtt];
        senders.push(place.send(server.door(), credentials, file, &more)?);
    }
    let mut chance = Chance::new(options.seed);
    for round in 0..options.rounds {
        let known = || files.iter().map(|file| length(file)).sum::<u64>();
        let more = known() + LINE * chance.below(if many { 3_000 } else { 400 });
        until(
            "devices are acknowledged",
            || Ok(known() > more),
            || {
                server.running.is_there()?;
                senders.iter_mut().try_for_each(|sender| sender.is_there())
            },
        )?;
        server.running.kill()?;
        server = place.serve_at(pages, door, &[])?;
        if (round + 1) % 10 == 0 {
            eprintln!("  {} of {} rounds, {} lines acknowledged", round + 1, options.rounds, known() / LINE);
        }
    }
    until(
        "somebody has called for help",
        || Ok(count::called(&[&files[0], &files[1]])),
        || senders.iter_mut().try_for_each(|sender| sender.is_there()),
    )?;
    senders.iter_mut().try_for_each(|sender| sender.stop())?;
    server.running.kill()?;
    let found = count::all(&place.database(), &[&files[0], &files[1]])?;
    Ok(format!("killed {} times under load; {found}", options.rounds))
}
