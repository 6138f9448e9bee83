-- Hospice care (安宁疗护), screening scales (量表筛查), traditional-medicine health service (中医药健康管理), vaccination (疫苗接种).

create table hospice_cases (
  elder_id blob not null,
  id blob not null,
  state text not null,
  institution_id blob not null,
  hospital_id blob,
  place text not null,
  diagnosis text not null,
  terminal bigint not null,
  prognosis_months bigint not null,
  judged_by text not null,
  consent text not null,
  decision text not null,
  applied_on text not null,
  admitted_on text,
  ended_on text,
  end_code text not null,
  end_reason text not null,
  version bigint not null,
  urgent bigint not null,
  due_on text,
  made_by text not null,
  changed_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index hospice_cases_open on hospice_cases (state, due_on);

-- One row for each version of a plan. contacts_sealed holds who is to be called, with telephone numbers.
create table hospice_plans (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  version bigint not null,
  content text not null,
  contacts_sealed blob not null,
  on_date text not null,
  by_name text not null,
  created_at bigint not null,
  primary key (elder_id, id)
);
create unique index hospice_plans_version on hospice_plans (elder_id, case_id, version);

-- Who of hospital, centre and family has read which version.
create table hospice_seen (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  version bigint not null,
  party text not null,
  name text not null,
  on_date text not null,
  by_name text not null,
  primary key (elder_id, id)
);

-- A round: scores are 0 to 10 by symptom, as JSON.
create table hospice_rounds (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  on_date text not null,
  place text not null,
  scores text not null,
  answer text not null,
  note text not null,
  urgent bigint not null,
  by_name text not null,
  created_at bigint not null,
  primary key (elder_id, id)
);

create table hospice_bereavements (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  due_on text not null,
  done_on text,
  contact text not null,
  note text not null,
  referred bigint not null,
  by_name text not null,
  primary key (elder_id, id)
);
create index hospice_bereavements_due on hospice_bereavements (due_on) where done_on is null;

-- A filled-in screening scale with its result; one that was entered by mistake is struck out, not deleted.
create table screenings (
  elder_id blob not null,
  id blob not null,
  scale text not null,
  title text not null,
  on_date text not null,
  answers text not null,
  scored text not null,
  level bigint not null,
  alerts bigint not null,
  institution_id blob,
  done_by text not null,
  struck text,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index screenings_newest on screenings (scale, on_date);

-- A constitution identified and the guidance that was given for it. screening_id names the answers.
create table tcm_services (
  elder_id blob not null,
  id blob not null,
  screening_id blob not null,
  on_date text not null,
  constitutions text not null,
  parts text not null,
  advice text not null,
  institution_id blob,
  done_by text not null,
  created_at bigint not null,
  primary key (elder_id, id)
);
create index tcm_services_newest on tcm_services (on_date);

-- A lot of a vaccine at an institution; used counts the doses given from it.
create table vaccination_lots (
  id blob primary key,
  institution_id blob not null,
  vaccine text not null,
  maker text not null,
  number text not null,
  expires_on text not null,
  received_on text not null,
  doses bigint not null,
  used bigint not null,
  stopped text not null,
  made_by text not null,
  created_at bigint not null,
  changed_at bigint not null
);
create unique index vaccination_lots_number on vaccination_lots (institution_id, vaccine, number);

-- A dose that was given (by us or elsewhere), put off, or declined. asked holds the answers before it, as JSON.
create table vaccinations (
  elder_id blob not null,
  id blob not null,
  vaccine text not null,
  state text not null,
  on_date text not null,
  lot_id blob,
  lot_number text not null,
  site text not null,
  asked text not null,
  reason text not null,
  again_on text,
  institution_id blob,
  given_by text not null,
  reaction text not null,
  reaction_on text,
  reaction_note text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index vaccinations_newest on vaccinations (vaccine, on_date);
