-- The tables of imserver on MariaDB 10.11 and later and on MySQL 8.0 and later. The model is described in
-- postgresql/V1__schema.sql; comments here say only where these differ.
--
-- Who writes locks in the order that is said there, at READ COMMITTED: imserver.message.MariaDbMessageStore, by statements.
--
-- Ids of messages, files and events are drawn by auto_increment: a counter that is no part of the transaction, so that who
-- draws waits for no commit, and that a restart does not set back. An entry of a recall takes an id of the same counter as
-- messages: by a row of "message" that is deleted again in the same transaction. Who copies rows sets the counter of
-- "message" above the ids of "recall" too. Steps of moderators and reports have sequences, which the JPA provider draws from:
-- on MySQL, which has none, rows of the table SEQUENCE, as EclipseLink expects.
--
-- Texts are compared by their bytes, with the blanks at their ends: the collation that does so has another name on each
-- of the two. What stands after "!M" in a comment is for MariaDB alone, after "!80000" for MySQL. Lengths are in
-- code points. Times are in UTC: no column has a zone, and each connection says that its own is UTC.
--
-- A statement that makes a table is a transaction of its own. If a server is killed within this file the schema history has no
-- entry of it, and the next start finds tables that it does not expect: drop the database, and make it again.

alter database character set utf8mb4 /*M! collate utf8mb4_nopad_bin */ /*!80000 collate utf8mb4_0900_bin */;

create table im_user (
  id             bigint       not null primary key check (id > 0),
  name           varchar(255),
  avatar         varchar(2048),
  name_by_host   boolean      not null default false,
  avatar_by_host boolean      not null default false,
  search_name    varchar(255),
  updated_at     datetime(6) not null
);
create index im_user_by_name on im_user (search_name, id);

create table user_state (
  user_id bigint not null primary key check (user_id > 0),
  head    bigint not null,
  unread  bigint not null,
  stranger_quota integer check (stranger_quota >= 0),
  has_rules      boolean not null default false
);

create table message (
  id               bigint       not null auto_increment primary key, -- below 2^53
  sender_id        bigint       not null check (sender_id >= 0),
  recipient_id     bigint       not null check (recipient_id <> 0),
  content          mediumtext   not null,
  client_timestamp varchar(32)  not null,
  dedupe_key       varchar(24)  not null check (dedupe_key <> ''),
  created_at       datetime(6) not null,
  constraint message_once unique (sender_id, dedupe_key)
);
create index message_history on message (sender_id, recipient_id, id);

create table recall (
  id         bigint       not null primary key,
  message_id bigint       not null unique,
  low_id     bigint       not null,
  high_id    bigint       not null,
  created_at datetime(6) not null
);
create index recall_history on recall (low_id, high_id, id);

create table notice (
  message_id bigint       not null primary key check (message_id > 0),
  title      varchar(255),
  url        varchar(2048)
);

create table file (
  id             bigint       not null auto_increment primary key,
  owner_id       bigint       not null check (owner_id > 0),
  client_file_id varchar(64),
  name           varchar(255) not null,
  announced      bigint       not null default 0,
  received       bigint       not null default 0,
  size           bigint       not null default 0,
  is_complete    boolean      not null default false,
  type           varchar(100) not null default '',
  width          integer,
  height         integer,
  duration       integer,
  waveform       varchar(200),
  has_preview    boolean      not null default false,
  created_at     datetime(6) not null,
  constraint file_once unique (owner_id, client_file_id)
);
create index file_of_owner on file (owner_id, created_at);

create table upload (
  id         bigint       not null auto_increment primary key, -- some servers take no table without one
  owner_id   bigint       not null,
  file_id    bigint       not null,
  is_failed  boolean      not null default false,
  created_at datetime(6) not null
);
create index upload_of_owner on upload (owner_id, created_at);

create table file_chunk (
  file_id  bigint     not null,
  variant  smallint   not null,
  position integer    not null,
  data     mediumblob not null,
  primary key (file_id, variant, position)
);

create table attachment (
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null,
  primary key (message_id, position),
  foreign key (file_id) references file (id)
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
  last_low        bigint not null default 0,
  last_high       bigint not null default 0,
  bucket_low      bigint generated always as (last_low div 65536) stored,
  bucket_high     bigint generated always as (last_high div 65536) stored,
  unread_low      bigint not null default 0,
  unread_high     bigint not null default 0,
  read_up_to_low  bigint not null default 0,
  read_up_to_high bigint not null default 0,
  changed_low     bigint not null,
  changed_high    bigint not null,
  sent_low        bigint not null default 0,
  sent_high       bigint not null default 0,
  blocked_by_low  boolean not null default false,
  blocked_by_high boolean not null default false,
  muted_by_low    boolean not null default false,
  muted_by_high   boolean not null default false,
  pinned_by_low   boolean not null default false,
  pinned_by_high  boolean not null default false,
  hidden_to_low   bigint not null default 0,
  hidden_to_high  bigint not null default 0,
  primary key (low_id, high_id),
  check (low_id >= 0 and high_id > 0 and low_id <= high_id)
);
-- Read from their ends. With the last message, since InnoDB does not sort within a bucket alone.
create index conversation_of_low on conversation (low_id, bucket_low, last_low);
create index conversation_of_high on conversation (high_id, bucket_high, last_high);
create index conversation_blocked_by_low on conversation (low_id, blocked_by_low, high_id);
create index conversation_blocked_by_high on conversation (high_id, blocked_by_high, low_id);

create table new_recipient (
  sender_id    bigint       not null,
  recipient_id bigint       not null,
  began_at     datetime(6) not null,
  primary key (sender_id, recipient_id)
);
create index new_recipient_by_time on new_recipient (began_at);

