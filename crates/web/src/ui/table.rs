//! Tables, which turn into one block a row on narrow screens, and turning their pages.

use super::empty;
use maud::{Markup, html};

/// A table. A heading that begins with `>` is a column of figures, set to the right.
pub fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<Markup>>) -> Markup {
    table_or(headings, rows, empty("没有符合条件的记录", None))
}

/// A table, or what to show instead of one without rows.
pub fn table_or(headings: &[&str], rows: impl IntoIterator<Item = Vec<Markup>>, otherwise: Markup) -> Markup {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return otherwise;
    }
    let figure = |column: usize| headings.get(column).is_some_and(|h| h.starts_with('>'));
    html! {
        div.table-responsive tabindex="0" role="group" aria-label="表格，可左右滚动" {
            table.table.table-vcenter.yy-table {
                thead { tr { @for (i, heading) in headings.iter().enumerate() {
                    th scope="col" class=[figure(i).then_some("yy-figure")] { (heading.trim_start_matches('>')) }
                } } }
                tbody { @for row in rows { tr { @for (i, cell) in row.into_iter().enumerate() {
                    td class=[class(&cell, figure(i))] data-label=[label(headings, i)] { (cell) }
                } } } }
            }
        }
    }
}

/// Letters that stay in one line: a name, an amount. A Chinese character counts as two.
const SHORT: usize = 17;
/// Letters that stay in one line when they begin with a digit: days, times, from day to day.
const FIGURES: usize = 25;
/// Letters that fit half the width of a telephone.
const LINE: usize = 20;

/// What stands beside a cell where there is no room for a row of headings.
fn label<'h>(headings: &[&'h str], column: usize) -> Option<&'h str> {
    headings.get(column).map(|h| h.trim_start_matches('>')).filter(|h| !h.is_empty())
}

/// How a cell is set: a figure, a text that keeps its line, or one that wants the whole width of a telephone.
fn class(cell: &Markup, figure: bool) -> Option<String> {
    let words = [("yy-figure", figure), ("yy-short", is_short(cell)), ("yy-long", read_width(cell) > LINE)];
    let all: Vec<&str> = words.into_iter().filter_map(|(word, is)| is.then_some(word)).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// Plain text that must not be broken: 2026-11-01 is no reason for two lines.
fn is_short(cell: &Markup) -> bool {
    let most = if cell.0.starts_with(|c: char| c.is_ascii_digit()) { FIGURES } else { SHORT };
    !cell.0.is_empty() && !cell.0.contains('<') && read_width(cell) <= most
}

/// How wide the text of a cell is, without its tags.
fn read_width(cell: &Markup) -> usize {
    let mut tag = false;
    let outside = |c: char| {
        let shown = !tag && c != '<';
        tag = c == '<' || (tag && c != '>');
        if !shown {
            0
        } else if c.is_ascii() {
            1
        } else {
            2
        }
    };
    cell.0.chars().map(outside).sum()
}

/// The first cell of a row: the link by which the row is opened.
#[must_use]
pub fn row_link(href: &str, text: impl std::fmt::Display) -> Markup {
    html! { a.yy-row-link href=(href) { (text.to_string()) } }
}

/// Which page of a list this is.
#[derive(Clone, Debug)]
pub struct PageInfo {
    /// The list's address with its filters, without `page`.
    pub base: String,
    /// This page, from 1.
    pub page: i64,
    /// Rows on a page.
    pub size: i64,
    /// Rows in all.
    pub total: i64,
}

impl PageInfo {
    /// The page of that number (from 1) of a list at `base`.
    #[must_use]
    pub fn new(base: impl Into<String>, page: i64, size: i64, total: i64) -> Self {
        Self { base: base.into(), page: page.max(1), size: size.max(1), total }
    }

    /// How many rows stand before this page.
    #[must_use]
    pub const fn offset(&self) -> i64 {
        (self.page - 1) * self.size
    }

    /// The last page.
    #[must_use]
    pub const fn last(&self) -> i64 {
        if self.total <= 0 { 1 } else { (self.total + self.size - 1) / self.size }
    }

    /// The address of another page.
    #[must_use]
    pub fn href(&self, page: i64) -> String {
        let sep = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{sep}page={page}", self.base)
    }
}

/// Turning pages: first, previous, next, last; nothing where there are no rows.
#[must_use]
pub fn pager(info: &PageInfo) -> Markup {
    if info.total <= 0 {
        return html! {};
    }
    let last = info.last();
    let step = |page: i64, text: &str| {
        html! {
            @if page < 1 || page > last || page == info.page { span.btn.disabled aria-disabled="true" { (text) } }
            @else { a.btn href=(info.href(page)) { (text) } }
        }
    };
    html! {
        nav.yy-pager.d-print-none aria-label="翻页" {
            span.text-secondary { "共 " (info.total) " 条，第 " (info.page) " / " (last) " 页" }
            @if last > 1 {
                div.btn-list { (step(1, "首页")) (step(info.page - 1, "上一页")) (step(info.page + 1, "下一页")) (step(last, "末页")) }
            }
        }
    }
}
