//! The settlement sheet: on A4 with room for seals, and as a workbook.

use super::capital::capital;
use super::model::{Totals, Verdict};
use super::pages::{self, SOURCE, times};
use super::reason::Reason;
use super::store::{self, Filter, InstitutionTotals, Settlement, Shown};
use crate::ltci::catalogue;
use axum::extract::Path;
use axum::response::Response;
use kernel::text::inert;
use kernel::{Fen, InstitutionId};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::Deserialize;
use web::ui;
use web::{Cx, Error, Markup, Page, Query, XLSX, download, html};

/// The most lines that are printed on the sheet of an institution; a workbook has them all.
const PRINTED: i64 = 2_000;
/// The most rows that a worksheet takes (its format's own limit, less the headings).
const WORKBOOK: i64 = 1_048_570;

#[derive(Deserialize)]
pub(super) struct Whose {
    institution: Option<String>,
}

impl Whose {
    fn id(&self) -> Option<InstitutionId> {
        self.institution.as_deref().and_then(InstitutionId::parse)
    }
}

struct Sheet {
    settlement: Settlement,
    county: String,
    institutions: Vec<InstitutionTotals>,
    reasons: Vec<(Reason, i64, Fen)>,
    lines: Vec<Shown>,
}

async fn read(cx: &Cx, text: &str, whose: Option<InstitutionId>, limit: i64) -> Result<Sheet, Error> {
    let id = pages::id(text)?;
    cx.read(move |tx, by| {
        let settlement = store::find(tx, by, id)?;
        let county = registry::areas::store::name(tx, settlement.county)?;
        let mut institutions = store::institutions(tx, by, id)?;
        institutions.retain(|i| whose.is_none_or(|only| only == i.id));
        if institutions.is_empty() {
            return Err(Error::NotFound);
        }
        let filter = Filter { institution: whose, ..Filter::default() };
        let lines = if limit > 0 { store::lines(tx, by, id, filter, limit, 0)? } else { vec![] };
        let reasons = store::reasons(tx, id)?;
        Ok(Sheet { settlement, county, institutions, reasons, lines })
    })
    .await
}

pub(super) async fn page(cx: Cx, Path(text): Path<String>, Query(whose): Query<Whose>) -> Result<Markup, Error> {
    let one = whose.id();
    let sheet = read(&cx, &text, one, if one.is_some() { PRINTED } else { 0 }).await?;
    let s = &sheet.settlement;
    let total = sheet.institutions.iter().fold(Totals::default(), add);
    let title = format!("{}长期护理保险服务费用结算单", sheet.county);
    let parties: &[&str] =
        if one.is_some() { &["服务机构", "经办机构"] } else { &["经办机构", "医疗保障部门"] };
    let body = html! {
        (ui::facts(&[
            ("结算月份", ui::text(ui::month_zh(s.month))),
            ("状态", ui::text(s.state.name())),
            ("服务机构", html! { @if one.is_some() { (sheet.institutions[0].name) "（" (sheet.institutions[0].credit_code) "）" } @else { "共 " (sheet.institutions.len()) " 家" } }),
            ("明细", html! { (total.lines) " 条，核减 " (total.cut) " 条，拒付 " (total.refused) " 条" }),
        ]))
        @if !s.state.frozen() { p { strong { "试算结果，未经结算，不作为支付依据。" } } }
        (sums(&sheet, total))
        p { "基金支付（大写）：" strong { (capital(total.amounts.paid)) } "　¥" (total.amounts.paid.to_string()) }
        p { "核准金额（大写）：" (capital(total.amounts.approved)) "　个人自付：¥" (total.amounts.own().to_string()) }
        @if one.is_some() { (details(&cx, &sheet.lines, total.lines)) } @else { (by_reason(&sheet.reasons)) }
        p.text-secondary { "每行金额四舍五入到分，合计为各行之和。明细指纹（SM3）：" (super::digest::hex(&s.digest)) }
        (ui::seals(parties))
    };
    let back = format!("/ltci/settlements/{}", s.id);
    let page = Page::new(&cx, &title).crumb("月度结算", "/ltci/settlements").crumb("结算", &back);
    Ok(page.source(SOURCE).body(ui::print_sheet(&title, body)))
}

