//! The page around every page: menu by permission, who one is, where the figures come from.

use crate::assets;
use crate::cx::Cx;
use crate::routes::Nav;
use kernel::AccountId;
use maud::{DOCTYPE, Markup, Render, html};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Name of the product, as it stands on every page.
/// The name of the product, as titles end with it.
pub const PRODUCT: &str = "医养结合服务平台";

/// Where each person works, in words, for the top of the page: filled when accounts are loaded, read by the shell.
#[derive(Default)]
pub struct Places(RwLock<HashMap<AccountId, String>>);

impl Places {
    /// Notes where a person works: 如东县 · 掘港街道社区卫生服务中心.
    pub fn set(&self, account: AccountId, place: String) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&account) == Some(&place);
        if !known {
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(account, place);
        }
    }

    /// Where the person works; empty when nobody said.
    #[must_use]
    pub fn get(&self, account: AccountId) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&account).cloned().unwrap_or_default()
    }
}

/// A page being put together: `Page::new(&cx, "标题").crumb(…).source(…).actions(…).body(…)`.
pub struct Page<'a> {
    cx: &'a Cx,
    title: String,
    crumbs: Vec<(String, String)>,
    source: String,
    actions: Option<Markup>,
}

impl<'a> Page<'a> {
    /// A page with this title.
    #[must_use]
    pub fn new(cx: &'a Cx, title: &str) -> Self {
        Self { cx, title: title.into(), crumbs: Vec::new(), source: String::new(), actions: None }
    }

    /// A step of the way here: text and address.
    #[must_use]
    pub fn crumb(mut self, text: &str, href: &str) -> Self {
        self.crumbs.push((text.into(), href.into()));
        self
    }

    /// Where what the page shows comes from; stands at its foot.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// What can be done with the whole page, at the right of the title.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }

    /// The finished page.
    #[must_use]
    pub fn body(self, body: impl Render) -> Markup {
        if self.cx.user.at_home() {
            return self.large(body);
        }
        let inner = html! {
            a.yy-skip href="#main" { "跳到正文" }
            div.yy-shell {
                (side(self.cx))
                div.yy-page {
                    (top(self.cx))
                    (self.header())
                    main.yy-main #main tabindex="-1" {
                        @if let Some(note) = &self.cx.flash { div.alert.alert-success role="status" data-flash { (note) } }
                        (body)
                    }
                    (self.footer())
                }
            }
        };
        document(&self.title, Some(self.cx.csrf()), "yy-body", inner)
    }

    /// The page of a kiosk: as large as that of elders and families, without a menu and without a way out.
    #[must_use]
    pub fn kiosk(self, body: impl Render) -> Markup {
        let inner = html! {
            main.yy-kiosk-main #main tabindex="-1" {
                h1 { (self.title) }
                @if let Some(note) = &self.cx.flash { div.alert.alert-success role="status" data-flash { (note) } }
                (body)
            }
            (self.footer())
        };
        document(&self.title, Some(self.cx.csrf()), "yy-large yy-kiosk", inner)
    }

    /// The page for elders and families: large, without a menu.
    fn large(self, body: impl Render) -> Markup {
        let inner = html! {
            a.yy-skip href="#main" { "跳到正文" }
            div.yy-large-top.d-print-none {
                a.yy-brand href="/family" { span.yy-mark aria-hidden="true" { "医养" } span { "家庭页" } }
                a href="/account" { "我的账号" }
                form method="post" action="/logout" { (crate::ui::csrf(self.cx)) button.btn type="submit" { "退出" } }
            }
            main.yy-large-main #main tabindex="-1" {
                h1 { (self.title) }
                @if let Some(note) = &self.cx.flash { div.alert.alert-success role="status" data-flash { (note) } }
                (body)
            }
            (self.footer())
        };
        document(&self.title, Some(self.cx.csrf()), "yy-large", inner)
    }

    fn header(&self) -> Markup {
        html! {
            header.yy-header {
                div {
                    @if !self.crumbs.is_empty() {
                        nav.d-print-none aria-label="所在位置" { ol.breadcrumb {
                            @for (text, href) in &self.crumbs { li.breadcrumb-item { a href=(href) { (text) } } }
                            li.breadcrumb-item.active aria-current="page" { (self.title) }
                        } }
                    }
                    h1.page-title { (self.title) }
                }
                @if let Some(actions) = &self.actions { div.btn-list.d-print-none { (actions) } }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer.yy-footer {
                @if !self.source.is_empty() { p { strong { "数据来源：" } (self.source) } }
                p { "查询时间：" (kernel::time::show(self.cx.now)) "（北京时间）　查询人：" (self.cx.user.name) }
            }
        }
    }
}

