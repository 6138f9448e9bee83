-- By what the program knows at its start that it holds the key with which the data was sealed.
create table key_proof (
  id bigint primary key,
  proof blob not null
);
