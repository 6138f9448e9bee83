-- Family-doctor contracts (家庭医生签约): the consent, the contract, the services promised with their due dates, what was done.

-- A row begins with the consent or the refusal. until_on and ended_on are the first day on which it no longer holds.
create table contracts (
  elder_id blob not null,
  id blob not null,
  state text not null,
  institution_id blob not null,
  doctor_id blob,
  doctor_name text not null,
  package text not null,
  priority bigint not null,
  decision text not null,
  promised text,
  consent_by text not null,
  consent_name text not null,
  consent_relation text not null,
  consent_how text not null,
  consent_on text not null,
  consent_note text not null,
  ask_again_on text,
  renews blob,
  signed_on text,
  from_on text,
  until_on text,
  ended_on text,
  end_reason text not null,
  made_by text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index contracts_institution on contracts (institution_id, state);
create index contracts_newest on contracts (id);
create index contracts_state on contracts (state, until_on);

-- One row for each time that a service is due. It may be done from opens_on on, in time until due_on, late before lapses_on.
create table contract_promises (
  elder_id blob not null,
  id blob not null,
  contract_id blob not null,
  service text not null,
  title text not null,
  payer text not null,
  unverified text,
  nth bigint not null,
  opens_on text not null,
  due_on text not null,
  lapses_on text not null,
  done_on text,
  done_by_id blob,
  done_by text,
  result text,
  checkup_id blob,
  recorded_at bigint,
  recorded_by text,
  primary key (elder_id, id)
);
create index contract_promises_due on contract_promises (due_on) where done_on is null;

-- How many elders of an area had no contract on the day, counted by night: the home page must not count a city.
create table contract_gaps (
  area text primary key,
  unsigned bigint not null,
  priority bigint not null,
  on_date text not null
);
