-- What is done for an elder: health check-ups, stays in hospital, assessments.
-- Each table begins its key with elder_id, so that it can be spread over machines by elder.

-- A health check-up (健康体检). glucose is in tenths of mmol/L, pressures in mmHg.
create table checkups (
  elder_id blob not null,
  id blob not null,
  on_date text not null,
  institution_id blob,
  file_built bigint not null,
  guided bigint not null,
  complete bigint not null,
  sbp bigint,
  dbp bigint,
  glucose bigint,
  source text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);

-- A stay in a hospital (住院). discharged_on is the day of leaving; none while the elder is in.
create table stays (
  elder_id blob not null,
  id blob not null,
  institution_id blob not null,
  admitted_on text not null,
  discharged_on text,
  diagnosis text not null,
  source text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index stays_open on stays (admitted_on) where discharged_on is null;

-- An assessment (评估) from application to expiry. Documents are JSON.
create table assessments (
  elder_id blob not null,
  id blob not null,
  scale text not null,
  state text not null,
  round bigint not null,
  applicant text not null,
  relation text not null,
  phone_sealed blob,
  reason text not null,
  consent_on text not null,
  disabled_since text,
  self_screen text,
  screen_grade text,
  applied_on text not null,
  refusals text,
  agreed text,
  changes text,
  scored text,
  level bigint,
  dementia bigint not null,
  proposed_on text,
  reviewer_account blob,
  reviewer text,
  reviewed_on text,
  notice_from text,
  notice_until text,
  dispute text,
  from_on text,
  until_on text,
  ended_on text,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index assessments_state on assessments (state, scale, changed_at);
create index assessments_level on assessments (scale, until_on) where state = 'effective';

-- The form that one assessor fills in, in one round. seat 3 is the third assessor.
create table assessment_forms (
  elder_id blob not null,
  id blob not null,
  assessment_id blob not null,
  round bigint not null,
  seat bigint not null,
  staff_id blob not null,
  staff_name text not null,
  certificate text not null,
  state text not null,
  answers text not null,
  scored text,
  account_id blob,
  started_at bigint,
  submitted_at bigint,
  primary key (elder_id, id)
);
create index assessment_forms_mine on assessment_forms (staff_id, state);

-- What happened to an assessment, and who did it.
create table assessment_events (
  elder_id blob not null,
  id blob not null,
  assessment_id blob not null,
  at bigint not null,
  on_date text not null,
  event text not null,
  state text not null,
  who text not null,
  note text not null,
  primary key (elder_id, id)
);
