//! The steps of a device: each loads, asks the model, writes, leaves an audit row.

use super::super::directory::SECRET;
use super::super::model::{Device, Kind, State, TRANSITIONS, against_serial};
use super::find_own;
use crate::alarms;
use care::episodes::{self, Thing};
use care::subject;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{Area, BindingId, DeviceId, ElderId, Happening, Instant, InstitutionId};
use registry::institutions;
use web::Error;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest name or reason, in characters.
const LONGEST: usize = 100;
/// The longest maintenance: a device that is away for longer is suspended. A setting of this program.
const LONGEST_MAINTENANCE: chrono::TimeDelta = chrono::TimeDelta::days(31);

/// A device to be registered.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// What is printed on it.
    pub serial: String,
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// Who made it.
    pub maker: String,
    /// Where it belongs.
    pub area: Area,
    /// Who looks after it.
    pub institution: Option<InstitutionId>,
}

fn log(tx: &mut Tx<'_>, by: &Actor, action: &str, d: (DeviceId, Option<ElderId>), detail: &str) -> db::Result<()> {
    tx.audit(by, Entry { action, elder: d.1, subject: d.0.to_string(), detail: detail.to_owned() })
}

fn short(text: &str, field: &str, label: &str) -> Result<String> {
    let text = kernel::text::clean(text);
    match text.chars().count() {
        n if n > LONGEST => Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST} 字以内"))),
        _ => Ok(text),
    }
}

fn reason(text: &str, field: &str, label: &str) -> Result<String> {
    let text = short(text, field, label)?;
    if text.is_empty() { Err(Error::field(field, label, "请写明")) } else { Ok(text) }
}

/// 128 bits of chance as 32 hexadecimal digits.
fn secret(tx: &Tx<'_>) -> String {
    let mut bytes = [0; 16];
    tx.chance().fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Registers a device; answers its secret, which is not to be had again.
///
/// # Errors
/// [`Error::Invalid`] for the serial number, the place or a name that is too long; DV-05.
pub fn register(tx: &mut Tx<'_>, by: &Actor, new: &NewDevice) -> Result<(DeviceId, String)> {
    let serial = kernel::text::clean(&new.serial);
    if let Some(wrong) = against_serial(&serial) {
        return Err(Error::field("serial", "设备编号", wrong));
    }
    let (name, maker) = (short(&new.name, "name", "名称")?, short(&new.maker, "maker", "厂家")?);
    let institution = match new.institution.or(by.scope.institution) {
        Some(id) => Some(institutions::store::find(tx, by, id)?),
        None => None,
    };
    let area = institution.as_ref().map_or(new.area, |place| place.facts.area);
    if !by.scope.area.contains(area) {
        return Err(Error::field("area", "区划", "不在您的辖区内"));
    }
    // Known anywhere, but who has it is no news for the neighbour.
    if tx.count("select count(*) from devices where serial = $1", params![&serial])? > 0 {
        return Err(Error::refused("DV-05", format!("设备编号 {serial} 已经登记过，请核对标签")));
    }
    let (id, secret) = (DeviceId::new(by.now, tx.chance()), secret(tx));
    let hash = tx.vault().index(SECRET, &secret);
    tx.exec(
        "insert into devices (id, serial, kind, name, maker, area, institution_id, shared, state, secret_hash, maintenance_why,
           registered_by, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, '', $10, $11, $11)",
        params![
            id,
            &serial,
            new.kind,
            &name,
            &maker,
            area,
            institution.map(|place| place.id),
            new.kind == Kind::HealthHut,
            hash,
            &by.name,
            by.now
        ],
    )?;
    log(tx, by, "devices.register", (id, None), &serial)?;
    Ok((id, secret))
}

