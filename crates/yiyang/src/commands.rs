//! What each command does. Thin: opens the installation and calls the capability.

use crate::cli::{AuditAction, Cli, Command, Place, Pressed, Services};
use crate::place::{self, Installation};
use crate::terminal::Bar;
use crate::{demo, devices, outside, policies, server, synthetic, wiring};
use anyhow::{Context, anyhow, bail};
use db::Actor;
use exchange::transfer::{self, Kind, Report};
use kernel::{Area, Clock, Month};
use registry::accounts::{self, NewAccount, Role};
use std::cell::RefCell;
use std::path::Path;
use watch::vitals::model::Vital;

/// Runs a command.
///
/// # Errors
/// What went wrong, in words for the person at the terminal.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve { place, services, listen } => serve(&place, &services, listen),
        Command::Demo { place, services, listen, elders, seed, no_serve, no_devices } => {
            demo::run(&place, &services, listen, &demo::Made { elders, seed, no_serve, no_devices })
        }
        Command::Generate { place, county, elders, seed, dirty, out, today, format } => {
            let today = today.unwrap_or_else(|| kernel::time::date_of(outside::SystemClock.now()));
            generate(&synthetic::Options { place, county, elders, seed, dirty, out, today, format })
        }
        Command::Import { place, kind, area, dry_run, refused, file } => {
            import(&place, &kind, area, dry_run, refused.as_deref(), &file)
        }
        Command::Policy { policies, action } => policies::run(policies.as_deref(), &action),
        Command::Settle { place, area, month } => settle(&place, area, month),
        Command::Indicators { place, area } => indicators(&place, area),
        Command::Audit { place, action: AuditAction::Verify } => verify_audit(&place),
        Command::Backup { place, to } => {
            place::open(&place)?.db.backup(&to)?;
            println!("已备份到 {}（密钥文件 {} 请另行妥善保管）", to.display(), place.data.join("key").display());
            Ok(())
        }
        Command::Doctor { place } => doctor(&place),
        Command::Devices(options) => devices::run(&options),
        Command::Press { broker, serial, secret, mqtt, what } => {
            let what = if what == Pressed::Sos { Vital::Sos } else { Vital::Fall };
            let kind = watch::devices::model::Kind::SosButton;
            let device = devices::Credential { person: serial.clone(), serial, secret, kind };
            devices::press(&broker, mqtt, &device, what)
        }
        Command::RegisterDevices { place, count, out, kind, days } => {
            register(&place, count, kind.as_deref(), days, &out)
        }
        Command::Routes => list_routes(),
        Command::Admin { place, login } => admin(&place, &login),
    }
}

fn log_to_terminal() {
    tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_writer(std::io::stderr).init();
}

fn serve(place: &Place, services: &Services, listen: std::net::SocketAddr) -> anyhow::Result<()> {
    log_to_terminal();
    let installation = place::open_asking(place, services)?;
    if let Some(password) = first_admin(&installation)? {
        println!("首次启动：系统管理员 admin 的初始密码是 {password}（登录后请立即修改）");
    }
    server::serve(&installation, listen, |at| println!("医养平台已启动：http://{at}"))
}

/// A new installation gets an administrator with a password that stands on the terminal once.
fn first_admin(installation: &Installation) -> anyhow::Result<Option<String>> {
    let by = Actor::system(installation.clock.now());
    let known = installation.db.read(|tx| accounts::store::list(tx, &by))?;
    if known.is_empty() { make_admin(installation, &by, "admin").map(Some) } else { Ok(None) }
}

fn new_password(installation: &Installation) -> anyhow::Result<(String, accounts::Hashed)> {
    let password = accounts::password::random(installation.chance.as_ref());
    let hashed = accounts::Hashed::new(&password, installation.chance.as_ref())?;
    Ok((password, hashed))
}

