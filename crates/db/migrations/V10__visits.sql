-- Visits of every kind: the care insurance's were the first. source_id is the plan, home sickbed or contract that a visit
-- comes from, its own id when it comes from nothing. A month is locked for a kind when it is settled.

alter table ltci_visits rename to visits;
alter table visits rename column plan_id to source_id;
alter table visits add column kind text not null default 'care_insurance';
alter table visits add column second_carer_id blob;
alter table visits add column second_in_at bigint;
alter table visits add column skills text not null default '';
alter table visits add column sex_wish bigint;
alter table visits add column earliest bigint;
alter table visits add column latest bigint;
alter table visits add column charge_fen bigint;
alter table visits add column charge_open text;
-- Since when it rests: called off during a stay in hospital, taken up again after it.
alter table visits add column rests bigint;

drop index ltci_visits_month;
drop index ltci_visits_carer;
drop index ltci_visits_institution;
drop index ltci_visits_day;
drop index ltci_visits_open;
create index visits_month on visits (county, month);
create index visits_carer on visits (carer_id, planned_from);
create index visits_second on visits (second_carer_id, planned_from) where second_carer_id is not null;
create index visits_institution on visits (institution_id, planned_from);
create index visits_day on visits (planned_from);
create index visits_open on visits (planned_from) where state in ('planned', 'checked_in');
create index visits_source on visits (source_id);

create table visit_locks (
  kind text not null,
  county text not null,
  month text not null,
  primary key (kind, county, month)
) without rowid;
insert into visit_locks (kind, county, month)
  select 'care_insurance', county, month from ltci_settlements where state in ('settled', 'paid');

-- What a visit cost, item by item, with the reason of each amount.
create table visit_charges (
  elder_id blob not null,
  id blob not null,
  visit_id blob not null,
  place bigint not null,
  code text not null,
  price_fen bigint not null,
  funded_by text,
  charge_fen bigint,
  reason text,
  primary key (elder_id, id)
) without rowid;
create index visit_charges_visit on visit_charges (visit_id, place);

-- What whoever comes to the door must know: key box, allergies, risks.
create table visit_notes (
  elder_id blob not null,
  id blob not null,
  kind text not null,
  text_sealed blob not null,
  entered_by text not null,
  created_at bigint not null,
  ended_at bigint,
  primary key (elder_id, id)
) without rowid;

-- What a telephone noted, also without a signal. id is made by the telephone: the same thing sent twice counts once.
-- phone_at is what its clock said, at is that put right by what was measured when it was last online.
create table visit_events (
  elder_id blob not null,
  id blob not null,
  visit_id blob not null,
  kind text not null,
  phone_at bigint not null,
  at bigint not null,
  received_at bigint not null,
  outcome text not null,
  message text not null,
  sent_by text not null,
  primary key (elder_id, id)
) without rowid;
create unique index visit_events_id on visit_events (id);
create index visit_events_visit on visit_events (visit_id, at);

create table visit_vitals (
  elder_id blob not null,
  id blob not null,
  visit_id blob not null,
  kind text not null,
  value double precision not null,
  at bigint not null,
  taken_by text not null,
  primary key (elder_id, id)
) without rowid;
create index visit_vitals_visit on visit_vitals (visit_id);

create table visit_files (
  elder_id blob not null,
  id blob not null,
  visit_id blob not null,
  kind text not null,
  content_sealed blob not null,
  at bigint not null,
  lon double precision,
  lat double precision,
  accuracy_m bigint,
  sent_by text not null,
  primary key (elder_id, id)
);
create index visit_files_visit on visit_files (visit_id);

-- Late entries that chance picked for a second look; id is that of the visit.
create table visit_reviews (
  elder_id blob not null,
  id blob not null,
  picked_at bigint not null,
  finding text,
  note text,
  reviewed_by text,
  reviewed_at bigint,
  primary key (elder_id, id)
) without rowid;
