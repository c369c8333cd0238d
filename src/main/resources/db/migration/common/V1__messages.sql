-- Written for PostgreSQL and for H2 in its PostgreSQL mode.

-- Who has been seen, with the name and avatar of the token (OpenID Connect: name, picture).
create table im_user (
  id         bigint                   not null primary key check (id > 0),
  name       varchar(255),
  avatar     varchar(2048),
  updated_at timestamp with time zone not null
);

-- Ids are handed out in blocks of a thousand: nextval is the last of its block.
create sequence message_id start with 1000 increment by 1000;

-- sender_id and recipient_id have no foreign key to im_user: by default a message may be sent to a user whom this
-- server has not seen yet, and no message shall fail for want of a directory entry.
create table message (
  id               bigint                   not null primary key check (id > 0 and id < 9007199254740992),
  sender_id        bigint                   not null check (sender_id >= 0),
  recipient_id     bigint                   not null check (recipient_id > 0),
  content          varchar                  not null check (content <> ''),
  client_timestamp varchar(32)              not null,
  dedupe_key       varchar(24)              not null check (dedupe_key <> ''),
  created_at       timestamp with time zone not null,
  read_at          timestamp with time zone,
  -- A retry is the same message.
  constraint message_once unique (sender_id, dedupe_key)
);
