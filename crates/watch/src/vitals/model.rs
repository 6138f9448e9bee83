//! What can be measured, and a measurement. Pure.

use kernel::{DeviceId, ElderId, Instant};

/// Makes [`Vital`] with its number in the store, code, Chinese name, unit, decimals and LOINC code.
macro_rules! vitals {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $code:literal $name:literal $unit:literal $decimals:literal $loinc:literal;)+) => {
        /// What is measured. Values are integers: `value / 10^decimals` in the unit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Vital { $($(#[$doc])* $variant),+ }

        impl Vital {
            /// All of them, in the order of pages.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Its number in the store. Never changed.
            #[must_use]
            pub const fn number(self) -> i64 { match self { $(Self::$variant => $number),+ } }
            /// The word in policies and in SenML names.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// The Chinese name.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),+ } }
            /// The unit as pages show it; empty for events.
            #[must_use]
            pub const fn unit(self) -> &'static str { match self { $(Self::$variant => $unit),+ } }
            /// Decimal places of a stored value.
            #[must_use]
            pub const fn decimals(self) -> u32 { match self { $(Self::$variant => $decimals),+ } }
            /// LOINC code in a FHIR Observation; empty where there is none.
            #[must_use]
            pub const fn loinc(self) -> &'static str { match self { $(Self::$variant => $loinc),+ } }
            /// By its number in the store.
            #[must_use]
            pub const fn of_number(number: i64) -> Option<Self> { match number { $($number => Some(Self::$variant),)+ _ => None } }
            /// By its word.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
    };
}

vitals! {
    /// Systolic blood pressure.
    Sbp = 1 "sbp" "收缩压" "mmHg" 0 "8480-6";
    /// Diastolic blood pressure.
    Dbp = 2 "dbp" "舒张压" "mmHg" 0 "8462-4";
    /// Pulse or heart rate.
    Pulse = 3 "pulse" "脉搏" "次/分" 0 "8867-4";
    /// Oxygen saturation.
    Spo2 = 4 "spo2" "血氧饱和度" "%" 0 "59408-5";
    /// Body temperature.
    Temperature = 5 "temperature" "体温" "℃" 1 "8310-5";
    /// Respiratory rate.
    Respiration = 6 "respiration" "呼吸" "次/分" 0 "9279-1";
    /// Glucose in capillary blood.
    Glucose = 7 "glucose" "血糖" "mmol/L" 1 "14743-9";
    /// Body weight.
    Weight = 8 "weight" "体重" "kg" 1 "29463-7";
    /// Steps since midnight.
    Steps = 9 "steps" "步数" "步" 0 "55423-8";
    /// Movement seen: 1.
    Motion = 20 "motion" "活动" "" 0 "";
    /// The elder pressed for help: 1.
    Sos = 21 "sos" "主动呼救" "" 0 "";
    /// A fall was detected: 1; called off by the elder: 0.
    Fall = 22 "fall" "跌倒" "" 0 "";
    /// Latitude in millionths of a degree.
    Latitude = 30 "latitude" "纬度" "°" 6 "";
    /// Longitude in millionths of a degree.
    Longitude = 31 "longitude" "经度" "°" 6 "";
    /// What is left in the device's battery.
    Battery = 40 "battery" "电量" "%" 0 "";
}

impl Vital {
    /// Those that a chart is drawn of.
    #[must_use]
    pub const fn charted(self) -> bool {
        self.number() < Self::Motion.number()
    }

    /// A stored value in words: `36.8`.
    #[must_use]
    pub fn show(self, value: i64) -> String {
        match self.decimals() {
            0 => value.to_string(),
            n => format!("{:.*}", n as usize, value as f64 / 10_f64.powi(n as i32)),
        }
    }

    /// A stored value with its unit: `36.8 ℃`.
    #[must_use]
    pub fn shown(self, value: i64) -> String {
        format!("{} {}", self.show(value), self.unit()).trim_end().to_owned()
    }

    /// What a device sent, as it is stored; none for what is no number that fits.
    #[must_use]
    pub fn stored(self, value: f64) -> Option<i64> {
        let scaled = value * 10_f64.powi(self.decimals() as i32);
        (scaled.is_finite() && scaled.abs() < 1e12).then(|| scaled.round() as i64)
    }
}

/// One measurement of an elder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Whose.
    pub elder: ElderId,
    /// By what.
    pub device: DeviceId,
    /// Of what.
    pub vital: Vital,
    /// When, by the device's own clock: its identity together with the three above.
    pub at: Instant,
    /// See [`Vital`].
    pub value: i64,
    /// When it came in.
    pub received: Instant,
}

impl Measurement {
    /// When it was measured as far as we believe: a clock that is ahead does not move it into the future.
    #[must_use]
    pub fn believed(&self) -> Instant {
        self.at.min(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_words_find_their_way_back_and_are_one_each() {
        assert!(
            Vital::ALL.iter().all(|v| Vital::of_number(v.number()) == Some(*v) && Vital::of_code(v.code()) == Some(*v))
        );
        assert_eq!(Vital::ALL.iter().map(|v| v.number()).collect::<BTreeSet<_>>().len(), Vital::ALL.len());
    }

    #[test]
    fn values_are_stored_with_their_decimals() {
        assert_eq!((Vital::Temperature.stored(36.84), Vital::Sbp.stored(120.4)), (Some(368), Some(120)));
        assert_eq!(Vital::Glucose.shown(68), "6.8 mmol/L");
        assert_eq!((Vital::Sbp.stored(f64::NAN), Vital::Sbp.stored(1e300)), (None, None));
    }
}