/// Gives a device a new secret; the old one is worth nothing from now on.
///
/// # Errors
/// [`Error::NotFound`]; DV-01 for one that is retired.
pub fn renew(tx: &mut Tx<'_>, by: &Actor, id: DeviceId) -> Result<(Device, String)> {
    let d = find_own(tx, by, id)?;
    if d.state == State::Retired {
        return Err(Error::refused("DV-01", "设备已报废，不能换发密钥"));
    }
    let secret = secret(tx);
    let hash = tx.vault().index(SECRET, &secret);
    tx.exec_one("update devices set secret_hash = $2, changed_at = $3 where id = $1", params![id, hash, by.now])?;
    log(tx, by, "devices.secret", (id, None), &d.serial)?;
    Ok((d, secret))
}

/// Suspends, resumes or retires a device. Retiring ends who wears it.
///
/// # Errors
/// [`Error::Conflict`] when its state has no such step, [`Error::Invalid`] without a reason.
pub fn step(tx: &mut Tx<'_>, by: &Actor, id: DeviceId, event: &str, why: &str) -> Result<State> {
    let d = find_own(tx, by, id)?;
    let next = TRANSITIONS.iter().find(|row| row.0 == d.state.code() && row.1 == event);
    let next = next.and_then(|row| State::parse(row.2));
    let next =
        next.ok_or_else(|| Error::Conflict(format!("设备现在是“{}”，不能这样办理，请刷新页面", d.state.name())))?;
    let why = if event == "resume" { short(why, "why", "原因")? } else { reason(why, "why", "原因")? };
    if next == State::Retired && d.elder.is_some() {
        release(tx, by, &d, &format!("设备报废：{why}"))?;
    }
    if next != State::Active {
        end_alarms(tx, by, AlarmsOf::Device(id), &why)?;
    }
    let done = tx.exec(
        "update devices set state = $3, changed_at = $4 where id = $1 and state = $2",
        params![id, d.state, next, by.now],
    )?;
    if done == 0 {
        return Err(Error::Conflict("设备的状态刚刚有变化，请刷新页面".into()));
    }
    log(tx, by, &format!("devices.{event}"), (id, d.elder), &why)?;
    Ok(next)
}

/// Gives a device to an elder within sight.
///
/// # Errors
/// [`Error::NotFound`] out of sight, [`Error::Refused`] with the numbered reasons.
pub fn bind(tx: &mut Tx<'_>, by: &Actor, id: DeviceId, elder: ElderId) -> Result<()> {
    let d = find_own(tx, by, id)?;
    let subject = subject::store::find(tx, by, elder)?;
    let mut reasons = d.against_binding(subject.present);
    if d.shared {
        reasons.push(web::Reason::new("DV-04", "健康小屋的设备由小屋终端按次绑定，不能长期绑定给一个人"));
    }
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    hold(tx, by, &d, elder)?;
    let detail = format!("{} {}", d.kind.name(), d.serial);
    Ok(log(tx, by, "devices.bind", (id, Some(elder)), &detail)?)
}

/// Writes down who has a device from now on; nobody may have it yet.
pub(crate) fn hold(tx: &mut Tx<'_>, by: &Actor, d: &Device, elder: ElderId) -> Result<BindingId> {
    let done = tx.exec(
        "update devices set elder_id = $2, bound_at = $3, changed_at = $3
         where id = $1 and elder_id is null and state = 'active'",
        params![d.id, elder, by.now],
    )?;
    if done == 0 {
        return Err(Error::Conflict("设备刚刚被绑定给别人，请刷新页面".into()));
    }
    let binding = BindingId::new(by.now, tx.chance());
    tx.exec(
        "insert into device_bindings (elder_id, id, device_id, since, bound_by, ended_by, ended_why)
         values ($1, $2, $3, $4, $5, '', '')",
        params![elder, binding, d.id, by.now, &by.name],
    )?;
    Ok(binding)
}

/// Takes a device back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] without a reason, DV-07 when nobody has it.
pub fn unbind(tx: &mut Tx<'_>, by: &Actor, id: DeviceId, why: &str) -> Result<()> {
    let d = find_own(tx, by, id)?;
    if d.elder.is_none() {
        return Err(Error::refused("DV-07", "设备没有绑定老年人"));
    }
    let why = reason(why, "why", "解除原因")?;
    release(tx, by, &d, &why)
}

