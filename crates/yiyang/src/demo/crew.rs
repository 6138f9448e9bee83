//! Who works in the synthetic county: an account for each role, and the staff of the imported roster behind them.

use super::Story;
use super::forms::Draw;
use crate::devices::Credential;
use anyhow::{Context, anyhow};
use db::{Actor, Scope};
use kernel::{AccountId, Area, InstitutionId, StaffId};
use registry::accounts::{self, Hashed, NewAccount, Role};
use registry::institutions::{self, Kind};
use registry::staff::{self, Post};

/// The password of all accounts of the synthetic county: it guards nothing that is anyone's.
pub(super) const PASSWORD: &str = "yiyang-2018";

/// Somebody who works.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account; none for staff without one.
    pub account: Option<AccountId>,
    /// Log-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Where they work.
    pub institution: Option<InstitutionId>,
    /// Entry in the staff register.
    pub staff: Option<StaffId>,
    /// How far they see.
    pub scope: Scope,
}

/// Everybody that the simulated month needs.
pub struct Crew {
    /// The county.
    pub county: Area,
    /// 业务经办
    pub clerk: Member,
    /// 长护险经办; reviews assessments too.
    pub reviewer: Member,
    /// 家庭医生
    pub doctor: Member,
    /// 护理站管理员
    pub station: Member,
    /// 护理员
    pub carer: Member,
    /// Those who look on: 监管人员, 系统管理员; 医院经办, first the desk, then a doctor; the heads of a home and of a day-care centre; the screen of its health hut.
    pub others: Vec<Member>,
    /// Assessors with their place in the staff register; the first two have accounts.
    pub assessors: Vec<(Member, StaffId)>,
    /// Devices that elders wear, with their secrets.
    pub devices: Vec<Credential>,
}

impl Crew {
    /// Two assessors.
    #[must_use]
    pub fn pair(&self, draw: &mut Draw) -> [(Member, StaffId); 2] {
        let n = self.assessors.len() as u64;
        // Half of the work falls to the two who can log in, so that their lists are not empty.
        let first = if draw.percent(50) { 0 } else { draw.below(n) };
        let second = if first == 0 && draw.percent(60) { 1 } else { (first + 1 + draw.below(n - 1)) % n };
        [self.assessors[first as usize].clone(), self.assessors[second as usize].clone()]
    }

    /// The log-ins as they are printed.
    #[must_use]
    pub fn logins(&self) -> String {
        let main = [&self.clerk, &self.reviewer, &self.doctor, &self.station, &self.carer];
        let assessors = self.assessors.iter().map(|(member, _)| member);
        let everyone = main.into_iter().chain(assessors).chain(&self.others).filter(|m| m.account.is_some());
        let lines = everyone.map(|m| format!("  {:<12}{:<14}{}", m.login, PASSWORD, m.role.name()));
        let head = format!("  {:<9}{:<13}{}", "登录名", "密码", "角色");
        std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
    }
}

/// Makes the accounts.
///
/// # Errors
/// When the roster lacks somebody who is needed, or an account cannot be made.
pub fn enlist(story: &Story<'_>, county: Area) -> anyhow::Result<Crew> {
    let city = county.up_to(kernel::area::Level::City);
    let maker = Maker { story, by: Actor::system(story.now), county };
    let station = maker.station()?;
    let centre = maker.first_of(&[Kind::CommunityHealthCentre, Kind::TownshipHealthCentre])?;
    let hospital = maker.first_of(&[Kind::Hospital])?;
    let doctor = maker.staff(Some(centre), Post::Doctor)?.into_iter().next();
    let specialist = maker.staff(Some(hospital), Post::Doctor)?.into_iter().next().context("名册中医院没有医师")?;
    let carer = maker.staff(Some(station), Post::Carer)?.into_iter().next();
    let assessors = maker.staff(None, Post::Assessor)?;
    let mut team = Vec::new();
    for (i, (id, name, institution)) in assessors.into_iter().enumerate() {
        let login = if i < 2 { format!("assessor{}", i + 1) } else { String::new() };
        team.push((maker.member(&login, &name, Role::Assessor, county, Some(institution), Some(id))?, id));
    }
    anyhow::ensure!(team.len() >= 3, "名册中评估员不足 3 名");
    let (doctor, carer) = (doctor.context("名册中没有家庭医生")?, carer.context("名册中没有护理员")?);
    Ok(Crew {
        county,
        clerk: maker.member("clerk", "经办员（合成）", Role::Clerk, county, None, None)?,
        reviewer: maker.member("insurer", "长护险经办（合成）", Role::Insurer, county, None, None)?,
        doctor: maker.member("doctor", &doctor.1, Role::Doctor, county, Some(doctor.2), Some(doctor.0))?,
        station: maker.member("station", "站长（合成）", Role::Station, county, Some(station), None)?,
        carer: maker.member("carer", &carer.1, Role::Carer, county, Some(station), Some(carer.0))?,
        others: vec![
            maker.member("supervisor", "监管员（合成）", Role::Supervisor, city, None, None)?,
            maker.member("hospital", "转诊办（合成）", Role::Hospital, county, Some(hospital), None)?,
            maker.member("specialist", &specialist.1, Role::Hospital, county, Some(hospital), Some(specialist.0))?,
            maker.member("admin", "管理员（合成）", Role::Admin, city, None, None)?,
            maker.member("home", "院长（合成）", Role::Residence, county, Some(maker.home()?), None)?,
            maker.member(
                "daycare",
                "日间照料中心主任（合成）",
                Role::Residence,
                county,
                Some(maker.first_of(&[Kind::DayCareCentre])?),
                None,
            )?,
            maker.member(
                "hut",
                "健康小屋（合成）",
                Role::Hut,
                county,
                Some(maker.first_of(&[Kind::DayCareCentre])?),
                None,
            )?,
        ],
        assessors: team,
        devices: vec![],
    })
}

