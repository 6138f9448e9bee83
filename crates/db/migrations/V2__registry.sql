-- Filled by its capability.

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
