-- Home sickbeds (家庭病床): application, decision, consent, the bed with its plan and rounds, its fees, its closing.

-- opened_on is the first day, until_on the first day after the cycle, closed_on the day of closing.
create table sickbeds (
  elder_id blob not null,
  id blob not null,
  state text not null,
  institution_id blob not null,
  asked_by text not null,
  asked_name text not null,
  relation text not null,
  asked_on text not null,
  condition text not null,
  diagnosis text not null,
  diagnosis_code text not null,
  wish text not null,
  decision text,
  decided_on text,
  decided_by text not null,
  decision_note text not null,
  consent_by text,
  consent_name text not null,
  consent_relation text not null,
  consent_on text,
  doctor_id blob,
  doctor_name text not null,
  nurse_id blob,
  nurse_name text not null,
  opened_on text,
  until_on text,
  extensions bigint not null,
  closed_on text,
  close_code text not null,
  close_reason text not null,
  summary text not null,
  made_by text not null,
  created_at bigint not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index sickbeds_state on sickbeds (state, until_on);
create index sickbeds_institution on sickbeds (institution_id, state);

-- What the plan says is done, how often. ended_on is the first day without it.
create table sickbed_items (
  elder_id blob not null,
  id blob not null,
  sickbed_id blob not null,
  kind text not null,
  title text not null,
  every_days bigint not null,
  from_on text not null,
  ended_on text,
  last_done_on text,
  primary key (elder_id, id)
);

-- A round is planned, then done; an open bed always has one that is planned. A call-out is done at once.
create table sickbed_rounds (
  elder_id blob not null,
  id blob not null,
  sickbed_id blob not null,
  kind text not null,
  state text not null,
  due_on text not null,
  done_on text,
  staff_id blob,
  staff_name text not null,
  temperature_tenths bigint,
  pulse bigint,
  breaths bigint,
  sbp bigint,
  dbp bigint,
  spo2 bigint,
  found text not null,
  done text not null,
  orders text not null,
  recorded_by text not null,
  recorded_at bigint,
  primary key (elder_id, id)
);
create index sickbed_rounds_due on sickbed_rounds (due_on) where state = 'planned';

-- A line of the account. A wrong one is met by its exact negative, which names it in reverses.
create table sickbed_fees (
  elder_id blob not null,
  id blob not null,
  sickbed_id blob not null,
  on_date text not null,
  fee text not null,
  title text not null,
  price_code text not null,
  price_fen bigint not null,
  funded_by text,
  charge_fen bigint not null,
  reason text not null,
  decision text not null,
  reverses blob,
  note text not null,
  recorded_by text not null,
  recorded_at bigint not null,
  primary key (elder_id, id)
);
create unique index sickbed_fees_once on sickbed_fees (elder_id, reverses) where reverses is not null;

-- What happened to a bed: every step, also those that follow by themselves.
create table sickbed_events (
  elder_id blob not null,
  id blob not null,
  sickbed_id blob not null,
  on_date text not null,
  at bigint not null,
  kind text not null,
  detail text not null,
  by_name text not null,
  primary key (elder_id, id)
);
