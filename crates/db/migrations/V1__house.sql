-- What every part of the house uses: the audit and its seals, the job queue, sessions.
create table audit (
  id blob primary key,
  at bigint not null,
  account_id blob,
  account_name text not null,
  ip text not null,
  action text not null,
  elder_id blob,
  subject text not null,
  detail text not null
);
create index audit_elder on audit (elder_id, id) where elder_id is not null;

create table audit_seals (
  seq bigint primary key,
  at bigint not null,
  last_id blob not null,
  count bigint not null,
  digest blob not null
);

create table jobs (
  id blob primary key,
  kind text not null,
  payload text not null,
  state text not null,
  done bigint not null,
  total bigint not null,
  message text not null,
  account_id blob,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint
);
create index jobs_waiting on jobs (id) where state in ('queued', 'running');

-- The key is the hash of the token that the browser holds.
create table sessions (
  token_hash blob primary key,
  account_id blob not null,
  csrf text not null,
  created_at bigint not null,
  seen_at bigint not null
);
create index sessions_account on sessions (account_id);
