//! Pages of home sickbeds: the list, the application, one bed, its steps, the sheets to print.

pub(super) mod apply;
pub(super) mod case;
pub(super) mod list;
pub(super) mod parts;
pub(super) mod print;
pub(super) mod running;
pub(super) mod steps;

use super::model::{Key, Sickbed};
use super::store;
use web::ui;
use web::{Error, Markup};

/// Rows on a page of a list.
const SIZE: i64 = 30;
/// Where what the pages show comes from.
const SOURCE: &str = "家庭病床由本平台登记；收治条件、期限、巡诊间隔和收费按规则表判定，住院取自住院记录。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    store::key(elder, id).ok_or(Error::NotFound)
}

/// The state that the form was made from, so that a change in between is noticed.
fn seen(bed: &Sickbed) -> Markup {
    ui::hidden("seen", bed.changed_at.timestamp_millis().to_string())
}
