//! An area as the platform knows it.

use crate::choice::choice;
use kernel::Area;
use serde::{Deserialize, Serialize};

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
