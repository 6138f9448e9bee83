//! The people who work in the institutions, enough of them that a month of home visits can be done.

use super::draw::Draw;
use super::files::Cell;
use super::institutions::{Institution, Kind};
use super::names;
use super::numbers::{Numbers, mobile};
use super::places::Places;
use chrono::{Datelike, Days};
use kernel::Date;
use kernel::citizen::Sex;

/// Headings of the staff roster.
pub const HEADINGS: [&str; 8] =
    ["姓名", "身份证号", "所属机构信用代码", "岗位", "资格证书", "证书编号", "证书有效期至", "联系电话"];

/// Old people for whom there is one carer who goes into homes.
const ELDERS_PER_HOME_CARER: usize = 160;
/// Old people for whom there is one assessor.
const ELDERS_PER_ASSESSOR: usize = 1600;
/// Old people for whom there is one family doctor.
const ELDERS_PER_DOCTOR: usize = 600;

/// One person with a post.
struct Post {
    role: &'static str,
    certificates: &'static [&'static str],
    women: f64,
    /// Years for which the certificate is good; 0 for ever.
    years: i64,
}

const DOCTOR: Post =
    Post {
        role: "医师", certificates: &["执业医师证", "执业医师证", "执业助理医师证"], women: 0.45, years: 0
    };
const NURSE: Post = Post { role: "护士", certificates: &["护士执业证书"], women: 0.97, years: 5 };
const THERAPIST: Post =
    Post { role: "康复治疗师", certificates: &["康复医学治疗技术资格证"], women: 0.55, years: 0 };
const CARER: Post = Post {
    role: "养老护理员",
    certificates: &["养老护理员五级", "养老护理员五级", "养老护理员四级", "养老护理员三级"],
    women: 0.88,
    years: 0,
};
const ASSESSOR: Post =
    Post {
        role: "评估员", certificates: &["老年人能力评估师三级", "老年人能力评估师四级"], women: 0.7, years: 3
    };
const MANAGER: Post = Post { role: "管理人员", certificates: &[], women: 0.5, years: 0 };

/// Draws the staff of one institution after the other.
pub struct Personnel<'a> {
    draw: Draw,
    numbers: &'a mut Numbers,
    places: &'a Places,
    today: Date,
    serial: usize,
}

/// What each institution of a kind has to share out among them.
pub struct Need {
    /// Home carers for each nursing station, and half as many for each nursing home.
    home_carers: usize,
    /// Family doctors for each health centre.
    doctors: usize,
    /// Assessors for each agency.
    assessors: usize,
}

impl Need {
    /// The need of so many old people, shared out.
    pub fn new(elders: usize, institutions: &[Institution]) -> Self {
        let count = |kinds: &[Kind]| institutions.iter().filter(|one| kinds.contains(&one.kind)).count().max(1);
        let stations = 2 * count(&[Kind::NursingStation]) + count(&[Kind::NursingHome]);
        let centres = count(&[Kind::CommunityHealthCentre, Kind::TownshipHealthCentre]);
        Self {
            home_carers: (2 * elders / ELDERS_PER_HOME_CARER).div_ceil(stations).max(2),
            doctors: (elders / ELDERS_PER_DOCTOR).div_ceil(centres).max(3),
            assessors: (elders / ELDERS_PER_ASSESSOR).div_ceil(count(&[Kind::AssessmentAgency])).max(4),
        }
    }
}

impl<'a> Personnel<'a> {
    /// Staff for institutions in these places.
    pub fn new(seed: u64, numbers: &'a mut Numbers, places: &'a Places, today: Date) -> Self {
        Self { draw: Draw::new(seed, "staff"), numbers, places, today, serial: 0 }
    }

    /// The rows of one institution.
    pub fn of(&mut self, institution: &Institution, need: &Need) -> Vec<Vec<Cell>> {
        let posts = posts(institution, need);
        let each = posts.iter().flat_map(|(post, count)| std::iter::repeat_n(post, *count));
        each.map(|post| self.person(institution, post)).collect()
    }

    fn person(&mut self, institution: &Institution, post: &Post) -> Vec<Cell> {
        let born = self.today - Days::new(self.draw.between(24 * 366, 58 * 365) as u64);
        let sex = if self.draw.yes(post.women) { Sex::Female } else { Sex::Male };
        let regions = self.places.counties[self.places.county_of(institution.village)].regions;
        let region = self.draw.of(regions);
        let number = self.numbers.issue(&mut self.draw, region, born, sex);
        self.serial += 1;
        let certified = !post.certificates.is_empty() && (post.years > 0 || self.draw.yes(0.96));
        let certificate = if certified { Cell::Word(self.draw.pick(post.certificates)) } else { Cell::Blank };
        let until = (certified && post.years > 0).then(|| self.until(post.years));
        vec![
            Cell::Text(names::full(&mut self.draw, sex, born.year())),
            Cell::Text(number),
            Cell::Text(institution.code.clone()),
            Cell::Word(post.role),
            certificate,
            if certified { Cell::Text(format!("合成证{:07}", self.serial)) } else { Cell::Blank },
            Cell::day(until),
            Cell::Text(mobile(&mut self.draw)),
        ]
    }

    /// The end of a certificate: a few have run out.
    fn until(&mut self, years: i64) -> Date {
        if self.draw.yes(0.02) {
            self.today - Days::new(self.draw.between(5, 120) as u64)
        } else {
            self.today + Days::new(self.draw.between(40, years * 365) as u64)
        }
    }
}

/// Who works in an institution, and how many.
fn posts(institution: &Institution, need: &Need) -> Vec<(Post, usize)> {
    let (beds, medical) = (institution.beds as usize, institution.medical_beds as usize);
    match institution.kind {
        Kind::Hospital => {
            vec![(DOCTOR, medical / 30 + 2), (NURSE, medical / 20 + 3), (THERAPIST, medical / 120 + 1), (MANAGER, 2)]
        }
        Kind::CommunityHealthCentre | Kind::TownshipHealthCentre => {
            vec![(DOCTOR, need.doctors), (NURSE, need.doctors + 1), (THERAPIST, 1), (MANAGER, 1)]
        }
        Kind::NursingHome => vec![
            (DOCTOR, 3),
            (NURSE, medical / 8 + 2),
            (THERAPIST, 2),
            (CARER, medical / 4 + need.home_carers / 2),
            (MANAGER, 1),
        ],
        Kind::NursingStation => vec![(NURSE, 3), (THERAPIST, 1), (CARER, need.home_carers), (MANAGER, 1)],
        Kind::ElderCareInstitution | Kind::WelfareHome | Kind::RuralElderHome => {
            let unit = usize::from(institution.unit != "无");
            vec![(MANAGER, 1), (DOCTOR, unit), (NURSE, unit * (1 + beds / 100)), (CARER, beds / 7 + 2)]
        }
        Kind::DayCareCentre => vec![(MANAGER, 1), (CARER, 1)],
        Kind::AssessmentAgency => vec![(MANAGER, 1), (ASSESSOR, need.assessors)],
    }
}
