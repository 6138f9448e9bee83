-- Holds the place of a migration that another change brings.
select 1;
