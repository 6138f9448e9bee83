//! Ids: UUID version 7, made by us, one Rust type for each kind of thing.

use crate::chance::Chance;
use crate::time::Instant;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id that nothing has.
            pub const NOTHING: Self = Self(Uuid::nil());

            /// A new id for this instant.
            pub fn new(now: Instant, chance: &dyn Chance) -> Self {
                Self(new_uuid(now, chance))
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Reads the 32 hexadecimal digits that addresses use (or the form with hyphens).
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0.as_simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.as_simple())
            }
        }
    )*

        /// Calls the given macro with the list of all id types, so that a crate can implement its own trait for each.
        #[macro_export]
        macro_rules! for_each_id {
            ($callback:ident) => { $callback! { $($name),* } };
        }
    };
}

ids! {
    /// A log-in (账号).
    AccountId,
    /// An elder (老年人).
    ElderId,
    /// An institution (机构).
    InstitutionId,
    /// A member of staff (从业人员).
    StaffId,
    /// An import batch (导入批次).
    BatchId,
    /// A background job (后台任务).
    JobId,
    /// A merge of two elder files (合并).
    MergeId,
    /// A health check-up (健康体检).
    CheckupId,
    /// An assessment (评估).
    AssessmentId,
    /// One assessor's form within an assessment (评估表).
    FormId,
    /// A family-doctor contract (家庭医生签约).
    ContractId,
    /// A service promised by a contract (签约服务).
    PromiseId,
    /// A proposal for a day's visits (排班方案).
    DayplanId,
    /// An episode of care (照护全程).
    EpisodeId,
    /// A goal of an episode's plan (照护目标).
    GoalId,
    /// Somebody in an episode's team (照护团队).
    MemberId,
    /// Hospice care of an elder (安宁疗护).
    HospiceId,
    /// A version of a hospice plan (安宁疗护计划).
    HospicePlanId,
    /// A round of hospice care (安宁疗护巡访).
    HospiceRoundId,
    /// A follow-up of the bereaved (丧亲随访).
    BereavementId,
    /// A screening scale filled in (量表筛查).
    ScreeningId,
    /// A traditional-medicine health service (中医药健康管理).
    TcmServiceId,
    /// A dose of a vaccine (疫苗接种).
    VaccinationId,
    /// A lot of a vaccine (疫苗批次).
    VaccineLotId,
    /// A remote consultation (远程会诊).
    ConsultationId,
    /// What was added to a signed conclusion (会诊补充意见).
    AddendumId,
    /// A stay in a hospital (住院).
    StayId,
    /// An item of a health record (健康档案条目).
    ChartItemId,
    /// A review of medicines (处方点评、用药指导).
    ReviewId,
    /// An abnormal finding of a check-up (体检异常).
    FindingId,
    /// A chronic disease under follow-up (慢性病随访).
    FollowupId,
    /// One follow-up (一次随访).
    FollowupVisitId,
    /// A home sickbed (家庭病床).
    SickbedId,
    /// Something that a home sickbed's plan says is done (家庭病床计划项).
    SickbedItemId,
    /// A round or call-out to a home sickbed (家庭病床巡诊).
    SickbedRoundId,
    /// A line of a home sickbed's account (家庭病床费用).
    SickbedFeeId,
    /// A care-insurance entitlement (长护险待遇).
    EntitlementId,
    /// A care plan (照护计划).
    PlanId,
    /// A visit (上门服务).
    VisitId,
    /// A monthly settlement (月度结算).
    SettlementId,
    /// A correction of a settled line (更正).
    CorrectionId,
    /// A referral (转诊).
    ReferralId,
    /// An agreement between an elder-care and a medical institution (合作协议).
    AgreementId,
    /// A round of the medical side at a home (巡诊).
    RoundId,
    /// A room of an institution (房间).
    RoomId,
    /// A bed of an institution (床位).
    BedId,
    /// Somebody who waits for a bed or lives in one (入住老人).
    ResidentId,
    /// A stretch of time or an event of a resident, a conversion, an outbreak: rows that nothing else names.
    BedRowId,
    /// Somebody's time at a day-care centre (日间照护), its days and measurements.
    DayCareId,
    /// A consent in the register (知情同意).
    ConsentId,
    /// Somebody's way to the page of an elder (家庭页的查看人).
    AccessId,
    /// A device that measures or calls (监测设备).
    DeviceId,
    /// A time in which an elder wore a device (设备绑定).
    BindingId,
    /// A person's own limits of a vital sign (个人阈值).
    LimitId,
    /// An alarm (报警).
    AlarmId,
    /// Something that happened to an alarm (报警经过).
    AlarmEventId,
    /// A case of the emergency call centre (呼救事件).
    EmergencyId,
    /// A stay at a health hut's station, a card for it (健康小屋).
    HutId,
    /// Where an elder got worse by trend (变差的趋势).
    TrendId,
    /// A row of the emergency call centre that nothing else names (呼救经过、值班).
    EmergencyRowId,
    /// A free clinic at a home (义诊).
    FreeClinicId,
    /// A note on a duty, or a hospital's report on its departments: rows that nothing else names.
    DutyRowId,
    /// An application to open an institution (设立申请).
    LicensingId,
    /// A product or service in the catalogue (目录条目), and what happened to it.
    CatalogueId,
    /// A partner of the FHIR interface (对接单位).
    PartnerId,
    /// One exchange with a partner, and what came of one resource (对接记录).
    ExchangeId,
}

/// A UUID version 7 (RFC 9562): 48 bits of milliseconds, then chance.
pub fn new_uuid(now: Instant, chance: &dyn Chance) -> Uuid {
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}
