-- The name in the form in which it is searched for: 64 code points at most, in lower case. Written with the name; those
-- that are here already come from the database's own lower().
alter table im_user add column search_name varchar(255);
update im_user set search_name = lower(left(name, 64)) where name is not null;
create index im_user_by_name on im_user (search_name, id);
