//! The elder's card as an operator reads it: the most urgent first, in large letters.

use super::super::store::card::Card;
use kernel::time::show;
use kernel::{Date, Instant};
use web::ui::{self, Tone};
use web::{Markup, html};

/// The card. `path` is where the village lies.
pub(super) fn card(c: &Card, path: &str, today: Date, now: Instant) -> Markup {
    html! {
        (who(c, path, today))
        (care::chart::banner(&c.chart))
        (door(c))
        (ui::facts(&[
            ("疾病", ui::opt(Some(illnesses(c)))),
            ("用药", ui::opt(Some(c.chart.medicines.join("；")))),
            ("家庭医生", doctor(c)),
            ("现在何处", ui::opt(Some(&c.place))),
        ]))
        (vitals(c, now))
        (alarms(c))
    }
}

fn tel(number: &str) -> Markup {
    // Starred digits cannot be dialled.
    html! {
        @if number.contains('*') { span.yy-card-phone { (number) } }
        @else { a.yy-card-phone.text-nowrap href={ "tel:" (number) } { (number) } }
    }
}

fn who(c: &Card, path: &str, today: Date) -> Markup {
    let e = &c.elder;
    let living = e.living.map(|l| format!("，{l}")).unwrap_or_default();
    html! {
        div.yy-card-who {
            p.yy-card-name { (e.name) "　" (e.age_on(today)) " 岁 " (e.sex.name()) (living) }
            p.yy-card-where { (path) "　" strong { (c.private.address.as_deref().unwrap_or("没有登记详细住址")) } }
            dl.yy-card-phones {
                dt { "本人" } dd { @match &c.private.phone { Some(phone) => (tel(phone)), None => "没有登记" } }
                dt { "联系人 " (e.contact_name.as_deref().unwrap_or_default()) }
                dd { @match &c.private.contact_phone { Some(phone) => (tel(phone)), None => "没有登记" } }
                @for p in &c.phones { dt { (p.relation) " " (p.name) } dd { (tel(&p.number)) } }
            }
        }
    }
}

fn door(c: &Card) -> Markup {
    html! {
        @if !c.notes.is_empty() {
            (ui::alert(Tone::Info, "入户须知", html! { @for n in &c.notes { p.mb-0 { strong { (n.kind) } "：" (n.text) } } }))
        }
    }
}

fn illnesses(c: &Card) -> String {
    let roster = c.elder.chronic.as_deref().unwrap_or_default().iter().map(|one| one.name().to_owned());
    let mut all: Vec<String> = c.chart.conditions.clone();
    for one in roster {
        if !all.iter().any(|known| known.contains(&one)) {
            all.push(one);
        }
    }
    all.join("、")
}

fn doctor(c: &Card) -> Markup {
    html! {
        @match &c.doctor {
            Some(d) => { (d.name) "（" (d.institution) "） " @if let Some(phone) = &d.phone { (tel(phone)) } },
            None => "没有签约",
        }
    }
}

fn vitals(c: &Card, now: Instant) -> Markup {
    let devices = c.vitals.iter().map(|m| {
        let ago = (now - m.believed()).num_minutes();
        (
            m.vital.name().to_owned(),
            m.vital.shown(m.value),
            format!("设备，{}", if ago < 120 { format!("{ago} 分钟前") } else { show(m.believed()) }),
        )
    });
    let chart = c.chart.vitals.iter().map(|(name, value, on)| (name.clone(), value.clone(), format!("档案，{on}")));
    let rows: Vec<Vec<Markup>> = devices
        .chain(chart)
        .map(|(name, value, when)| vec![ui::text(name), html! { strong { (value) } }, ui::text(when)])
        .collect();
    html! { @if !rows.is_empty() { h3 { "最近的测量" } (ui::table(&["项目", "数值", "来源"], rows)) } }
}

fn alarms(c: &Card) -> Markup {
    html! {
        @if !c.alarms.is_empty() {
            h3 { "未结束的报警" }
            ul { @for a in &c.alarms { li { (ui::badge(Tone::Warning, a.level.name())) " " (a.kind) "，" (show(a.raised_at)) "：" (a.message) } } }
        }
    }
}
