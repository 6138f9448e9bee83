-- Rooms, beds, residents and their queue, outbreaks (care::beds); day care and measurements (care::daycare).

-- A room (房间). use_zone says what the part of the house suits: elder_care, medical or both.
create table bed_rooms (
  institution_id blob not null,
  id blob not null,
  building text not null,
  floor bigint not null,
  name text not null,
  use_zone text not null,
  infection_zone text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (institution_id, id)
);
create unique index bed_rooms_name on bed_rooms (institution_id, building, name);

-- A bed (床位). ward counts for medical beds only.
create table beds (
  institution_id blob not null,
  id blob not null,
  room_id blob not null,
  label text not null,
  use text not null,
  ward text not null,
  nursing bigint not null,
  state text not null,
  note text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (institution_id, id)
);
create unique index beds_label on beds (institution_id, room_id, label);

-- The count of an institution's beds, written with every change: the store itself refuses more people than open beds.
create table bed_tallies (
  institution_id blob not null,
  use text not null,
  beds bigint not null,
  nursing bigint not null,
  open bigint not null,
  occupied bigint not null,
  changed_at bigint not null,
  primary key (institution_id, use),
  check (occupied >= 0 and occupied <= open and open <= beds and nursing <= beds)
);

-- Somebody who waits for a bed, lives in one, or did (入住老人), from application to the end.
create table bed_residents (
  elder_id blob not null,
  id blob not null,
  institution_id blob not null,
  state text not null,
  channel text not null,
  decision text not null,
  level bigint,
  wish text not null,
  applied_on text not null,
  bed_id blob,
  held_until text,
  admitted_on text,
  away_since text,
  away_until text,
  away_why text not null,
  ended_on text,
  end_reason text not null,
  made_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
-- A bed is given once.
create unique index bed_residents_bed on bed_residents (bed_id) where state in ('invited', 'living', 'away', 'hospital');
create index bed_residents_queue on bed_residents (institution_id, state);

-- In which bed somebody lay from when until when (the day of leaving is no longer one), as what it counted.
create table bed_periods (
  elder_id blob not null,
  id blob not null,
  resident_id blob not null,
  institution_id blob not null,
  bed_id blob not null,
  use text not null,
  ward text not null,
  from_on text not null,
  until_on text,
  primary key (elder_id, id)
);
create index bed_periods_bed on bed_periods (institution_id, bed_id);

-- What happened to a resident, and who did it.
create table bed_events (
  elder_id blob not null,
  id blob not null,
  resident_id blob not null,
  at bigint not null,
  on_date text not null,
  event text not null,
  detail text not null,
  who text not null,
  primary key (elder_id, id)
);

-- A bed that became another kind of bed (床位转换).
create table bed_conversions (
  institution_id blob not null,
  id blob not null,
  bed_id blob not null,
  from_use text not null,
  to_use text not null,
  ward text not null,
  on_date text not null,
  approval_no text not null,
  approved_on text not null,
  approved_by text not null,
  decision text not null,
  who text not null,
  at bigint not null,
  primary key (institution_id, id)
);

-- A time in which an institution keeps its zones apart (疫情防控).
create table bed_outbreaks (
  institution_id blob not null,
  id blob not null,
  began_on text not null,
  reason text not null,
  began_by text not null,
  ended_on text,
  end_reason text not null,
  primary key (institution_id, id)
);
create unique index bed_outbreaks_open on bed_outbreaks (institution_id) where ended_on is null;

-- Staff and equipment that serve one zone only while the outbreak lasts.
create table bed_dedications (
  institution_id blob not null,
  id blob not null,
  outbreak_id blob not null,
  kind text not null,
  staff_id blob,
  name text not null,
  zone text not null,
  at bigint not null,
  primary key (institution_id, id)
);
create unique index bed_dedications_one on bed_dedications (institution_id, outbreak_id, kind, name);

-- Somebody who comes to a day-care centre (日间照护).
create table daycare_members (
  elder_id blob not null,
  id blob not null,
  institution_id blob not null,
  state text not null,
  from_on text not null,
  ended_on text,
  end_reason text not null,
  contact text not null,
  note text not null,
  made_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index daycare_members_place on daycare_members (institution_id, state);

-- One day of one member: times in minutes since midnight in China, services and meals as codes with commas.
create table daycare_days (
  elder_id blob not null,
  id blob not null,
  member_id blob not null,
  institution_id blob not null,
  on_date text not null,
  came bigint not null,
  went bigint,
  services text not null,
  meals text not null,
  note text not null,
  who text not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create unique index daycare_days_one on daycare_days (elder_id, member_id, on_date);
create index daycare_days_place on daycare_days (institution_id, on_date);

-- What was measured at a health hut or a centre: mmHg, beats a minute, tenths of mmol/L, tenths of kg.
create table daycare_measurements (
  elder_id blob not null,
  id blob not null,
  institution_id blob not null,
  on_date text not null,
  at bigint not null,
  sbp bigint,
  dbp bigint,
  pulse bigint,
  glucose bigint,
  fasting bigint not null,
  weight bigint,
  who text not null,
  primary key (elder_id, id)
);
create index daycare_measurements_place on daycare_measurements (institution_id, on_date);
