-- The health record (健康档案), what follows from check-ups, and the follow-up of chronic diseases.

-- One item: a condition, an allergy, a medicine, a result, a procedure, a habit, a risk. fhir is the resource as it would be
-- exchanged (FHIR R4, JSON); the other columns are what is searched. value and second are hundredths of the unit of the code.
create table chart_items (
  elder_id blob not null,
  id blob not null,
  kind text not null,
  state text not null,
  code text not null,
  name text not null,
  began_on text not null,
  ended_on text,
  severe bigint not null,
  value bigint,
  second bigint,
  detail text not null,
  fhir text not null,
  source text not null,
  recorded_by text not null,
  end_reason text not null,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index chart_items_changed on chart_items (changed_at);

-- Medication guidance (用药指导) and prescription review (处方点评), each a service with its findings. Lists are JSON.
create table chart_reviews (
  elder_id blob not null,
  id blob not null,
  kind text not null,
  state text not null,
  on_date text not null,
  medicines text not null,
  findings text not null,
  advice text not null,
  answer text not null,
  answered_on text,
  recorded_by text not null,
  institution_id blob,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index chart_reviews_open on chart_reviews (on_date) where state = 'open';

-- What was asked and seen face to face at a check-up; the key is the check-up's. Answers and score are JSON.
create table checkup_forms (
  elder_id blob not null,
  id blob not null,
  form text not null,
  scored text not null,
  recorded_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);

-- An abnormal finding of a check-up, and what was done about it.
create table checkup_findings (
  elder_id blob not null,
  id blob not null,
  checkup_id blob not null,
  finding text not null,
  action text not null,
  detail text not null,
  due_on text not null,
  state text not null,
  done_on text,
  done_by text not null,
  result text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index checkup_findings_open on checkup_findings (due_on) where state = 'open';

-- When the findings of a check-up were last looked for; none after it changed.
alter table checkups add column examined_at bigint;
create index checkups_unexamined on checkups (on_date) where examined_at is null;

-- A chronic disease under follow-up (慢性病随访). poor: the last follow-up found it not controlled.
create table followups (
  elder_id blob not null,
  id blob not null,
  disease text not null,
  state text not null,
  enrolled_on text not null,
  next_by text,
  last_on text,
  last_outcome text,
  poor bigint not null,
  institution_id blob,
  doctor text not null,
  ended_on text,
  end_reason text not null,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index followups_due on followups (next_by) where state = 'managed';

-- One follow-up. glucose and temperature are in tenths. referral: none, open (proposed or now), made, declined.
create table followup_visits (
  elder_id blob not null,
  id blob not null,
  followup_id blob not null,
  on_date text not null,
  form text not null,
  outcome text not null,
  controlled bigint not null,
  next_by text not null,
  decision text not null,
  referral text not null,
  referral_note text not null,
  recorded_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index followup_visits_referral on followup_visits (on_date) where referral = 'open';
