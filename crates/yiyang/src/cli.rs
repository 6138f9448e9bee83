//! The command line.

use crate::devices::{Address, Version};
use crate::synthetic::Format;
use care::visits::planner::road::Service;
use clap::{Parser, Subcommand};
use kernel::{Area, Date, Month};
use std::net::SocketAddr;
use std::path::PathBuf;
use watch::vitals::Broker;

/// 医养：区域医养结合服务与监管平台
#[derive(Parser)]
#[command(name = "yiyang", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where an installation keeps its things.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// 数据目录（数据库、密钥、上传的文件）
    #[arg(long, default_value = "data", env = "YIYANG_DATA")]
    pub data: PathBuf,
    /// PostgreSQL 地址 postgres://…；不填则使用数据目录中的 SQLite 文件
    #[arg(long, env = "YIYANG_DB", hide_env_values = true)]
    pub db: Option<String>,
    /// 政策与量表目录（其中有 policies/ 和 scales/）；不填则使用程序自带的
    #[arg(long, env = "YIYANG_POLICIES")]
    pub policies: Option<PathBuf>,
}

/// Other servers that it asks, each on the county's own network.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Services {
    /// How video works.
    #[command(flatten)]
    pub video: Video,
    /// 行程服务地址（县内网的 OSRM，如 http://10.1.2.3:5000）；不填或连不上时按直线距离估算路程
    #[arg(long, env = "YIYANG_ROUTING_SERVICE", value_parser = Service::parse)]
    pub routing_service: Option<Service>,
    /// 电话交换机的密钥文件，每行“区划代码 密钥”；不填则取环境变量 YIYANG_EXCHANGE_KEYS
    #[arg(long, value_name = "FILE")]
    pub exchange_key_file: Option<PathBuf>,
    /// How devices come in.
    #[command(flatten)]
    pub devices: Devices,
}

/// How devices come in.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Devices {
    /// 监测设备的接入地址（MQTT），如 0.0.0.0:1883；不填则不直接接入
    #[arg(long, value_name = "ADDR", env = "YIYANG_DEVICES_LISTEN")]
    pub devices_listen: Option<SocketAddr>,
    /// 已有的 MQTT 服务器，如 mqtt://用户:密码@10.1.2.3:1883；从它那里接收监测数据。集群写各台的地址，用逗号隔开
    #[arg(long, value_name = "URL", env = "YIYANG_BROKER", value_parser = Broker::parse, value_delimiter = ',', hide_env_values = true)]
    pub broker: Vec<Broker>,
    /// 本平台在 MQTT 服务器上的名字，会话按它保存；几台服务器用同一个 MQTT 服务器时各取各的
    #[arg(long, value_name = "NAME", env = "YIYANG_BROKER_NAME", default_value = "yiyang")]
    pub broker_name: String,
}

/// How the two sides of a remote consultation find each other.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Video {
    /// 视频会诊用的 STUN 服务器，如 stun:host:3478；可写多次
    #[arg(long, value_name = "URL", env = "YIYANG_STUN", value_delimiter = ',')]
    pub stun: Vec<String>,
    /// 视频会诊用的 TURN 中继服务器，如 turn:host:3478；可写多次
    #[arg(long, value_name = "URL", env = "YIYANG_TURN", value_delimiter = ',')]
    pub turn: Vec<String>,
    /// 与 TURN 服务器共享的密钥所在文件；不填则取环境变量 YIYANG_TURN_SECRET
    #[arg(long, value_name = "FILE")]
    pub turn_secret_file: Option<PathBuf>,
    /// 视频一律经中继，不直连
    #[arg(long, env = "YIYANG_TURN_ONLY")]
    pub turn_only: bool,
}

