//! areas.csv: the streets and villages below the county.

use super::cells::Cells;
use super::{Column, Fault};
use kernel::area::Level;
use registry::areas::{AreaKind, NewArea};

/// The columns.
pub const COLUMNS: &[Column] = &[
    Column::new("区划代码", "12 位统计用区划代码，也可写 9 位（乡级）或 6 位（县级）", "320623901001")
        .required()
        .or(&["代码", "行政区划代码"]),
    Column::new("名称", "区划名称", "示例社区").required().or(&["区划名称"]),
    Column::new("上级代码", "不填时按代码推定", "320623901").or(&["上级区划代码", "父级代码"]),
    Column::new("类型", "不填时按代码推定", "社区").of(&["城镇街道", "镇", "乡", "社区", "村"]),
    Column::new("经度", "WGS 84，度", "121.18"),
    Column::new("纬度", "WGS 84，度", "32.31"),
];

fn kind(level: Level) -> AreaKind {
    match level {
        Level::Country => AreaKind::Country,
        Level::Province => AreaKind::Province,
        Level::City => AreaKind::City,
        Level::County => AreaKind::County,
        Level::Town => AreaKind::Town,
        Level::Village => AreaKind::Village,
    }
}

fn word(text: &str) -> Option<AreaKind> {
    if text == "街道" { Some(AreaKind::Street) } else { AreaKind::parse(text) }
}

/// What a row says.
pub fn parse(mut c: Cells<'_>) -> Result<NewArea, Vec<Fault>> {
    let code = c.area(0);
    if let Some(area) = code
        && !c.context.scope.area.contains(area)
    {
        c.outside(0, area);
    }
    let name = c.need(1);
    let parent = c.maybe_area(2);
    let said = c.word(3, word);
    let (lon, lat) = (c.number(4, -180.0, 180.0), c.number(5, -90.0, 90.0));
    let made = code.zip(name).map(|(code, name)| NewArea {
        code,
        name,
        kind: said.unwrap_or_else(|| kind(code.level())),
        parent,
        lon,
        lat,
    });
    c.done(made)
}