create table webhook_event (
  low_id     bigint       not null,
  high_id    bigint       not null,
  id         bigint       not null auto_increment,
  type       varchar(32)  not null,
  user_id    bigint       not null,
  reference  bigint       not null,
  unread     bigint,
  created_at datetime(6) not null,
  parked_at  datetime(6),
  failure    varchar(200),
  primary key (low_id, high_id, id),
  unique key webhook_event_id (id)
);
create index webhook_event_parked on webhook_event (parked_at, id);

create table webhook_conversation (
  low_id        bigint       not null,
  high_id       bigint       not null,
  last_event_id bigint       not null,
  due_at        datetime(6) not null,
  lease         bigint  not null        default 0,
  attempts      integer not null        default 0,
  primary key (low_id, high_id)
);
create index webhook_conversation_due on webhook_conversation (due_at);

create table unseen (
  recipient_id bigint       not null,
  sender_id    bigint       not null,
  due_at       datetime(6) not null,
  is_told      boolean not null    default false,
  primary key (recipient_id, sender_id)
);
create index unseen_due on unseen (due_at);

create table connected_user (
  user_id bigint not null,
  node_id bigint not null,
  primary key (user_id, node_id)
);
create index connected_user_by_node on connected_user (node_id);

create table revocation (
  user_id       bigint       not null primary key check (user_id > 0),
  issued_before datetime(6) not null,
  written_at    bigint       not null
);
create index revocation_by_writing on revocation (written_at);
create index revocation_by_moment on revocation (issued_before);

create table flagged_message (
  message_id bigint  not null primary key,
  content    mediumtext not null
);

create table word_list (
  action  varchar(10)  not null primary key,
  words   mediumtext not null,
  version bigint       not null
);

create table suspension (
  user_id      bigint       not null primary key check (user_id > 0),
  scope        varchar(8)   not null,
  ends_at      datetime(6) not null,
  reason       varchar(1000) not null,
  moderator_id bigint       not null,
  moderator    varchar(100) not null,
  imposed_at   datetime(6) not null,
  written_at   bigint       not null
);
create index suspension_by_writing on suspension (written_at);
create index suspension_by_end on suspension (ends_at);

create /*M! sequence report_id */
  /*!80000 table SEQUENCE (SEQ_NAME varchar(50) not null primary key, SEQ_COUNT bigint not null)
  select 'report_id' as SEQ_NAME, 0 as SEQ_COUNT union all select 'moderation_action_id', 0 */;
create table report (
  id               bigint       not null primary key,
  reporter_id      bigint       not null check (reporter_id >= 0),
  reported_id      bigint       not null check (reported_id > 0),
  reason           varchar(8)   not null,
  reporter_text    varchar(1000) not null,
  client_report_id varchar(64),
  created_at       datetime(6) not null,
  is_open          boolean      not null,
  closed_at        datetime(6),
  closed_by        bigint,
  outcome          varchar(16),
  note             varchar(1000) not null,
  constraint report_once unique (reporter_id, client_report_id)
);
create index report_by_state on report (is_open, id);
create index report_of_reporter on report (reporter_id, is_open);
create index report_of_reported on report (reported_id, id);

create table reported_message (
  report_id        bigint       not null,
  message_id       bigint       not null,
  sender_id        bigint       not null,
  recipient_id     bigint       not null check (recipient_id > 0),
  content          mediumtext   not null,
  client_timestamp varchar(32)  not null,
  sent_at          datetime(6) not null,
  is_named         boolean      not null,
  primary key (report_id, message_id),
  foreign key (report_id) references report (id)
);

create table reported_attachment (
  report_id  bigint   not null,
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null,
  primary key (report_id, message_id, position),
  foreign key (report_id, message_id) references reported_message (report_id, message_id) on delete cascade,
  foreign key (file_id) references file (id)
);
create index reported_attachment_of_file on reported_attachment (file_id);

-- No trigger keeps it as it is: with a binary log, who makes one needs rights that an application should not have.
/*M! create sequence moderation_action_id */ /*!80000 do 0 */;
create table moderation_action (
  id           bigint       not null primary key,
  done_at      datetime(6) not null,
  moderator_id bigint       not null,
  moderator    varchar(100) not null,
  action       varchar(32)  not null,
  user_id      bigint,
  message_id   bigint,
  report_id    bigint,
  reason       varchar(1000) not null,
  detail       varchar(2000) not null
);
create index moderation_action_of_user on moderation_action (user_id, id);

create table erasure (
  user_id      bigint       not null primary key check (user_id > 0),
  started_at   datetime(6) not null,
  finished_at  datetime(6),
  stage        integer      not null,
  at_recipient bigint       not null,
  at_id        bigint       not null,
  erased       bigint       not null,
  moderator_id bigint       not null,
  moderator    varchar(100) not null,
  reason       varchar(1000) not null
);
create index erasure_unfinished on erasure (finished_at, erased, started_at);

create table retention (
  id       tinyint not null primary key default 1,
  up_to_id bigint not null,
  due_at   bigint not null
);
insert into retention (up_to_id, due_at) values (0, 0);

create table node (
  id         bigint       not null primary key,
  address    varchar(255), -- as the database sees it, for people
  started_at datetime(6) not null,
  beat_at    datetime(6) not null
);

create table installation (
  id     varchar(36)  not null primary key,
  secret varchar(128) not null,
  epoch  varchar(36)  not null,
  is_unfinished_copy boolean not null default false
);
insert into installation (id, secret, epoch) values (uuid(), lower(hex(random_bytes(32))), uuid());
