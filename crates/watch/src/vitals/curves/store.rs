//! Points of curves in the database: never more rows than are drawn.

use super::{Curve, Grain, Point, Span, by_day};
use crate::vitals::{Vital, store};
use chrono::TimeDelta;
use db::{Tx, params};
use kernel::{ElderId, Instant};

/// So many single values are drawn at most; where there are more, the hours are.
const MOST_RAW: i64 = 600;
/// How far back the summaries may lag behind.
const LAG: TimeDelta = TimeDelta::days(3);

/// The curve of a vital sign over a span. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn curve(tx: &mut Tx<'_>, elder: ElderId, vital: Vital, span: Span, now: Instant) -> db::Result<Curve> {
    let today = kernel::time::date_of(now);
    let from = match span {
        Span::Day => now - TimeDelta::days(1),
        _ => kernel::time::at(span.first(today), 0, 0).unwrap_or_default(),
    };
    let until = now + TimeDelta::minutes(1);
    if span == Span::Year {
        let points = days(tx, elder, vital, from, until)?;
        return Ok(Curve { vital, grain: Grain::Day, points });
    }
    if span == Span::Day || few(tx, elder, vital, (from, until))? {
        let values = store::series(tx, elder, vital, from, until)?;
        return Ok(Curve { vital, grain: Grain::Raw, points: values.into_iter().map(Point::one).collect() });
    }
    let points = hours(tx, elder, vital, from, until)?;
    Ok(Curve { vital, grain: Grain::Hour, points })
}

fn few(tx: &mut Tx<'_>, elder: ElderId, vital: Vital, (from, until): (Instant, Instant)) -> db::Result<bool> {
    let sql = "select count(*) from (select 1 as one from measurements
                 where elder_id = $1 and kind = $2 and measured_at >= $3 and measured_at < $4 limit $5) few";
    let found = tx.count(sql, params![elder, vital.number(), from, until, MOST_RAW + 1])?;
    Ok(found <= MOST_RAW)
}

const fn point(s: &store::Summary) -> Point {
    Point { at: s.starts_at, count: s.count, least: s.least, most: s.most, total: s.total }
}

fn days(tx: &mut Tx<'_>, elder: ElderId, vital: Vital, from: Instant, until: Instant) -> db::Result<Vec<Point>> {
    let (first, last) = (kernel::time::date_of(from), kernel::time::date_of(until));
    let summaries = store::days(tx, elder, vital, first, last + chrono::Days::new(1))?;
    let mut all: Vec<Point> = summaries.iter().map(point).collect();
    // What the summaries do not have yet: today, and what the last night missed.
    let behind = all.last().map_or(until - LAG, |last| (last.at + TimeDelta::days(1)).max(until - LAG)).max(from);
    let tail = store::series(tx, elder, vital, behind, until)?;
    let known = all.last().map(|last| last.at);
    all.extend(by_day(&tail).into_iter().filter(|point| known.is_none_or(|known| point.at > known)));
    Ok(all)
}

fn hours(tx: &mut Tx<'_>, elder: ElderId, vital: Vital, from: Instant, until: Instant) -> db::Result<Vec<Point>> {
    let found = store::summaries(tx, (elder, vital), store::Span::Hour, (from, until))?;
    let mut all: Vec<Point> = found.iter().map(point).collect();
    let behind = all.last().map_or(until - LAG, |last| last.at + TimeDelta::hours(1)).max(from).max(until - LAG);
    let tail = store::series(tx, elder, vital, behind, until)?;
    let hour = |at: Instant| at.timestamp().div_euclid(3600);
    for part in tail.chunk_by(|a, b| hour(a.0) == hour(b.0)) {
        let numbers = || part.iter().map(|(_, value)| *value);
        let Some(((least, most), first)) = numbers().min().zip(numbers().max()).zip(part.first()) else { continue };
        let at = chrono::DateTime::from_timestamp(hour(first.0) * 3600, 0).unwrap_or(first.0);
        all.push(Point { at, count: part.len() as i64, least, most, total: numbers().sum() });
    }
    Ok(all)
}
