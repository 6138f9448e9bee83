use super::*;
use kernel::{Date, Fen};
use serde_json::json;

#[test]
fn what_people_typed_is_never_html() {
    let field = field("姓名", "name", "\"><script>", Field::text().required().error(Some("<b>")));
    let html = field.into_string();
    assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("aria-describedby=\"name-error\""), "{html}");
    let chart = chart("c", 200, &json!({ "title": "\"<script>" }), "图").into_string();
    assert!(!chart.contains("<script>"), "{chart}");
}

#[test]
fn pages_are_turned_only_where_there_are_any() {
    let info = PageInfo::new("/elders?name=王", 2, 50, 101);
    assert_eq!((info.offset(), info.last(), info.href(3).as_str()), (50, 3, "/elders?name=王&page=3"));
    assert!(!pager(&PageInfo::new("/elders", 1, 50, 50)).into_string().contains("下一页"));
    let last = pager(&PageInfo::new("/elders", 3, 50, 101)).into_string();
    assert!(last.contains("href=\"/elders?page=2\"") && !last.contains("page=4"), "{last}");
}

#[test]
fn a_table_without_rows_says_so() {
    assert!(table(&["姓名"], Vec::new()).into_string().contains("没有符合条件的记录"));
    let html = table(&["姓名", ">金额"], [vec![text("王建国"), money(Fen(123_450))]]).into_string();
    assert!(html.contains("¥1,234.50") && html.contains("yy-figure") && !html.contains("&gt;金额"), "{html}");
}

#[test]
fn days_are_read_in_chinese() {
    assert_eq!(date_zh(Date::from_ymd_opt(2026, 11, 1).expect("day")), "2026年11月1日");
    assert!(progress(0, 0).into_string().contains("正在准备"));
    assert!(progress(30, 120).into_string().contains("25%"));
}