/// What the program can do.
#[derive(Subcommand)]
pub enum Command {
    /// 启动服务
    Serve {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// Which other servers it asks.
        #[command(flatten)]
        services: Services,
        /// 监听地址
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// 生成合成县、导入、运行一个月并启动服务（再次运行保留数据）
    Demo {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// Which other servers it asks.
        #[command(flatten)]
        services: Services,
        /// 监听地址
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// 合成老年人数
        #[arg(long, default_value_t = 20_000)]
        elders: usize,
        /// 随机种子
        #[arg(long, default_value_t = 2018)]
        seed: u64,
        /// 建好数据后即退出，不启动服务
        #[arg(long)]
        no_serve: bool,
        /// 不让模拟设备发送数据
        #[arg(long)]
        no_devices: bool,
    },
    /// 生成合成的名册文件（全部为虚构数据）
    Generate {
        /// 地区
        #[arg(long, default_value = "nantong")]
        place: String,
        /// 县级区划代码（6 位）
        #[arg(long)]
        county: Option<String>,
        /// 老年人数
        #[arg(long, default_value_t = 20_000)]
        elders: usize,
        /// 随机种子：相同种子生成相同文件
        #[arg(long, default_value_t = 2018)]
        seed: u64,
        /// 有错行的比例
        #[arg(long, default_value_t = 0.02)]
        dirty: f64,
        /// 输出目录
        #[arg(long)]
        out: PathBuf,
        /// 名册日期（默认今天）
        #[arg(long)]
        today: Option<Date>,
        /// 老年人名册的格式
        #[arg(long, value_enum, default_value_t = Format::Xlsx)]
        format: Format,
    },
    /// 导入名册
    Import {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 名册种类：areas、institutions、staff、elders、checkups、stays
        #[arg(long)]
        kind: String,
        /// 以哪个辖区的身份导入（默认不限）
        #[arg(long, value_parser = area)]
        area: Option<Area>,
        /// 只检查，不写入
        #[arg(long)]
        dry_run: bool,
        /// 被拒行另存为
        #[arg(long)]
        refused: Option<PathBuf>,
        /// 文件
        file: PathBuf,
    },
    /// 检查或查询政策文件
    Policy {
        /// 政策与量表目录；不填则使用程序自带的
        #[arg(long, env = "YIYANG_POLICIES", global = true)]
        policies: Option<PathBuf>,
        /// What to do with them.
        #[command(subcommand)]
        action: PolicyAction,
    },
    /// 结算一个县一个月的照护保险
    Settle {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 县级区划代码
        #[arg(long, value_parser = area)]
        area: Area,
        /// 月份，如 2026-10
        #[arg(long, value_parser = month)]
        month: Month,
    },
    /// 打印指标
    Indicators {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 区划代码
        #[arg(long, value_parser = area)]
        area: Area,
    },
    /// 校验审计记录的哈希链
    Audit {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// What to do with it.
        #[command(subcommand)]
        action: AuditAction,
    },
    /// 备份 SQLite 数据库到一个新文件（不影响使用）
    Backup {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 目标文件
        to: PathBuf,
    },
    /// 检查安装是否正常：政策文件、审计记录、列存副本，并按结算明细重新计算每个已结算月份的指纹
    Doctor {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
    },
    /// 模拟监测设备：按 MQTT 发送合成人群的监测数据（全部为虚构数据）
    Devices(SimulatedDevices),
    /// 在一台设备上按一次呼救，或模拟一次跌倒（虚构数据）
    Press {
        /// 接收地址，如 127.0.0.1:1883
        #[arg(long, value_parser = Address::parse)]
        broker: Address,
        /// 设备编号
        #[arg(long)]
        serial: String,
        /// 设备密钥
        #[arg(long, env = "YIYANG_DEVICE_SECRET", hide_env_values = true)]
        secret: String,
        /// MQTT 版本
        #[arg(long, value_enum, default_value = "4")]
        mqtt: Version,
        /// 做什么
        #[arg(value_enum)]
        what: Pressed,
    },
    /// 登记一批合成设备并绑定给名册中的老年人，凭据写入文件（试用和测试）
    RegisterDevices {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 台数
        #[arg(long)]
        count: usize,
        /// 凭据文件（CSV），只有本人可读
        #[arg(long)]
        out: PathBuf,
        /// 只登记这一种设备，如 wristband；不填则各种都有
        #[arg(long)]
        kind: Option<String>,
        /// 绑定从多少天前算起：设备测量的时间早于绑定的不归任何人
        #[arg(long, default_value_t = 30)]
        days: i64,
    },
    /// 列出全部网址及其权限
    Routes,
    /// 新建或重置系统管理员
    Admin {
        /// Where its things are.
        #[command(flatten)]
        place: Place,
        /// 登录名
        #[arg(long, default_value = "admin")]
        login: String,
    },
}

/// Which simulated devices send, where to and how fast.
#[derive(Clone, Debug, clap::Args)]
pub struct SimulatedDevices {
    /// 接收地址，如 127.0.0.1:1883
    #[arg(long, value_parser = Address::parse)]
    pub broker: Address,
    /// 设备凭据（CSV：serial,secret,kind，可有 person）
    #[arg(long)]
    pub credentials: PathBuf,
    /// 只用前多少台
    #[arg(long)]
    pub count: Option<usize>,
    /// 模拟多少小时
    #[arg(long, default_value_t = 24.0)]
    pub hours: f64,
    /// 比真实时间快多少倍；模拟的时间在结束时正好赶上现在
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// 随机种子：相同种子发送相同的数据
    #[arg(long, default_value_t = 2018)]
    pub seed: u64,
    /// 生病、跌倒、呼救是平常的多少倍
    #[arg(long, default_value_t = 1.0)]
    pub events: f64,
    /// 测量时间用发送的时刻（演示），不用模拟的时间
    #[arg(long)]
    pub as_of_now: bool,
    /// MQTT 版本
    #[arg(long, value_enum, default_value = "4")]
    pub mqtt: Version,
    /// 已确认的测量写入这个文件：每行 serial,kind,毫秒,值，与数据库中的写法相同
    #[arg(long)]
    pub acknowledged: Option<PathBuf>,
    /// 结束后再等多少秒，直到全部得到确认
    #[arg(long, default_value_t = 120)]
    pub patience: u64,
    /// 线程数
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
}

/// What `yiyang press` does on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Pressed {
    /// 呼救
    Sos,
    /// 跌倒
    Fall,
}

