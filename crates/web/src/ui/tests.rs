use super::*;
use ::policy::{Facts, Library};
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

#[test]
fn many_of_a_kind_in_a_month_are_folded_and_none_is_lost() {
    let moment = |day: u32, kind: &str| Moment {
        when: format!("2026-11-{day:02} 08:00"),
        kind: kind.into(),
        title: format!("{kind}{day}"),
        ..Moment::default()
    };
    let all: Vec<Moment> = (1..=5).rev().map(|day| moment(day, if day == 3 { "评估" } else { "上门服务" })).collect();
    let html = timeline(&all).into_string();
    assert!(html.contains("4 项，2026-11-01 起") && html.matches("<details").count() == 1, "{html}");
    assert!(
        (1..=5).all(|day| html.matches(&format!("{}{day}<", if day == 3 { "评估" } else { "上门服务" })).count() == 1),
        "{html}"
    );
}

#[test]
fn a_cell_knows_how_wide_it_is() {
    let html = table(
        &["日期", "说明", ""],
        [vec![text("2026-11-01 至 2026-11-30"), html! { a href="/x" { "看" } }, text("")]],
    );
    let html = html.into_string();
    assert!(html.contains("<td class=\"yy-short yy-long\" data-label=\"日期\">2026"), "{html}");
    assert!(html.contains("<td data-label=\"说明\"><a") && !html.contains("data-label=\"\""), "{html}");
}

/// A page as it is read: without its tags.
fn read(page: &Markup) -> String {
    page.0.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
}

#[test]
fn why_something_was_decided_is_read_without_codes() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let library = Library::load(root).expect("the policies");
    let place = kernel::Area::parse("320623").expect("a county");
    let on = Date::from_ymd_opt(2026, 11, 1).expect("day");
    let home = Facts::new().with("kind", "elder_care_institution").with("ownership", "private").with("beds", 120);
    for (question, facts, words) in [
        ("required_medical_function", &home, "机构类型 养老机构；所有制 民办；床位数 120 张"),
        (
            "health_management_due",
            &Facts::new().with("age", 70).with("last_done", Date::from_ymd_opt(2025, 10, 31).expect("day")),
            "上次做的日期 2025年10月31日",
        ),
    ] {
        let page = because(&library, &library.decide(question, place, on, facts));
        let text = read(&page);
        assert!(text.contains(words), "{text}");
        assert!(!text.contains(|c: char| c == '_' || c.is_ascii_lowercase()), "{text}");
    }
    let open = read(&because(&library, &library.decide("required_medical_function", place, on, &Facts::new())));
    assert!(open.contains("尚不能判定：缺少“") && !open.contains(|c: char| c.is_ascii_lowercase()), "{open}");
}
