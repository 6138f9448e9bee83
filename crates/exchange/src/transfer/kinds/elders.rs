//! elders.xlsx: the roster that everything begins with.

use super::cells::Cells;
use super::{Column, Fault};
use kernel::CitizenNumber;
use kernel::citizen::Sex;
use registry::elders::{Chronic, Details, Living, Marital, NewElder, Scheme, SelfCare, Status};

/// The columns.
pub const COLUMNS: &[Column] =
    &[
        Column::new("姓名", "", "示例老人").required().or(&["老年人姓名", "老人姓名"]),
        Column::new("身份证号", "18 位；据此匹配已有档案。请把该列设为“文本”格式", "320623194501010013")
            .required()
            .or(&["公民身份号码", "身份证", "身份证号码", "证件号码"]),
        Column::new("性别", "不填时按身份证号", "男").of(&["男", "女"]),
        Column::new("出生日期", "如 1945-01-01；不填时按身份证号", "1945-01-01").or(&["出生年月日", "生日"]),
        Column::new("联系电话", "手机，或固定电话连区号", "19900000002").or(&["电话", "手机", "手机号", "手机号码"]),
        Column::new("区划代码", "居住地村（社区）的 12 位代码，或 9 位、6 位", "320623901001").required().or(&[
            "居住地区划代码",
            "所属村居代码",
            "居住区划",
            "村居代码",
        ]),
        Column::new("居住地址", "", "示例路 1 号").or(&["地址", "现住址", "家庭住址", "住址"]),
        Column::new("户籍地区划代码", "12 位，或 9 位、6 位", "320623").or(&["户籍区划代码", "户籍地代码"]),
        Column::new("常住", "一年中在本地居住半年以上", "是").or(&["是否常住"]).of(super::YES_NO),
        Column::new("城乡", "", "城镇").or(&["城乡类别"]).of(&["城镇", "农村"]),
        Column::new("居住情况", "", "与配偶居住").or(&["居住方式"]).of(&[
            "独居",
            "与配偶居住",
            "与子女居住",
            "养老机构",
            "其他",
        ]),
        Column::new("婚姻状况", "", "已婚").or(&["婚姻"]).of(&["已婚", "丧偶", "离婚", "未婚"]),
        Column::new("医保类型", "", "居民医保").or(&["参保类型", "医疗保险"]).of(&["职工医保", "居民医保", "未参保"]),
        Column::new("长护险参保", "", "是").or(&["是否参加长护险", "长期护理保险", "照护保险参保"]).of(super::YES_NO),
        Column::new("慢性病", "多种用“、”分隔；没有填“无”", "高血压、糖尿病").or(&["慢病", "慢性病情况"]).of(&[
            "高血压",
            "糖尿病",
            "冠心病",
            "脑卒中",
            "慢阻肺",
            "肿瘤",
            "痴呆",
            "帕金森病",
            "骨关节病",
            "精神障碍",
            "无",
        ]),
        Column::new("自理情况", "名册自报，不是评估结论", "能自理").or(&["自理能力"]).of(&[
            "能自理",
            "部分自理",
            "不能自理",
        ]),
        Column::new("重病", "", "否").or(&["是否重病"]).of(super::YES_NO),
        Column::new("特殊家庭", "计划生育特殊家庭", "否").or(&["计划生育特殊家庭", "是否特殊家庭"]).of(super::YES_NO),
        Column::new("残疾", "", "否").or(&["是否残疾"]).of(super::YES_NO),
        Column::new("状态", "不填为在世", "在世").or(&["人员状态"]).of(&["在世", "死亡", "迁出"]),
        Column::new("死亡日期", "状态为死亡时必填", ""),
        Column::new("紧急联系人", "", "示例亲属").or(&["联系人"]),
        Column::new("紧急联系人电话", "", "19900000003").or(&["联系人电话"]),
    ];

const SEX: usize = 2;
const BORN: usize = 3;
const CHRONIC: usize = 14;
const STATUS: usize = 19;
const DIED: usize = 20;

