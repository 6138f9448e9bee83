//! The proposal for a whole county: a table with the distances, a map, and drafts of all at one stroke.

use super::super::model::{MEDICAL, Side};
use super::super::store::pairs::{Proposal, propose};
use super::super::{WRITE, store};
use super::draft::usual;
use super::map::map;
use super::{SOURCE, kilometres};
use axum::response::Response;
use kernel::area::Level;
use kernel::{Area, InstitutionId};
use registry::areas::Names;
use registry::institutions::Kind;
use serde::Deserialize;
use std::collections::HashMap;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// The most homes that may be asked of one medical institution. A limit of this program.
const MOST: usize = 999;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    area: Option<String>,
    most: Option<usize>,
    kinds: Option<String>,
}

impl Wanted {
    /// The county; one's own if nothing else was chosen. Not beyond one's sight.
    fn area(&self, cx: &Cx) -> Area {
        let own = cx.user.scope.area;
        let given = self.area.as_deref().and_then(|text| Area::parse(text).ok()).map(|area| area.up_to(Level::County));
        given.filter(|area| own.contains(*area)).unwrap_or(own)
    }

    fn most(&self, cx: &Cx) -> usize {
        let usual = cx.state.policies.parameter("pairing_capacity", self.area(cx), cx.today());
        let usual = usual.and_then(|p| usize::try_from(p.value).ok()).unwrap_or(1);
        self.most.unwrap_or(usual).min(MOST)
    }

    fn kinds(&self) -> Vec<Kind> {
        match self.kinds.as_deref().and_then(Kind::parse) {
            Some(one) if MEDICAL.contains(&one) => vec![one],
            _ => MEDICAL.to_vec(),
        }
    }
}

pub(in super::super) async fn show(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (area, most, kinds, names) = (wanted.area(&cx), wanted.most(&cx), wanted.kinds(), cx.state.get::<Names>());
    if area.level() < Level::County {
        return choose(&cx).await;
    }
    let (proposal, place) = cx
        .read(move |tx, by| {
            let proposal = propose(tx, by, area, most, &kinds)?;
            Ok::<_, Error>((proposal, names.at(tx)?.path(area)))
        })
        .await?;
    let numbers: HashMap<InstitutionId, usize> =
        proposal.medical.iter().enumerate().map(|(at, (one, _))| (one.id, at + 1)).collect();
    let body = html! {
        (filters(&wanted, area, most))
        (figures(&proposal))
        @if cx.may(WRITE) && proposal.pairs.iter().any(|pair| !pair.agreed) { (draft_all(&cx, &wanted, area, most)) }
        (ui::card("示意图", html! {
            (map(&proposal, &numbers))
            p.text-secondary { "圆点为养老机构和日间照料中心，带编号的方块为医疗机构；实线为已有协议，虚线为建议。距离是直线距离。" }
        }))
        (ui::card("结对", pairs(&cx, &proposal, &numbers)))
        (ui::card("医疗机构", medical(&proposal)))
        (others(&proposal))
    };
    let page = Page::new(&cx, &format!("结对方案：{place}")).crumb("合作协议", "/agreements");
    let source = "机构名册中的位置；已有协议的保持不变，其余按直线距离之和最小分配，每家医疗机构不超过上限。";
    Ok(page.source(format!("{source}{SOURCE}")).body(body))
}

/// Whoever sees more than a county chooses one: pairs stay within the county.
async fn choose(cx: &Cx) -> Result<Markup, Error> {
    let (scope, names) = (cx.user.scope.area, cx.state.get::<Names>());
    let counties = cx
        .read(move |tx, _| {
            let names = names.at(tx)?;
            let mut all = vec![];
            for one in store::pairs::counties(tx, scope)? {
                all.push((one, names.path(one)));
            }
            Ok::<_, Error>(all)
        })
        .await?;
    let rows = counties
        .iter()
        .map(|(area, name)| vec![ui::row_link(&format!("/agreements/pairs?area={}", area.short()), name)]);
    let page = Page::new(cx, "结对方案").crumb("合作协议", "/agreements").source(SOURCE);
    Ok(page.body(ui::table_or(&["县（市、区）"], rows, ui::empty("没有登记县级区划。", None))))
}

fn filters(wanted: &Wanted, area: Area, most: usize) -> Markup {
    let mut kinds = vec![("", "全部医疗机构")];
    kinds.extend(MEDICAL.iter().map(|kind| (kind.code(), kind.name())));
    ui::filters(
        "/agreements/pairs",
        html! {
            (ui::hidden("area", area.short()))
            (ui::number("每家医疗机构最多承接", "most", Some(most as i64), Field::number().min(1).max(MOST)))
            (ui::select("医疗机构类型", "kinds", &kinds, wanted.kinds.as_deref().unwrap_or_default()))
        },
    )
}

