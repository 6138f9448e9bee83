-- The figures of each area as they were on the last day of a month that they were counted on: what the work list reads,
-- and what the course of an indicator is drawn from. denominator is null for plain counts; met and gap are null without
-- a target or without data.
create table indicators_figures (
  area text not null,
  code text not null,
  month text not null,
  on_day text not null,
  numerator bigint not null,
  denominator bigint,
  met bigint,
  gap bigint,
  counted_at bigint not null,
  primary key (area, code, month)
);
