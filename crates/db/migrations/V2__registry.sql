-- Who there is.
-- Accounts -----------------------------------------------------------------------------------------------------------
create table accounts (
  id blob primary key,
  login text not null unique,
  name text not null,
  password_hash text not null,
  role text not null,
  area text not null,
  institution_id blob,
  staff_id blob,
  failed bigint not null,
  locked_until bigint,
  must_change bigint not null,
  disabled_at bigint,
  created_at bigint not null,
  changed_at bigint not null
);

-- Areas --------------------------------------------------------------------------------------------------------------
create table areas (
  code text primary key,
  name text not null,
  kind text not null,
  parent text,
  lon double precision,
  lat double precision,
  changed_at bigint not null
);
create index areas_parent on areas (parent);
create index areas_changed on areas (changed_at);

-- Institutions -------------------------------------------------------------------------------------------------------
create table institutions (
  id blob primary key,
  credit_code text not null unique,
  name text not null,
  kind text not null,
  ownership text,
  profit text,
  area text not null,
  address text,
  lon double precision,
  lat double precision,
  phone text,
  beds bigint,
  nursing_beds bigint,
  medical_beds bigint,
  medical_unit text,
  partner_code text,
  partner_until text,
  licence_no text,
  licence_until text,
  opened_on text,
  hospital_level text,
  created_at bigint not null,
  changed_at bigint not null
);
create index institutions_area on institutions (area);

-- Staff --------------------------------------------------------------------------------------------------------------
-- The identity number is the key, as a keyed hash; the number itself and the telephone are sealed.
create table staff (
  id blob primary key,
  institution_id blob not null,
  name text not null,
  id_hash blob not null unique,
  id_sealed blob not null,
  id_tail text not null,
  post text not null,
  qualification text,
  certificate_no text,
  certificate_until text,
  phone_sealed blob,
  phone_tail text,
  created_at bigint not null,
  changed_at bigint not null
);
create index staff_institution on staff (institution_id);

-- Elders -----------------------------------------------------------------------------------------------------------
-- Identity number, telephones and address are sealed; what is searched of them stands beside: keyed hash or last digits.
-- Flags are 0, 1 or null for "nobody said". chronic is a comma list of codes, null for "nobody said".
create table elders (
  id blob primary key,
  name text not null,
  name_key text not null,
  sex bigint not null,
  born text not null,
  citizen_sealed blob not null,
  id_tail text not null,
  phone_sealed blob,
  phone_hash blob,
  phone_tail text,
  address_sealed blob,
  area text not null,
  registered_area text,
  resident bigint,
  urban bigint,
  living text,
  marital text,
  scheme text,
  ltci_insured bigint,
  chronic text,
  self_care text,
  seriously_ill bigint,
  special_family bigint,
  handicapped bigint,
  status text not null,
  died_on text,
  contact_name text,
  contact_phone_sealed blob,
  merged_into blob,
  created_at bigint not null,
  changed_at bigint not null
);
create index elders_area on elders (area);
create index elders_merged on elders (merged_into) where merged_into is not null;

-- The one table with a key across elders: the keyed hash of the identity number. Its order is chance, so it is kept narrow.
create table identities (
  hash blob primary key,
  elder_id blob not null
) without rowid;

-- The current facts that rules, indicators and searches ask; each is set by the capability that decides it.
create table elder_facts (
  elder_id blob primary key,
  ability_level bigint,
  ability_until text,
  ltci_level bigint,
  ltci_until text,
  entitled_from text,
  entitled_until text,
  contract_from text,
  contract_until text,
  checkup_on text,
  managed_on text,
  tcm_on text,
  benefit_month text,
  hospital_since text
) without rowid;

-- Which institutions serve an elder, and may therefore see the file.
create table elder_links (
  elder_id blob not null,
  institution_id blob not null,
  kind text not null,
  from_on text not null,
  until text,
  primary key (elder_id, institution_id, kind, from_on)
) without rowid;
create index elder_links_institution on elder_links (institution_id, elder_id) where until is null;

create table elder_merges (
  elder_id blob not null,
  id blob not null,
  secondary_id blob not null,
  reason text not null,
  snapshot_sealed blob not null,
  merged_at bigint not null,
  merged_by text not null,
  undone_at bigint,
  undone_by text,
  primary key (elder_id, id)
);
create index elder_merges_secondary on elder_merges (secondary_id);

-- What the column copy follows: the transaction that touched an elder.
create table elder_changes (
  tx bigint not null,
  elder_id blob not null,
  primary key (tx, elder_id)
) without rowid;
