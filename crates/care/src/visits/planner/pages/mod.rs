//! Pages of the day's planner.

mod board;
pub(in crate::visits) mod calls;
pub(in crate::visits) mod hours;
mod map;
pub(in crate::visits) mod proposal;
pub(in crate::visits) mod start;
pub(in crate::visits) mod steps;

use super::model::Dayplan;
use kernel::{Date, DayplanId, InstitutionId};
use web::{Cx, Error};

const SOURCE: &str = "上门安排、人员、证书来自本平台；工时、休息、可提前或推迟的时间和路程系数为本平台参数（未核实，地方可另定）。\
     路程按 5 分钟进位。行程服务只收到村（社区）的坐标。方案采用之前不改变任何安排。";

fn parse(id: &str) -> Result<DayplanId, Error> {
    DayplanId::parse(id).ok_or(Error::NotFound)
}

/// The day page of an institution.
fn day_href(institution: InstitutionId, day: Date) -> String {
    format!("/visits/planner?institution={institution}&day={day}")
}

fn home(of: &Dayplan) -> String {
    day_href(of.institution, of.day)
}

/// The institution whose day is planned: one's own where one is confined to it.
fn institution(cx: &Cx, wanted: &str) -> Option<InstitutionId> {
    cx.user.scope.institution.or_else(|| InstitutionId::parse(wanted)).or(cx.user.institution)
}