fn add(mut sum: Totals, i: &InstitutionTotals) -> Totals {
    sum.lines += i.totals.lines;
    sum.cut += i.totals.cut;
    sum.refused += i.totals.refused;
    sum.amounts.add(i.totals.amounts);
    sum
}

const HEADS: [&str; 9] =
    ["服务机构", ">条数", ">核减", ">拒付", ">申报金额", ">核定金额", ">核准金额", ">基金支付", ">个人自付"];

fn sums(sheet: &Sheet, total: Totals) -> Markup {
    let row = |name: Markup, t: Totals| {
        let mut cells = vec![name];
        cells.extend(pages::figures(t));
        cells
    };
    let mut rows: Vec<Vec<Markup>> = sheet.institutions.iter().map(|i| row(ui::text(&i.name), i.totals)).collect();
    if rows.len() > 1 {
        rows.push(row(html! { strong { "合计" } }, total));
    }
    ui::table(&HEADS, rows)
}

fn by_reason(reasons: &[(Reason, i64, Fen)]) -> Markup {
    let rows = reasons.iter().map(|(reason, lines, amount)| {
        vec![html! { (reason.code()) " " (reason.title()) }, ui::text(lines), ui::money(*amount)]
    });
    ui::table_or(&["核减、拒付原因", ">条数", ">未核准金额"], rows, html! {})
}

fn details(cx: &Cx, lines: &[Shown], total: i64) -> Markup {
    let rows = lines.iter().enumerate().map(|(n, line)| {
        vec![
            ui::text(n + 1),
            ui::text(&line.name),
            html! { (line.day) " " (times(line)) },
            html! { @if line.kind as i64 > 0 { (line.kind.name()) "：" } (catalogue::names(&cx.state.policies, &line.items)) },
            ui::text(line.amounts.asked),
            ui::text(line.amounts.approved),
            ui::text(line.amounts.paid),
            html! { (line.reasons.codes()) },
        ]
    });
    html! {
        (ui::table(&["序号", "老年人", "服务时间", "项目", ">申报", ">核准", ">基金支付", "原因"], rows))
        @if total > lines.len() as i64 { p { "本单只印前 " (lines.len()) " 条，全部明细见 Excel。" } }
    }
}

pub(super) async fn workbook(cx: Cx, Path(text): Path<String>, Query(whose): Query<Whose>) -> Result<Response, Error> {
    let sheet = read(&cx, &text, whose.id(), WORKBOOK).await?;
    let name = format!("{}长护险结算{}.xlsx", sheet.county, sheet.settlement.month);
    let (policies, subject) = (cx.state.policies.clone(), sheet.settlement.id.to_string());
    let rows = sheet.lines.len();
    cx.write(move |tx, by| {
        let detail = format!("下载结算明细 {rows} 条");
        tx.audit(by, db::audit::Entry { action: "ltci.export", subject, detail, ..Default::default() })
    })
    .await?;
    let bytes = cx
        .blocking(move || {
            build(&sheet, |codes| catalogue::names(&policies, codes)).map_err(|e| Error::Internal(e.to_string()))
        })
        .await?;
    Ok(download(&name, XLSX, bytes))
}

fn build(sheet: &Sheet, items: impl Fn(&str) -> String) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let money = Format::new().set_num_format("#,##0.00");
    write_sums(book.add_worksheet_with_constant_memory()?, sheet, &bold, &money)?;
    write_lines(book.add_worksheet_with_constant_memory()?, sheet, items, &bold, &money)?;
    book.save_to_buffer()
}

fn heads(page: &mut Worksheet, row: u32, heads: &[&str], bold: &Format) -> Result<(), XlsxError> {
    for (column, head) in heads.iter().enumerate() {
        page.write_string_with_format(row, column as u16, head.trim_start_matches('>'), bold)?;
    }
    Ok(())
}

