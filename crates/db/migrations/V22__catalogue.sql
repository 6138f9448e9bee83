-- Products and services for elders (服务与用品目录), and the exchange with health platforms by FHIR R4 (信息平台对接).

-- A product or service. provider: an institution of the register, or another one by name and credit number. price in fen for
-- one unit, none while it is not known; area: where it is to be had. made_account: who wrote it, for the second pair of eyes.
create table catalogue_items (
  id blob primary key,
  kind text not null,
  name text not null,
  initials text not null,
  reading text not null,
  what text not null,
  institution_id blob,
  provider text not null,
  credit_code text not null,
  phone text not null,
  paper text not null,
  area text not null,
  price bigint,
  unit text not null,
  valid_from text not null,
  valid_until text,
  state text not null,
  reason text not null,
  made_by text not null,
  made_account blob,
  reviewed_by text not null,
  reviewed_at bigint,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
create index catalogue_items_kind on catalogue_items (kind, area);

-- Every price that was ever asked, never overwritten.
create table catalogue_prices (
  item_id blob not null,
  id blob not null,
  price bigint not null,
  unit text not null,
  reason text not null,
  set_by text not null,
  set_at bigint not null,
  primary key (item_id, id)
);

-- What happened to an item.
create table catalogue_events (
  item_id blob not null,
  id blob not null,
  event text not null,
  note text not null,
  done_by text not null,
  done_at bigint not null,
  primary key (item_id, id)
);

-- A partner (对接单位): whose elders (area), what it may do (scopes, with commas), the keyed hash of its secret, its days.
create table fhir_partners (
  id blob primary key,
  name text not null,
  area text not null,
  scopes text not null,
  purpose text not null,
  contact text not null,
  secret_hash blob not null,
  secret_tail text not null,
  per_minute bigint not null,
  valid_from text not null,
  valid_until text not null,
  state text not null,
  ended_at bigint,
  ended_by text not null,
  end_reason text not null,
  made_by text not null,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
create unique index fhir_partners_secret on fhir_partners (secret_hash);

-- One request of a partner: what was asked, how many people and resources it was about, how it ended. No identity numbers.
create table fhir_exchanges (
  id blob primary key,
  partner_id blob not null,
  at bigint not null,
  on_date text not null,
  interaction text not null,
  resource text not null,
  elders bigint not null,
  resources bigint not null,
  refused bigint not null,
  status bigint not null,
  ip text not null,
  detail text not null
);
create index fhir_exchanges_partner on fhir_exchanges (partner_id, at);

-- A resource that a partner sent, by its identifier (its keyed hash): sent twice it counts once. own: whether the item of the
-- record is from this partner, or was there before.
create table fhir_received (
  elder_id blob not null,
  id blob not null,
  partner_id blob not null,
  resource text not null,
  identifier blob not null,
  digest blob not null,
  item_id blob not null,
  own bigint not null,
  times bigint not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create unique index fhir_received_once on fhir_received (partner_id, resource, identifier);
