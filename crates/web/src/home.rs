//! The home page: today's work of whoever is logged in.

use crate::cx::Cx;
use crate::error::Error;
use crate::routes::{Nav, Permission, Routes};
use crate::shell::Page;
use crate::work::{Desk, WorkGroup, WorkItem, WorkSources};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "工作台", title: "今日工作", href: "/", permission: Permission::ANYONE, order: 0 }];

/// `/`
pub fn routes() -> Routes {
    Routes::new().get("/", Permission::ANYONE, home)
}

/// Where elders and families begin.
const FAMILY_PAGE: &str = "/family";

async fn home(cx: Cx) -> Result<Response, Error> {
    if cx.user.at_home() {
        return Ok(crate::see(FAMILY_PAGE));
    }
    let (sources, user, policies) = (cx.state.get::<WorkSources>(), cx.user.clone(), cx.state.policies.clone());
    let groups = cx
        .read(move |tx, by| {
            let desk = Desk { user: &user, by, policies: &policies };
            let mut all = Vec::new();
            for source in &sources.0 {
                all.extend(source(tx, &desk)?);
            }
            all.sort_by_key(|group| rank(group, by.today()));
            Ok::<_, Error>(all)
        })
        .await?;
    let today = cx.today();
    let title = format!("{}，您好", cx.user.name);
    let body = html! {
        @if groups.iter().all(|g| g.total == 0) {
            (crate::ui::empty("今天没有待办事项。", None))
        }
        div.yy-work { @for group in groups.iter().filter(|g| g.total > 0) { (card(group, today)) } }
    };
    Ok(Page::new(&cx, &title)
        .source("各项待办取自评估、签约、照护保险等业务的当前状态，只含您辖区和权限内的事项。")
        .body(body)
        .into_response())
}

/// What is dangerous or late stands first, then what is due today; otherwise the order of the capabilities stays.
fn rank(group: &WorkGroup, today: kernel::Date) -> u8 {
    let of = |item: &WorkItem| match item.due {
        _ if item.urgent => 0,
        Some(due) if due < today => 0,
        Some(due) if due == today => 1,
        _ => 2,
    };
    group.items.iter().map(of).min().unwrap_or(2)
}

fn card(group: &WorkGroup, today: kernel::Date) -> Markup {
    html! {
        section.card {
            div.card-header {
                h2.card-title { (group.title) " " span.badge.bg-primary-lt { (group.total) } }
                @if !group.href.is_empty() { div.card-actions { a href=(group.href) { "全部" } } }
            }
            div.list-group.list-group-flush {
                @for item in &group.items {
                    a.list-group-item.list-group-item-action href=(item.href) {
                        div.d-flex.justify-content-between.gap-2 {
                            strong { (item.title) }
                            @if let Some(due) = item.due { (deadline(due, today, item.urgent)) }
                        }
                        div.text-secondary { (item.detail) }
                    }
                }
            }
        }
    }
}

/// By when, and whether that is past: said in words, for those who do not see red.
fn deadline(due: kernel::Date, today: kernel::Date, urgent: bool) -> Markup {
    let words = match due.cmp(&today) {
        std::cmp::Ordering::Less => format!("已过 {due}"),
        std::cmp::Ordering::Equal => "今天".to_owned(),
        std::cmp::Ordering::Greater => format!("{due} 前"),
    };
    html! { span.yy-due.text-danger[urgent || due < today].text-secondary[!urgent && due >= today] { (words) } }
}

#[cfg(test)]
mod tests {
    use super::rank;
    use crate::work::{WorkGroup, WorkItem};
    use kernel::Date;

    fn group(items: &[(Option<&str>, bool)]) -> WorkGroup {
        let day = |text: &str| text.parse::<Date>().expect("date");
        let item = |(due, urgent): &(Option<&str>, bool)| WorkItem {
            title: String::new(),
            detail: String::new(),
            href: String::new(),
            due: due.map(day),
            urgent: *urgent,
        };
        let items = items.iter().map(item).collect();
        WorkGroup { title: String::new(), items, total: 1, href: String::new() }
    }

    #[test]
    fn what_is_dangerous_or_late_stands_before_what_is_due_today_and_that_before_the_rest() {
        let today = "2026-11-02".parse().expect("date");
        let of = |items: &[(Option<&str>, bool)]| rank(&group(items), today);
        assert_eq!(of(&[(None, true)]), 0);
        assert_eq!(of(&[(Some("2026-11-03"), false), (Some("2026-11-01"), false)]), 0);
        assert_eq!(of(&[(Some("2026-11-02"), false)]), 1);
        assert_eq!(of(&[(Some("2026-11-03"), false), (None, false)]), 2);
        assert_eq!(of(&[]), 2);
    }
}
