-- Remote consultations (远程会诊): a request with two sides, its booking, its signed conclusion and what was added later.
-- Nothing of the video itself is kept.

-- shared are codes with commas. Instants in milliseconds; answer_due_at and lapses_at were reckoned at the request or the
-- booking. The columns from signed_at on are written once, with the signature; fingerprint is the SM3 over what was signed.
create table consultations (
  elder_id blob not null,
  id blob not null,
  state text not null,
  version bigint not null,
  from_id blob not null,
  to_id blob not null,
  department text not null,
  urgency text not null,
  question text not null,
  situation text not null,
  asker_phone text not null,
  consent_by text not null,
  consent_name text not null,
  consent_relation text not null,
  consent_how text not null,
  consent_at bigint not null,
  shared text not null,
  purpose text not null,
  shared_until text not null,
  share_ended_at bigint,
  payer text not null,
  funded_by text,
  requested_at bigint not null,
  requested_by text not null,
  answer_due_at bigint not null,
  lapses_at bigint not null,
  answered_at bigint,
  answered_by text not null,
  refusal_code text,
  refusal text not null,
  booked_for bigint,
  consultant_id blob,
  consultant_name text not null,
  consult_phone text not null,
  missed_at bigint,
  missed_by text,
  missed_note text not null,
  started_at bigint,
  started_by text not null,
  acknowledge_due text,
  acknowledged_at bigint,
  acknowledged_by text not null,
  acknowledge_note text not null,
  closed_at bigint,
  closed_reason text not null,
  signed_at bigint,
  signed_id blob,
  signed_name text,
  means text,
  finding text,
  advice text,
  medication text,
  minutes bigint,
  price_fen bigint,
  elder_fen bigint,
  asker_fen bigint,
  charge_reason text,
  decisions text,
  fingerprint text,
  created_at bigint not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index consultations_to on consultations (to_id, state);
create index consultations_from on consultations (from_id, state);
create index consultations_open on consultations (state, lapses_at);
create index consultations_consultant on consultations (consultant_id, booked_for) where consultant_id is not null;

-- What the consultant added to a signed conclusion. Each fingerprint takes in the one before it.
create table consultation_addenda (
  elder_id blob not null,
  id blob not null,
  consultation_id blob not null,
  at bigint not null,
  signed_id blob not null,
  signed_name text not null,
  content text not null,
  fingerprint text not null,
  primary key (elder_id, id)
);
