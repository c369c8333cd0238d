-- Marks messages as read: of pairs of a reader and an id those that are unread messages to this reader; the others are
-- passed over. One transaction and a few statements for all readers of a batch.
--
-- Returns, eight bytes each,
--   marked  for each reader and each sender of whom something was marked: reader, sender, and the numbers of the change
--           that each of the two sees (0 for the system; the same where both are one)
--   states  of their conversations what read_conversations returns
-- or null for both, where nothing was to be marked.
create or replace function mark_read(reader_ids bigint[], message_ids bigint[], out marked bytea, out states bytea)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  found_readers bigint[];
  found_ids bigint[];
  found_senders bigint[];
  readers bigint[];
  others bigint[];
  amounts bigint[];
  reader_changes bigint[];
  other_changes bigint[];
begin
  -- What is unread, and from whom.
  select array_agg(f.reader), array_agg(f.id), array_agg(f.sender) into found_readers, found_ids, found_senders
  from (
    select n.reader, n.id,
           (select u.sender_id from unread u where u.recipient_id = n.reader and u.message_id = n.id) as sender
    from unnest(reader_ids, message_ids) as n (reader, id)
  ) as f
  where f.sender is not null;
  if found_ids is null then
    return;
  end if;

  -- The locks of all whom that concerns, ascending. Nothing but that is marked: what another transaction has added since is
  -- from users who may not be locked.
  perform from user_state s where s.user_id = any (found_readers || found_senders) order by s.user_id for no key update;

  -- What is read goes, but for what another transaction has marked since. Each reader and each sender of whom something goes see one change, numbered for each user.
  with gone as (
    delete from unread u using unnest(found_readers, found_ids) as n (reader, id)
    where u.recipient_id = n.reader and u.message_id = n.id
    returning u.recipient_id as reader, u.sender_id as other
  ), change as (
    select side.user_id, g.reader, g.other, g.amount, side.amount as read
    from (select reader, other, count(*) as amount from gone group by reader, other) as g
    cross join lateral (values (g.reader, g.amount), (nullif(nullif(g.other, 0), g.reader), 0)) as side (user_id, amount)
    where side.user_id is not null
  ), raised as (
    update user_state s set head = s.head + t.changes, unread = s.unread - t.read
    from (select user_id, count(*) as changes, sum(read) as read,
                 array_agg(reader) as readers, array_agg(other) as others, array_agg(amount) as amounts
          from change group by user_id) as t
    where s.user_id = t.user_id
    returning s.user_id, s.head - t.changes as before, t.readers, t.others, t.amounts
  ), numbered as (
    select n.reader, n.other, n.amount,
           max(r.before + n.number) filter (where r.user_id = n.reader) as of_reader,
           case when n.other = 0 then 0 else max(r.before + n.number) filter (where r.user_id = n.other) end as of_other
    from raised r
    cross join lateral unnest(r.readers, r.others, r.amounts) with ordinality as n (reader, other, amount, number)
    group by n.reader, n.other, n.amount
  )
  select array_agg(n.reader), array_agg(n.other), array_agg(n.amount), array_agg(n.of_reader), array_agg(n.of_other),
         string_agg(int8send(n.reader) || int8send(n.other) || int8send(n.of_reader) || int8send(n.of_other), '')
  into readers, others, amounts, reader_changes, other_changes, marked
  from numbered n;
  if marked is null then
    return;
  end if;

  select read_conversations(
    array_agg(n.low), array_agg(n.high), array_agg(n.low_amount), array_agg(n.high_amount),
    array_agg(n.low_change), array_agg(n.high_change))
  into states
  from (select least(n.reader, n.other) as low, greatest(n.reader, n.other) as high,
               coalesce(sum(n.amount) filter (where n.reader < n.other), 0)::bigint as low_amount,
               coalesce(sum(n.amount) filter (where n.reader >= n.other), 0)::bigint as high_amount,
               max(case when n.reader < n.other then n.of_reader else n.of_other end) as low_change,
               max(case when n.reader < n.other then n.of_other else n.of_reader end) as high_change
        from unnest(readers, others, amounts, reader_changes, other_changes)
               as n (reader, other, amount, of_reader, of_other)
        group by low, high) as n;
end
$$;
