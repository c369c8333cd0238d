-- Takes the files of a message away, and deletes those that no other message carries, unless a report keeps them. Called by
-- recall_message, when the users are locked. A file whose other message is being recalled at the same moment stays, until what
-- nobody carries is deleted (imserver.file).
create or replace function release_files(released bigint)
returns void
language sql
as $$
  with gone as (
    delete from attachment a where a.message_id = released returning a.file_id
  )
  delete from file f
  where f.id in (select g.file_id from gone g)
    and not exists (select from attachment a where a.file_id = f.id and a.message_id <> released)
    and not exists (select from reported_attachment r where r.file_id = f.id);
$$;
