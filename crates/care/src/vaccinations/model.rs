//! A dose, a lot, and what is asked before.

use kernel::{Date, ElderId, InstitutionId, VaccinationId, VaccineLotId};
use policy::Facts;
use serde::{Deserialize, Serialize};

registry::choice! {
    /// A vaccine (words of the policy table).
    pub enum Vaccine {
        /// Influenza, each year.
        Influenza = "influenza" "流感疫苗",
        /// Pneumococcal polysaccharide, 23-valent.
        Pneumonia = "pneumonia" "23 价肺炎疫苗",
    }

    /// What became of it.
    pub enum State {
        /// Given.
        Given = "given" "已接种",
        /// Put off, to be asked again.
        PutOff = "put_off" "暂缓",
        /// The elder or the family does not want it, or it must never be given.
        Declined = "declined" "不接种",
    }

    /// Where it was given.
    pub enum Site {
        /// Left upper arm.
        Left = "left" "左上臂",
        /// Right upper arm.
        Right = "right" "右上臂",
        /// Elsewhere.
        Other = "other" "其他部位",
    }

    /// How the body answered.
    pub enum Reaction {
        /// Nothing.
        None = "none" "无不良反应",
        /// Redness, a slight fever.
        Mild = "mild" "一般反应",
        /// Anything that a physician had to treat.
        Severe = "severe" "异常反应",
    }
}

/// The answers before a dose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Severely allergic to it or to an earlier dose.
    pub allergic: bool,
    /// An illness of the nerves that is getting worse.
    pub nervous: bool,
    /// A fever.
    pub fever: bool,
    /// An acute illness, or a chronic one that flares up.
    pub acute: bool,
}

impl Asked {
    /// The facts for `vaccine_asking`.
    #[must_use]
    pub fn facts(self) -> Facts {
        Facts::new()
            .with("allergic", self.allergic)
            .with("nervous", self.nervous)
            .with("fever", self.fever)
            .with("acute", self.acute)
    }
}

/// A dose as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dose {
    /// Identity.
    pub id: VaccinationId,
    /// Whose.
    pub elder: ElderId,
    /// Of what.
    pub vaccine: Vaccine,
    /// What became of it.
    pub state: State,
    /// When.
    pub on: Date,
    /// From which lot of ours, if it was ours.
    pub lot: Option<VaccineLotId>,
    /// The lot's number, as printed.
    pub lot_number: String,
    /// Where on the body.
    pub site: Option<Site>,
    /// What was answered before.
    pub asked: Asked,
    /// Why it was put off or declined.
    pub reason: String,
    /// From when on one asks again; none: not of our own accord.
    pub again_on: Option<Date>,
    /// Where it was given; none if not by one of ours.
    pub institution: Option<InstitutionId>,
    /// Who gave it.
    pub by: String,
    /// How the body answered, once it is known.
    pub reaction: Option<Reaction>,
    /// When that was seen.
    pub reaction_on: Option<Date>,
    /// What was seen and done.
    pub reaction_note: String,
}

/// A lot at an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Identity.
    pub id: VaccineLotId,
    /// Where it is kept.
    pub institution: InstitutionId,
    /// Of what.
    pub vaccine: Vaccine,
    /// Who made it.
    pub maker: String,
    /// Its number.
    pub number: String,
    /// Last day on which it may be given.
    pub expires_on: Date,
    /// When it came.
    pub received_on: Date,
    /// How many doses came.
    pub doses: i64,
    /// How many were given.
    pub used: i64,
    /// Why it may not be given any more; empty while it may.
    pub stopped: String,
}

impl Lot {
    /// Doses left.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.doses - self.used
    }

    /// Why no dose may be given from it on the day.
    #[must_use]
    pub fn against(&self, vaccine: Vaccine, on: Date) -> Option<String> {
        if self.vaccine != vaccine {
            Some(format!("批次 {} 是{}", self.number, self.vaccine))
        } else if !self.stopped.is_empty() {
            Some(format!("批次 {} 已停用：{}", self.number, self.stopped))
        } else if on > self.expires_on {
            Some(format!("批次 {} 已于 {} 到期", self.number, self.expires_on))
        } else if on < self.received_on {
            Some(format!("批次 {} 在 {} 才收到", self.number, self.received_on))
        } else if self.left() < 1 {
            Some(format!("批次 {} 已用完", self.number))
        } else {
            None
        }
    }
}

/// What is written down of a dose: given from a lot of ours, given elsewhere, put off or declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Given by us.
    Ours {
        /// From which lot.
        lot: VaccineLotId,
        /// Where on the body.
        site: Site,
        /// What was answered before.
        asked: Asked,
    },
    /// Given elsewhere, by its certificate.
    Elsewhere {
        /// The lot's number, if it is known.
        lot_number: String,
        /// Where.
        place: String,
    },
    /// Put off or declined.
    Not {
        /// Which of the two.
        state: State,
        /// Why.
        reason: String,
    },
}