fn make_admin(installation: &Installation, by: &Actor, login: &str) -> anyhow::Result<String> {
    let (password, hashed) = new_password(installation)?;
    let new = NewAccount {
        login: login.into(),
        name: "系统管理员".into(),
        role: Role::Admin,
        area: Area::COUNTRY,
        institution: None,
        staff: None,
        password: hashed,
        must_change: true,
    };
    installation.db.write(|tx| accounts::store::create(tx, by, &new)).map_err(|e| anyhow!("{e}"))?;
    Ok(password)
}

/// Writes the synthetic files with a bar on the terminal.
///
/// # Errors
/// When an option is out of range or the folder cannot be written.
pub fn generate(options: &synthetic::Options) -> anyhow::Result<()> {
    let mut bar = Bar::new("生成合成名册");
    let summary = synthetic::generate(options, &mut |_, done, total| bar.set(done, total))?;
    bar.done("完成");
    println!("{summary}");
    Ok(())
}

fn import(
    place: &Place,
    kind: &str,
    area: Option<Area>,
    dry_run: bool,
    refused: Option<&Path>,
    file: &Path,
) -> anyhow::Result<()> {
    let installation = place::open(place)?;
    let mut by = Actor::system(installation.clock.now());
    by.scope.area = area.unwrap_or(Area::COUNTRY);
    let report = import_roster(&installation, &by, kind, file, dry_run)?;
    if let (Some(path), true) = (refused, report.counts.refused > 0) {
        let kind = Kind::parse(kind).ok_or_else(|| anyhow!("没有“{kind}”这种名册"))?;
        let bytes = installation.db.read(|tx| transfer::export::refused_book(tx, kind, report.batch));
        let bytes = bytes.map_err(|e| anyhow!(e.text()))?;
        std::fs::write(path, bytes).with_context(|| format!("不能写 {}", path.display()))?;
        println!("被拒的 {} 行已另存为 {}，改正后可再次导入", report.counts.refused, path.display());
    }
    Ok(())
}

/// Imports a roster with a bar on the terminal.
///
/// # Errors
/// A sentence that names the file.
pub fn import_roster(
    installation: &Installation,
    by: &Actor,
    kind: &str,
    file: &Path,
    dry_run: bool,
) -> anyhow::Result<Report> {
    let kind = Kind::parse(kind).ok_or_else(|| anyhow!("没有“{kind}”这种名册"))?;
    let bar = RefCell::new(Bar::new(&format!("导入 {}", file.file_name().unwrap_or_default().to_string_lossy())));
    let tell = |done: usize, total: usize| bar.borrow_mut().set(done, total);
    let (db, clock) = (&installation.db, installation.clock.as_ref());
    let report = transfer::import_file(
        db,
        clock,
        by,
        transfer::Incoming { dry_run, ..transfer::Incoming::new(kind, file) },
        &tell,
    )
    .map_err(|e| anyhow!(e))?;
    let c = &report.counts;
    let counts =
        format!("{} 行，新增 {}，更新 {}，未变 {}，被拒 {}", c.rows, c.created, c.changed, c.unchanged, c.refused);
    bar.into_inner().done(&counts);
    Ok(report)
}

fn settle(place: &Place, area: Area, month: Month) -> anyhow::Result<()> {
    let installation = place::open(place)?;
    let by = Actor::system(installation.clock.now());
    let mut bar = Bar::new(&format!("结算 {month}"));
    let result = money::ltci::settlement::settle_month(
        &installation.db,
        &by,
        &installation.policies,
        area,
        month,
        &mut |done, total| bar.set(done, total),
    );
    let summary = result.map_err(|e| anyhow!(e.text()))?;
    bar.done(&summary.to_string());
    Ok(())
}

fn indicators(place: &Place, area: Area) -> anyhow::Result<()> {
    let installation = place::open(place)?;
    let by = Actor::system(installation.clock.now());
    let text = oversight::indicators::report(&installation.db, &installation.policies, &by, area);
    print!("{}", text.map_err(|e| anyhow!(e.text()))?);
    Ok(())
}

