-- One register of consents (知情同意), and who may look at an elder's own page (家庭页).

-- A consent for a scope and what rests on it (source_id), from a day until a day (the last one), with who gave it and how; its
-- withdrawal with the effect in the words that were shown; and what whoever it concerns did about that.
create table consents (
  elder_id blob not null,
  id blob not null,
  scope text not null,
  state text not null,
  source_id blob,
  institution_id blob,
  purpose text not null,
  from_on text not null,
  until_on text,
  given_by text not null,
  given_role text not null,
  relation text not null,
  how text not null,
  recorded_by text not null,
  recorded_at bigint not null,
  withdrawn_at bigint,
  withdrawn_by text not null,
  withdrawn_role text,
  withdrawn_how text,
  effect text not null,
  handled_at bigint,
  handled_by text not null,
  handled_note text not null,
  primary key (elder_id, id)
);
create index consents_withdrawn on consents (withdrawn_at) where state = 'withdrawn';

-- An account that may look at the page of an elder: the elder, or a proxy (guardian by law or by court, agent by written
-- power) with the document and its days. until_on is the last day.
create table family_accesses (
  elder_id blob not null,
  id blob not null,
  account_id blob not null,
  kind text not null,
  name text not null,
  relation text not null,
  document text not null,
  from_on text not null,
  until_on text,
  checked_by text not null,
  made_at bigint not null,
  ended_at bigint,
  ended_by text not null,
  end_reason text not null,
  primary key (elder_id, id)
);
create index family_accesses_account on family_accesses (account_id);

-- What was consented to before there was a register; each takes the id of what rests on it.
insert into consents (elder_id, id, scope, state, source_id, institution_id, purpose, from_on, until_on, given_by, given_role,
    relation, how, recorded_by, recorded_at, withdrawn_by, effect, handled_by, handled_note)
  select elder_id, id, 'contract', 'given', id, institution_id, '家庭医生签约服务', consent_on, null, consent_name, consent_by,
    consent_relation, consent_how, made_by, created_at, '', '', '', ''
  from contracts where state in ('draft', 'signed');
insert into consents (elder_id, id, scope, state, source_id, institution_id, purpose, from_on, until_on, given_by, given_role,
    relation, how, recorded_by, recorded_at, withdrawn_by, effect, handled_by, handled_note)
  select elder_id, id, 'sickbed', 'given', id, institution_id, '在家中建立家庭病床', consent_on, null, consent_name, consent_by,
    consent_relation, 'written', changed_by, changed_at, '', '', '', ''
  from sickbeds where consent_on is not null;
