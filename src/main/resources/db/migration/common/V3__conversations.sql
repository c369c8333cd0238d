-- What the list of conversations and the unread counts need beside the messages themselves. Written in the transaction
-- that stores a message or marks it as read, so that it is right whenever anybody looks.

-- One row for two users: low_id is the smaller id, which is 0 where the other is the system. Who writes to himself has
-- one with both ids the same, whose unread count is unread_high.
create table conversation (
  low_id          bigint not null,
  high_id         bigint not null,
  last_message_id bigint not null,
  unread_low      bigint not null,
  unread_high     bigint not null,
  primary key (low_id, high_id),
  check (low_id >= 0 and high_id > 0 and low_id <= high_id)
);
create index conversation_of_low on conversation (low_id, last_message_id desc);
create index conversation_of_high on conversation (high_id, last_message_id desc);

-- The sum over a user's conversations.
create table unread_total (
  user_id bigint not null primary key check (user_id > 0),
  unread  bigint not null
);

-- What a message of the system has beside its text.
create table notice (
  message_id bigint not null primary key check (message_id > 0),
  title      varchar(255),
  url        varchar(2048)
);

insert into conversation (low_id, high_id, last_message_id, unread_low, unread_high)
select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id),
       count(case when read_at is null and recipient_id < sender_id then 1 end),
       count(case when read_at is null and recipient_id >= sender_id then 1 end)
from message
group by least(sender_id, recipient_id), greatest(sender_id, recipient_id);

insert into unread_total (user_id, unread)
select recipient_id, count(*) from message where read_at is null group by recipient_id;

-- One direction of a conversation in the order of the ids.
create index message_history on message (sender_id, recipient_id, id);
