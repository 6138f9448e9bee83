//! Products and services in the catalogue, in every state, with a price that changed. All synthetic.

use super::{Crew, Member, Story};
use anyhow::{Context, anyhow};
use kernel::{CatalogueId, Date, Fen};
use registry::accounts::Role;
use registry::catalogue::{Event, Kind, NewItem, Provider, store};
use web::Error;

/// Who offers it (`home`, `station`, `doctor`, `daycare`, or the name of somebody outside the register), kind, name, what, price in
/// fen, unit, how far it goes.
type Offer = (&'static str, Kind, &'static str, &'static str, i64, &'static str, &'static str);

const OFFERS: [Offer; 14] = [
    (
        "home",
        Kind::DailyCare,
        "短期托养",
        "家属外出期间入住，含三餐和基本照护，每日两次测量",
        18_000,
        "天",
        "published",
    ),
    ("home", Kind::DailyCare, "助浴服务", "机构浴室助浴，两名护理员，含准备和清理", 6_000, "次", "published"),
    ("station", Kind::DailyCare, "上门助浴", "自带折叠浴盆，两名护理员，约 60 分钟", 9_800, "次", "repriced"),
    ("station", Kind::DailyCare, "陪诊服务", "全程陪同挂号、检查、取药，半天", 12_000, "次", "published"),
    ("station", Kind::Nursing, "压疮换药", "护士上门评估、清创、换药，含敷料", 8_500, "次", "published"),
    ("doctor", Kind::Nursing, "居家康复训练", "治疗师上门，肢体与吞咽训练 45 分钟", 11_000, "次", "published"),
    ("daycare", Kind::DailyCare, "助餐（午餐）", "两荤两素一汤，可送餐到家", 1_500, "份", "published"),
    ("daycare", Kind::Culture, "书画班", "每周两次，材料自备", 3_000, "月", "suspended"),
    (
        "如东康健辅具店（合成）",
        Kind::RehabAid,
        "四脚助行器",
        "铝合金，高度可调，承重 100 千克",
        16_800,
        "台",
        "published",
    ),
    ("如东康健辅具店（合成）", Kind::RehabAid, "护理床租赁", "手摇双功能，含上门安装", 15_000, "月", "published"),
    (
        "南通安护科技公司（合成）",
        Kind::SmartMonitor,
        "跌倒报警器",
        "毫米波雷达，不摄像，跌倒后自动通知家属",
        89_900,
        "台",
        "published",
    ),
    (
        "南通安护科技公司（合成）",
        Kind::SmartHealth,
        "血压计（带上传）",
        "上臂式，蓝牙，测量值自动进入家庭医生档案",
        29_900,
        "台",
        "submitted",
    ),
    ("南通安护科技公司（合成）", Kind::SmartTcm, "中医体质辨识仪", "舌面象采集，33 题辨识", 0, "次", "draft"),
    ("如东银发食品厂（合成）", Kind::FoodDrug, "老年配方奶粉", "低糖高钙，400 克", 9_900, "罐", "withdrawn"),
];

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let other = |login: &str| crew.others.iter().find(|m| m.login == login);
    let reviewer = crew.others.iter().find(|m| m.role == Role::Supervisor).context("没有监管的账号")?;
    for (n, offer) in OFFERS.iter().enumerate() {
        let by = match offer.0 {
            "home" | "daycare" => other(offer.0).context("没有机构的账号")?,
            "station" => &crew.station,
            "doctor" => &crew.doctor,
            _ => &crew.clerk,
        };
        offered(story, (by, reviewer), offer, n).map_err(|e| anyhow!("{}：{}", offer.2, e.text()))?;
    }
    Ok(format!("{} 项", OFFERS.len()))
}

/// A credit number for a provider who does not exist.
fn credit(n: usize) -> String {
    let body = format!("91320623MA2{n:06}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    format!("{body}{check}")
}

fn item(by: &Member, (who, kind, name, what, price, unit, _): &Offer, from: Date) -> NewItem {
    // The same provider has the same number, whichever of its things it is.
    let number = who.chars().map(|c| c as usize).sum::<usize>() % 900_000;
    let provider = match by.institution {
        Some(own) => Provider::Institution(own),
        None => Provider::Other { name: (*who).to_owned(), credit_code: credit(number) },
    };
    NewItem {
        kind: *kind,
        name: (*name).to_owned(),
        what: (*what).to_owned(),
        provider,
        phone: "0513-00000003".into(),
        paper: "（合成）2026-001".into(),
        area: by.scope.area,
        price: Some(Fen(*price)).filter(|_| *price > 0),
        unit: (*unit).to_owned(),
        from,
        until: from.checked_add_months(chrono::Months::new(12)),
    }
}

fn offered(
    story: &Story<'_>,
    (by, reviewer): (&Member, &Member),
    offer: &Offer,
    n: usize,
) -> Result<CatalogueId, Error> {
    let new = item(by, offer, story.day(0));
    // A licence that has run out keeps an institution's offers from being published: in a small county that happens.
    let lapsed = |e: &Error| matches!(e, Error::Refused(reasons) if reasons.iter().all(|r| r.code == "CA-03"));
    let hour = |later: i64| story.day(2 + later).and_hms_opt(2, n as u32, 0).map(|t| t.and_utc()).unwrap_or_default();
    let own = |later: i64| story.actor_at(by, hour(later));
    let review = |later: i64| story.actor_at(reviewer, hour(later));
    let id = story.db.write(|tx| store::create(tx, &own(0), new))?;
    let steps: &[(Event, i64, &str)] = match offer.6 {
        "draft" => &[],
        "submitted" => &[(Event::Submit, 1, "")],
        "suspended" => &[(Event::Submit, 1, ""), (Event::Publish, 2, ""), (Event::Suspend, 3, "教室装修（合成）")],
        "withdrawn" => &[(Event::Submit, 1, ""), (Event::Publish, 2, ""), (Event::Withdraw, 3, "停产（合成）")],
        _ => &[(Event::Submit, 1, ""), (Event::Publish, 2, "")],
    };
    for (version, (event, later, words)) in steps.iter().enumerate() {
        let own_step = matches!(event, Event::Submit | Event::Withdraw);
        let who = if own_step { own(*later) } else { review(*later) };
        let key = (id, version as i64 + 1);
        match story.db.write(|tx| store::step(tx, &who, &story.policies, key, (*event, words))) {
            Err(e) if lapsed(&e) => return Ok(id),
            done => done?,
        }
    }
    if offer.6 == "repriced" {
        let price = (Fen(offer.4 + 1_000), "人工成本上涨（合成）");
        story.db.write(|tx| store::price(tx, &own(5), id, steps.len() as i64 + 1, price))?;
    }
    Ok(id)
}
