//! What is known of an elder, and what of it may not be: types and checks, without a database.

use crate::choice;
use crate::saved::{self, Refused};
use db::Vault;
use kernel::citizen::Sex;
use kernel::{Area, CitizenNumber, Date, ElderId, Instant, text};
use serde::{Deserialize, Serialize};

/// The longest name that is taken: the longest names of minorities have about 20 characters.
const LONGEST_NAME: usize = 40;
/// The longest address, in characters.
const LONGEST_ADDRESS: usize = 200;

choice! {
    /// Where and with whom an elder lives (居住情况).
    pub enum Living {
        /// 独居
        Alone = "alone" "独居",
        /// 与配偶居住
        Spouse = "spouse" "与配偶居住",
        /// 与子女居住
        Children = "children" "与子女居住",
        /// 养老机构
        Institution = "institution" "养老机构",
        /// 其他
        Other = "other" "其他",
    }
}

choice! {
    /// Marital status (婚姻状况).
    pub enum Marital {
        /// 已婚
        Married = "married" "已婚",
        /// 丧偶
        Widowed = "widowed" "丧偶",
        /// 离婚
        Divorced = "divorced" "离婚",
        /// 未婚
        Single = "single" "未婚",
    }
}

choice! {
    /// Basic medical insurance (医保类型).
    pub enum Scheme {
        /// 职工医保
        Employee = "employee" "职工医保",
        /// 居民医保
        Resident = "resident" "居民医保",
        /// 未参保
        None = "none" "未参保",
    }
}

choice! {
    /// The roster's own word on self-care (自理情况); not an assessment.
    pub enum SelfCare {
        /// 能自理
        Able = "able" "能自理",
        /// 部分自理
        Partial = "partial" "部分自理",
        /// 不能自理
        Unable = "unable" "不能自理",
    }
}

choice! {
    /// Whether the elder still belongs to the roster (状态).
    pub enum Status {
        /// 在世
        Alive = "alive" "在世",
        /// 死亡
        Dead = "dead" "死亡",
        /// 迁出
        Moved = "moved" "迁出",
    }
}

choice! {
    /// Chronic diseases that the roster knows (慢性病). The order is that of the bits in the column copy: only append.
    pub enum Chronic {
        /// 高血压
        Hypertension = "hypertension" "高血压",
        /// 糖尿病
        Diabetes = "diabetes" "糖尿病",
        /// 冠心病
        Coronary = "coronary" "冠心病",
        /// 脑卒中
        Stroke = "stroke" "脑卒中",
        /// 慢阻肺
        Copd = "copd" "慢阻肺",
        /// 肿瘤
        Tumour = "tumour" "肿瘤",
        /// 痴呆
        Dementia = "dementia" "痴呆",
        /// 帕金森病
        Parkinson = "parkinson" "帕金森病",
        /// 骨关节病
        Arthritis = "arthritis" "骨关节病",
        /// 精神障碍
        Mental = "mental" "精神障碍",
    }
}

impl Chronic {
    /// Its bit in the column copy.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The codes as the database keeps them, in the order of [`Chronic::ALL`] and each once.
    #[must_use]
    pub fn join(list: &[Self]) -> String {
        let known = Self::ALL.iter().filter(|one| list.contains(one));
        known.map(|one| one.code()).collect::<Vec<_>>().join(",")
    }

    /// Reads what [`Chronic::join`] wrote.
    #[must_use]
    pub fn split(text: &str) -> Vec<Self> {
        text.split(',').filter_map(Self::parse).collect()
    }

    /// 高血压、糖尿病; 无 for none.
    #[must_use]
    pub fn names(list: &[Self]) -> String {
        if list.is_empty() {
            return "无".into();
        }
        list.iter().map(|one| one.name()).collect::<Vec<_>>().join("、")
    }
}

/// Everything that a roster says of an elder but the identity number. `None` means that it says nothing.
///
/// Holds personal data in the clear: never in a log line, sealed before it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub born: Date,
    /// 联系电话
    pub phone: Option<String>,
    /// 区划代码: where the elder lives.
    pub area: Area,
    /// 居住地址
    pub address: Option<String>,
    /// 户籍地区划代码
    pub registered_area: Option<Area>,
    /// 常住: lives here for at least half of the year.
    pub resident: Option<bool>,
    /// 城镇 (true) or 农村.
    pub urban: Option<bool>,
    /// 居住情况
    pub living: Option<Living>,
    /// 婚姻状况
    pub marital: Option<Marital>,
    /// 医保类型
    pub scheme: Option<Scheme>,
    /// 长护险参保
    pub ltci_insured: Option<bool>,
    /// 慢性病; an empty list says that there is none.
    pub chronic: Option<Vec<Chronic>>,
    /// 自理情况
    pub self_care: Option<SelfCare>,
    /// 重病
    pub seriously_ill: Option<bool>,
    /// 特殊家庭 (计划生育特殊家庭)
    pub special_family: Option<bool>,
    /// 残疾
    pub handicapped: Option<bool>,
    /// 状态; nothing said means 在世 for a new elder.
    pub status: Option<Status>,
    /// 死亡日期
    pub died_on: Option<Date>,
    /// 紧急联系人
    pub contact_name: Option<String>,
    /// 紧急联系人电话
    pub contact_phone: Option<String>,
}