struct Maker<'a> {
    story: &'a Story<'a>,
    by: Actor,
    county: Area,
}

type Found = (StaffId, String, InstitutionId);

impl Maker<'_> {
    fn of_kinds(&self, kinds: &[Kind]) -> anyhow::Result<Vec<InstitutionId>> {
        let filter = institutions::store::Filter { kinds: kinds.to_vec(), area: Some(self.county), name: None };
        let found = self.story.db.read(|tx| institutions::store::list(tx, &self.by, &filter, 1000, 0))?;
        Ok(found.into_iter().map(|i| i.id).collect())
    }

    fn first_of(&self, kinds: &[Kind]) -> anyhow::Result<InstitutionId> {
        self.of_kinds(kinds)?.into_iter().next().ok_or_else(|| anyhow!("名册中没有需要的机构"))
    }

    /// The home with the most beds.
    fn home(&self) -> anyhow::Result<InstitutionId> {
        let kinds = vec![Kind::ElderCareInstitution];
        let filter = institutions::store::Filter { kinds, area: Some(self.county), name: None };
        let all = self.story.db.read(|tx| institutions::store::list(tx, &self.by, &filter, 1000, 0))?;
        all.iter().max_by_key(|i| i.facts.beds).map(|i| i.id).context("名册中没有养老机构")
    }

    /// The nursing station with the most carers: its lists are the fullest.
    fn station(&self) -> anyhow::Result<InstitutionId> {
        let mut best = None;
        for id in self.of_kinds(&[Kind::NursingStation])? {
            let carers = self.staff(Some(id), Post::Carer)?.len();
            if best.is_none_or(|(most, _)| carers > most) {
                best = Some((carers, id));
            }
        }
        best.map(|(_, id)| id).context("名册中没有护理站")
    }

    fn staff(&self, institution: Option<InstitutionId>, post: Post) -> anyhow::Result<Vec<Found>> {
        let filter = staff::store::Filter { institution, post: Some(post), ..staff::store::Filter::default() };
        let mut by = self.by.clone();
        by.scope.area = self.county;
        let found = self.story.db.read(|tx| staff::store::list(tx, &by, &filter, 500, 0))?;
        let today = self.by.today();
        let valid = found.into_iter().filter(|s| s.facts.certificate_until.is_none_or(|until| until > today));
        Ok(valid.map(|s| (s.id, s.facts.name, s.facts.institution)).collect())
    }

    fn member(
        &self,
        login: &str,
        name: &str,
        role: Role,
        area: Area,
        institution: Option<InstitutionId>,
        staff: Option<StaffId>,
    ) -> anyhow::Result<Member> {
        let confined = role.confined().then_some(institution).flatten();
        let scope = Scope { area, institution: confined };
        let account =
            if login.is_empty() { None } else { Some(self.account(login, name, role, area, institution, staff)?) };
        Ok(Member { account, login: login.into(), name: name.into(), role, institution, staff, scope })
    }

    fn account(
        &self,
        login: &str,
        name: &str,
        role: Role,
        area: Area,
        institution: Option<InstitutionId>,
        staff: Option<StaffId>,
    ) -> anyhow::Result<AccountId> {
        let password = Hashed::new(PASSWORD, &crate::outside::SystemChance)?;
        let new = NewAccount {
            login: login.into(),
            name: name.into(),
            role,
            area,
            institution,
            staff,
            password,
            must_change: false,
        };
        self.story.db.write(|tx| accounts::store::create(tx, &self.by, &new)).map_err(|e| anyhow!("{login}：{e}"))
    }
}
