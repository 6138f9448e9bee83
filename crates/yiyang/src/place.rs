//! Opening an installation: its folder, key, store and policies.

use crate::cli;
use crate::outside::{SystemChance, SystemClock};
use anyhow::{Context, anyhow};
use care::consultations::Ice;
use care::visits::planner::road::Service;
use db::{Db, Vault};
use kernel::{Chance, Clock};
use policy::Library;
use rust_embed::RustEmbed;
use std::path::Path;
use std::sync::Arc;
use watch::emergencies::Exchanges;

#[derive(RustEmbed)]
#[folder = "../../policies"]
#[prefix = "policies/"]
#[include = "*.toml"]
struct Policies;

#[derive(RustEmbed)]
#[folder = "../../scales"]
#[prefix = "scales/"]
#[include = "*.toml"]
struct Scales;

/// The county-level and higher divisions that every installation knows from the start.
pub const DIVISIONS: &str = include_str!("../../../data/divisions.csv");

/// An opened installation.
#[derive(Clone)]
pub struct Installation {
    /// The store.
    pub db: Db,
    /// The policies.
    pub policies: Arc<Library>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub chance: Arc<dyn Chance>,
    /// Folder for uploaded files.
    pub files: std::path::PathBuf,
    /// STUN and TURN servers for video.
    pub ice: Ice,
    /// Who knows the roads, if anybody does.
    pub routing: Option<Service>,
    /// How devices come in.
    pub devices: cli::Devices,
    /// Telephone exchanges that may tell of calls.
    pub exchanges: Exchanges,
}

/// Opens the installation; makes folder, key and tables at the first time.
///
/// # Errors
/// When something of it cannot be read, written or proven.
pub fn open(place: &cli::Place) -> anyhow::Result<Installation> {
    open_with(place, Arc::new(SystemClock), Arc::new(SystemChance))
}

/// The same with a clock and random bytes that can be repeated. The key is the operating system's all the same.
///
/// # Errors
/// As [`open`].
pub fn open_with(place: &cli::Place, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> anyhow::Result<Installation> {
    let files = place.data.join("files");
    std::fs::create_dir_all(&files).with_context(|| format!("不能建立数据目录 {}", place.data.display()))?;
    let vault = vault(&place.data.join("key"), &SystemChance)?;
    let url = place.db.clone().unwrap_or_else(|| place.data.join("yiyang.db").display().to_string());
    let db = Db::open(&url, vault, chance.clone()).context("打开数据库失败")?;
    db.follow(crate::wiring::followers());
    let policies = Arc::new(policies(place.policies.as_deref())?);
    let seeding = db.write(|tx| registry::areas::store::seed(tx, &db::Actor::system(clock.now()), DIVISIONS));
    seeding.map_err(|e| anyhow!("写入行政区划失败：{e}"))?;
    Ok(Installation {
        db,
        policies,
        clock,
        chance,
        files,
        ice: Ice::default(),
        routing: None,
        devices: cli::Devices::default(),
        exchanges: Exchanges::default(),
    })
}

/// The same with the other servers that it asks.
///
/// # Errors
/// As [`open`], and when the settings for video or for the telephone exchange cannot work.
pub fn open_asking(place: &cli::Place, services: &cli::Services) -> anyhow::Result<Installation> {
    Ok(Installation {
        ice: ice(&services.video)?,
        routing: services.routing_service.clone(),
        devices: services.devices.clone(),
        exchanges: exchanges(services.exchange_key_file.as_deref())?,
        ..open(place)?
    })
}

/// The keys of telephone exchanges, from their file or from the environment.
///
/// # Errors
/// When the file cannot be read, or a line of it is none.
fn exchanges(file: Option<&Path>) -> anyhow::Result<Exchanges> {
    let text = match file {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("不能读取电话交换机密钥文件 {}", path.display()))?
        }
        None => std::env::var("YIYANG_EXCHANGE_KEYS").unwrap_or_default(),
    };
    Exchanges::parse(&text).map_err(|e| anyhow!(e))
}

/// The settings for video, with the secret from its file or from the environment.
///
/// # Errors
/// When the file cannot be read, or the settings cannot work.
fn ice(video: &cli::Video) -> anyhow::Result<Ice> {
    let secret = match &video.turn_secret_file {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("不能读取 TURN 密钥文件 {}", path.display()))?
        }
        None => std::env::var("YIYANG_TURN_SECRET").unwrap_or_default(),
    };
    let (stun, turn) = (video.stun.clone(), video.turn.clone());
    let ice = Ice { stun, turn, secret: secret.trim().to_owned(), relay_only: video.turn_only };
    ice.check().map_err(|e| anyhow!(e))?;
    Ok(ice)
}

fn vault(path: &Path, chance: &dyn Chance) -> anyhow::Result<Vault> {
    if let Ok(hex) = std::env::var("YIYANG_KEY") {
        return Vault::from_hex(hex.trim()).ok_or_else(|| anyhow!("环境变量 YIYANG_KEY 应为 64 位十六进制数"));
    }
    Vault::from_file(path, chance).with_context(|| format!("读取密钥文件 {} 失败", path.display()))
}

/// Loads and proves the policies of a folder, or those that the program brings along.
///
/// # Errors
/// All mistakes in them, one below the other.
pub fn policies(folder: Option<&Path>) -> anyhow::Result<Library> {
    let result = match folder {
        Some(folder) => Library::load(folder),
        None => Library::from_files(embedded()),
    };
    result.map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow!("政策文件有 {} 处错误：\n{}", lines.len(), lines.join("\n"))
    })
}

fn embedded() -> Vec<(String, String)> {
    let read = |name: &str, data: std::borrow::Cow<'static, [u8]>| {
        (name.to_owned(), String::from_utf8_lossy(&data).into_owned())
    };
    let policies = Policies::iter().filter_map(|n| Policies::get(&n).map(|f| read(&n, f.data)));
    let scales = Scales::iter().filter_map(|n| Scales::get(&n).map(|f| read(&n, f.data)));
    policies.chain(scales).collect()
}