/// Ends who wears it, with the alarms about the device itself.
pub(crate) fn release(tx: &mut Tx<'_>, by: &Actor, d: &Device, why: &str) -> Result<()> {
    let Some(elder) = d.elder else { return Ok(()) };
    tx.exec(
        "update device_bindings set until = $3, ended_by = $4, ended_why = $5
         where elder_id = $1 and device_id = $2 and until is null",
        params![elder, d.id, by.now, &by.name, why],
    )?;
    tx.exec(
        "update devices set elder_id = null, bound_at = null, changed_at = $2 where id = $1",
        params![d.id, by.now],
    )?;
    end_alarms(tx, by, AlarmsOf::Device(d.id), why)?;
    Ok(log(tx, by, "devices.unbind", (d.id, Some(elder)), why)?)
}

/// Whose alarms end.
enum AlarmsOf {
    /// Of a device: that it is silent, that its battery is low.
    Device(DeviceId),
    /// Of an elder who is not watched any more: the same, and those of nothing happening.
    Elder(ElderId),
}

fn end_alarms(tx: &mut Tx<'_>, by: &Actor, of: AlarmsOf, why: &str) -> db::Result<()> {
    let (whose, kinds, value) = match of {
        AlarmsOf::Device(id) => ("device_id", "'device_silent', 'battery_low'", db::Value::from(id)),
        AlarmsOf::Elder(id) => {
            ("elder_id", "'device_silent', 'battery_low', 'no_activity', 'left_area'", db::Value::from(id))
        }
    };
    let open =
        format!("select elder_id, id from alarms where {whose} = $1 and closed_at is null and kind in ({kinds})");
    let open = tx.query(&open, &[value], |row| Ok((row.get::<ElderId>(0)?, row.get::<kernel::AlarmId>(1)?)))?;
    let key = |(elder, id)| alarms::Key { elder, id };
    open.into_iter()
        .map(key)
        .try_for_each(|key| alarms::store::shut(tx, key, by.now, (&by.name, alarms::Outcome::Ended, why)))
}

/// Lets silence and a low battery raise no alarm until an instant, or ends that.
///
/// # Errors
/// DV-06, [`Error::Invalid`] without a reason, [`Error::NotFound`].
pub fn maintain(tx: &mut Tx<'_>, by: &Actor, id: DeviceId, until: Option<Instant>, why: &str) -> Result<()> {
    let d = find_own(tx, by, id)?;
    let why = if until.is_some() { reason(why, "why", "维护原因")? } else { String::new() };
    if until.is_some_and(|until| until <= by.now || until > by.now + LONGEST_MAINTENANCE) {
        return Err(Error::refused("DV-06", "维护结束时间应在此刻之后、31 天之内；更久的请先停用"));
    }
    if until.is_some() {
        end_alarms(tx, by, AlarmsOf::Device(id), &why)?;
    }
    tx.exec_one(
        "update devices set maintenance_until = $2, maintenance_why = $3, changed_at = $4 where id = $1",
        params![id, until, &why, by.now],
    )?;
    let detail = until.map_or_else(|| "维护结束".to_owned(), |at| format!("至 {}：{why}", kernel::time::show(at)));
    Ok(log(tx, by, "devices.maintain", (id, d.elder), &detail)?)
}

/// Who dies or moves away wears nothing any more; the devices are free again, their alarms end.
///
/// # Errors
/// What the store says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::Device, happening.what) else { return Ok(()) };
    let by = &episodes::follower(by);
    for (d, _) in super::worn(tx, happening.elder)? {
        release(tx, by, &d, ending.words).map_err(Error::into_db)?;
        let (title, href) = (format!("{} {}", d.kind.name(), d.serial), format!("/devices/{}", d.id));
        episodes::followed(tx, by, happening, (Thing::Device, &title, &href), &ending)?;
    }
    end_alarms(tx, by, AlarmsOf::Elder(happening.elder), ending.words)
}
