//! Figures of one institution: counts with their check, registered numbers, the average stay with and without bed-day wards.

use super::super::model::{BedUse, Stretch, Tally, average};
use super::super::store::{self, figures};
use super::{SOURCE, bed, institution, place_id, tabs};
use axum::extract::Path;
use chrono::Datelike;
use kernel::Date;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (id, library, today) = (place_id(&id)?, cx.state.policies.clone(), cx.today());
    let from = Date::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let (place, care, medical, stays, trail) = cx
        .read(move |tx, by| {
            let place = institution(tx, by, id)?;
            let care = store::tally(tx, id, BedUse::ElderCare)?;
            let medical = store::tally(tx, id, BedUse::Medical)?;
            let until = today.succ_opt().unwrap_or(today);
            let stays = figures::stretches(tx, &library, (id, place.facts.area), (from, until))?;
            Ok::<_, Error>((place, care, medical, stays, figures::conversions(tx, id, None)?))
        })
        .await?;
    let registered =
        [(BedUse::ElderCare, place.facts.beds, care), (BedUse::Medical, place.facts.medical_beds, medical)];
    let body = html! {
        (tabs(&cx, id, "/figures"))
        (ui::card("床位数核对", ui::table(&HEADINGS, registered.iter().map(|(u, n, t)| checked(*u, *n, *t)))))
        (ui::card("平均住院日", stay(&stays, from)))
        (ui::card("床位转换", bed::trail(&trail)))
    };
    let page = Page::new(&cx, "床位统计").crumb("床位与入住", "/beds").crumb(&place.facts.name, &format!("/beds/{id}"));
    Ok(page.source(SOURCE).body(body))
}

const HEADINGS: [&str; 8] =
    ["用途", ">登记", ">共有", ">护理型", ">开放", ">占用", "占用 ≤ 开放 ≤ 共有", "与登记数相差"];

fn checked(bed_use: BedUse, registered: Option<i64>, tally: Tally) -> Vec<Markup> {
    let difference = registered.map(|n| tally.beds - n);
    vec![
        ui::text(bed_use),
        ui::opt(registered),
        ui::text(tally.beds),
        ui::text(tally.nursing),
        ui::text(tally.open),
        ui::text(tally.occupied),
        ui::text(tally.fault().unwrap_or_else(|| "相符".to_owned())),
        match difference {
            None => ui::muted("没有登记数"),
            Some(0) => ui::text("一致"),
            Some(n) => ui::text(format!("{n:+} 张")),
        },
    ]
}

fn stay(stays: &[Stretch], from: Date) -> Markup {
    let one = |label: &str, all: bool, note: &str| {
        let (tenths, people) = average(stays, all);
        let value = tenths.map_or_else(|| "—".to_owned(), |n| format!("{}.{} 天", n / 10, n % 10));
        ui::figure(label, value, html! { (people) " 人次。" (note) })
    };
    html! {
        p.text-secondary { (from) " 以来离开医疗床位的。按床日付费的病区由当地文件规定是否计入。" }
        div.yy-figures {
            (one("平均住院日（不含按床日付费病区）", false, "上报用这一个数"))
            (one("全部医疗床位", true, "供对照"))
        }
    }
}
