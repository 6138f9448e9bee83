//! What is published: by which way each kind is opened, on which conditions, in which time. Nothing else counts.

use super::super::APPLY;
use super::super::model::Unit;
use super::super::rules::{Terms, terms};
use super::{SOURCE, named};
use policy::Facts;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx) -> Result<Markup, Error> {
    let (library, area) = (&cx.state.policies, cx.user.scope.area);
    let all = Unit::ALL.iter().filter_map(|unit| Some((*unit, terms(library, area, cx.today(), *unit)?)));
    let all: Vec<(Unit, Terms)> = all.collect();
    let standards = library.tables().find(|table| table.question == "licensing_shortfall");
    let direct = library.decide("direct_registration", area, cx.today(), &Facts::new());
    let body = html! {
        (ui::alert(Tone::Info, "非禁即入", html! {
            "只看下面公布的条件，条件之外不设门槛；不予批准的，必须指明没有达到哪一条并说明理由。缺少的材料一次告知，逾期不告知的视为受理。"
        }))
        (table(&all))
        @if let Some(table) = standards { p { "床位、人数的最低数见 " a href=(ui::table_href(table)) { "规则表“" (table.title) "”" } "。" } }
        @if !direct.because.is_empty() || direct.undecided().is_some_and(|why| why.starts_with("缺少")) {
            p { "社区卫生服务机构、乡镇卫生院利用现有资源办医养服务，不降低安全标准的，凭已有资质直接备案。" }
        }
        @if let Some((_, terms)) = all.first() { (ui::because(library, &terms.because[0])) }
    };
    let mut page = Page::new(&cx, "公布的条件").crumb("设立审批", "/licensing");
    if cx.may(APPLY) {
        page = page.actions(ui::link_button("/licensing/new", "申请设立", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

fn table(all: &[(Unit, Terms)]) -> Markup {
    let row = |(unit, t): &(Unit, Terms)| {
        let first = if t.way.code() == "filing" { t.decide } else { t.tell };
        vec![
            ui::text(unit),
            ui::badge(if t.way.code() == "filing" { Tone::Success } else { Tone::Neutral }, t.way.name()),
            ui::text(named(&t.conditions)),
            ui::text(first),
            if t.way.code() == "filing" { ui::opt(None::<String>) } else { ui::text(t.decide) },
            if t.extend == 0 { ui::opt(None::<String>) } else { ui::text(t.extend) },
            ui::text(t.returns),
        ]
    };
    let headings =
        ["申请设立", "路径", "公布的条件", ">受理或备案（工作日）", ">决定（工作日）", ">可延长", ">补正次数"];
    ui::table_or(&headings, all.iter().map(row), ui::empty("没有文件规定设立的路径和条件。", None))
}