fn top(cx: &Cx) -> Markup {
    let place = cx.state.get::<Places>().get(cx.user.account);
    html! {
        div.yy-top.d-print-none {
            button.yy-menu-button type="button" aria-expanded="false" aria-controls="menu" data-menu { "菜单" }
            span.yy-place { (place) }
            div.yy-user {
                a href="/account" { (cx.user.name) }
                span.text-secondary { (cx.user.role_name) }
                form method="post" action="/logout" { (crate::ui::csrf(cx)) button.btn.btn-sm type="submit" { "退出" } }
            }
        }
    }
}

fn side(cx: &Cx) -> Markup {
    let seen: Vec<&Nav> = cx.state.nav.iter().filter(|entry| cx.may(entry.permission) && concerns(cx, entry)).collect();
    let here = current(&seen, cx.path());
    let mut groups: Vec<&str> = Vec::new();
    for entry in &seen {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    html! {
        aside.yy-side.d-print-none #menu {
            a.yy-brand href="/" { span.yy-mark aria-hidden="true" { "医养" } span { (PRODUCT) } }
            nav aria-label="主菜单" {
                @for group in groups {
                    h2.yy-group { (group) }
                    ul { @for entry in seen.iter().filter(|entry| entry.group == group) {
                        li { a href=(entry.href) aria-current=[(here == Some(entry.href)).then_some("page")] { (entry.title) } }
                    } }
                }
            }
        }
    }
}

/// What is somebody's own work (`…/mine`) concerns only those who stand in the staff register.
fn concerns(cx: &Cx, entry: &Nav) -> bool {
    cx.user.staff.is_some() || !entry.href.ends_with("/mine")
}

/// The entry whose address is the longest beginning of the path.
fn current(entries: &[&Nav], path: &str) -> Option<&'static str> {
    let fits = |href: &str| href == path || (href != "/" && path.starts_with(&format!("{href}/")));
    entries.iter().map(|entry| entry.href).filter(|href| fits(href)).max_by_key(|href| href.len())
}

/// A page for somebody who is not logged in.
#[must_use]
pub fn plain(title: &str, body: impl Render) -> Markup {
    let inner = html! {
        main.yy-plain #main {
            p.yy-plain-brand { span.yy-mark aria-hidden="true" { "医养" } span { (PRODUCT) } }
            (body)
        }
    };
    document(title, None, "yy-plain-body", inner)
}

/// A message instead of a page: what went wrong and how to go on.
#[must_use]
pub fn message(heading: &str, body: impl Render) -> Markup {
    let inner = html! {
        section.card role="alert" { div.card-body {
            h1 { (heading) }
            (body)
            div.btn-list.mt-3 { button.btn.btn-primary type="button" data-back { "返回上一页" } a.btn href="/" { "回到首页" } }
        } }
    };
    plain(heading, inner)
}

fn document(title: &str, csrf: Option<&str>, class: &str, inner: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(token) = csrf { meta name="csrf-token" content=(token); }
                title { (title) " · " (PRODUCT) }
                link rel="icon" href=(assets::url("icon.svg"));
                link rel="stylesheet" href=(assets::url("tabler.min.css"));
                link rel="stylesheet" href=(assets::url("app.css"));
                script src=(assets::url("htmx.min.js")) defer {}
                script src=(assets::url("app.js")) data-echarts=(assets::url("echarts.common.min.js")) defer {}
            }
            body class=(class) { (inner) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    #[test]
    fn the_menu_marks_where_one_is() {
        let entry = |href| Nav { group: "", title: "", href, permission: Permission::ANYONE, order: 0 };
        let all = [entry("/"), entry("/ltci"), entry("/ltci/settlements"), entry("/elders")];
        let all: Vec<&Nav> = all.iter().collect();
        assert_eq!(current(&all, "/"), Some("/"));
        assert_eq!(current(&all, "/ltci/settlements/2026-11"), Some("/ltci/settlements"));
        assert_eq!(current(&all, "/ltci/plans"), Some("/ltci"));
        assert_eq!(current(&all, "/eldersx"), None);
    }

    #[test]
    fn a_message_stands_alone_and_says_how_to_go_on() {
        let html = message("没有找到", html! { p { "x" } }).into_string();
        assert!(html.contains("返回上一页") && html.contains("lang=\"zh-CN\""), "{html}");
    }
}
