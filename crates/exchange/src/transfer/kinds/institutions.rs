//! institutions.xlsx: homes, stations, health centres, hospitals, assessment agencies.

use super::cells::Cells;
use super::{Column, Fault};
use registry::institutions::{Kind, MedicalUnit, NewInstitution, Ownership, Profit};

/// More beds than any house has: a telephone number in the wrong column.
const MOST_BEDS: i64 = 20_000;

/// The columns.
pub const COLUMNS: &[Column] = &[
    Column::new("机构名称", "全称", "（示例）安和养老院").required().or(&["名称", "单位名称"]),
    Column::new("统一社会信用代码", "18 位；据此匹配已有机构", "52320623MJ00000011")
        .required()
        .or(&["信用代码", "社会信用代码"]),
    Column::new("机构类型", "从列表中选择", "养老机构").required().or(&["类型"]).of(&[
        "养老机构",
        "社会福利院",
        "农村敬老院",
        "日间照料中心",
        "护理院",
        "社区护理站",
        "社区卫生服务中心",
        "乡镇卫生院",
        "医院",
        "评估机构",
    ]),
    Column::new("所有制", "从列表中选择", "民办").required().of(&["公办", "民办", "公建民营"]),
    Column::new("营利性质", "从列表中选择", "非营利").of(&["非营利", "营利"]),
    Column::new("区划代码", "所在村（社区）的 12 位代码，或 9 位、6 位", "320623901001")
        .required()
        .or(&["所在区划代码", "所属区划代码"]),
    Column::new("详细地址", "", "安和街道示例路 1 号").or(&["地址"]),
    Column::new("经度", "WGS 84，度", "121.18"),
    Column::new("纬度", "WGS 84，度", "32.31"),
    Column::new("联系电话", "手机，或固定电话连区号", "051300000000").or(&["电话"]),
    Column::new("养老床位数", "整数", "120").or(&["床位数", "核定床位数"]),
    Column::new("护理型床位数", "整数，不多于养老床位数", "60"),
    Column::new("医疗床位数", "整数", "0"),
    Column::new("内设医疗机构", "从列表中选择", "医务室").of(&[
        "无",
        "医务室",
        "护理站",
        "门诊部",
        "综合门诊部",
        "护理院",
        "医院",
    ]),
    Column::new("签约医疗机构信用代码", "与之签订医养结合协议的医疗机构", ""),
    Column::new("签约有效期至", "如 2027-12-31", ""),
    Column::new("执业许可证号", "", ""),
    Column::new("许可证有效期至", "如 2027-12-31", ""),
    Column::new("开业日期", "如 2015-05-01", "2015-05-01").or(&["成立日期"]),
    Column::new("医院等级", "如 二级甲等", ""),
];

/// What a row says.
pub fn parse(mut c: Cells<'_>) -> Result<NewInstitution, Vec<Fault>> {
    let (name, credit, kind, ownership) =
        (c.need(0), c.credit(1), c.need_word(2, Kind::parse), c.need_word(3, Ownership::parse));
    let profit = c.word(4, Profit::parse);
    let area = c.known_area(5);
    let address = c.note(6, 200);
    let (lon, lat, phone) = (c.number(7, -180.0, 180.0), c.number(8, -90.0, 90.0), c.phone(9));
    let (beds, nursing_beds, medical_beds) = (c.whole(10, MOST_BEDS), c.whole(11, MOST_BEDS), c.whole(12, MOST_BEDS));
    if beds.zip(nursing_beds).is_some_and(|(all, nursing)| nursing > all) {
        c.fault(11, "护理型床位数多于养老床位数，请核对");
    }
    let medical_unit = c.word(13, MedicalUnit::parse);
    let partner_code = c.maybe_credit(14).map(|code| code.as_str().to_owned());
    let partner_until = c.date(15);
    let (licence_no, licence_until, opened_on) = (c.note(16, 60), c.date(17), c.past(18));
    let hospital_level = c.note(19, 20);
    let made = name.zip(credit).zip(kind).zip(area).map(|(((name, credit_code), kind), area)| NewInstitution {
        credit_code,
        name,
        kind,
        ownership,
        profit,
        area,
        address,
        lon,
        lat,
        phone,
        beds,
        nursing_beds,
        medical_beds,
        medical_unit,
        partner_code,
        partner_until,
        licence_no,
        licence_until,
        opened_on,
        hospital_level,
    });
    c.done(made)
}