/// Field and heading of each detail that can change.
pub const LABELS: &[(&str, &str)] = &[
    ("name", "姓名"),
    ("phone", "联系电话"),
    ("area", "区划代码"),
    ("address", "居住地址"),
    ("registered_area", "户籍地区划代码"),
    ("resident", "常住"),
    ("urban", "城乡"),
    ("living", "居住情况"),
    ("marital", "婚姻状况"),
    ("scheme", "医保类型"),
    ("ltci_insured", "长护险参保"),
    ("chronic", "慢性病"),
    ("self_care", "自理情况"),
    ("seriously_ill", "重病"),
    ("special_family", "特殊家庭"),
    ("handicapped", "残疾"),
    ("status", "状态"),
    ("died_on", "死亡日期"),
    ("contact_name", "紧急联系人"),
    ("contact_phone", "紧急联系人电话"),
];

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Details").field("born", &self.born).field("area", &self.area).finish_non_exhaustive()
    }
}

impl Details {
    /// Only what must be known; sex and birth are read from the identity number.
    #[must_use]
    pub fn of(name: &str, citizen: &CitizenNumber, area: Area) -> Self {
        Self {
            name: name.to_owned(),
            sex: citizen.sex(),
            born: citizen.born(),
            phone: None,
            area,
            address: None,
            registered_area: None,
            resident: None,
            urban: None,
            living: None,
            marital: None,
            scheme: None,
            ltci_insured: None,
            chronic: None,
            self_care: None,
            seriously_ill: None,
            special_family: None,
            handicapped: None,
            status: None,
            died_on: None,
            contact_name: None,
            contact_phone: None,
        }
    }
}

/// A row of a roster, or a form: matched with what is there by its identity number.
#[derive(Clone, Debug, PartialEq)]
pub struct NewElder {
    /// 身份证号
    pub citizen: CitizenNumber,
    /// All else.
    pub details: Details,
    /// Whether this overrules the name and the death on file (以文件为准); otherwise a contradiction is a refusal.
    pub overrule: bool,
}

impl NewElder {
    /// Only what must be known.
    #[must_use]
    pub fn new(name: &str, citizen: CitizenNumber, area: Area) -> Self {
        Self { details: Details::of(name, &citizen, area), citizen, overrule: false }
    }

    /// Whether the row agrees with itself.
    ///
    /// # Errors
    /// [`Refused::Field`] with the heading of the first field that does not.
    pub fn check(&self, today: Date) -> saved::Result<()> {
        let d = &self.details;
        check_name(&d.name)?;
        if d.sex != self.citizen.sex() {
            return Err(Refused::field("性别", "与身份证号不一致（身份证号第 17 位单数为男、双数为女），请核对"));
        }
        if d.born != self.citizen.born() {
            let message = format!("与身份证号不一致（身份证号为 {}），请核对", self.citizen.born());
            return Err(Refused::field("出生日期", message));
        }
        check_phone("联系电话", d.phone.as_deref())?;
        check_phone("紧急联系人电话", d.contact_phone.as_deref())?;
        if d.address.as_ref().is_some_and(|a| a.chars().count() > LONGEST_ADDRESS) {
            return Err(Refused::field("居住地址", format!("超过 {LONGEST_ADDRESS} 字，请精简")));
        }
        check_death(d, today)
    }
}

/// What the file says after the row: blanks of the row do not erase.
///
/// # Errors
/// [`Refused::Field`] when the row contradicts the name or the death on file and may not overrule them.
pub(super) fn update(old: &Details, new: &NewElder) -> saved::Result<Details> {
    if !new.overrule {
        contradiction(old, &new.details)?;
    }
    let mut whole = saved::fill_blanks(&new.details, old)?;
    if whole.status != Some(Status::Dead) {
        whole.died_on = None;
    }
    Ok(whole)
}

