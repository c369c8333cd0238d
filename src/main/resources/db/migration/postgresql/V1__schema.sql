-- The tables of imserver on PostgreSQL 15 and later. Read from top to bottom this is the model; h2/V1__schema.sql is the
-- same for H2. imserver writes the tables from user_state to conversation by functions only: R__add_messages.sql,
-- R__mark_read.sql with R__read_conversations.sql, R__recall_message.sql, R__recount.sql, R__set_conversation.sql; for moderators
-- R__remove_message.sql and R__suspend_user.sql. With these it writes the tables of the webhook too, and by R__tell_unseen.sql. Only
-- what erases a user or deletes old messages does it by statements, in transactions of some hundred messages
-- (imserver.message.RetentionStore, ErasureStore), which keep the same order.
--
-- One order. A transaction that changes what users see locks the rows of these users in user_state first, in ascending order
-- of their ids, then writes conversation, message, recall, notice and unread. Only marking as read, which learns the users
-- from them, recalling, recounting, erasing and deleting take rows of unread before. Message ids and the numbers of changes are drawn while the
-- rows of the users are locked. So for one user, and in one conversation, the order of ids and the order of changes are the order of the
-- commits, whichever server writes; a reader who has seen an id and asks for higher ones misses nothing; and no two
-- transactions wait for each other. Rows of unseen and then of webhook_conversation come last, each in the order of their
-- keys. (Who sets what a conversation is to him, or is recounted, locks himself alone, and then
-- waits for a conversation that one who has locked the other user may be writing; who has a conversation waits for no user.)

-- The directory: users who have connected, with the name and avatar of their token (OpenID Connect: name, picture), and those
-- that the host application has entered, whose name and avatar tokens do not change.
create table im_user (
  id             bigint                   not null primary key check (id > 0),
  name           varchar(255),
  avatar         varchar(2048),
  name_by_host   boolean                  not null default false,
  avatar_by_host boolean                  not null default false,
  -- The name in the form in which it is searched for: its first 64 code points in lower case. Ordered by code points,
  -- whatever the database's locale: so a range of the index is what begins with a text.
  search_name    varchar(255) collate "C",
  updated_at     timestamp with time zone not null
);
create index im_user_by_name on im_user (search_name, id);

-- One row for each user who has sent or received a message, or was recounted. The system, user 0, has none: what it sends is
-- kept in order by the rows of its recipients.
create table user_state (
  user_id bigint not null primary key check (user_id > 0),
  -- How many changes there were of what this user sees: a message from or to him, a mark as read by him or (where receipts
  -- are on) by the other one, a recall by either. Each change has the number that this has after it. No number is left out.
  head    bigint not null,
  -- His rows in "unread", counted.
  unread  bigint not null,
  -- How many messages a stranger may send to him until he answers; null for as many as the settings of the site say.
  stranger_quota integer check (stranger_quota >= 0),
  -- Whether he has ever blocked somebody, had a quota of his own, or was suspended: only then a message from or to him has to be
  -- looked at for that.
  has_rules boolean not null default false
) with (
  -- Updated with nearly every message: room for the new version beside the old one, so that no index changes.
  fillfactor = 50
);

-- One sequence for all, without a cache: ids are drawn in the order in which they are committed. Ids have gaps.
create sequence message_id;

-- A message never changes, but for one that is recalled: its content is '' from then on, and no other has that. sender_id and
-- recipient_id refer to no table: a message may be sent to a user whom this server has not seen yet, and none must fail because a
-- directory entry is missing.
--
-- A message that is silenced, since its recipient had blocked its sender, is seen by its sender alone, for ever. It has the
-- negative of the recipient's id: whoever asks for messages to the recipient does not find it, without having to think of it.
--
-- Indexes, each a part of what a message costs:
-- * by id: what is read by ids that other tables hold (the last message of a conversation, what is unread, a page of a
--   history). Ids ascend, so that only its last page is written.
-- * message_once: a retry is the same message.
-- * message_history: one direction of a conversation in the order of the ids.
create table message (
  id               bigint                   not null primary key check (id > 0 and id < 9007199254740992),
  sender_id        bigint                   not null check (sender_id >= 0), -- 0: the system
  recipient_id     bigint                   not null check (recipient_id <> 0), -- negative: silenced
  content          varchar                  not null, -- '' where it was recalled
  client_timestamp varchar(32)              not null, -- the sender's mark, '' for none
  -- Compared by its bytes: the rules of a language for comparing text would cost time with every message.
  dedupe_key       varchar(24) collate "C"  not null check (dedupe_key <> ''),
  created_at       timestamp with time zone not null,
  constraint message_once unique (sender_id, dedupe_key)
);
create index message_history on message (sender_id, recipient_id, id);

