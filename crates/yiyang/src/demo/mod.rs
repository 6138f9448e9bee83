//! `yiyang demo`: makes a synthetic county, imports it, runs a month of it through the product's own functions, serves it.
//!
//! Nothing here has a road of its own: the rosters go through the import, every step through the function that the page
//! calls, at the day on which it is supposed to have happened. Only the people are made up, and say so.

mod assess;
mod calls;
mod clinic;
mod comfort;
mod consult;
mod crew;
mod devices;
mod duty;
mod families;
mod forms;
mod homes;
mod lead;
mod market;
mod month;
mod nursing;
mod platform;
mod refer;
mod sickbeds;
mod sign;
mod store;
mod supervise;
mod watching;

pub use crew::{Crew, Member};

use crate::cli;
use crate::place::{self, Installation};
use crate::terminal::Bar;
use crate::{server, synthetic, wiring};
use anyhow::{Context, anyhow};
use chrono::TimeDelta;
use db::{Actor, Db};
use kernel::{Area, Clock, Date, Instant, Month};
use policy::Library;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// The county that is made: 如东县.
const COUNTY: &str = "320623";
/// Stands in the data folder while the county is being made.
const UNFINISHED: &str = "demo-unfinished";
/// Stands in the data folder when it is whole; holds the log-ins.
const FINISHED: &str = "demo-logins.txt";

/// Stands in the data folder: the devices of the county with their secrets, for the simulation.
const DEVICES: &str = "devices.csv";

/// The month that is run, and what it needs.
pub struct Story<'a> {
    /// The store.
    pub db: &'a Db,
    /// The policies.
    pub policies: Arc<Library>,
    /// The month: the last whole one.
    pub month: Month,
    /// The present.
    pub now: Instant,
}

impl Story<'_> {
    /// The day so many days after the month began (before it, if negative).
    #[must_use]
    pub fn day(&self, offset: i64) -> Date {
        self.month.first() + TimeDelta::days(offset)
    }

    /// How many days ago the month began.
    #[must_use]
    pub fn days_since_month_began(&self) -> i64 {
        (kernel::time::date_of(self.now) - self.month.first()).num_days()
    }

    /// Somebody at ten in the morning of that day.
    #[must_use]
    pub fn actor(&self, member: &Member, offset: i64) -> Actor {
        self.actor_at(member, kernel::time::at(self.day(offset), 10, 0).unwrap_or(self.now))
    }

    /// Somebody at an instant.
    #[must_use]
    pub fn actor_at(&self, member: &Member, now: Instant) -> Actor {
        Actor {
            account: member.account,
            name: member.name.clone(),
            ip: String::new(),
            institution: member.institution,
            scope: member.scope,
            now,
        }
    }
}

/// What is made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// How many elders.
    pub elders: usize,
    /// The seed: the same one makes the same people.
    pub seed: u64,
    /// Whether it is not served then.
    pub no_serve: bool,
    /// Whether its devices are silent.
    pub no_devices: bool,
}

/// Makes the county if it is not there yet, then serves it.
///
/// # Errors
/// What went wrong, in words for the person at the terminal.
pub fn run(place: &cli::Place, services: &cli::Services, listen: SocketAddr, made: &Made) -> anyhow::Result<()> {
    let finished = place.data.join(FINISHED);
    if !finished.exists() {
        start_over_if_unfinished(&place.data)?;
        std::fs::create_dir_all(&place.data)?;
        std::fs::write(place.data.join(UNFINISHED), "")?;
        let logins = build(place, made.elders, made.seed)?;
        std::fs::write(&finished, logins)?;
        std::fs::remove_file(place.data.join(UNFINISHED))?;
    }
    if made.no_serve {
        return Ok(());
    }
    let mut installation = place::open_asking(place, services)?;
    let logins = std::fs::read_to_string(&finished)?;
    let door = *installation.devices.devices_listen.get_or_insert(devices::door()?);
    let credentials = place.data.join(DEVICES);
    server::serve(&installation, listen, |at| {
        println!("\n合成县已就绪（全部为虚构数据）：http://{at}\n\n{logins}\n按 Ctrl+C 停止；再次运行保留数据。");
        if !made.no_devices && credentials.exists() {
            match crate::devices::accompany(door, &credentials, made.seed) {
                Ok(count) => println!("{count} 台模拟设备正在发送（虚构数据，一天约 24 分钟）"),
                Err(e) => eprintln!("模拟设备没有启动：{e:#}"),
            }
        }
    })
}

/// A county whose making was interrupted is made again from the start: its files are ours and hold nothing of anyone's.
fn start_over_if_unfinished(data: &Path) -> anyhow::Result<()> {
    if !data.join(UNFINISHED).exists() {
        return Ok(());
    }
    eprintln!("上次没有建完，重新建立。");
    for name in ["yiyang.db", "yiyang.db-wal", "yiyang.db-shm"] {
        let path = data.join(name);
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| format!("不能删除 {}", path.display()))?;
        }
    }
    Ok(())
}

