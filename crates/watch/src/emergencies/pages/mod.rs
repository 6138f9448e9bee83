//! Pages of the call centre: board, cases, their steps, calls, duty list, hand-over, figures, big screen.

pub(super) mod board;
pub(super) mod book;
pub(super) mod calls;
pub(super) mod card;
pub(super) mod case;
pub(super) mod duties;
pub(super) mod exchange;
pub(super) mod figures;
pub(super) mod hand;
pub(super) mod list;
pub(super) mod screen;
pub(super) mod shifts;
pub(super) mod steps;

use super::model::Key;
use crate::live::Live;
use crate::vitals::Intake;
use kernel::{ElderId, EmergencyRowId, Instant};
use web::{Cx, Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str =
    "呼救事件由坐席在本平台登记；报警来自监测设备，来电来自电话交换机；值守表由呼叫中心维护。演练不计入时效。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    Key::parse(elder, id).ok_or(Error::NotFound)
}

fn row(id: &str) -> Result<EmergencyRowId, Error> {
    EmergencyRowId::parse(id).ok_or(Error::NotFound)
}

/// Open boards are told that something is committed.
fn told(cx: &Cx) {
    cx.state.get::<Live>().changed();
}

/// The same, and the rules load anew what they remember of the elder: alarms of theirs were taken or ended.
fn told_of(cx: &Cx, elder: ElderId) {
    if let Some(intake) = cx.state.try_get::<Intake>() {
        intake.forget(elder);
    }
    told(cx);
}

/// A time that counts up: as it stands now, and for the script from when it counts.
fn since(at: Instant, now: Instant) -> Markup {
    let seconds = (now - at).num_seconds().max(0);
    html! { time.yy-since data-since=(at.timestamp_millis()) datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (super::measure::spoken(seconds)) } }
}
