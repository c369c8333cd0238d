-- A user's unread messages from one sender in the order of their ids. A message leaves the index when it is read.
create index message_unread_from on message (recipient_id, sender_id, id) where read_at is null;

-- These rows are updated with nearly every message: room for the new version beside the old one.
alter table conversation set (fillfactor = 50);
alter table unread_total set (fillfactor = 50);