fn contradiction(old: &Details, new: &Details) -> saved::Result<()> {
    if text::name_key(&old.name) != text::name_key(&new.name) {
        let message = format!("与已建档姓名（{}）不符，请核实；确需更名请选择“以文件为准”", mask_name(&old.name));
        return Err(Refused::field("姓名", message));
    }
    match (old.died_on, new.status) {
        (Some(died), Some(Status::Alive | Status::Moved)) => {
            let message = format!("档案已登记 {died} 死亡；如系登记错误，请在老年人页面更正或选择“以文件为准”");
            Err(Refused::field("状态", message))
        }
        _ => Ok(()),
    }
}

/// 王*国: the first and the last character of a name, the rest starred.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

fn check_name(name: &str) -> saved::Result<()> {
    let count = name.chars().count();
    if text::name_key(name).is_empty() {
        return Err(Refused::field("姓名", "不能为空"));
    }
    if count > LONGEST_NAME {
        return Err(Refused::field("姓名", format!("有 {count} 个字，超过 {LONGEST_NAME} 个字，请核对")));
    }
    if name.chars().any(|c| c.is_ascii_digit() || c.is_control()) {
        return Err(Refused::field("姓名", "含数字或不可见字符，请核对"));
    }
    Ok(())
}

fn check_phone(field: &str, phone: Option<&str>) -> saved::Result<()> {
    let Some(phone) = phone else { return Ok(()) };
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    let plain = phone.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b' '));
    if !plain || !(7..=15).contains(&digits) {
        return Err(Refused::field(field, "不是电话号码（应为 7 至 15 位数字，可含区号与短横线）"));
    }
    Ok(())
}

fn check_death(d: &Details, today: Date) -> saved::Result<()> {
    match (d.status, d.died_on) {
        (Some(Status::Dead), None) => Err(Refused::field("死亡日期", "状态为死亡时必须填写死亡日期")),
        (Some(Status::Alive | Status::Moved) | None, Some(_)) => {
            Err(Refused::field("状态", "填写了死亡日期，状态应为“死亡”"))
        }
        (_, Some(died)) if died > today => Err(Refused::field("死亡日期", "晚于今天，请核对")),
        (_, Some(died)) if died < d.born => Err(Refused::field("死亡日期", "早于出生日期，请核对")),
        _ => Ok(()),
    }
}

/// What is sealed at rest, as it lies in the database.
#[derive(Clone, Default)]
pub struct Sealed {
    pub(super) citizen: Vec<u8>,
    pub(super) phone: Option<Vec<u8>>,
    pub(super) address: Option<Vec<u8>>,
    pub(super) contact_phone: Option<Vec<u8>>,
}

/// What was sealed, opened: only for those who need it, and never in a log line.
#[derive(Clone, PartialEq, Eq)]
pub struct Private {
    /// 身份证号, 18 characters.
    pub citizen: String,
    /// 联系电话
    pub phone: Option<String>,
    /// 居住地址
    pub address: Option<String>,
    /// 紧急联系人电话
    pub contact_phone: Option<String>,
}

impl Private {
    /// As screens show it to people who need not know it all: middle digits starred, the address without its house number.
    #[must_use]
    pub fn masked(&self) -> Self {
        let citizen = self.citizen.as_str();
        let hidden = if citizen.len() == 18 && citizen.is_ascii() {
            format!("{}********{}", &citizen[..6], &citizen[14..])
        } else {
            "******".into()
        };
        Self {
            citizen: hidden,
            phone: self.phone.as_deref().map(text::mask_phone),
            address: self.address.as_deref().map(mask_address),
            contact_phone: self.contact_phone.as_deref().map(text::mask_phone),
        }
    }
}

/// Digits of an address starred: village and street stay readable, door and house do not.
pub(super) fn mask_address(address: &str) -> String {
    address.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect()
}

