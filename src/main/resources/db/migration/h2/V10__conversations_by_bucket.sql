-- As on PostgreSQL, so that queries are the same. H2 gains nothing by it.
alter table conversation add column bucket bigint generated always as (last_message_id / 1024);
drop index conversation_of_low;
drop index conversation_of_high;
create index conversation_of_low on conversation (low_id, bucket desc, last_message_id desc);
create index conversation_of_high on conversation (high_id, bucket desc, last_message_id desc);
