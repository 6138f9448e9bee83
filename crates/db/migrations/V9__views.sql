-- Views of a file outnumber its changes by far: what changed is found without walking through who looked.
drop index audit_elder;
create index audit_elder on audit (elder_id, action, id) where elder_id is not null;
