-- Whether the host application has set the name or the avatar, which the tokens of users then leave alone. Of the entries
-- that are here already nobody knows who wrote them: tokens go on filling them, until the host application writes.
alter table im_user add column name_by_host boolean default false not null;
alter table im_user add column avatar_by_host boolean default false not null;
