-- What documents oblige whom to do (oversight/duties), and the opening of institutions (oversight/licensing).

-- A free clinic (义诊) that a medical institution held at an elder-care institution. short: the home was short of medicine when it
-- was recorded (1, 0), by the rule of the day; first: it had no agreement either. version counts the changes.
create table duty_clinics (
  id blob primary key,
  hospital_id blob not null,
  home_id blob not null,
  on_date text not null,
  state text not null,
  short bigint not null,
  first bigint not null,
  team text not null,
  staff bigint not null,
  seen bigint not null,
  what text not null,
  answer text not null,
  recorded_by text not null,
  recorded_account blob,
  answered_by text,
  answered_at bigint,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
create index duty_clinics_hospital on duty_clinics (hospital_id, on_date);
create index duty_clinics_home on duty_clinics (home_id, on_date);

-- What a medical institution says of its geriatric department and its beds, as of a day. The newest one holds, the others are its
-- history. kind is none where it is no hospital.
create table duty_reports (
  institution_id blob not null,
  id blob not null,
  on_date text not null,
  kind text,
  department text not null,
  geriatric_beds bigint not null,
  rehabilitation_beds bigint not null,
  hospice_beds bigint not null,
  note text not null,
  said_by text not null,
  reported_at bigint not null,
  primary key (institution_id, id)
) without rowid;

-- How far a duty (of duties.toml) is in an area, as a supervisor saw it on a day. The newest one holds.
create table duty_notes (
  area text not null,
  duty text not null,
  id blob not null,
  state text not null,
  on_date text not null,
  note text not null,
  evidence text not null,
  noted_by text not null,
  noted_at bigint not null,
  primary key (area, duty, id)
) without rowid;

-- An application to open an institution or a medical unit (设立申请). unit is what is to be opened; institution_id who applies, if
-- it is in the register. facts are the numbers and promises of the form as JSON. due_on: last day of whoever is to act now.
create table licensing_applications (
  id blob primary key,
  number text not null,
  area text not null,
  unit text not null,
  path text not null,
  state text not null,
  mode text not null,
  name text not null,
  credit_code text,
  institution_id blob,
  address text not null,
  contact text not null,
  phone text not null,
  facts text not null,
  returns bigint not null,
  extended bigint not null,
  submitted_on text,
  accepted_on text,
  decided_on text,
  due_on text,
  conditions text not null,
  reason text not null,
  made_by text not null,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
create index licensing_applications_area on licensing_applications (area, state);

-- Each step of an application. in_days: working days from the step before. due_on: the last day that the step had.
create table licensing_steps (
  application_id blob not null,
  seq bigint not null,
  event text not null,
  state text not null,
  on_date text not null,
  due_on text,
  in_days bigint not null,
  note text not null,
  done_by text not null,
  done_at bigint not null,
  primary key (application_id, seq)
) without rowid;
