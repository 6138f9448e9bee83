//! staff.xlsx: who works where, as what, with which certificate.

use super::cells::Cells;
use super::{Column, Fault};
use kernel::{CreditCode, InstitutionId};
use registry::staff::{NewStaff, Post, StaffFacts};

/// The columns.
pub const COLUMNS: &[Column] = &[
    Column::new("姓名", "", "示例人员").required(),
    Column::new("身份证号", "18 位；据此匹配已有人员", "320623198001010015").required().or(&[
        "公民身份号码",
        "身份证",
        "身份证号码",
        "证件号码",
    ]),
    Column::new("所属机构信用代码", "机构须已导入", "52320623MJ00000011").required().or(&[
        "机构信用代码",
        "统一社会信用代码",
        "所属机构统一社会信用代码",
    ]),
    Column::new("岗位", "从列表中选择", "养老护理员").required().or(&["职务", "岗位名称"]).of(&[
        "医师",
        "护士",
        "康复治疗师",
        "养老护理员",
        "评估员",
        "管理人员",
    ]),
    Column::new("资格证书", "如 养老护理员五级", "养老护理员五级").or(&["证书名称", "资格"]),
    Column::new("证书编号", "", ""),
    Column::new("证书有效期至", "如 2027-12-31", "").or(&["有效期至"]),
    Column::new("联系电话", "", "19900000001").or(&["电话", "手机", "手机号", "手机号码"]),
];

fn employer(c: &mut Cells<'_>, code: Option<&CreditCode>) -> Option<InstitutionId> {
    match c.context.institution(code?) {
        None => c.fault(2, "没有这家机构，请先导入机构名册或更正信用代码"),
        Some((_, area)) if !c.context.scope.area.contains(area) => c.outside(2, area),
        Some((id, _)) => return Some(id),
    }
    None
}

/// What a row says.
pub fn parse(mut c: Cells<'_>) -> Result<NewStaff, Vec<Fault>> {
    let (name, citizen, code, post) = (c.name(0), c.citizen(1), c.credit(2), c.need_word(3, Post::parse));
    let institution = employer(&mut c, code.as_ref());
    let (qualification, certificate_no) = (c.note(4, 60), c.note(5, 60));
    let (certificate_until, phone) = (c.date(6), c.phone(7));
    let made = name.zip(citizen).zip(institution).zip(post).map(|(((name, citizen), institution), post)| NewStaff {
        citizen,
        facts: StaffFacts { name, institution, post, qualification, certificate_no, certificate_until, phone },
    });
    c.done(made)
}
