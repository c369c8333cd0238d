-- Looks at up to "most" conversations whose messages should have been seen by now. Where none is unread any more, or the recipient
-- has muted or hidden the conversation or blocked the sender, it is forgotten until the next message. Where the recipient has a
-- device connected, to whichever server, it is looked at again later. Of each other one an event is written, once: it is told
-- until something of it is read (R__mark_read.sql), which is only looked at once a day.
--
-- Servers pass over what another one is looking at. Returns how many were looked at, and how many are to be told.
create or replace function tell_unseen(wait_seconds integer, most integer, out looked integer, out told integer)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  recipients bigint[];
  senders bigint[];
  told_before boolean[];
begin
  select array_agg(d.recipient_id), array_agg(d.sender_id), array_agg(d.is_told)
  into recipients, senders, told_before
  from (select * from unseen u where u.due_at <= current_timestamp order by u.due_at limit most for update skip locked) as d;
  looked = coalesce(cardinality(recipients), 0);
  told = 0;
  if looked = 0 then
    return;
  end if;

  with looked_at as materialized (
    select n.recipient, n.sender, n.is_told,
           case when n.recipient < n.sender
             then c.unread_low > 0 and not c.muted_by_low and not c.blocked_by_low
                  and (c.hidden_to_low = 0 or c.hidden_to_low < c.last_low)
             else c.unread_high > 0 and not c.muted_by_high and not c.blocked_by_high
                  and (c.hidden_to_high = 0 or c.hidden_to_high < c.last_high) end as is_wanted,
           exists (select from connected_user u join node s on s.id = u.node_id
                   where u.user_id = n.recipient
                     and s.beat_at between clock_timestamp() - interval '15 seconds'
                                       and clock_timestamp() + interval '15 seconds') as is_connected
    from unnest(recipients, senders, told_before) as n (recipient, sender, is_told)
    left join conversation c on c.low_id = least(n.recipient, n.sender) and c.high_id = greatest(n.recipient, n.sender)
  ), forgotten as (
    delete from unseen u using looked_at l
    where u.recipient_id = l.recipient and u.sender_id = l.sender and l.is_wanted is not true
  ), later as (
    update unseen u set
      is_told = not l.is_connected or l.is_told,
      due_at = current_timestamp
               + case when l.is_connected and not l.is_told then wait_seconds * interval '1 second' else interval '1 day' end
    from looked_at l
    where u.recipient_id = l.recipient and u.sender_id = l.sender and l.is_wanted
  ), event as (
    insert into webhook_event (low_id, high_id, id, type, user_id, reference, created_at)
    select least(l.recipient, l.sender), greatest(l.recipient, l.sender), nextval('webhook_event_id'),
           'message.unseen', l.recipient, 0, current_timestamp
    from looked_at l where l.is_wanted and not l.is_told and not l.is_connected
    returning low_id, high_id, id
  ), queued as (
    insert into webhook_conversation as c (low_id, high_id, last_event_id, due_at)
    select e.low_id, e.high_id, max(e.id), current_timestamp from event e
    group by e.low_id, e.high_id order by e.low_id, e.high_id
    on conflict (low_id, high_id) do update set last_event_id = excluded.last_event_id
  )
  select count(*) into told from event;
end
$$;
