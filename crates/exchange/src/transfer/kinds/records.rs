//! checkups.csv and stays.csv: what hospitals and health centres send about elders who are on file.

use super::cells::Cells;
use super::{Column, Fault};
use kernel::{CitizenNumber, Date, InstitutionId};

/// The columns of check-ups.
pub const CHECKUPS: &[Column] = &[
    Column::new("身份证号", "18 位；老年人须已建档", "320623194501010013").required().or(&[
        "公民身份号码",
        "身份证",
        "身份证号码",
    ]),
    Column::new("体检日期", "如 2026-03-15", "2026-03-15").required().or(&["检查日期"]),
    Column::new("体检机构信用代码", "机构须已导入", "").or(&["机构信用代码", "体检机构统一社会信用代码"]),
    Column::new("已建健康档案", "", "是").or(&["是否建档"]).of(super::YES_NO),
    Column::new("已健康指导", "", "是").or(&["是否健康指导"]).of(super::YES_NO),
    Column::new("体检表完整", "", "是").or(&["是否完整"]).of(super::YES_NO),
    Column::new("收缩压", "mmHg，整数", "132"),
    Column::new("舒张压", "mmHg，整数", "78"),
    Column::new("空腹血糖", "mmol/L", "5.6").or(&["血糖"]),
];

/// The columns of stays.
pub const STAYS: &[Column] = &[
    Column::new("身份证号", "18 位；老年人须已建档", "320623194501010013").required().or(&[
        "公民身份号码",
        "身份证",
        "身份证号码",
    ]),
    Column::new("医院信用代码", "医院须已导入", "12320623MB0000001N")
        .required()
        .or(&["机构信用代码", "医院统一社会信用代码"]),
    Column::new("入院日期", "如 2026-10-05", "2026-10-05").required(),
    Column::new("出院日期", "仍在院的不填", "2026-10-12"),
    Column::new("主要诊断", "", "肺炎").or(&["诊断", "出院诊断"]),
];

/// A row of check-ups.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckupRow {
    /// Whose.
    pub citizen: CitizenNumber,
    /// When.
    pub on: Date,
    /// Where.
    pub institution: Option<InstitutionId>,
    /// 已建健康档案
    pub file_built: bool,
    /// 已健康指导
    pub guided: bool,
    /// 体检表完整
    pub complete: bool,
    /// 收缩压, mmHg
    pub systolic: Option<i64>,
    /// 舒张压, mmHg
    pub diastolic: Option<i64>,
    /// 空腹血糖, a tenth of mmol/L
    pub glucose_tenths: Option<i64>,
}

/// A row of stays.
#[derive(Clone, Debug, PartialEq)]
pub struct StayRow {
    /// Whose.
    pub citizen: CitizenNumber,
    /// Where.
    pub hospital: InstitutionId,
    /// From when.
    pub admitted_on: Date,
    /// Until when.
    pub discharged_on: Option<Date>,
    /// Why.
    pub diagnosis: Option<String>,
}

fn known(c: &mut Cells<'_>, column: usize, code: Option<&kernel::CreditCode>) -> Option<InstitutionId> {
    let code = code?;
    let found = c.context.institution(code).map(|(id, _)| id);
    if found.is_none() {
        c.fault(column, "没有这家机构，请先导入机构名册或更正信用代码");
    }
    found
}

fn past(c: &mut Cells<'_>, column: usize) -> Option<Date> {
    c.need(column)?;
    c.past(column)
}

/// What a row of check-ups says.
pub fn checkup(mut c: Cells<'_>) -> Result<CheckupRow, Vec<Fault>> {
    let (citizen, on) = (c.citizen(0), past(&mut c, 1));
    let code = c.maybe_credit(2);
    let institution = known(&mut c, 2, code.as_ref());
    let (built, guided, complete) = (c.yes(3), c.yes(4), c.yes(5));
    let (systolic, diastolic) = (c.whole(6, 400), c.whole(7, 300));
    let glucose = c.number(8, 0.0, 100.0);
    let made = citizen.zip(on).map(|(citizen, on)| CheckupRow {
        citizen,
        on,
        institution,
        file_built: built.unwrap_or_default(),
        guided: guided.unwrap_or_default(),
        complete: complete.unwrap_or_default(),
        systolic,
        diastolic,
        glucose_tenths: glucose.map(|g| (g * 10.0).round() as i64),
    });
    c.done(made)
}

/// What a row of stays says.
pub fn stay(mut c: Cells<'_>) -> Result<StayRow, Vec<Fault>> {
    let (citizen, code, admitted) = (c.citizen(0), c.credit(1), past(&mut c, 2));
    let hospital = known(&mut c, 1, code.as_ref());
    let discharged_on = c.past(3);
    if admitted.zip(discharged_on).is_some_and(|(from, until)| until < from) {
        c.fault(3, "早于入院日期，请核对");
    }
    let diagnosis = c.note(4, 200);
    let made = citizen.zip(hospital).zip(admitted).map(|((citizen, hospital), admitted_on)| StayRow {
        citizen,
        hospital,
        admitted_on,
        discharged_on,
        diagnosis,
    });
    c.done(made)
}
