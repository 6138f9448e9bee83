-- The 24-hour emergency call centre (clauses WF-4.5c, NT-2.2.2, NT-3.5b): cases, who was sent, calls by telephone, who is on duty.

-- A case. began_at: when the alarm was raised or the telephone rang; answered_at: when somebody took it. area is where the elder
-- lived then: the figures are counted by it. place_lon, place_lat: where the elder was believed to be, place_from says why.
create table emergency_cases (
  elder_id blob not null,
  id blob not null,
  state text not null,
  version bigint not null,
  source text not null,
  kind text not null,
  what text not null,
  drill bigint not null,
  area text not null,
  place_lon double precision,
  place_lat double precision,
  place_from text not null,
  began_at bigint not null,
  answered_at bigint not null,
  operator_id blob,
  operator_name text not null,
  dispatched_at bigint,
  arrived_at bigint,
  handed_at bigint,
  closed_at bigint,
  closed_by text not null,
  outcome text,
  note text not null,
  ambulance_at bigint,
  ambulance_number text not null,
  call_id blob,
  referral_id blob,
  changed_at bigint not null,
  changed_by text not null,
  primary key (elder_id, id)
);
create index emergency_cases_open on emergency_cases (began_at) where closed_at is null;
create index emergency_cases_began on emergency_cases (began_at);

-- Whom a case was given to, and how far they came. What somebody was called and how far away they were is kept as it was then.
create table emergency_dispatches (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  duty_id blob not null,
  kind text not null,
  name text not null,
  phone text not null,
  place text not null,
  metres bigint,
  state text not null,
  asked_at bigint not null,
  confirmed_at bigint,
  set_out_at bigint,
  arrived_at bigint,
  ended_at bigint,
  why text not null,
  primary key (elder_id, id)
);
create index emergency_dispatches_case on emergency_dispatches (elder_id, case_id, asked_at);
create index emergency_dispatches_busy on emergency_dispatches (duty_id) where ended_at is null;

-- Each step of a case. Written once, never changed.
create table emergency_events (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  at bigint not null,
  event text not null,
  by_name text not null,
  note text not null,
  primary key (elder_id, id)
);
create index emergency_events_case on emergency_events (elder_id, case_id, at);

-- Whom somebody tried to tell, and whether they were reached.
create table emergency_contacts (
  elder_id blob not null,
  id blob not null,
  case_id blob not null,
  at bigint not null,
  name text not null,
  relation text not null,
  reached bigint not null,
  by_name text not null,
  note text not null,
  primary key (elder_id, id)
);
create index emergency_contacts_case on emergency_contacts (elder_id, case_id, at);

-- Numbers from which an elder or somebody close calls, beside the one in the roster. source: said by an operator (hand), or
-- the emergency contact of the roster (register), which is written anew from there.
create table emergency_phones (
  elder_id blob not null,
  id blob not null,
  source text not null,
  number_hash blob not null,
  number_sealed blob not null,
  name text not null,
  relation text not null,
  created_by text not null,
  created_at bigint not null,
  ended_at bigint,
  primary key (elder_id, id)
);
create index emergency_phones_number on emergency_phones (number_hash) where ended_at is null;

-- Incoming telephone calls, as the exchange told of them. area is the exchange's. elder_id: whose call it is, once known.
create table emergency_calls (
  elder_id blob,
  id blob primary key,
  area text not null,
  exchange_call text not null,
  number_sealed blob not null,
  number_tail text not null,
  dialled text not null,
  agent text not null,
  rang_at bigint not null,
  answered_at bigint,
  ended_at bigint,
  taken_id blob,
  taken_name text not null,
  case_id blob,
  dismissed_at bigint,
  note text not null,
  version bigint not null
);
create unique index emergency_calls_exchange on emergency_calls (area, exchange_call);
create index emergency_calls_elder on emergency_calls (elder_id) where elder_id is not null;
create index emergency_calls_rang on emergency_calls (rang_at);

-- Who is on duty, from when until when, and where they start.
create table emergency_duties (
  id blob primary key,
  area text not null,
  institution_id blob,
  kind text not null,
  name text not null,
  phone text not null,
  place text not null,
  lon double precision,
  lat double precision,
  from_at bigint not null,
  until_at bigint not null,
  ended_at bigint,
  ended_why text not null,
  made_by text not null,
  made_at bigint not null
);
create index emergency_duties_time on emergency_duties (until_at);

-- Hand-over from one shift to the next. sheet: which cases were open, which ended, who was on duty, as it was then.
create table emergency_shifts (
  id blob primary key,
  area text not null,
  from_at bigint not null,
  until_at bigint not null,
  giver_id blob not null,
  giver_name text not null,
  taker_id blob not null,
  taker_name text not null,
  remarks text not null,
  sheet text not null,
  acknowledged_at bigint,
  taker_note text not null
);
create index emergency_shifts_area on emergency_shifts (area, until_at);
