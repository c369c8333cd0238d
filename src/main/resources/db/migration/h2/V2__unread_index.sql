-- A user's unread messages in the order of their ids. H2 has no partial index.
create index message_unread on message (recipient_id, read_at, id);