/// An elder as the register has it. What is personal opens only by [`Elder::open`].
#[derive(Clone)]
pub struct Elder {
    /// Identity.
    pub id: ElderId,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub born: Date,
    /// The last four characters of the identity number.
    pub id_tail: String,
    /// The last four digits of the telephone.
    pub phone_tail: Option<String>,
    /// 区划: where the elder lives.
    pub area: Area,
    /// 户籍地
    pub registered_area: Option<Area>,
    /// 常住
    pub resident: Option<bool>,
    /// 城镇 (true) or 农村.
    pub urban: Option<bool>,
    /// 居住情况
    pub living: Option<Living>,
    /// 婚姻状况
    pub marital: Option<Marital>,
    /// 医保类型
    pub scheme: Option<Scheme>,
    /// 长护险参保
    pub ltci_insured: Option<bool>,
    /// 慢性病
    pub chronic: Option<Vec<Chronic>>,
    /// 自理情况 by the roster.
    pub self_care: Option<SelfCare>,
    /// 重病
    pub seriously_ill: Option<bool>,
    /// 特殊家庭
    pub special_family: Option<bool>,
    /// 残疾
    pub handicapped: Option<bool>,
    /// 状态
    pub status: Status,
    /// 死亡日期
    pub died_on: Option<Date>,
    /// 紧急联系人
    pub contact_name: Option<String>,
    /// Set when this file was merged into another: that one is the elder now.
    pub merged_into: Option<ElderId>,
    /// Since when there is a file.
    pub created_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
    pub(super) sealed: Sealed,
}

impl std::fmt::Debug for Elder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Elder({})", self.id)
    }
}

fn open(vault: &Vault, field: &str, sealed: Option<&Vec<u8>>) -> db::Result<Option<String>> {
    sealed.map(|bytes| vault.open(field, bytes)).transpose()
}

impl Elder {
    /// Opens what is sealed. Showing it in full needs `elders.unmask` and an audit row.
    ///
    /// # Errors
    /// [`db::Error::Sealed`] when the key is another one.
    pub fn open(&self, vault: &Vault) -> db::Result<Private> {
        Ok(Private {
            citizen: vault.open(CITIZEN, &self.sealed.citizen)?,
            phone: open(vault, PHONE, self.sealed.phone.as_ref())?,
            address: open(vault, ADDRESS, self.sealed.address.as_ref())?,
            contact_phone: open(vault, CONTACT_PHONE, self.sealed.contact_phone.as_ref())?,
        })
    }

    /// Opens what is sealed, as screens show it.
    ///
    /// # Errors
    /// [`db::Error::Sealed`] when the key is another one.
    pub fn masked(&self, vault: &Vault) -> db::Result<Private> {
        Ok(self.open(vault)?.masked())
    }

    /// Full years of age on the day, or on the day of death.
    #[must_use]
    pub fn age_on(&self, day: Date) -> i64 {
        kernel::time::age_on(self.born, self.died_on.map_or(day, |died| died.min(day)))
    }

    /// Everything in the form of a roster's row.
    ///
    /// # Errors
    /// [`db::Error::Sealed`] when the key is another one.
    pub fn details(&self, vault: &Vault) -> db::Result<Details> {
        let private = self.open(vault)?;
        Ok(Details {
            name: self.name.clone(),
            sex: self.sex,
            born: self.born,
            phone: private.phone,
            area: self.area,
            address: private.address,
            registered_area: self.registered_area,
            resident: self.resident,
            urban: self.urban,
            living: self.living,
            marital: self.marital,
            scheme: self.scheme,
            ltci_insured: self.ltci_insured,
            chronic: self.chronic.clone(),
            self_care: self.self_care,
            seriously_ill: self.seriously_ill,
            special_family: self.special_family,
            handicapped: self.handicapped,
            status: Some(self.status),
            died_on: self.died_on,
            contact_name: self.contact_name.clone(),
            contact_phone: private.contact_phone,
        })
    }
}

/// Names of the sealed fields: part of the seal, so that one does not open as another.
pub(super) const CITIZEN: &str = "elders.citizen";
pub(super) const PHONE: &str = "elders.phone";
pub(super) const ADDRESS: &str = "elders.address";
pub(super) const CONTACT_PHONE: &str = "elders.contact_phone";

/// An elder in one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Identity.
    pub id: ElderId,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub born: Date,
    /// 区划
    pub area: Area,
    /// Identity number with all but the last four characters starred.
    pub id_masked: String,
    /// 状态
    pub status: Status,
    /// 死亡日期
    pub died_on: Option<Date>,
}

/// The keyed hash under which an identity number is found; half of it is plenty, and half as long to keep in order.
pub(super) fn identity_hash(vault: &Vault, citizen: &str) -> Vec<u8> {
    let mut hash = vault.index("citizen", citizen);
    hash.truncate(16);
    hash
}

/// The keyed hash of a telephone number, digits only.
pub(super) fn phone_hash(vault: &Vault, phone: &str) -> Vec<u8> {
    let mut hash = vault.index("phone", &digits(phone));
    hash.truncate(16);
    hash
}

/// The last four digits of a telephone number.
pub(super) fn phone_tail(phone: &str) -> String {
    let digits = digits(phone);
    digits[digits.len().saturating_sub(4)..].to_owned()
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
