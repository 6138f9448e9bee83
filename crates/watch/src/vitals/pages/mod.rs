//! Pages of vital signs: the list of elders who wear something.

pub(super) mod elder;
pub(super) mod forms;
mod parts;
pub(super) mod worse;

use super::trends;
use kernel::ElderId;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;
pub(super) const SOURCE: &str = "监测数据由绑定的设备送来，超出可信范围的不入库；界限取自本平台的监测约定（未核实），医师为个人另定的优先。监测结果供参考，不能代替诊断。";

pub(super) fn elder_id(text: &str) -> Result<ElderId, Error> {
    ElderId::parse(text).ok_or(Error::NotFound)
}

#[derive(Deserialize)]
pub(super) struct Turn {
    q: Option<String>,
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let words = turn.q.clone();
    let (total, rows) = cx
        .read(move |tx, by| {
            let total = trends::store::count_watched(tx, by, words.as_deref())?;
            Ok::<_, Error>((total, trends::store::list_watched(tx, by, words.as_deref(), (SIZE, (page - 1) * SIZE))?))
        })
        .await?;
    let today = cx.today();
    let shown = rows.iter().map(|one| {
        vec![
            ui::row_link(&format!("/vitals/{}", one.elder), &one.name),
            ui::text(format!("{} 岁", kernel::time::age_on(one.born, today))),
            ui::text(one.devices),
            one.heard.map_or_else(|| ui::muted("还没有消息"), ui::moment),
            html! { @if one.worse > 0 { (ui::badge(ui::Tone::Warning, "变差")) " " (one.worse) " 项" } },
        ]
    });
    let q = turn.q.clone().unwrap_or_default();
    let base = format!("/vitals?q={}", crate::devices::encoded(&q));
    let none = ui::empty("没有配戴设备的老年人。在“监测设备”里把设备绑定给老年人，就会出现在这里。", None);
    let body = html! {
        (ui::filters("/vitals", ui::field("姓名", "q", &q, Field::search())))
        (ui::table_or(&["老年人", ">年龄", ">设备", "最近消息", "趋势"], shown, none))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    let more = ui::link_button("/vitals/worse", "指标变差的老年人", ui::Tone::Neutral);
    Ok(Page::new(&cx, "监测中的老年人").source(SOURCE).actions(more).body(body))
}
