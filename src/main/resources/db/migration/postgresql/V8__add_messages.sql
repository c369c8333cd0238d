-- Adds messages, given as arrays and the time they came: those whose keys are new; answers with their ids. Of two with
-- one key the first is added. In the order of the keys, so that two transactions that add the same keys do not wait for
-- each other. Brings conversations and totals up to date, in this order and each in the order of its rows, as every
-- transaction does.
--
-- A function, so that its plan is kept: to plan it anew takes a quarter of the time in which a lone message is stored.
-- No other plan would be better at any size of the tables, which cannot be said of what looks something up. The names of
-- its parameters must not be those of columns.
create function add_messages(
  ids bigint[], senders bigint[], keys varchar[], recipients bigint[], contents varchar[], timestamps varchar[],
  came timestamp with time zone)
returns setof bigint
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  with added as (
    insert into message (id, sender_id, dedupe_key, recipient_id, content, client_timestamp, created_at)
    select n.*, came
    from unnest(ids, senders, keys, recipients, contents, timestamps)
           as n (id, sender_id, dedupe_key, recipient_id, content, client_timestamp)
    order by n.sender_id, n.dedupe_key collate "C", n.id
    on conflict (sender_id, dedupe_key) do nothing
    returning id, sender_id, recipient_id
  ), conversations as (
    insert into conversation as c (low_id, high_id, last_message_id, unread_low, unread_high)
    select least(sender_id, recipient_id) as low, greatest(sender_id, recipient_id) as high, max(id),
           count(*) filter (where recipient_id < sender_id),
           count(*) filter (where recipient_id >= sender_id)
    from added
    group by low, high
    order by low, high
    on conflict (low_id, high_id) do update set
      last_message_id = greatest(c.last_message_id, excluded.last_message_id),
      unread_low = c.unread_low + excluded.unread_low,
      unread_high = c.unread_high + excluded.unread_high
    returning 1
  ), totals as (
    insert into unread_total as t (user_id, unread)
    select recipient_id, count(*)
    from added
    where (select count(*) from conversations) > 0 -- which come first
    group by recipient_id
    order by recipient_id
    on conflict (user_id) do update set unread = t.unread + excluded.unread
    returning 1
  )
  select id from added where (select count(*) from totals) > 0;
end
$$;
