-- Whose access the host application has ended: tokens of that user that were issued before this moment are refused. One
-- row a user at most.
create table revocation (
  user_id       bigint                   not null primary key check (user_id > 0),
  issued_before timestamp with time zone not null,
  -- Milliseconds since 1970, by the clock of the database: by it servers find what others have written.
  written_at    bigint                   not null
);
create index revocation_by_writing on revocation (written_at);
-- By it those are found that concern only tokens that have expired.
create index revocation_by_moment on revocation (issued_before);
