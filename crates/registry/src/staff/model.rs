//! A member of staff: for whom they work, as what, and with which certificate.

use crate::choice;
use kernel::{CitizenNumber, Date, InstitutionId, StaffId};
use serde::{Deserialize, Serialize};

choice! {
    /// 岗位
    pub enum Post {
        /// 医师
        Doctor = "doctor" "医师",
        /// 护士
        Nurse = "nurse" "护士",
        /// 康复治疗师
        Therapist = "therapist" "康复治疗师",
        /// 养老护理员
        Carer = "carer" "养老护理员",
        /// 评估员
        Assessor = "assessor" "评估员",
        /// 管理人员
        Manager = "manager" "管理人员",
    }
}

/// A member of staff as a list or a form brings them.
#[derive(Clone, Debug, PartialEq)]
pub struct NewStaff {
    /// 身份证号: the key.
    pub citizen: CitizenNumber,
    /// All else.
    pub facts: StaffFacts,
}

/// What is known of a member of staff besides the identity number. `None` means "not said".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaffFacts {
    /// 姓名
    pub name: String,
    /// 所属机构
    pub institution: InstitutionId,
    /// 岗位
    pub post: Post,
    /// 资格证书, as written
    pub qualification: Option<String>,
    /// 证书编号
    pub certificate_no: Option<String>,
    /// 证书有效期至, last day
    pub certificate_until: Option<Date>,
    /// 联系电话 (personal: sealed at rest)
    pub phone: Option<String>,
}

/// Chinese names of the fields that may change.
pub const LABELS: &[(&str, &str)] = &[
    ("name", "姓名"),
    ("institution", "所属机构"),
    ("post", "岗位"),
    ("qualification", "资格证书"),
    ("certificate_no", "证书编号"),
    ("certificate_until", "证书有效期至"),
    ("phone", "联系电话"),
];

/// A member of staff as they stand in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Staff {
    /// Identity.
    pub id: StaffId,
    /// The identity number as screens show it.
    pub id_masked: String,
    /// All else.
    pub facts: StaffFacts,
}
