//! An area as the platform knows it.

use crate::choice;
use kernel::Area;
use kernel::area::Level;
use serde::{Deserialize, Serialize};
use web::FieldError;

choice! {
    /// What sort of area it is; from county upwards it follows from the code.
    pub enum AreaKind {
        /// 全国
        Country = "country" "全国",
        /// 省级
        Province = "province" "省级",
        /// 市级
        City = "city" "市级",
        /// 县级
        County = "county" "县级",
        /// 街道（城镇）
        Street = "street" "城镇街道",
        /// 镇
        Town = "town" "镇",
        /// 乡
        Township = "township" "乡",
        /// 社区
        Community = "community" "社区",
        /// 村
        Village = "village" "村",
    }
}

/// An area as a list brings it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewArea {
    /// Its code: the key.
    pub code: Area,
    /// Its name.
    pub name: String,
    /// What sort it is.
    pub kind: AreaKind,
    /// The area that it belongs to; follows from the code if not said.
    pub parent: Option<Area>,
    /// Longitude of its centre in degrees (WGS 84).
    pub lon: Option<f64>,
    /// Latitude of its centre in degrees (WGS 84).
    pub lat: Option<f64>,
}

/// Chinese names of the fields that may change.
pub const LABELS: &[(&str, &str)] =
    &[("name", "名称"), ("kind", "类型"), ("parent", "上级代码"), ("lon", "经度"), ("lat", "纬度")];

/// An area as it stands in the store.
pub type AreaRow = NewArea;

impl AreaKind {
    /// The sort that a code has by itself: towns and villages may be told apart further.
    #[must_use]
    pub const fn of_level(level: Level) -> Self {
        match level {
            Level::Country => Self::Country,
            Level::Province => Self::Province,
            Level::City => Self::City,
            Level::County => Self::County,
            Level::Town => Self::Town,
            Level::Village => Self::Village,
        }
    }

    /// How deep in the tree this sort stands.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Country => Level::Country,
            Self::Province => Level::Province,
            Self::City => Level::City,
            Self::County => Level::County,
            Self::Street | Self::Town | Self::Township => Level::Town,
            Self::Community | Self::Village => Level::Village,
        }
    }
}

/// The area directly above the code.
#[must_use]
pub const fn above(code: Area) -> Option<Area> {
    match code.level() {
        Level::Country => None,
        Level::Province => Some(Area::COUNTRY),
        Level::City => Some(code.up_to(Level::Province)),
        Level::County => Some(code.up_to(Level::City)),
        Level::Town => Some(code.up_to(Level::County)),
        Level::Village => Some(code.up_to(Level::Town)),
    }
}

/// What is wrong with an area by itself, field by field.
#[must_use]
pub fn check(new: &NewArea) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if new.name.trim().is_empty() {
        wrong.push(FieldError::new("name", "名称", "没有填写"));
    }
    if new.kind.level() != new.code.level() {
        let message = format!("“{}”与代码 {} 的层级不符", new.kind, new.code.short());
        wrong.push(FieldError::new("kind", "类型", message));
    }
    if new.parent.is_some_and(|parent| parent == new.code || !parent.contains(new.code)) {
        wrong.push(FieldError::new("parent", "上级代码", "不是本代码的上级，请核对前几位"));
    }
    wrong.extend(check_place(new.lon, new.lat));
    wrong
}

/// China lies between these degrees east and north; a coordinate elsewhere is a mistake, often the two exchanged.
const EAST: std::ops::RangeInclusive<f64> = 73.0..=136.0;
const NORTH: std::ops::RangeInclusive<f64> = 3.0..=54.0;

/// What is wrong with a coordinate.
#[must_use]
pub fn check_place(lon: Option<f64>, lat: Option<f64>) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if lon.is_some() != lat.is_some() {
        wrong.push(FieldError::new("lon", "经度", "经度和纬度应同时填写"));
    }
    if lon.is_some_and(|degrees| !EAST.contains(&degrees)) {
        wrong.push(FieldError::new("lon", "经度", "不在中国境内（73 至 136 度），请核对是否与纬度填反"));
    }
    if lat.is_some_and(|degrees| !NORTH.contains(&degrees)) {
        wrong.push(FieldError::new("lat", "纬度", "不在中国境内（3 至 54 度），请核对是否与经度填反"));
    }
    wrong
}
