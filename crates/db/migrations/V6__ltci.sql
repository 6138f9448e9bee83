-- Long-term care insurance: entitlements, care plans, visits, monthly settlements and their corrections.
-- county is the county-level area that pays; month is the month of service. Items are codes joined by commas.

create table ltci_entitlements (
  elder_id blob not null,
  id blob not null,
  assessment_id blob not null,
  county text not null,
  level bigint not null,
  dementia bigint not null,
  setting text not null,
  quota text,
  rate_bp bigint not null,
  cap text,
  from_on text not null,
  until_on text not null,
  ended_on text,
  end_reason text,
  decision text not null,
  granted_by text not null,
  created_at bigint not null,
  primary key (elder_id, id)
) without rowid;
create index ltci_entitlements_county on ltci_entitlements (county, from_on);

-- Who was looked at and gets nothing, so that the list of work does not ask again before the elder's file changes.
create table ltci_refusals (
  elder_id blob not null,
  assessment_id blob not null,
  reasons text not null,
  decision text not null,
  decided_by text not null,
  decided_at bigint not null,
  primary key (elder_id, assessment_id)
) without rowid;

create table ltci_plans (
  elder_id blob not null,
  id blob not null,
  entitlement_id blob not null,
  institution_id blob not null,
  county text not null,
  services text not null,
  first_weekday bigint not null,
  start_minute bigint not null,
  starts_on text not null,
  ends_on text not null,
  ended_on text,
  end_reason text,
  made_by text not null,
  created_at bigint not null,
  primary key (elder_id, id)
) without rowid;
create index ltci_plans_institution on ltci_plans (institution_id, starts_on);
create index ltci_plans_county on ltci_plans (county, starts_on);

create table ltci_visits (
  elder_id blob not null,
  id blob not null,
  plan_id blob not null,
  institution_id blob not null,
  carer_id blob not null,
  county text not null,
  month text not null,
  planned_from bigint not null,
  planned_to bigint not null,
  items text not null,
  state text not null,
  in_at bigint,
  in_lon double precision,
  in_lat double precision,
  in_accuracy_m bigint,
  in_distance_m bigint,
  out_at bigint,
  out_lon double precision,
  out_lat double precision,
  out_accuracy_m bigint,
  late_entered_at bigint,
  late_reason text,
  entered_by text,
  note text,
  changed_at bigint not null,
  primary key (elder_id, id)
) without rowid;
create index ltci_visits_month on ltci_visits (county, month);
create index ltci_visits_carer on ltci_visits (carer_id, planned_from);
create index ltci_visits_institution on ltci_visits (institution_id, planned_from);
create index ltci_visits_day on ltci_visits (planned_from);
create index ltci_visits_open on ltci_visits (planned_from) where state in ('planned', 'checked_in');

create table ltci_settlements (
  id blob primary key,
  county text not null,
  month text not null,
  state text not null,
  rules text not null,
  lines bigint not null,
  cut bigint not null,
  refused bigint not null,
  asked bigint not null,
  adjusted bigint not null,
  approved bigint not null,
  paid bigint not null,
  digest blob not null,
  checked_at bigint not null,
  settled_at bigint,
  settled_by text,
  paid_on text,
  paid_note text,
  paid_by text
);
create unique index ltci_settlements_month on ltci_settlements (county, month);

-- A line keeps what it was decided on: nothing that is edited later changes it.
create table ltci_lines (
  elder_id blob not null,
  settlement_id blob not null,
  visit_id blob not null,
  kind bigint not null,
  month text not null,
  institution_id blob not null,
  carer_id blob not null,
  plan_id blob not null,
  entitlement_id blob,
  correction_id blob,
  level bigint not null,
  rate_bp bigint not null,
  day text not null,
  start_at bigint not null,
  end_at bigint,
  items text not null,
  standard_minutes bigint not null,
  minutes bigint not null,
  reasons bigint not null,
  verdict bigint not null,
  counted bigint not null,
  asked bigint not null,
  adjusted bigint not null,
  approved bigint not null,
  paid bigint not null,
  primary key (elder_id, settlement_id, visit_id, kind)
) without rowid;
create index ltci_lines_list on ltci_lines (settlement_id, institution_id, verdict);

-- Names stand beside the sums as they were when the month was settled.
create table ltci_totals (
  settlement_id blob not null,
  institution_id blob not null,
  name text not null,
  credit_code text not null,
  lines bigint not null,
  cut bigint not null,
  refused bigint not null,
  asked bigint not null,
  adjusted bigint not null,
  approved bigint not null,
  paid bigint not null,
  primary key (settlement_id, institution_id)
) without rowid;

create table ltci_reason_totals (
  settlement_id blob not null,
  reason bigint not null,
  lines bigint not null,
  amount bigint not null,
  primary key (settlement_id, reason)
) without rowid;

-- A correction waits until the next settlement of its county takes it up with two lines.
create table ltci_corrections (
  elder_id blob not null,
  id blob not null,
  county text not null,
  settlement_id blob not null,
  visit_id blob not null,
  kind bigint not null,
  state text not null,
  reason text not null,
  withdrawn bigint not null,
  in_at bigint,
  out_at bigint,
  items text not null,
  entered_by text not null,
  created_at bigint not null,
  settled_in blob,
  primary key (elder_id, id)
) without rowid;
create index ltci_corrections_county on ltci_corrections (county, state);
