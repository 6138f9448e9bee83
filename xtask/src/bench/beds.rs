//! The picture of two thousand beds of one institution.

use super::Bench;
use super::http::{Client, Times};
use super::report::Row;
use super::serve::{PASSWORD, Served, alone, milliseconds};
use anyhow::{Context, Result, ensure};
use std::time::Instant;

/// Beds that are drawn, two to a room.
const BEDS: usize = 2_000;
/// How often the picture is opened.
const ROUNDS: usize = 40;

impl Bench<'_> {
    /// Draws the beds as a clerk does, and opens their picture.
    pub(super) fn bed_picture(&mut self, admin: &mut Client, served: &Served, floor: &Served) -> Result<()> {
        let mut clerk = clerk(admin, served)?;
        let list = clerk.page("/beds")?;
        let links = list.split("href=\"/beds/").skip(1).filter_map(|rest| rest.split('"').next());
        let id = links.into_iter().find(|id| id.len() == 32).context("no institution with beds")?.to_owned();
        let (rooms, last) = (format!("/beds/{id}/rooms"), (BEDS / 2).to_string());
        let plan = [("building", "1"), ("floor", "1"), ("first", "1"), ("last", &last), ("beds", "2")];
        let kind = [("bed_use", "elder_care"), ("use_zone", "both"), ("ward", "other"), ("nursing", "true")];
        clerk.submit(&rooms, &rooms, &[&plan[..], &kind[..]].concat())?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let page = clerk.page(&format!("/beds/{id}"))?;
            times.push(start.elapsed());
            ensure!(page.matches("class=\"yy-bed yy-free\" href").count() == BEDS, "not all beds are on the picture");
        }
        let times = Times::new(times);
        let name = format!("picture of {BEDS} beds, p99 of {ROUNDS} (p50 {:.1} ms)", milliseconds(times.at(50)));
        let bare = milliseconds(alone(floor, ROUNDS)?.at(99));
        self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 100.0).beside(bare));
        Ok(())
    }
}

/// Somebody who may draw beds: the administrator makes the account, its owner changes the password.
fn clerk(admin: &mut Client, served: &Served) -> Result<Client> {
    let login = "beds";
    let given = [("login", login), ("name", login), ("role", "clerk"), ("area", "000000")];
    let told = admin.fill("/accounts", "/accounts", &given)?.body;
    let secret = told.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).context("no password")?;
    let mut clerk = Client::connect(served.address)?;
    clerk.log_in(login, secret)?;
    clerk.submit("/account", "/account", &[("old", secret), ("new", PASSWORD), ("again", PASSWORD)])?;
    Ok(clerk)
}
