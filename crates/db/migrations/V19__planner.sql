-- The day's planner of visits: who works when, what they can do, whom an elder does not want, and proposals for a day.

-- agreed_at: since when the time is agreed with the elder, so that the planner does not move it. first_from: when it was
-- planned at first, before a planner moved it.
alter table visits add column agreed_at bigint;
alter table visits add column agreed_by text;
alter table visits add column first_from bigint;

-- The week of a member of staff: 1 is Monday. Minutes of the day. Nothing stands for a free day of somebody with others.
create table visit_shifts (
  staff_id blob not null,
  weekday bigint not null,
  from_minute bigint not null,
  until_minute bigint not null,
  rest_minutes bigint not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (staff_id, weekday)
) without rowid;

-- A day that is not as the week says. Without from_minute: absent, with the reason.
create table visit_shift_days (
  staff_id blob not null,
  day text not null,
  from_minute bigint,
  until_minute bigint,
  rest_minutes bigint not null,
  reason text not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (staff_id, day)
) without rowid;

create table visit_skills (
  staff_id blob not null,
  skill text not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (staff_id, skill)
) without rowid;

-- Whom an elder does not want at the door.
create table visit_refusals (
  elder_id blob not null,
  id blob not null,
  staff_id blob not null,
  reason text not null,
  entered_by text not null,
  created_at bigint not null,
  ended_at bigint,
  primary key (elder_id, id)
) without rowid;

-- A proposal for a day. asked and before are what it was made from; names stand in neither.
create table visit_dayplans (
  id blob not null primary key,
  institution_id blob not null,
  day text not null,
  kind text not null,
  state text not null,
  job_id blob,
  asked text not null,
  before text not null,
  matrix text,
  road text not null,
  plan text,
  made_by text not null,
  made_at bigint not null,
  decided_by text,
  decided_at bigint,
  changed_at bigint not null
);
create index visit_dayplans_day on visit_dayplans (institution_id, day, made_at);

-- One row for an institution's day: whoever accepts a proposal holds it, so that two do so one after the other.
create table visit_planned_days (
  institution_id blob not null,
  day text not null,
  dayplan_id blob not null,
  primary key (institution_id, day)
) without rowid;
