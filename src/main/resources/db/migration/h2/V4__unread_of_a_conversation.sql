-- A user's unread messages from one sender in the order of their ids. H2 has no partial index.
create index message_unread_from on message (recipient_id, sender_id, read_at, id);
