-- The list of conversations is in the order of their last messages, so that an index on these had to be written anew with
-- nearly every message, and the row's other indexes with it. A bucket holds 1024 ids: within one, a row's new version needs
-- no index entry (PostgreSQL's heap-only tuples). Who reads the list sorts two buckets at most.
alter table conversation add column bucket bigint generated always as (last_message_id / 1024) stored;
drop index conversation_of_low;
drop index conversation_of_high;
create index conversation_of_low on conversation (low_id, bucket desc);
create index conversation_of_high on conversation (high_id, bucket desc);
