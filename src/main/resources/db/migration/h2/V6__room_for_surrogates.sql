-- Lengths are in characters. H2 counts one outside Unicode's first plane (an emoji) as two.
alter table message alter column client_timestamp set data type varchar(64);
alter table im_user alter column name set data type varchar(510);
alter table im_user alter column avatar set data type varchar(4096);
alter table notice alter column title set data type varchar(510);
alter table notice alter column url set data type varchar(4096);