/// What can be done with policies.
#[derive(Subcommand)]
pub enum PolicyAction {
    /// 证明全部政策表没有缺口和矛盾，并列出存疑之处
    Check {
        /// 目录（其中有 policies/ 和 scales/）；不填则同 --policies
        dir: Option<PathBuf>,
    },
    /// 列出全部条款
    Clauses,
    /// 回答一个问题，输出 JSON
    Decide(Asking),
    /// 回答一个问题，写成通知里的话
    Explain(Asking),
    /// 对全部人员比较两份文件的结果：人数和金额相差多少，按地区、按规则
    Simulate(Simulating),
}

/// A question with what it is asked with.
#[derive(Clone, Debug, clap::Args)]
pub struct Asking {
    /// 问题的名字，如 required_medical_function
    pub question: String,
    /// 区划代码，如 320623
    #[arg(long)]
    pub area: String,
    /// 日期，如 2026-11-01
    #[arg(long)]
    pub on: String,
    /// 情况：JSON 文件，或 - 表示标准输入
    #[arg(long)]
    pub facts: PathBuf,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Printed {
    /// 表格
    #[default]
    Table,
    /// CSV
    Csv,
    /// JSON
    Json,
}

/// What is simulated, over whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Simulating {
    /// 问题的名字，如 nursing_home_operating_subsidy
    #[arg(long)]
    pub question: String,
    /// 现行的文件（目录名，如 nantong/2018-54），可写 文件@日期
    #[arg(long, value_name = "A")]
    pub document: String,
    /// 与之比较的文件，可写 文件@日期
    #[arg(long, value_name = "B")]
    pub against: String,
    /// 计算日；不填则为今天（合成人群为 2026-11-01）
    #[arg(long)]
    pub on: Option<String>,
    /// 只算这个辖区
    #[arg(long)]
    pub area: Option<String>,
    /// 名册里没有的情况，对每个人都按此计算，如 setting=home；可写多次
    #[arg(long, value_name = "名=值")]
    pub assume: Vec<String>,
    /// 不用名册，生成这么多人的合成人群
    #[arg(long, conflicts_with = "people")]
    pub elders: Option<usize>,
    /// 不用名册，读这个 CSV 文件：第一行是情况的名字（可有 area），每人一行
    #[arg(long, value_name = "CSV")]
    pub people: Option<PathBuf>,
    /// 合成人群的随机种子
    #[arg(long, default_value_t = 2018)]
    pub seed: u64,
    /// 输出形式
    #[arg(long, value_enum, default_value_t)]
    pub format: Printed,
    /// 数据目录（名册）
    #[arg(long, default_value = "data", env = "YIYANG_DATA")]
    pub data: PathBuf,
    /// PostgreSQL 地址 postgres://…；不填则使用数据目录中的 SQLite 文件
    #[arg(long, env = "YIYANG_DB", hide_env_values = true)]
    pub db: Option<String>,
}

/// What can be done with the audit.
#[derive(Subcommand)]
pub enum AuditAction {
    /// 重算哈希链
    Verify,
}

fn area(text: &str) -> Result<Area, String> {
    Area::parse(text).map_err(|e| e.to_string())
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| format!("“{text}”不是月份，应如 2026-10"))
}