/// While the county is made the clock stands and chance is the seed's: the same seed on the same day gives the same county.
/// Nothing that guards anything comes from this chance: key and passwords have the operating system's.
fn build(place: &cli::Place, elders: usize, seed: u64) -> anyhow::Result<String> {
    let now = Standing(crate::outside::SystemClock.now());
    let installation = place::open_with(place, Arc::new(now), Arc::new(kernel::chance::Seeded::new(seed)))?;
    let county = Area::parse(COUNTY)?;
    let crew = county_of(&installation, &place.data.join("rosters"), county, elders, seed)?;
    crate::devices::write(&place.data.join(DEVICES), &crew.devices)?;
    Ok(crew.logins())
}

/// A clock that stands.
struct Standing(Instant);

impl Clock for Standing {
    fn now(&self) -> Instant {
        self.0
    }
}

/// Makes a county: its rosters in a folder, their import, and a month of its life. Answers who works there.
///
/// # Errors
/// What went wrong, in words for the person at the terminal.
pub fn county_of(
    installation: &Installation,
    rosters: &Path,
    county: Area,
    elders: usize,
    seed: u64,
) -> anyhow::Result<Crew> {
    let now = installation.clock.now();
    let today = kernel::time::date_of(now);
    crate::commands::generate(&synthetic::Options {
        place: "nantong".into(),
        county: Some(county.short()),
        elders,
        seed,
        dirty: 0.02,
        out: rosters.to_owned(),
        today,
        format: synthetic::Format::Xlsx,
    })?;
    import(installation, rosters)?;
    let story = Story {
        db: &installation.db,
        policies: installation.policies.clone(),
        month: Month::of(today).previous(),
        now,
    };
    let mut crew = crew::enlist(&story, county)?;
    run_month(&story, &crew)?;
    let families = families::run(&story, &crew)?;
    crew.others.extend(families);
    let operators = calls::run(&story, &crew)?;
    crew.others.extend(operators);
    crew.devices = devices::run(&story, &crew)?;
    let (state, _) = wiring::wire(installation)?;
    wiring::daily(&state, &Actor::system(now)).map_err(|e| anyhow!(e.text()))?;
    Ok(crew)
}

fn import(installation: &Installation, rosters: &Path) -> anyhow::Result<()> {
    let mut by = Actor::system(installation.clock.now());
    by.scope.area = Area::parse("3206")?;
    let files = ["areas.csv", "institutions.xlsx", "staff.xlsx", "elders.xlsx", "checkups.csv", "stays.csv"];
    for file in files {
        let kind = file.split('.').next().unwrap_or_default();
        crate::commands::import_roster(installation, &by, kind, &rosters.join(file), false)?;
    }
    Ok(())
}

fn run_month(story: &Story<'_>, crew: &Crew) -> anyhow::Result<()> {
    let disabled = story.db.read(|tx| store::disabled(tx, crew.county))?;
    let mut bar = Bar::new("失能等级评估");
    let effective = assess::run(story, crew, "ltci2021", &disabled, &mut |done, total| bar.set(done, total))?;
    bar.done(&format!("{} 件申请，{effective} 件生效", disabled.len()));

    let residents = story.db.read(|tx| store::in_institutions(tx, crew.county))?;
    let mut bar = Bar::new("老年人能力评估");
    let effective = assess::run(story, crew, "gbt42195", &residents, &mut |done, total| bar.set(done, total))?;
    bar.done(&format!("{} 件申请，{effective} 件生效", residents.len()));

    let mut bar = Bar::new("家庭医生签约与履约");
    let result = sign::run(story, crew, &mut |done, total| bar.set(done, total))?;
    bar.done(&result);
    lead::run(story, crew)?;
    sickbeds::run(story, crew)?;

    let mut bar = Bar::new("健康档案与慢病随访");
    let result = clinic::run(story, crew, &mut |done, total| bar.set(done, total))?;
    bar.done(&result);

    let mut bar = Bar::new("入住与日间照护");
    bar.set(0, 1);
    bar.done(&homes::run(story, crew)?);

    let bar = Bar::new("体质辨识、接种和安宁疗护");
    let result = comfort::run(story, crew)?;
    bar.done(&result);

    let mut bar = Bar::new("照护保险一个月");
    let result = month::run(story, crew, &mut |done, total| bar.set(done, total))?;
    bar.done(&result);

    let bar = Bar::new("合作协议与转诊");
    bar.done(&refer::run(story, crew)?);
    let bar = Bar::new("远程会诊");
    bar.done(&consult::run(story, crew)?);
    let mut bar = Bar::new("上门护理");
    bar.set(0, 1);
    let result = nursing::run(story, crew)?;
    bar.done(&result);

    let bar = Bar::new("监测设备与健康小屋");
    bar.done(&watching::run(story, crew)?);

    let bar = Bar::new("工时与当日排班");
    let result = duty::run(story, crew)?;
    bar.done(&result);

    let bar = Bar::new("义诊、责任与设立申请");
    bar.done(&supervise::run(story, crew)?);
    let bar = Bar::new("服务与用品目录");
    bar.done(&market::run(story, crew)?);
    let bar = Bar::new("信息平台对接");
    bar.done(&platform::run(story, crew)?);

    let mut bar = Bar::new("月度结算");
    let result = month::settle(story, crew, &mut |done, total| bar.set(done, total))?;
    bar.done(&result);
    Ok(())
}
