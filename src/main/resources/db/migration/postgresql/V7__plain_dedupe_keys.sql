-- Keys are compared by their bytes: what a language thinks of their letters costs time with every message.
alter table message alter column dedupe_key set data type varchar(24) collate "C";
