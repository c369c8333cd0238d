-- The tables of imserver on H2 2.4, in its PostgreSQL mode. The model is described in postgresql/V1__schema.sql; comments here
-- say only where H2 differs.
--
-- One process alone has the database open, and lets one transaction write at a time (imserver.message.H2MessageStore). So
-- there is nothing to lock, and the order of ids and changes is that of the commits.
--
-- H2 reads an index in its order only for a query whose "order by" names all columns of the index up to there, also those
-- that are the same in all rows.
--
-- Lengths are in characters, of which H2 counts those outside Unicode's first plane (an emoji) as two.

create table im_user (
  id             bigint                   not null primary key check (id > 0),
  name           varchar(510),
  avatar         varchar(4096),
  name_by_host   boolean                  default false not null,
  avatar_by_host boolean                  default false not null,
  search_name    varchar(255),
  updated_at     timestamp with time zone not null
);
create index im_user_by_name on im_user (search_name, id);

create table user_state (
  user_id bigint not null primary key check (user_id > 0),
  head    bigint not null,
  unread  bigint not null,
  stranger_quota integer check (stranger_quota >= 0),
  has_rules      boolean default false not null
);

-- With a cache: each value without one is a write of its own. After a crash up to a thousand ids are left out.
create sequence message_id cache 1000;

create table message (
  id               bigint                   not null primary key check (id > 0 and id < 9007199254740992),
  sender_id        bigint                   not null check (sender_id >= 0),
  recipient_id     bigint                   not null check (recipient_id <> 0),
  content          varchar                  not null,
  client_timestamp varchar(64)              not null,
  dedupe_key       varchar(24)              not null check (dedupe_key <> ''),
  created_at       timestamp with time zone not null,
  constraint message_once unique (sender_id, dedupe_key)
);
create index message_history on message (sender_id, recipient_id, id);

create table recall (
  id         bigint                   not null primary key,
  message_id bigint                   not null unique,
  low_id     bigint                   not null,
  high_id    bigint                   not null,
  created_at timestamp with time zone not null
);
create index recall_history on recall (low_id, high_id, id);

create table notice (
  message_id bigint        not null primary key check (message_id > 0),
  title      varchar(510),
  url        varchar(4096)
);

create sequence file_id;
create table file (
  id             bigint                   not null primary key check (id > 0 and id < 9007199254740992),
  owner_id       bigint                   not null check (owner_id > 0),
  client_file_id varchar(128),
  name           varchar(510)             not null,
  announced      bigint                   default 0 not null,
  received       bigint                   default 0 not null,
  size           bigint                   default 0 not null,
  is_complete    boolean                  default false not null,
  type           varchar(100)             default '' not null,
  width          integer,
  height         integer,
  duration       integer,
  waveform       varchar(200),
  has_preview    boolean                  default false not null,
  created_at     timestamp with time zone not null,
  constraint file_once unique (owner_id, client_file_id)
);
create index file_of_owner on file (owner_id, created_at);

create table upload (
  owner_id   bigint                   not null,
  file_id    bigint                   not null,
  is_failed  boolean                  not null default false,
  created_at timestamp with time zone not null
);
create index upload_of_owner on upload (owner_id, created_at);

create table attachment (
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null references file (id),
  primary key (message_id, position)
);
create index attachment_of_file on attachment (file_id);

create table unread (
  recipient_id bigint not null,
  message_id   bigint not null,
  sender_id    bigint not null,
  primary key (recipient_id, message_id)
);

create table conversation (
  low_id          bigint not null,
  high_id         bigint not null,
  last_low        bigint default 0 not null,
  last_high       bigint default 0 not null,
  bucket_low      bigint generated always as (last_low / 65536), -- so that queries are the same
  bucket_high     bigint generated always as (last_high / 65536),
  unread_low      bigint default 0 not null,
  unread_high     bigint default 0 not null,
  read_up_to_low  bigint default 0 not null,
  read_up_to_high bigint default 0 not null,
  changed_low     bigint not null,
  changed_high    bigint not null,
  sent_low        bigint default 0 not null,
  sent_high       bigint default 0 not null,
  blocked_by_low  boolean default false not null,
  blocked_by_high boolean default false not null,
  muted_by_low    boolean default false not null,
  muted_by_high   boolean default false not null,
  pinned_by_low   boolean default false not null,
  pinned_by_high  boolean default false not null,
  hidden_to_low   bigint default 0 not null,
  hidden_to_high  bigint default 0 not null,
  primary key (low_id, high_id),
  check (low_id >= 0 and high_id > 0 and low_id <= high_id)
);
create index conversation_of_low on conversation (low_id, bucket_low desc, last_low desc);
create index conversation_of_high on conversation (high_id, bucket_high desc, last_high desc);
create index conversation_blocked_by_low on conversation (low_id, blocked_by_low, high_id);
create index conversation_blocked_by_high on conversation (high_id, blocked_by_high, low_id);

create table new_recipient (
  sender_id    bigint                   not null,
  recipient_id bigint                   not null,
  began_at     timestamp with time zone not null,
  primary key (sender_id, recipient_id)
);
create index new_recipient_by_time on new_recipient (began_at);

