-- Import batches and what became of each of their rows.
create table transfer_batches (
  id blob primary key,
  kind text not null,
  file_name text not null,
  file_sm3 text not null,
  bytes bigint not null,
  state text not null,
  layout text,
  options text not null,
  notes text not null,
  problem text not null,
  row_count bigint not null,
  created bigint not null,
  changed bigint not null,
  unchanged bigint not null,
  refused bigint not null,
  done_row bigint not null,
  stored text not null,
  account_id blob,
  account_name text not null,
  ip text not null,
  area text not null,
  job_id blob,
  created_at bigint not null,
  applied_at bigint,
  undone_at bigint
);
create index transfer_batches_file on transfer_batches (file_sm3);

-- outcome: 1 created, 2 changed, 3 unchanged, 4 refused. A created row keeps no more than what was made of it;
-- a refused one its cells, a changed one its former values: both sealed. owner is the elder of a check-up or stay.
create table transfer_rows (
  batch_id blob not null,
  row_no bigint not null,
  outcome bigint not null,
  subject blob,
  owner blob,
  cell text,
  reason text,
  sealed blob,
  primary key (batch_id, row_no)
) without rowid;
create index transfer_rows_outcome on transfer_rows (batch_id, outcome, row_no) where outcome in (2, 4);
