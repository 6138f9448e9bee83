//! The roster of old people: headings, and how a person becomes a row.

use super::files::Cell;
use super::people::Elder;
use super::places::Places;

/// Headings of the roster.
pub const HEADINGS: [&str; 23] = [
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "联系电话",
    "区划代码",
    "居住地址",
    "户籍地区划代码",
    "常住",
    "城乡",
    "居住情况",
    "婚姻状况",
    "医保类型",
    "长护险参保",
    "慢性病",
    "自理情况",
    "重病",
    "特殊家庭",
    "残疾",
    "状态",
    "死亡日期",
    "紧急联系人",
    "紧急联系人电话",
];

/// The row of a person, without mistakes.
pub fn row(elder: &Elder, places: &Places) -> Vec<Cell> {
    let village = &places.villages[elder.village];
    let contact = elder.contact.as_ref();
    let chronic = elder.health.list();
    vec![
        Cell::Text(elder.name.clone()),
        Cell::Text(elder.number.clone()),
        Cell::Word(elder.sex.name()),
        Cell::Day(elder.born),
        Cell::maybe(elder.phone.as_deref()),
        Cell::Text(village.code.clone()),
        Cell::Text(elder.address.clone()),
        Cell::Text(elder.registered.clone()),
        Cell::yes(elder.resident),
        Cell::Word(if village.urban { "城镇" } else { "农村" }),
        Cell::Word(elder.living),
        Cell::Word(elder.marital),
        Cell::Word(elder.scheme),
        Cell::yes(elder.care_insured),
        if chronic.is_empty() { Cell::Blank } else { Cell::Text(chronic) },
        Cell::Word(elder.health.care),
        Cell::yes(elder.health.severe),
        Cell::yes(elder.special),
        Cell::yes(elder.health.disabled),
        Cell::Word(elder.status),
        Cell::day(elder.died),
        Cell::maybe(contact.map(|(name, _)| name.as_str())),
        Cell::maybe(contact.map(|(_, phone)| phone.as_str())),
    ]
}