fn verify_audit(place: &Place) -> anyhow::Result<()> {
    let verdict = place::open(place)?.db.read(db::audit::verify)?;
    match verdict.broken {
        None => {
            println!("审计记录完好：已封存 {} 条，哈希链一致", verdict.sealed);
            Ok(())
        }
        Some(seal) => bail!("审计记录被改动：第 {seal} 次封存与记录不符（此前 {} 条完好）", verdict.sealed),
    }
}

fn doctor(place: &Place) -> anyhow::Result<()> {
    let installation = place::open(place)?;
    println!("数据目录　　{}", place.data.display());
    println!("数据库　　　{:?}，表结构版本 {}", installation.db.kind(), db::migrate::newest());
    print!("{}", installation.policies.check());
    let verdict = installation.db.read(db::audit::verify)?;
    println!(
        "审计　　　　已封存 {} 条，{}",
        verdict.sealed,
        if verdict.broken.is_none() { "一致" } else { "不一致！" }
    );
    let differences = oversight::indicators::verify(&installation.db).map_err(|e| anyhow!(e.text()))?;
    println!("列存副本　　{}", if differences.is_empty() { "与数据库一致".to_owned() } else { differences.join("；") });
    println!("结算指纹　　{}", fingerprints(&installation.db)?);
    Ok(())
}

/// Whether the settled lines are still those whose fingerprints were printed.
fn fingerprints(db: &db::Db) -> anyhow::Result<String> {
    let verdict = db.read(money::ltci::settlement::verify)?;
    if verdict.altered.is_empty() {
        return Ok(format!("核对 {} 个已结算月份，明细与指纹一致", verdict.months));
    }
    let named = |(county, month): &(Area, Month)| {
        let name = db.read(|tx| registry::areas::store::name(tx, *county))?;
        Ok::<_, db::Error>(format!("{name}（{county}）{month}"))
    };
    let named = verdict.altered.iter().map(named).collect::<db::Result<Vec<_>>>()?;
    Ok(format!("核对 {} 个已结算月份，不一致！明细被改动：{}", verdict.months, named.join("、")))
}

/// Registers synthetic devices for elders who have none.
fn register(place: &Place, count: usize, kind: Option<&str>, days: i64, out: &Path) -> anyhow::Result<()> {
    use watch::devices::model::Kind;
    let parse = |word: &str| Kind::parse(word).ok_or_else(|| anyhow!("没有“{word}”这种设备"));
    let kind = kind.map(parse).transpose()?;
    let installation = place::open(place)?;
    let by = Actor::system(installation.clock.now() - chrono::TimeDelta::days(days));
    let mut bar = Bar::new("登记合成设备");
    let all = devices::enrol(&installation.db, &by, count, kind, &mut |done, total| bar.set(done, total))?;
    devices::write(out, &all)?;
    bar.done(&format!("{} 台，凭据在 {}", all.len(), out.display()));
    Ok(())
}

fn list_routes() -> anyhow::Result<()> {
    let mut list = wiring::routes().list().to_vec();
    list.sort_by_key(|r| (r.path, r.method));
    for route in list {
        let permission = match route.permission {
            None => "public",
            Some(web::Permission("")) => "logged in",
            Some(permission) => permission.0,
        };
        println!("{:<5} {:<60} {permission}", route.method, route.path);
    }
    Ok(())
}

fn admin(place: &Place, login: &str) -> anyhow::Result<()> {
    let installation = place::open(place)?;
    let by = Actor::system(installation.clock.now());
    let known = installation.db.read(|tx| accounts::store::by_login(tx, login))?;
    let password = match known {
        None => make_admin(&installation, &by, login)?,
        Some(account) => {
            let (password, hashed) = new_password(&installation)?;
            installation.db.write(|tx| accounts::store::set_password(tx, &by, account, &hashed, true))?;
            password
        }
    };
    println!("系统管理员 {login} 的初始密码是 {password}（登录后请立即修改）");
    Ok(())
}
