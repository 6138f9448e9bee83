-- What gets worse by trend, and the kiosk of a health hut (clauses NT-2.2.2, NT-3.5b).

-- Where an elder's last days are worse than the weeks before, as the night found it by the table `vital_trend`. kind is the number
-- of `Vital`; was and became are medians of days, as that kind is stored; on_date: the last day that was looked at.
create table vital_trends (
  elder_id blob not null,
  id blob not null,
  kind bigint not null,
  trend text not null,
  was bigint not null,
  became bigint not null,
  on_date text not null,
  primary key (elder_id, id)
);

-- A card with which an elder is known at a hut. The code is shown once; code_hash is its keyed hash.
create table hut_cards (
  elder_id blob not null,
  id blob not null,
  code_hash blob not null,
  made_at bigint not null,
  made_by text not null,
  ended_at bigint,
  primary key (elder_id, id)
);
create unique index hut_cards_code on hut_cards (code_hash);

-- Somebody at a hut's station, from begun_at until ended_at, at the latest until_at. light and words: how the result was; seen_at:
-- when a clinician has looked at one that was not in order.
create table hut_visits (
  elder_id blob not null,
  id blob not null,
  device_id blob not null,
  institution_id blob,
  begun_at bigint not null,
  until_at bigint not null,
  ended_at bigint,
  ended_how text not null,
  fasting bigint not null,
  light text not null,
  words text not null,
  seen_at bigint,
  seen_by text not null,
  seen_note text not null,
  primary key (elder_id, id)
);
create unique index hut_visits_now on hut_visits (device_id) where ended_at is null;
create index hut_visits_until on hut_visits (until_at) where ended_at is null;
create index hut_visits_asks on hut_visits (begun_at) where seen_at is null and light in ('warning', 'danger');

-- Wrong answers in a row at a station, and until when it takes none.
create table hut_locks (
  device_id blob primary key,
  wrong bigint not null,
  locked_until bigint
);
