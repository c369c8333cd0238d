-- Brings conversations up to date in which something was read. Each is given once, with how much less there is unread on
-- each of its sides, and the numbers of the last changes that the two users see (0: none). All users are locked whom it
-- concerns (see V1__schema.sql); what was read is gone from "unread".
--
-- The rows are there, or it fails. They are written by "on conflict" all the same, since that finds them by both ids,
-- whatever the planner makes of the two indexes that begin with one of them.
--
-- Returns, in the order in which they are given, eight bytes each: both ids, both unread counts, both read_up_to.
create or replace function read_conversations(
  lows bigint[], highs bigint[], low_amounts bigint[], high_amounts bigint[],
  low_changes bigint[], high_changes bigint[])
returns bytea
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_sort = off -- else all messages of two users might be sorted to find the first ones
as $$
declare
  states bytea;
  is_new boolean;
begin
  with written as (
    insert into conversation as c
      (low_id, high_id, unread_low, unread_high, changed_low, changed_high)
    select n.low, n.high, n.low_amount, n.high_amount, n.low_change, n.high_change
    from unnest(lows, highs, low_amounts, high_amounts, low_changes, high_changes)
           as n (low, high, low_amount, high_amount, low_change, high_change)
    on conflict (low_id, high_id) do update set
      unread_low = c.unread_low - excluded.unread_low,
      unread_high = c.unread_high - excluded.unread_high,
      changed_low = greatest(c.changed_low, excluded.changed_low),
      changed_high = greatest(c.changed_high, excluded.changed_high),
      -- Where something was read, the last message before the first unread one. That is looked for above what was read up
      -- to before, only where the count says that there is one, and among 10,000 at most: else the next reading goes on.
      read_up_to_low = case when excluded.unread_low = 0 then c.read_up_to_low else coalesce((
        select m.id from message m
        where m.sender_id = c.high_id and m.recipient_id = c.low_id and m.id > c.read_up_to_low and m.id < coalesce(
          (select n.id
           from (select m.id from message m
                 where m.sender_id = c.high_id and m.recipient_id = c.low_id and m.id > c.read_up_to_low
                 order by m.id limit 10000) as n
           where c.unread_low > excluded.unread_low
             and (select true from unread u where u.recipient_id = c.low_id and u.message_id = n.id)
           order by n.id limit 1),
          (select m.id + 1 from message m
           where c.unread_low > excluded.unread_low
             and m.sender_id = c.high_id and m.recipient_id = c.low_id and m.id > c.read_up_to_low
           order by m.id offset 9999 limit 1),
          9007199254740992)
        order by m.id desc limit 1), c.read_up_to_low) end,
      read_up_to_high = case when excluded.unread_high = 0 then c.read_up_to_high else coalesce((
        select m.id from message m
        where m.sender_id = c.low_id and m.recipient_id = c.high_id and m.id > c.read_up_to_high and m.id < coalesce(
          (select n.id
           from (select m.id from message m
                 where m.sender_id = c.low_id and m.recipient_id = c.high_id and m.id > c.read_up_to_high
                 order by m.id limit 10000) as n
           where c.unread_high > excluded.unread_high
             and (select true from unread u where u.recipient_id = c.high_id and u.message_id = n.id)
           order by n.id limit 1),
          (select m.id + 1 from message m
           where c.unread_high > excluded.unread_high
             and m.sender_id = c.low_id and m.recipient_id = c.high_id and m.id > c.read_up_to_high
           order by m.id offset 9999 limit 1),
          9007199254740992)
        order by m.id desc limit 1), c.read_up_to_high) end
    returning c.last_low + c.last_high as lasts, c.low_id, c.high_id, c.unread_low, c.unread_high, c.read_up_to_low, c.read_up_to_high
  )
  select string_agg(
    int8send(w.low_id) || int8send(w.high_id) || int8send(w.unread_low) || int8send(w.unread_high)
      || int8send(w.read_up_to_low) || int8send(w.read_up_to_high), ''),
    bool_or(w.lasts = 0)
  into states, is_new
  from written w;
  if is_new then
    raise 'what was read is of no conversation';
  end if;
  return states;
end
$$;