/// Whole fen up to 2^53 are exact in a cell; the division is only for the reader's eyes.
fn yuan(page: &mut Worksheet, row: u32, column: u16, amount: Fen, format: &Format) -> Result<(), XlsxError> {
    page.write_number_with_format(row, column, amount.0 as f64 / 100.0, format).map(drop)
}

fn write_sums(page: &mut Worksheet, sheet: &Sheet, bold: &Format, money: &Format) -> Result<(), XlsxError> {
    page.set_name("汇总")?;
    let s = &sheet.settlement;
    page.set_column_width(0, 32)?;
    let title = format!("{} {} 长期护理保险结算（{}）", inert(&sheet.county), s.month, s.state.name());
    page.write_string_with_format(0, 0, title, bold)?;
    heads(page, 1, &HEADS, bold)?;
    let mut row = 2;
    for i in &sheet.institutions {
        let (t, a) = (i.totals, i.totals.amounts);
        page.write_string(row, 0, inert(&i.name))?;
        for (column, count) in [t.lines, t.cut, t.refused].into_iter().enumerate() {
            page.write_number(row, column as u16 + 1, count as f64)?;
        }
        for (column, amount) in [a.asked, a.adjusted, a.approved, a.paid, a.own()].into_iter().enumerate() {
            yuan(page, row, column as u16 + 4, amount, money)?;
        }
        row += 1;
    }
    let total = sheet.institutions.iter().fold(Totals::default(), add).amounts;
    page.write_string_with_format(row, 0, "合计", bold)?;
    for (column, amount) in
        [total.asked, total.adjusted, total.approved, total.paid, total.own()].into_iter().enumerate()
    {
        yuan(page, row, column as u16 + 4, amount, money)?;
    }
    page.write_string(row + 1, 0, format!("基金支付（大写）：{}", capital(total.paid)))?;
    page.write_string(row + 2, 0, format!("明细指纹（SM3）：{}", super::digest::hex(&s.digest)))?;
    Ok(())
}

const COLUMNS: [&str; 17] = [
    "老年人",
    "类别",
    "失能等级",
    "服务日期",
    "开始",
    "结束",
    "项目",
    "服务人员",
    "标准分钟",
    "实际分钟",
    "支付比例",
    "申报金额",
    "核定金额",
    "核准金额",
    "基金支付",
    "结果",
    "原因",
];

fn write_lines(
    page: &mut Worksheet,
    sheet: &Sheet,
    items: impl Fn(&str) -> String,
    bold: &Format,
    money: &Format,
) -> Result<(), XlsxError> {
    page.set_name("明细")?;
    heads(page, 0, &COLUMNS, bold)?;
    for (n, line) in sheet.lines.iter().enumerate() {
        let row = n as u32 + 1;
        let clock = |at: kernel::Instant| kernel::time::show(at)[11..].to_owned();
        let end = line.end.map(clock).unwrap_or_default();
        let (day, start) = (line.day.to_string(), clock(line.start));
        let level = format!("{} 级", line.level);
        let texts = [
            inert(&line.name),
            line.kind.name().into(),
            level,
            day,
            start,
            end,
            items(&line.items),
            inert(&line.carer),
        ];
        for (column, text) in texts.into_iter().enumerate() {
            page.write_string(row, column as u16, text)?;
        }
        page.write_number(row, 8, line.standard_minutes as f64)?;
        page.write_number(row, 9, line.minutes as f64)?;
        page.write_string(row, 10, line.rate.to_string())?;
        let a = line.amounts;
        for (column, amount) in [a.asked, a.adjusted, a.approved, a.paid].into_iter().enumerate() {
            yuan(page, row, column as u16 + 11, amount, money)?;
        }
        page.write_string(row, 15, Verdict::of(line.reasons).name())?;
        page.write_string(row, 16, line.reasons.words())?;
    }
    Ok(())
}