-- A recall is an entry of its own in the conversation, with an id from the same sequence: who has read the messages up to
-- some id, and asks for what has higher ones, learns of it.
create table recall (
  id         bigint                   not null primary key,
  message_id bigint                   not null unique,
  low_id     bigint                   not null, -- of the conversation
  high_id    bigint                   not null,
  created_at timestamp with time zone not null
);
create index recall_history on recall (low_id, high_id, id);

-- The title and link of a message of the system.
create table notice (
  message_id bigint        not null primary key check (message_id > 0),
  title      varchar(255),
  url        varchar(2048)
);

-- Files that users have uploaded (imserver.file). What one says of itself never changes once it is complete.
create sequence file_id;
create table file (
  id             bigint                   not null primary key check (id > 0 and id < 9007199254740992),
  owner_id       bigint                   not null check (owner_id > 0),
  client_file_id varchar(64) collate "C", -- the owner's name for it, by which a retry is known
  name           varchar(255)             not null,
  -- Bytes as its owner has announced, or sent, them; and of a resumable upload, so many of them are stored.
  announced      bigint                   not null default 0,
  received       bigint                   not null default 0,
  -- Whether all of it is stored and was looked at: only then a message may carry it, and what follows is set.
  is_complete    boolean                  not null default false,
  size           bigint                   not null default 0, -- bytes, without the metadata that was taken out
  type           varchar(100)             not null default '', -- the media type, found from its bytes
  width          integer,                 -- pixels, of an image as it is shown
  height         integer,
  duration       integer,                 -- milliseconds, of a recording, as its sender says
  waveform       varchar(200),            -- a sketch of a recording, as its sender says
  has_preview    boolean                  not null default false,
  created_at     timestamp with time zone not null,
  constraint file_once unique (owner_id, client_file_id)
);
create index file_of_owner on file (owner_id, created_at);

-- The uploads of a day, which are bounded: also those of files that are not there any more.
create table upload (
  owner_id   bigint                   not null,
  file_id    bigint                   not null,
  is_failed  boolean                  not null default false,
  created_at timestamp with time zone not null
);
create index upload_of_owner on upload (owner_id, created_at);

-- What is in a file: variant 0 is the file, 1 its preview, 2 what has been uploaded so far. It outlives the row of the file for a
-- while (imserver.file.FileSweep): who deletes rows holds the locks of users, and there may be gigabytes.
create table file_chunk (
  file_id  bigint   not null,
  variant  smallint not null,
  position integer  not null, -- of its first byte
  data     bytea    not null,
  primary key (file_id, variant, position)
);
alter table file_chunk alter column data set storage external; -- pictures are compressed already

-- The files that a message carries, from 0 on. They go with what it says.
create table attachment (
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null references file (id),
  primary key (message_id, position)
);
create index attachment_of_file on attachment (file_id);

-- The messages that their recipients have not read: a row comes with the message and goes with its reading, so that
-- messages need not change. In the order in which they are shown after a connect. Those of one sender are found by the
-- messages of the two above conversation.read_up_to, so that what others flood a user with makes that no slower; an index of
-- their own would cost a tenth of what a message costs.
create table unread (
  recipient_id bigint not null,
  message_id   bigint not null,
  sender_id    bigint not null,
  primary key (recipient_id, message_id)
) with (
  -- As many rows are deleted as inserted: without vacuum the table would grow with every message. So it starts early and runs
  -- without delay; each run has little to do.
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_threshold = 10000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_threshold = 1000
);

