-- Referrals between institutions, and the agreements that they stand on.

-- An agreement (合作协议) between an elder-care institution and a medical one. items are codes with commas; until_on is the
-- first day on which it does not hold any more. version counts the changes, for two people on one agreement.
create table agreements (
  id blob primary key,
  home_id blob not null,
  medical_id blob not null,
  state text not null,
  items text not null,
  note text not null,
  rounds_per_week bigint not null,
  green_minutes bigint,
  months bigint not null,
  from_on text,
  until_on text,
  ended_on text,
  end_reason text not null,
  renews blob,
  made_by text not null,
  version bigint not null,
  created_at bigint not null,
  changed_at bigint not null
);
create index agreements_home on agreements (home_id);
create index agreements_medical on agreements (medical_id);

-- A round (巡诊) that the medical side made at the home. One entry for a day and a person.
create table agreement_rounds (
  agreement_id blob not null,
  id blob not null,
  on_date text not null,
  who text not null,
  seen bigint not null,
  what text not null,
  recorded_by text not null,
  recorded_at bigint not null,
  primary key (agreement_id, id)
);
create unique index agreement_rounds_day on agreement_rounds (agreement_id, on_date, who);

-- The agreement that the register's partner of an institution follows; none while the register speaks for itself.
alter table institutions add column partner_agreement blob;

-- A referral (转诊): one request with two sides and one state. to_id is none for a place that is not in the register.
-- shared are codes with commas. Instants in milliseconds; answer_due_at and lapses_at were reckoned at the request.
create table referrals (
  elder_id blob not null,
  id blob not null,
  kind text not null,
  state text not null,
  version bigint not null,
  from_id blob not null,
  to_id blob,
  to_name text not null,
  to_phone text not null,
  agreement_id blob,
  reason text not null,
  diagnosis text not null,
  consent_by text not null,
  consent_name text not null,
  consent_relation text not null,
  consent_how text not null,
  consent_at bigint not null,
  shared text not null,
  purpose text not null,
  shared_until text not null,
  share_ended_at bigint,
  requested_at bigint not null,
  requested_by text not null,
  answer_due_at bigint not null,
  lapses_at bigint not null,
  answered_at bigint,
  answered_by text not null,
  refusal text not null,
  call_name text not null,
  call_at bigint,
  booked_for bigint,
  booked_place text not null,
  arrived_at bigint,
  arrived_how text not null,
  concluded_at bigint,
  concluded_by text not null,
  finding text not null,
  done text not null,
  medication text not null,
  advice text not null,
  follow_up_due text,
  followed_up_on text,
  followed_up_by text not null,
  follow_up_note text not null,
  closed_at bigint,
  closed_reason text not null,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index referrals_to on referrals (to_id, state);
create index referrals_from on referrals (from_id, state);
create index referrals_open on referrals (state, answer_due_at);

-- Why somebody who is in hospital for long is still treated there (治疗理由), until the next look at it.
create table referral_treatments (
  elder_id blob not null,
  id blob not null,
  stay_id blob not null,
  reason text not null,
  until_on text not null,
  recorded_by text not null,
  recorded_at bigint not null,
  primary key (elder_id, id)
);

-- A hospital sees those who lie in it: the stays that are open already, each once.
insert into elder_links (elder_id, institution_id, kind, from_on)
  select elder_id, institution_id, 'stay', min(admitted_on) from stays where discharged_on is null
  group by elder_id, institution_id;