create sequence webhook_event_id cache 1000;

create table webhook_event (
  low_id     bigint                   not null,
  high_id    bigint                   not null,
  id         bigint                   not null,
  type       varchar(32)              not null,
  user_id    bigint                   not null,
  reference  bigint                   not null,
  unread     bigint,
  created_at timestamp with time zone not null,
  parked_at  timestamp with time zone,
  failure    varchar(200),
  primary key (low_id, high_id, id)
);
create index webhook_event_parked on webhook_event (parked_at, id);

create table webhook_conversation (
  low_id        bigint                   not null,
  high_id       bigint                   not null,
  last_event_id bigint                   not null,
  due_at        timestamp with time zone not null,
  lease         bigint  default 0        not null,
  attempts      integer default 0        not null,
  primary key (low_id, high_id)
);
create index webhook_conversation_due on webhook_conversation (due_at);

create table unseen (
  recipient_id bigint                   not null,
  sender_id    bigint                   not null,
  due_at       timestamp with time zone not null,
  is_told      boolean default false    not null,
  primary key (recipient_id, sender_id)
);
create index unseen_due on unseen (due_at);

create table revocation (
  user_id       bigint                   not null primary key check (user_id > 0),
  issued_before timestamp with time zone not null,
  written_at    bigint                   not null
);
create index revocation_by_writing on revocation (written_at);
create index revocation_by_moment on revocation (issued_before);

create table flagged_message (
  message_id bigint  not null primary key,
  content    varchar not null
);

create table word_list (
  action  varchar(10)      not null primary key,
  words   varchar(1048576) not null,
  version bigint           not null
);

create table suspension (
  user_id      bigint                   not null primary key check (user_id > 0),
  scope        varchar(8)               not null, -- without a check: one against a list fails once its connection is closed
  ends_at      timestamp with time zone not null,
  reason       varchar(2000)            not null,
  moderator_id bigint                   not null,
  moderator    varchar(100)             not null,
  imposed_at   timestamp with time zone not null,
  written_at   bigint                   not null
);
create index suspension_by_writing on suspension (written_at);
create index suspension_by_end on suspension (ends_at);

create sequence report_id;
create table report (
  id               bigint                   not null primary key,
  reporter_id      bigint                   not null check (reporter_id >= 0),
  reported_id      bigint                   not null check (reported_id > 0),
  reason           varchar(8)               not null,
  reporter_text    varchar(2000)            not null,
  client_report_id varchar(128),
  created_at       timestamp with time zone not null,
  is_open          boolean                  not null,
  closed_at        timestamp with time zone,
  closed_by        bigint,
  outcome          varchar(16),
  note             varchar(2000)            not null,
  constraint report_once unique (reporter_id, client_report_id)
);
create index report_by_state on report (is_open, id);
create index report_of_reporter on report (reporter_id, is_open);
create index report_of_reported on report (reported_id, id);

create table reported_message (
  report_id        bigint                   not null references report (id),
  message_id       bigint                   not null,
  sender_id        bigint                   not null,
  recipient_id     bigint                   not null check (recipient_id > 0),
  content          varchar                  not null,
  client_timestamp varchar(64)              not null,
  sent_at          timestamp with time zone not null,
  is_named         boolean                  not null,
  primary key (report_id, message_id)
);

create table reported_attachment (
  report_id  bigint   not null,
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null references file (id),
  primary key (report_id, message_id, position),
  foreign key (report_id, message_id) references reported_message (report_id, message_id) on delete cascade
);
create index reported_attachment_of_file on reported_attachment (file_id);

-- No trigger keeps it as it is: one would have to be in Java.
create sequence moderation_action_id;
create table moderation_action (
  id           bigint                   not null primary key,
  done_at      timestamp with time zone not null,
  moderator_id bigint                   not null,
  moderator    varchar(100)             not null,
  action       varchar(32)              not null,
  user_id      bigint,
  message_id   bigint,
  report_id    bigint,
  reason       varchar(2000)            not null,
  detail       varchar(4000)            not null
);
create index moderation_action_of_user on moderation_action (user_id, id);

create table erasure (
  user_id      bigint                   not null primary key check (user_id > 0),
  started_at   timestamp with time zone not null,
  finished_at  timestamp with time zone,
  stage        integer                  not null,
  at_recipient bigint                   not null,
  at_id        bigint                   not null,
  erased       bigint                   not null,
  moderator_id bigint                   not null,
  moderator    varchar(100)             not null,
  reason       varchar(2000)            not null
);
create index erasure_unfinished on erasure (finished_at, erased, started_at);

create table retention (
  up_to_id bigint not null,
  due_at   bigint not null
);
insert into retention (up_to_id, due_at) values (0, 0);

-- There are no other servers.
create table installation (
  secret varchar(80) default cast(random_uuid() as varchar) || '.' || cast(random_uuid() as varchar) not null,
  epoch  uuid        default random_uuid() not null,
  is_unfinished_copy boolean default false not null
);
insert into installation default values;
