//! Pages of health huts: the list of stations.

pub(super) mod kiosk;
pub(super) mod visits;

use super::store;
use crate::devices::State;
use kernel::DeviceId;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

const SOURCE: &str = "测量由健康小屋的一体机送来，结束时写入健康档案；界限取自本平台的监测约定（未核实）。";

fn device_id(text: &str) -> Result<DeviceId, Error> {
    DeviceId::parse(text).ok_or(Error::NotFound)
}

pub(super) async fn stations(cx: Cx) -> Result<Markup, Error> {
    let all = cx.read(store::stations).await?;
    let rows = all.iter().map(|one| {
        let d = &one.device;
        let state = match d.state {
            State::Active if d.elder.is_some() => ui::badge(Tone::Info, "有人在测量"),
            State::Active => ui::badge(Tone::Success, "空闲"),
            _ => ui::badge(Tone::Warning, d.state.name()),
        };
        let open = if d.state == State::Active {
            ui::link_button(&format!("/huts/{}", d.id), "打开终端", Tone::Primary)
        } else {
            html! {}
        };
        let heard = one.contact.heard.map_or_else(|| ui::muted("还没有消息"), ui::moment);
        vec![ui::text(&d.serial), ui::opt(Some(&d.name)), ui::opt(Some(&one.institution)), state, heard, open]
    });
    let none =
        ui::empty("还没有健康小屋一体机。在“监测设备”里登记类型为“健康小屋一体机”的设备，就会出现在这里。", None);
    let body = html! {
        p { "在小屋的屏幕上打开终端，老年人自己核对身份、测量、看结果。设备坏了，可以在"
            @if cx.may(care::daycare::READ) { a href="/daycare" { "日间照护" } } @else { "日间照护" } "里由工作人员录入。" }
        (ui::table_or(&["设备编号", "名称", "机构", "现在", "最近消息", ""], rows, none))
    };
    Ok(Page::new(&cx, "健康小屋终端").source(SOURCE).body(body))
}