-- One row for two users who have written to each other, or of whom one has blocked the other: low_id is the smaller id, which is 0 where the other is the
-- system. A user who writes to himself has one with both ids the same, and is on the side of high.
create table conversation (
  low_id          bigint not null,
  high_id         bigint not null,
  -- For each side, the last message that it sees, which is not the same where one was silenced; 0 for none.
  last_low        bigint not null default 0,
  last_high       bigint not null default 0,
  -- The list of a user is in the order of last messages. An index on these would have to be written anew with nearly
  -- every message, and the row's other indexes with it. A bucket holds 65,536 ids: within one, a row's new version needs
  -- no index entry (PostgreSQL's heap-only tuples). A query for the list sorts two buckets at most.
  bucket_low      bigint not null generated always as (last_low / 65536) stored,
  bucket_high     bigint not null generated always as (last_high / 65536) stored,
  -- The rows in "unread" of the messages to each side, counted.
  unread_low      bigint not null default 0,
  unread_high     bigint not null default 0,
  -- For each side, the last of the messages addressed to it up to which all of these are read, as far as that was looked for;
  -- 0 for none. It stays below the first unread one, and never falls, but where a recount finds that it was too high.
  read_up_to_low  bigint not null default 0,
  read_up_to_high bigint not null default 0,
  -- For each side, the number of the last change of this conversation that this user saw (see user_state.head); 0 for the
  -- system. No two conversations of a user have the same.
  changed_low     bigint not null,
  changed_high    bigint not null,
  -- How many messages each side has sent, also those that were silenced: who has sent none to another, takes him for a
  -- stranger. What one sends to himself is on the side of low.
  sent_low        bigint not null default 0,
  sent_high       bigint not null default 0,
  -- What each side has set: the other one is blocked; nothing here is to disturb him; it is to be above others; it is not to
  -- be in his list, until there is a message above this one.
  blocked_by_low  boolean not null default false,
  blocked_by_high boolean not null default false,
  muted_by_low    boolean not null default false,
  muted_by_high   boolean not null default false,
  pinned_by_low   boolean not null default false,
  pinned_by_high  boolean not null default false,
  hidden_to_low   bigint  not null default 0,
  hidden_to_high  bigint  not null default 0,
  primary key (low_id, high_id),
  check (low_id >= 0 and high_id > 0 and low_id <= high_id)
) with (
  fillfactor = 50 -- as user_state
);
create index conversation_of_low on conversation (low_id, bucket_low desc);
create index conversation_of_high on conversation (high_id, bucket_high desc);
create index conversation_blocked_by_low on conversation (low_id, high_id) where blocked_by_low;
create index conversation_blocked_by_high on conversation (high_id, low_id) where blocked_by_high;

-- To whom users have written first, within the last hour or a little longer: only where the site bounds that.
create table new_recipient (
  sender_id    bigint                   not null,
  recipient_id bigint                   not null,
  began_at     timestamp with time zone not null,
  primary key (sender_id, recipient_id)
);
-- Finds what is longer ago, which goes, a little with each that comes.
create index new_recipient_by_time on new_recipient (began_at);

-- What the host application is to be told (imserver.webhook), written in the transactions of what happened; nothing where there
-- is no webhook. A row refers to what it tells of, which is read when it is told, and goes when it was told.
create sequence webhook_event_id;

create table webhook_event (
  low_id     bigint                   not null, -- of the conversation
  high_id    bigint                   not null,
  -- In one conversation, of which both or the reading user are locked, in the order of the commits.
  id         bigint                   not null,
  type       varchar(32)              not null,
  user_id    bigint                   not null, -- who did it; of what is not seen, who has not
  reference  bigint                   not null, -- a message, up to which one was read, or a report; 0 for none
  unread     bigint,                            -- where something was read, what is left
  created_at timestamp with time zone not null,
  -- Set where it could not be told for a day: it waits until somebody has it told again. Why the last attempt failed.
  parked_at  timestamp with time zone,
  failure    varchar(200),
  primary key (low_id, high_id, id)
);
create index webhook_event_parked on webhook_event (id) where parked_at is not null;

-- The conversations of which there is something to tell: one at a time for each, by the server that has the lease until due_at.
create table webhook_conversation (
  low_id        bigint                   not null,
  high_id       bigint                   not null,
  -- What was written last: who has told all finds by it whether there is more by now.
  last_event_id bigint                   not null,
  due_at        timestamp with time zone not null,
  lease         bigint                   not null default 0,
  attempts      integer                  not null default 0, -- in vain, of its first event
  primary key (low_id, high_id)
) with (fillfactor = 50);
create index webhook_conversation_due on webhook_conversation (due_at);

-- Who has unread messages of whom, of which the host application is to be told where no device of the recipient is connected;
-- only where the settings want that. A row goes when something of it is read.
create table unseen (
  recipient_id bigint                   not null,
  sender_id    bigint                   not null,
  due_at       timestamp with time zone not null,
  is_told      boolean                  not null default false,
  primary key (recipient_id, sender_id)
) with (fillfactor = 50);
create index unseen_due on unseen (due_at);

-- Who is connected to which server, within a second or two; only where the settings want to know what is not seen. Rows of a
-- server that is not alive do not count.
create table connected_user (
  user_id bigint not null,
  node_id bigint not null,
  primary key (user_id, node_id)
);
create index connected_user_by_node on connected_user (node_id);

-- Users whose access the host application has ended: tokens of that user that were issued before this moment are refused. At
-- most one row for each user.
create table revocation (
  user_id       bigint                   not null primary key check (user_id > 0),
  issued_before timestamp with time zone not null,
  -- Milliseconds since 1970, by the clock of the database: servers find by it what other servers have written.
  written_at    bigint                   not null
);
create index revocation_by_writing on revocation (written_at);
-- Finds the rows that concern only tokens that have expired, which are deleted.
create index revocation_by_moment on revocation (issued_before);

-- Messages with a word of the list "report", until they are reported: a row comes with the message, so that none is missed. With
-- its content, which the sender may recall before that.
create table flagged_message (
  message_id bigint  not null primary key,
  content    varchar not null
);

-- The words that are not allowed in messages, as moderators have put them: a row for each list, refuse, mask or report.
create table word_list (
  action  varchar(10) not null primary key,
  words   varchar     not null, -- with line ends between them
  version bigint      not null  -- one more with each writing: servers find by it what others have written
);

-- Whom moderators have suspended: at most one row for each user, which stays for a day when it is over. Its user has has_rules, and a
-- message of his is stored while his row in user_state is locked, as this one is written: so no message is stored after it.
create table suspension (
  user_id      bigint                   not null primary key check (user_id > 0),
  scope        varchar(8)               not null check (scope in ('write', 'all')),
  ends_at      timestamp with time zone not null,
  reason       varchar(1000)            not null,
  moderator_id bigint                   not null, -- 0: the host application
  moderator    varchar(100)             not null, -- the "sub" of the token
  imposed_at   timestamp with time zone not null,
  -- Milliseconds since 1970, by the clock of the database, rising for each user: servers find by it what other servers have written.
  written_at   bigint                   not null
);
create index suspension_by_writing on suspension (written_at);
create index suspension_by_end on suspension (ends_at);

-- What users report, and the system by its lists of words. The other one of the conversation is reported; by the system the sender.
create sequence report_id;
create table report (
  id               bigint                   not null primary key,
  reporter_id      bigint                   not null check (reporter_id >= 0), -- 0: the system
  reported_id      bigint                   not null check (reported_id > 0),
  reason           varchar(8)               not null,
  reporter_text    varchar(1000)            not null,
  client_report_id varchar(64),             -- the reporter's name for it, by which a retry is known
  created_at       timestamp with time zone not null,
  is_open          boolean                  not null,
  closed_at        timestamp with time zone,
  closed_by        bigint,
  outcome          varchar(16),
  note             varchar(1000)            not null,
  constraint report_once unique (reporter_id, client_report_id)
);
create index report_by_state on report (is_open, id);
create index report_of_reporter on report (reporter_id) where is_open;
create index report_of_reported on report (reported_id, id);

-- The messages that a report names, and some around them, as the reporter saw them: nothing that becomes of a message changes its copy.
create table reported_message (
  report_id        bigint                   not null references report (id),
  message_id       bigint                   not null,
  sender_id        bigint                   not null,
  recipient_id     bigint                   not null check (recipient_id > 0),
  content          varchar                  not null, -- '' where it was recalled before
  client_timestamp varchar(32)              not null,
  sent_at          timestamp with time zone not null,
  is_named         boolean                  not null,
  primary key (report_id, message_id)
);

-- The files that these carried, which stay as long as the copy does.
create table reported_attachment (
  report_id  bigint   not null,
  message_id bigint   not null,
  position   smallint not null,
  file_id    bigint   not null references file (id),
  primary key (report_id, message_id, position),
  foreign key (report_id, message_id) references reported_message (report_id, message_id) on delete cascade
);
create index reported_attachment_of_file on reported_attachment (file_id);

-- What moderators have done, each written in the transaction that did it. Nothing changes or deletes a row.
create sequence moderation_action_id;
create table moderation_action (
  id           bigint                   not null primary key,
  done_at      timestamp with time zone not null,
  moderator_id bigint                   not null, -- 0: the host application
  moderator    varchar(100)             not null, -- the "sub" of the token
  action       varchar(32)              not null,
  user_id      bigint,
  message_id   bigint,
  report_id    bigint,
  reason       varchar(1000)            not null,
  detail       varchar(2000)            not null
);
create index moderation_action_of_user on moderation_action (user_id, id);
create function refuse_to_change() returns trigger language plpgsql as $$
begin
  raise exception 'the rows of % are never changed or deleted', tg_table_name;
end
$$;
create trigger moderation_action_stays before update or delete or truncate on moderation_action
for each statement execute function refuse_to_change();

-- Users who are being erased, or were (imserver.message.ErasureStore): at most one row for each, which stays, so that a report that is
-- closed later is known to be about one. Who does a step has its row locked, before all else.
create table erasure (
  user_id      bigint                   not null primary key check (user_id > 0),
  started_at   timestamp with time zone not null,
  finished_at  timestamp with time zone,
  -- Where it is: 0 his messages, 1 his settings, 2 reports about him, 3 reports by him, 4 his entry in the directory; and the last
  -- message that was looked at, with its recipient, or the last report.
  stage        integer                  not null,
  at_recipient bigint                   not null,
  at_id        bigint                   not null,
  erased       bigint                   not null, -- messages
  -- Who has asked for it: as in moderation_action.
  moderator_id bigint                   not null,
  moderator    varchar(100)             not null,
  reason       varchar(1000)            not null
);
create index erasure_unfinished on erasure (erased, started_at) where finished_at is null;

-- How far old messages are deleted (imserver.message.RetentionStore). One row: who does a step has it locked.
create table retention (
  up_to_id bigint not null, -- there is no message up to here
  due_at   bigint not null  -- of the next step, in milliseconds since 1970, by the clock of the database
);
insert into retention (up_to_id, due_at) values (0, 0);

-- The servers on this database, by its clock. Each writes its own row once a second; who has been silent for a minute is
-- deleted by another one. Only PostgreSQL has it: an embedded database has one server.
create table node (
  id         bigint                   not null primary key, -- drawn anew with each start
  address    inet                     default inet_client_addr(), -- as the database sees it, for people; null by a local socket
  started_at timestamp with time zone not null,
  beat_at    timestamp with time zone not null
) with (fillfactor = 50);

-- What the servers on this database, and they alone, know. One row. The id is in the names of what they use together elsewhere.
-- With the secret they seal what they tell each other: whoever may connect to the database may listen and notify; and of it is
-- made what they sign addresses of files with. The epoch is drawn anew by an operator who has
-- restored a backup: the numbers that devices remember say nothing from then on.
create table installation (
  id     uuid    not null primary key default gen_random_uuid(),
  secret varchar not null default gen_random_uuid() || '.' || gen_random_uuid(),
  epoch  uuid    not null default gen_random_uuid(),
  -- Whether a copy of another database into this one was begun and not finished (imserver.transfer): no server starts on it.
  is_unfinished_copy boolean not null default false
);
insert into installation default values;
