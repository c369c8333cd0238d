-- Marks messages as read: of pairs of a reader and an id those that are unread messages to this reader; the others are
-- passed over. One transaction and a few statements for all readers of a batch.
--
-- Here the rows of "unread" are locked before those of the users, since the senders are known from them only. No two
-- transactions wait for each other by that: rows of "unread" are locked in one order, and a transaction that has locked users
-- asks for no row of "unread" that another may have locked.
--
-- Returns, eight bytes each,
--   marked  for each reader and each sender of whom something was marked: reader, sender, and the numbers of the change
--           that each of the two sees (0 for a sender who sees none; the same where both are one)
--   states  of their conversations what read_conversations returns
-- or null for both, where nothing was to be marked.
--
-- With receipts a sender sees a change too; the system never does. With "webhook" an event is written for each reader and sender.
create or replace function mark_read(
  reader_ids bigint[], message_ids bigint[], receipts boolean, webhook boolean, out marked bytea, out states bytea)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  -- Of each reader and sender; position: among the users, from 1; later: how many changes of that user come after this one.
  readers bigint[];
  others bigint[];
  amounts bigint[];
  reader_positions bigint[];
  reader_laters bigint[];
  other_positions bigint[];
  other_laters bigint[];
  -- Of each user, ascending.
  users bigint[];
  changes bigint[];
  read bigint[];
  heads bigint[];
begin
  -- What is read goes. Each reader sees one change for each sender of whom something goes, and with receipts that sender too.
  -- The rows are found one by one, and deleted by their places: joined with the list, the whole table would be read for it by
  -- plans that were made while hardly anything was unread.
  with gone as (
    delete from unread u
    using (select (select f.ctid from unread f where f.recipient_id = p.reader and f.message_id = p.id) as place
           from unnest(reader_ids, message_ids) as p (reader, id) order by p.reader, p.id) as n
    where u.ctid = n.place
    returning u.recipient_id as reader, u.sender_id as other
  ), reading as (
    select g.reader, g.other, count(*) as amount, row_number() over (order by g.reader, g.other) as ordinal
    from gone g group by g.reader, g.other
  ), change as (
    select r.ordinal, side.is_reader, side.user_id, side.amount,
           dense_rank() over (order by side.user_id) as position,
           row_number() over (partition by side.user_id order by r.ordinal desc) - 1 as later
    from reading r
    cross join lateral (values (true, r.reader, r.amount),
                               (false, case when receipts then nullif(nullif(r.other, 0), r.reader) end, 0))
                         as side (is_reader, user_id, amount)
    where side.user_id is not null
  ), numbered as (
    select c.ordinal,
           max(c.position) filter (where c.is_reader) as reader_position, max(c.later) filter (where c.is_reader) as reader_later,
           max(c.position) filter (where not c.is_reader) as other_position,
           max(c.later) filter (where not c.is_reader) as other_later
    from change c group by c.ordinal
  ), total as (
    select c.user_id, count(*) as changes, sum(c.amount)::bigint as amount from change c group by c.user_id
  )
  select r.readers, r.others, r.amounts, n.*, t.*
  into readers, others, amounts, reader_positions, reader_laters, other_positions, other_laters, users, changes, read
  from (select array_agg(reader order by ordinal) as readers, array_agg(other order by ordinal) as others,
               array_agg(amount order by ordinal) as amounts from reading) as r,
       (select array_agg(reader_position order by ordinal), array_agg(reader_later order by ordinal),
               array_agg(other_position order by ordinal), array_agg(other_later order by ordinal) from numbered) as n,
       (select array_agg(total.user_id order by total.user_id), array_agg(total.changes order by total.user_id),
               array_agg(total.amount order by total.user_id) from total) as t;
  if readers is null then
    return;
  end if;

  -- The locks, in the order of the users. Their rows are there, since they have a message, or it fails.
  with raised as (
    insert into user_state as s (user_id, head, unread)
    select * from unnest(users, changes, read)
    on conflict (user_id) do update set head = s.head + excluded.head, unread = s.unread - excluded.unread
    returning s.user_id, s.head
  )
  select array_agg(r.head order by r.user_id) into heads from raised r;
  if exists (select from unnest(heads, changes) as n (head, raised) where n.head = n.raised) then
    raise 'what was read is of no user';
  end if;

  with numbered as materialized (
    select n.reader, n.other, n.amount, heads[n.reader_position] - n.reader_later as of_reader,
           case when n.other = n.reader then heads[n.reader_position] - n.reader_later
             else coalesce(heads[n.other_position] - n.other_later, 0) end as of_other
    from unnest(readers, others, amounts, reader_positions, reader_laters, other_positions, other_laters)
           as n (reader, other, amount, reader_position, reader_later, other_position, other_later)
  )
  select (select string_agg(int8send(n.reader) || int8send(n.other) || int8send(n.of_reader) || int8send(n.of_other), '')
          from numbered n),
         (select read_conversations(
            array_agg(c.low), array_agg(c.high), array_agg(c.low_amount), array_agg(c.high_amount),
            array_agg(c.low_change), array_agg(c.high_change))
          from (select least(n.reader, n.other) as low, greatest(n.reader, n.other) as high,
                       coalesce(sum(n.amount) filter (where n.reader < n.other), 0)::bigint as low_amount,
                       coalesce(sum(n.amount) filter (where n.reader >= n.other), 0)::bigint as high_amount,
                       max(case when n.reader < n.other then n.of_reader else n.of_other end) as low_change,
                       max(case when n.reader < n.other then n.of_other else n.of_reader end) as high_change
                from numbered n
                group by low, high) as c)
  into marked, states;

  if webhook then
    delete from unseen u
    using unnest(readers, others) as n (reader, other)
    where u.recipient_id = n.reader and u.sender_id = n.other;
    with event as (
      insert into webhook_event (low_id, high_id, id, type, user_id, reference, unread, created_at)
      select n.low_id, n.high_id, nextval('webhook_event_id'), 'message.read', n.reader, n.read_up_to, n.unread, current_timestamp
      from (select c.low_id, c.high_id, r.reader,
                   case when r.reader < r.other then c.read_up_to_low else c.read_up_to_high end as read_up_to,
                   case when r.reader < r.other then c.unread_low else c.unread_high end as unread
            from unnest(readers, others) with ordinality as r (reader, other, ordinal)
            join conversation c on c.low_id = least(r.reader, r.other) and c.high_id = greatest(r.reader, r.other)
            order by r.ordinal) as n
      returning low_id, high_id, id
    )
    insert into webhook_conversation as c (low_id, high_id, last_event_id, due_at)
    select e.low_id, e.high_id, max(e.id), current_timestamp from event e
    group by e.low_id, e.high_id order by e.low_id, e.high_id
    on conflict (low_id, high_id) do update set last_event_id = excluded.last_event_id;
  end if;
end
$$;
