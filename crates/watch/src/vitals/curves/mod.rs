//! Curves of what was measured: which points are drawn for how long a time, and how they are drawn. Short times show every
//! value, long ones the summaries of hours or days, so that a year costs no more than a week.

pub mod store;

use super::Vital;
use super::limits::Band;
use kernel::{Date, Instant};
use serde_json::{Value, json};

/// How long a time is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The last 24 hours.
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// A year.
    Year,
}

impl Span {
    /// All of them, with the word of an address and the Chinese name.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Day, "day", "24 小时"),
        (Self::Week, "week", "7 天"),
        (Self::Month, "month", "30 天"),
        (Self::Year, "year", "一年"),
    ];

    /// By the word of an address; a week without one.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        Self::ALL.iter().find(|(_, code, _)| Some(*code) == text).map_or(Self::Week, |(span, ..)| *span)
    }

    /// The word of an address.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(span, ..)| *span == self).map_or("", |(_, code, _)| code)
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(span, ..)| *span == self).map_or("", |(.., name)| name)
    }

    const fn days(self) -> u64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
        }
    }

    /// Its first day, counting today.
    #[must_use]
    pub fn first(self, today: Date) -> Date {
        today - chrono::Days::new(self.days() - 1)
    }
}

/// What belongs in one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The word of an address.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What is drawn.
    pub vitals: &'static [Vital],
}

/// All pictures, in the order of their tabs.
pub const GROUPS: &[Group] = &[
    Group { code: "pressure", name: "血压", vitals: &[Vital::Sbp, Vital::Dbp] },
    Group { code: "pulse", name: "脉搏", vitals: &[Vital::Pulse] },
    Group { code: "spo2", name: "血氧", vitals: &[Vital::Spo2] },
    Group { code: "glucose", name: "血糖", vitals: &[Vital::Glucose] },
    Group { code: "temperature", name: "体温", vitals: &[Vital::Temperature] },
    Group { code: "respiration", name: "呼吸", vitals: &[Vital::Respiration] },
    Group { code: "weight", name: "体重", vitals: &[Vital::Weight] },
    Group { code: "steps", name: "步数", vitals: &[Vital::Steps] },
];

/// What a point stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// One value.
    Raw,
    /// The values of an hour.
    Hour,
    /// The values of a day.
    Day,
}

impl Grain {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "每次测量",
            Self::Hour => "每小时汇总",
            Self::Day => "每日汇总",
        }
    }
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When it was measured, or when the hour or day begins.
    pub at: Instant,
    /// How many values.
    pub count: i64,
    /// The smallest.
    pub least: i64,
    /// The largest.
    pub most: i64,
    /// Their sum.
    pub total: i64,
}

impl Point {
    /// One value.
    #[must_use]
    pub const fn one((at, value): (Instant, i64)) -> Self {
        Self { at, count: 1, least: value, most: value, total: value }
    }

    /// What the line goes through: the mean; of steps, which count up, the most.
    #[must_use]
    pub const fn drawn(&self, vital: Vital) -> i64 {
        match vital {
            Vital::Steps => self.most,
            _ if self.count > 0 => (2 * self.total + self.count).div_euclid(2 * self.count),
            _ => self.total,
        }
    }

    /// When, as people in China read it.
    #[must_use]
    pub fn when(&self, grain: Grain) -> String {
        let whole = kernel::time::show(self.at);
        if grain == Grain::Day { whole[..10].to_owned() } else { whole }
    }
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Of what.
    pub vital: Vital,
    /// What its points stand for.
    pub grain: Grain,
    /// Oldest first.
    pub points: Vec<Point>,
}

/// Values as one point for each day: what is not in the summaries yet.
#[must_use]
pub fn by_day(values: &[(Instant, i64)]) -> Vec<Point> {
    let day = |at: Instant| kernel::time::date_of(at);
    let of = |part: &[(Instant, i64)]| {
        let first = part.first()?;
        let at = kernel::time::at(day(first.0), 0, 0)?;
        let numbers = || part.iter().map(|(_, value)| *value);
        let (least, most) = (numbers().min()?, numbers().max()?);
        Some(Point { at, count: part.len() as i64, least, most, total: numbers().sum() })
    };
    values.chunk_by(|a, b| day(a.0) == day(b.0)).filter_map(of).collect()
}

/// Room above and below the curve, in parts of its height.
const ROOM: i64 = 10;

/// The lowest and highest value that must be in the picture.
fn bounds(curves: &[Curve], bands: &[Band]) -> (i64, i64) {
    let points = curves.iter().flat_map(|curve| &curve.points).flat_map(|point| [point.least, point.most]);
    let limits = bands.iter().flat_map(|band| [band.low, band.high]).flatten();
    let all: Vec<i64> = points.chain(limits).collect();
    let (least, most) = (all.iter().min().copied().unwrap_or(0), all.iter().max().copied().unwrap_or(1));
    let room = ((most - least) / ROOM).max(1);
    ((least - room).max(0), most + room)
}