fn figures(proposal: &Proposal) -> Markup {
    let new: Vec<i64> = proposal.pairs.iter().filter(|pair| !pair.agreed).map(|pair| pair.metres).collect();
    let farthest = new.iter().max().map_or_else(|| "—".to_owned(), |metres| kilometres(*metres));
    let mean = if new.is_empty() { "—".to_owned() } else { kilometres(proposal.metres() / new.len() as i64) };
    ui::columns(&[
        ui::figure("已有协议", proposal.pairs.len() - new.len(), html! { "保持不变" }),
        ui::figure("建议结对", new.len(), html! { "平均 " (mean) }),
        ui::figure("最远", farthest, html! { "直线距离" }),
        ui::figure("没有着落", proposal.left_over.len(), html! { "超过上限" }),
    ])
}

fn draft_all(cx: &Cx, wanted: &Wanted, area: Area, most: usize) -> Markup {
    let form = html! {
        (ui::hidden("area", area.short())) (ui::hidden("most", most.to_string()))
        @if let Some(kinds) = &wanted.kinds { (ui::hidden("kinds", kinds)) }
        p { "为所有建议的结对各起草一份协议（每周巡诊 1 次，绿色通道和期限按预填值），再逐份商定、打印、签署。" }
        (ui::submit("为全部建议起草协议"))
    };
    ui::seldom("为全部建议起草协议", false, ui::form(cx, "/agreements/pairs", form))
}

fn pairs(cx: &Cx, proposal: &Proposal, numbers: &HashMap<InstitutionId, usize>) -> Markup {
    let rows = proposal.pairs.iter().map(|pair| {
        let number = numbers.get(&pair.medical.id).map(|n| format!("{n}. ")).unwrap_or_default();
        let href = format!("/agreements/new?home={}&medical={}", pair.home.id, pair.medical.id);
        vec![
            html! { (pair.home.name) @if pair.home.public { " " (ui::badge(Tone::Info, "公办")) } },
            ui::text(pair.home.kind),
            ui::text(format!("{number}{}", pair.medical.name)),
            ui::text(kilometres(pair.metres)),
            if pair.agreed { ui::badge(Tone::Success, "已有协议") } else { ui::badge(Tone::Warning, "建议") },
            html! { @if cx.may(WRITE) && !pair.agreed { a.btn.btn-sm href=(href) { "起草" } } },
        ]
    });
    let headings = ["养老机构", "类型", "医疗机构", ">距离", "状态", ""];
    ui::table_or(&headings, rows, ui::empty("没有可结对的机构：请先在机构名册登记位置。", None))
}

fn medical(proposal: &Proposal) -> Markup {
    let rows = proposal.medical.iter().enumerate().map(|(at, (one, count))| {
        vec![ui::text(format!("{}. {}", at + 1, one.name)), ui::text(one.kind), ui::text(count)]
    });
    ui::table(&["医疗机构", "类型", ">承接机构数"], rows)
}

fn others(proposal: &Proposal) -> Markup {
    let names = |all: &[Side]| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>().join("、");
    html! {
        @if !proposal.left_over.is_empty() {
            (ui::alert(Tone::Warning, "没有着落的机构", format!("{}。请提高上限，或增加医疗机构。", names(&proposal.left_over))))
        }
        @if !proposal.nowhere.is_empty() {
            (ui::alert(Tone::Warning, "没有登记位置的机构", format!("{}。请在机构名册补上经纬度。", names(&proposal.nowhere))))
        }
    }
}

pub(in super::super) async fn draft(cx: Cx, Form(wanted): Form<Wanted>) -> Result<Response, Error> {
    let (area, most, kinds, terms) = (wanted.area(&cx), wanted.most(&cx), wanted.kinds(), usual(&cx));
    if area.level() < Level::County {
        return Err(Error::field("area", "县（市、区）", "请先选择一个县"));
    }
    let made = cx
        .write(move |tx, by| {
            let proposal = propose(tx, by, area, most, &kinds)?;
            let mut made = 0;
            for pair in proposal.pairs.iter().filter(|pair| !pair.agreed) {
                match store::draft(tx, by, (pair.home.id, pair.medical.id), &terms, None) {
                    Ok(_) => made += 1,
                    Err(Error::Conflict(_)) => {} // drafted already
                    Err(e) => return Err(e),
                }
            }
            Ok::<_, Error>(made)
        })
        .await?;
    Ok(web::see_with("/agreements?state=draft", &format!("已起草 {made} 份协议，请逐份商定、打印、签署")))
}
