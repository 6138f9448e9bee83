-- Watching over (clauses NT-2.2.2, NT-3.5b, WF-4.5c, JX-9): devices and who wears them, what they measured, what was alarming.

-- A device. secret is the keyed hash of a random secret that is shown once. elder_id is who wears it now, since bound_at; none for
-- one that many use (shared = 1, a health hut's). maintenance_until: its silence and low battery raise no alarm until then.
create table devices (
  elder_id blob,
  id blob primary key,
  serial text not null,
  kind text not null,
  name text not null,
  maker text not null,
  area text not null,
  institution_id blob,
  shared bigint not null,
  state text not null,
  secret_hash blob not null,
  bound_at bigint,
  maintenance_until bigint,
  maintenance_why text not null,
  registered_by text not null,
  created_at bigint not null,
  changed_at bigint not null
);
create unique index devices_serial on devices (serial);
create index devices_elder on devices (elder_id) where elder_id is not null;
create index devices_place on devices (area, institution_id);
create index devices_changed on devices (changed_at);

-- Who wore which device from when to when.
create table device_bindings (
  elder_id blob not null,
  id blob not null,
  device_id blob not null,
  since bigint not null,
  until bigint,
  bound_by text not null,
  ended_by text not null,
  ended_why text not null,
  primary key (elder_id, id)
);
create index device_bindings_device on device_bindings (device_id, since);

-- When a device was heard of, at most a minute old: no measurement waits for it. skew_ms: how far its clock is ahead.
create table device_contacts (
  device_id blob primary key,
  heard_at bigint not null,
  battery bigint,
  skew_ms bigint not null
) without rowid;

-- What a device did wrong, one row a day and kind.
create table device_faults (
  device_id blob not null,
  on_date text not null,
  kind text not null,
  count bigint not null,
  last_at bigint not null,
  detail text not null,
  primary key (device_id, on_date, kind)
) without rowid;

-- Measurements, each once: kind is the number of `Vital`, value its integer, measured_at by the device's own clock.
create table measurements (
  elder_id blob not null,
  kind bigint not null,
  measured_at bigint not null,
  device_id blob not null,
  value bigint not null,
  received_at bigint not null,
  primary key (elder_id, kind, measured_at, device_id)
) without rowid;

-- What is left of measurements that were aged out, and what long charts are drawn from. span: 1 an hour, 24 a day (China's).
create table measurement_summaries (
  elder_id blob not null,
  kind bigint not null,
  span bigint not null,
  starts_at bigint not null,
  count bigint not null,
  least bigint not null,
  most bigint not null,
  total bigint not null,
  primary key (elder_id, kind, span, starts_at)
) without rowid;

-- How far the nightly summing up has come: every whole day of China before this one is in the summaries.
create table measurement_progress (
  id bigint primary key,
  done_until text not null
);

-- A person's own limits, set by a clinician. The newest of a kind that is not ended holds. Empty: as the table says.
create table vital_limits (
  elder_id blob not null,
  id blob not null,
  kind bigint not null,
  danger_low bigint,
  low bigint,
  high bigint,
  danger_high bigint,
  why text not null,
  set_at bigint not null,
  set_by text not null,
  set_id blob not null,
  ended_at bigint,
  ended_by text not null,
  primary key (elder_id, id)
);

-- A condition that is under way and not yet an alarm, or that waits to be over: kept so that a restart forgets nothing.
create table alarm_pending (
  elder_id blob not null,
  kind text not null,
  level text not null,
  since bigint not null,
  times bigint not null,
  last_at bigint not null,
  primary key (elder_id, kind, level)
) without rowid;

-- Alarms. One that is not closed for each elder and kind. value is the last measured. next_step_at: when the
-- ladder goes on.
create table alarms (
  elder_id blob not null,
  id blob not null,
  kind text not null,
  level text not null,
  state text not null,
  version bigint not null,
  device_id blob,
  rule text not null,
  message text not null,
  value bigint,
  first_at bigint not null,
  last_at bigint not null,
  raised_at bigint not null,
  repeats bigint not null,
  recovered_at bigint,
  step bigint not null,
  next_step_at bigint,
  acknowledged_at bigint,
  acknowledged_by text not null,
  acknowledged_id blob,
  assigned_id blob,
  assigned_name text not null,
  case_id blob,
  drill bigint not null,
  closed_at bigint,
  closed_by text not null,
  outcome text,
  note text not null,
  primary key (elder_id, id)
);
create unique index alarms_active on alarms (elder_id, kind) where closed_at is null;
create index alarms_open on alarms (raised_at) where closed_at is null;
create index alarms_due on alarms (next_step_at) where closed_at is null and next_step_at is not null;
create index alarms_raised on alarms (raised_at);

-- What happened to an alarm.
create table alarm_events (
  elder_id blob not null,
  id blob not null,
  alarm_id blob not null,
  at bigint not null,
  event text not null,
  by_name text not null,
  note text not null,
  primary key (elder_id, id)
);
create index alarm_events_alarm on alarm_events (elder_id, alarm_id, at);

-- The safe area of an elder who may lose the way: a circle in millionths of a degree and metres.
create table safe_areas (
  elder_id blob primary key,
  latitude bigint not null,
  longitude bigint not null,
  radius bigint not null,
  name text not null,
  set_by text not null,
  set_at bigint not null
);
