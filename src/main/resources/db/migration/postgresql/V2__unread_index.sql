-- A user's unread messages in the order of their ids. A message leaves the index when it is read.
create index message_unread on message (recipient_id, id) where read_at is null;