/// What ECharts calls an option. The band of each vital is drawn as an area, a person's own limits as lines.
#[must_use]
pub fn option(curves: &[Curve], bands: &[Band], own: &[Band]) -> Value {
    let (low, high) = bounds(curves, bands);
    let vital = curves.first().map_or(Vital::Sbp, |curve| curve.vital);
    let mut series = vec![];
    for (at, curve) in curves.iter().enumerate() {
        let (band, own) = (bands.get(at).copied().unwrap_or_default(), own.get(at).copied().unwrap_or_default());
        series.extend(lines(curve, band, own, (low, high)));
    }
    let names: Vec<&str> = curves.iter().map(|curve| curve.vital.name()).collect();
    let legend = json!({ "data": names, "top": 0, "bottom": "auto" });
    json!({
        "tooltip": { "trigger": "axis" },
        "legend": legend,
        "grid": { "left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": true },
        "xAxis": { "type": "time", "axisLabel": { "hideOverlap": true } },
        "yAxis": { "type": "value", "name": vital.unit(), "min": scaled(vital, low), "max": scaled(vital, high) },
        "series": series,
    })
}

fn scaled(vital: Vital, value: i64) -> f64 {
    value as f64 / 10_f64.powi(vital.decimals() as i32)
}

/// The ground of the normal band: a tint of the line that it belongs to, so that two bands are told apart.
const fn ground(vital: Vital) -> &'static str {
    match vital {
        Vital::Dbp => "rgba(200, 85, 61, 0.12)",
        _ => "rgba(11, 107, 102, 0.10)",
    }
}

/// The colour of a line, and of the thin ones beside it.
const fn colour(vital: Vital) -> &'static str {
    match vital {
        Vital::Dbp => "#c8553d",
        _ => "#0b6b66",
    }
}

/// The line of a curve; for summaries the least and the most beside it, thin.
fn lines(curve: &Curve, band: Band, own: Band, (low, high): (i64, i64)) -> Vec<Value> {
    let vital = curve.vital;
    let data = |value: &dyn Fn(&Point) -> i64| -> Vec<Value> {
        curve.points.iter().map(|p| json!([p.when(curve.grain), scaled(vital, value(p))])).collect()
    };
    let few = curve.points.len() <= 120;
    let mut main = json!({
        "name": vital.name(), "type": "line", "color": colour(vital), "showSymbol": few, "symbolSize": 5, "connectNulls": false,
        "data": data(&|p| p.drawn(vital)),
    });
    if band.low.is_some() || band.high.is_some() {
        let (from, to) = (band.low.unwrap_or(low), band.high.unwrap_or(high));
        main["markArea"] = json!({
            "silent": true, "itemStyle": { "color": ground(vital) },
            "data": [[{ "yAxis": scaled(vital, from) }, { "yAxis": scaled(vital, to) }]],
        });
    }
    let set = [
        (own.low, "本人下限"),
        (own.high, "本人上限"),
        (own.danger_low, "本人危急下限"),
        (own.danger_high, "本人危急上限"),
    ];
    let set: Vec<Value> = set
        .into_iter()
        .filter_map(|(limit, name)| limit.map(|limit| json!({ "yAxis": scaled(vital, limit), "name": name })))
        .collect();
    if !set.is_empty() {
        main["markLine"] = json!({ "silent": true, "symbol": "none", "label": { "formatter": "{b} {c}", "position": "insideEndTop" }, "data": set });
    }
    let mut all = vec![main];
    if curve.grain != Grain::Raw && vital != Vital::Steps {
        let thin = |name: String, data: Vec<Value>| {
            json!({
                "name": name, "type": "line", "color": colour(vital), "showSymbol": false, "lineStyle": { "width": 1, "type": "dashed", "opacity": 0.7 }, "data": data,
            })
        };
        all.push(thin(format!("{}最低", vital.name()), data(&|p| p.least)));
        all.push(thin(format!("{}最高", vital.name()), data(&|p| p.most)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        kernel::time::parse_local(text).expect("instant")
    }

    #[test]
    fn values_become_points_of_their_day_in_china() {
        let values = [(at("2026-11-01 23:59"), 120), (at("2026-11-02 00:00"), 130), (at("2026-11-02 08:00"), 141)];
        let days = by_day(&values);
        assert_eq!(
            days.iter().map(|p| (p.when(Grain::Day), p.drawn(Vital::Sbp))).collect::<Vec<_>>(),
            [("2026-11-01".to_owned(), 120), ("2026-11-02".to_owned(), 136)]
        );
        assert_eq!((days[1].drawn(Vital::Steps), days[1].least), (141, 130));
    }

    #[test]
    fn the_picture_holds_the_band_and_every_value() {
        let points = vec![Point::one((at("2026-11-02 08:00"), 170)), Point::one((at("2026-11-02 20:00"), 120))];
        let curve = Curve { vital: Vital::Sbp, grain: Grain::Raw, points };
        let band = Band { low: Some(90), high: Some(159), ..Band::default() };
        let own = Band { high: Some(149), ..Band::default() };
        let drawn = option(&[curve], &[own.over(band)], &[own]);
        assert_eq!((&drawn["yAxis"]["min"], &drawn["yAxis"]["max"]), (&json!(82.0), &json!(178.0)));
        assert_eq!(drawn["series"][0]["markArea"]["data"][0][1]["yAxis"], json!(149.0));
        assert_eq!(drawn["series"][0]["markLine"]["data"][0]["name"], "本人上限");
        assert_eq!(drawn["series"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_span_begins_so_many_days_ago() {
        let today = kernel::time::day("2026-11-02").expect("day");
        let first = |span: Span| span.first(today).to_string();
        assert_eq!([first(Span::Day), first(Span::Week)], ["2026-11-02", "2026-10-27"]);
        assert_eq!(first(Span::Year), "2025-11-03");
        assert_eq!((Span::parse(Some("year")), Span::parse(Some("x"))), (Span::Year, Span::Week));
    }
}