fn sex(text: &str) -> Option<Sex> {
    match text {
        "男" | "男性" | "1" | "M" => Some(Sex::Male),
        "女" | "女性" | "2" | "F" => Some(Sex::Female),
        _ => None,
    }
}

fn urban(text: &str) -> Option<bool> {
    match text {
        "城镇" | "城市" | "非农" => Some(true),
        "农村" | "乡村" | "农业" => Some(false),
        _ => None,
    }
}

fn chronic(text: &str) -> Option<Vec<Chronic>> {
    if matches!(text, "无" | "没有" | "否") {
        return Some(Vec::new());
    }
    let parts = text.split(['、', ',', '，', ';', '；', '/', '|']).filter(|p| !p.is_empty());
    let one = |part: &str| match part {
        "高血压病" => Some(Chronic::Hypertension),
        "糖尿病病" | "2型糖尿病" => Some(Chronic::Diabetes),
        "冠状动脉粥样硬化性心脏病" => Some(Chronic::Coronary),
        "卒中" | "脑中风" | "中风" => Some(Chronic::Stroke),
        "慢性阻塞性肺疾病" => Some(Chronic::Copd),
        "癌症" | "恶性肿瘤" => Some(Chronic::Tumour),
        "老年痴呆" | "阿尔茨海默病" | "认知症" => Some(Chronic::Dementia),
        "帕金森" => Some(Chronic::Parkinson),
        _ => Chronic::parse(part),
    };
    parts.map(one).collect()
}

/// The number says the same in two more places.
fn agree(c: &mut Cells<'_>, citizen: &CitizenNumber) {
    let (said, born) = (c.word(SEX, sex), c.date(BORN));
    if said.is_some_and(|sex| sex != citizen.sex()) {
        c.fault(SEX, format!("与身份证号不一致（身份证号为{}），请核对", citizen.sex().name()));
    }
    if born.is_some_and(|born| born != citizen.born()) {
        c.fault(BORN, format!("与身份证号不一致（身份证号为 {}），请核对", citizen.born()));
    }
}

fn death(c: &mut Cells<'_>, details: &Details) {
    match (details.status, details.died_on) {
        (Some(Status::Dead), None) => c.fault(DIED, "状态为“死亡”时必须填写死亡日期"),
        (Some(Status::Alive | Status::Moved) | None, Some(_)) => c.fault(STATUS, "填了死亡日期，状态应为“死亡”"),
        (_, Some(died)) if died < details.born => c.fault(DIED, "早于出生日期，请核对"),
        _ => {}
    }
}

/// What a row says.
pub fn parse(mut c: Cells<'_>) -> Result<NewElder, Vec<Fault>> {
    let (name, citizen, area) = (c.name(0), c.citizen(1), c.known_area(5));
    let Some(citizen) = citizen else { return c.done(None) };
    agree(&mut c, &citizen);
    let fallback = area.unwrap_or(kernel::Area::COUNTRY);
    let mut details = Details::of(name.as_deref().unwrap_or_default(), &citizen, fallback);
    details.phone = c.phone(4);
    details.address = c.note(6, 200);
    details.registered_area = c.maybe_area(7);
    (details.resident, details.urban) = (c.yes(8), c.word(9, urban));
    (details.living, details.marital) = (c.word(10, Living::parse), c.word(11, Marital::parse));
    (details.scheme, details.ltci_insured) = (c.word(12, Scheme::parse), c.yes(13));
    (details.chronic, details.self_care) = (c.word(CHRONIC, chronic), c.word(15, SelfCare::parse));
    (details.seriously_ill, details.special_family, details.handicapped) = (c.yes(16), c.yes(17), c.yes(18));
    (details.status, details.died_on) = (c.word(STATUS, Status::parse), c.past(DIED));
    (details.contact_name, details.contact_phone) = (c.note(21, 50), c.phone(22));
    death(&mut c, &details);
    let overrule = c.context.rename;
    c.done(Some(NewElder { citizen, details, overrule }))
}
