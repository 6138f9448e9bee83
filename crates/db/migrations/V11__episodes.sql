-- Episodes (照护全程): where an elder is, who leads, the goals, the team, and the thread of what happened.

create table episodes (
  elder_id blob not null,
  id blob not null,
  opened_on text not null,
  because text not null,
  closed_on text,
  why text not null,
  lead_id blob,
  lead_name text not null,
  lead_institution_id blob,
  changed_by text not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);
create index episodes_open on episodes (elder_id) where closed_on is null;
create index episodes_lead on episodes (lead_id) where closed_on is null;
create index episodes_house on episodes (lead_institution_id) where closed_on is null;
create index episodes_newest on episodes (id) where closed_on is null;

-- Without until_on the elder is there now; kept says that the place is held until they come back.
create table episode_places (
  elder_id blob not null,
  id blob not null,
  episode_id blob not null,
  kind text not null,
  institution_id blob,
  from_on text not null,
  until_on text,
  kept bigint not null,
  because text not null,
  primary key (elder_id, id)
);
create index episode_places_now on episode_places (kind) where until_on is null;

create table episode_goals (
  elder_id blob not null,
  id blob not null,
  episode_id blob not null,
  text text not null,
  measure text not null,
  due_on text,
  state text not null,
  set_on text not null,
  set_by text not null,
  closed_on text,
  reason text not null,
  changed_by text not null,
  changed_at bigint not null,
  primary key (elder_id, id)
);

create table episode_team (
  elder_id blob not null,
  id blob not null,
  episode_id blob not null,
  staff_id blob,
  name text not null,
  role text not null,
  from_on text not null,
  until_on text,
  primary key (elder_id, id)
);

create table episode_events (
  elder_id blob not null,
  id blob not null,
  episode_id blob not null,
  on_date text not null,
  at bigint not null,
  kind text not null,
  code text not null,
  title text not null,
  detail text not null,
  href text,
  by_name text not null,
  primary key (elder_id, id)
);
