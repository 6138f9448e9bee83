//! Everything that a settlement looks at, read at once; see [`super::model::Inputs`].

pub(super) mod store;

use super::model::{Carer, Elder, Inputs, Plan, Price};
use crate::ltci::catalogue;
use kernel::{Area, Date, ElderId, InstitutionId, Period, PlanId, StaffId};
use policy::Library;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Puts each thing into the inputs once and answers its place.
pub(super) struct Places {
    /// What has been put in so far.
    pub inputs: Inputs,
    elders: HashMap<Uuid, u32>,
    carers: HashMap<Uuid, u32>,
    plans: HashMap<Uuid, u32>,
    institutions: HashMap<Uuid, u32>,
    item_sets: HashMap<String, u32>,
    items: HashMap<String, u16>,
}

fn place<T>(known: &mut HashMap<Uuid, u32>, all: &mut Vec<T>, id: Uuid, new: impl FnOnce() -> T) -> u32 {
    *known.entry(id).or_insert_with(|| {
        all.push(new());
        all.len() as u32 - 1
    })
}

impl Places {
    /// Nothing yet.
    pub fn new(inputs: Inputs) -> Self {
        let none = HashMap::new;
        Self {
            inputs,
            elders: none(),
            carers: none(),
            plans: none(),
            institutions: none(),
            item_sets: HashMap::new(),
            items: HashMap::new(),
        }
    }

    /// An elder; one of whom nothing was read has no entitlement.
    pub fn elder(&mut self, id: ElderId) -> u32 {
        let new = || Elder { id, died_on: None, entitlements: vec![], stays: vec![] };
        place(&mut self.elders, &mut self.inputs.elders, id.uuid(), new)
    }

    /// A member of staff; one of whom nothing was read has no certificate.
    pub fn carer(&mut self, id: StaffId) -> u32 {
        let new = || Carer { id, kind: None, certificate: false, certified_until: None };
        place(&mut self.carers, &mut self.inputs.carers, id.uuid(), new)
    }

    /// A plan; one of which nothing was read is never in force.
    pub fn plan(&mut self, id: PlanId) -> u32 {
        let never = Period { from: Date::MAX, until: None };
        place(&mut self.plans, &mut self.inputs.plans, id.uuid(), || Plan { id, period: never, items: vec![] })
    }

    /// An institution.
    pub fn institution(&mut self, id: InstitutionId) -> u32 {
        place(&mut self.institutions, &mut self.inputs.institutions, id.uuid(), || id)
    }

    /// An item.
    pub fn item(&mut self, code: &str) -> u16 {
        if let Some(known) = self.items.get(code) {
            return *known;
        }
        self.inputs.items.push(code.to_owned());
        let place = self.inputs.items.len() as u16 - 1;
        self.items.insert(code.to_owned(), place);
        place
    }

    /// A set of items as visits keep it.
    pub fn item_set(&mut self, codes: &str) -> u32 {
        if let Some(known) = self.item_sets.get(codes) {
            return *known;
        }
        let set = catalogue::split(codes).map(|code| self.item(code)).collect();
        self.inputs.item_sets.push(set);
        let place = self.inputs.item_sets.len() as u32 - 1;
        self.item_sets.insert(codes.to_owned(), place);
        place
    }

    /// The finished inputs, with the price list of every day that they speak of.
    pub fn finish(mut self, policies: &Library, county: Area) -> Inputs {
        let month = self.inputs.month;
        let mut days: BTreeSet<Date> = month.first().iter_days().take(month.days() as usize).collect();
        days.extend(self.inputs.corrections.iter().map(|c| c.line.day));
        for day in days {
            let price = |code: &String| -> Option<Price> { Some(catalogue::item(policies, county, day, code)?.price) };
            let list = self.inputs.items.iter().map(price).collect();
            self.inputs.prices.insert(day, list);
        }
        self.inputs
    }
}
