//! The audit as a page, for the operator and the supervisor: who did what, on whom, when and from where.

use crate::cx::Cx;
use crate::error::Error;
use crate::routes::{Nav, Permission, Routes};
use crate::shell::Page;
use crate::ui::{self, PageInfo, Tone};
use db::audit::{Record, Verdict};
use maud::{Markup, html};

/// Reads the audit.
pub const READ: Permission = Permission("audit.read");

/// The menu entry.
pub const NAV: &[Nav] = &[Nav { group: "系统", title: "操作审计", href: "/audit", permission: READ, order: 910 }];

/// Rows on a page.
const ROWS: i64 = 50;

/// `/audit`
pub fn routes() -> Routes {
    Routes::new().get("/audit", READ, list)
}

#[derive(serde::Deserialize)]
struct Asked {
    page: Option<i64>,
    /// Asks for the whole chain to be recomputed; takes a while on a large audit, so only when asked.
    verify: Option<String>,
}

async fn list(cx: Cx, crate::Query(asked): crate::Query<Asked>) -> Result<Markup, Error> {
    let page = asked.page.unwrap_or(1).max(1);
    let (records, total) = cx.read(move |tx, by| db::audit::visible(tx, by, ROWS, (page - 1) * ROWS)).await?;
    let verdict = match asked.verify {
        Some(_) => Some(cx.read(|tx, _| db::audit::verify(tx)).await?),
        None => None,
    };
    let info = PageInfo::new("/audit", page, ROWS, total);
    let body = html! {
        @if let Some(verdict) = &verdict { (state(verdict)) }
        (ui::table(&["时间", "操作人", "来自", "操作", "对象", "说明"], records.iter().map(row)))
        (ui::pager(&info))
    };
    let actions = html! { (ui::link_button("/audit?verify=1", "校验哈希链", Tone::Neutral)) };
    Ok(Page::new(&cx, "操作审计")
        .actions(actions)
        .source("审计表：只增不改，每分钟用 SM3 哈希链封存一次。只列出您辖区内人员的操作。")
        .body(body))
}

fn state(verdict: &Verdict) -> Markup {
    match verdict.broken {
        None => ui::alert(Tone::Success, "记录完好", html! { "已封存 " (verdict.sealed) " 条，哈希链一致。" }),
        Some(seal) => ui::alert(
            Tone::Danger,
            "记录被改动",
            html! { "第 " (seal) " 次封存与记录不符，请立即联系系统管理员并保全数据库。" },
        ),
    }
}

fn row(r: &Record) -> Vec<Markup> {
    vec![
        html! { (kernel::time::show(r.at)) },
        html! { (r.name) },
        html! { (r.ip) },
        html! { code { (r.action) } },
        html! { @if let Some(elder) = r.elder { a href={ "/elders/" (elder) } { "老年人档案" } } " " (r.subject) },
        html! { (r.detail) },
    ]
}
