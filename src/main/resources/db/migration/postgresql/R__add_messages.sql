-- Stores a batch of messages, all or none: one round trip, one transaction.
--
-- Given are arrays: the messages in the order in which they came; the users whom they concern, ascending, with by how much
-- the head and the unread count of each rise; the conversations, each once, with the ordinal of its last message, by how
-- much its two unread counts rise, and, for each side, the user's position among the users (0 for the system) and how
-- many changes of that user come after the last one of this conversation. The caller has counted all that
-- (imserver.message.ConversationDeltas): to group and to number in SQL takes as long as to insert.
--
-- Either it stores all, and returns
--   ids     the ids of the messages; only the first where each is by one above the one before
--   heads   the heads of the users, in their order, eight bytes each
--   counts  of the conversations, ascending, the two unread counts, of low and of high, eight bytes each
-- or the keys of some messages are there already. Then it changes nothing, and returns of these
--   known   their ordinals
--   earlier the ids of the messages that have their keys
--   times   when these came
--   same    whether such a message says the same to the same recipient with the same title and link: then it is a retry. What a
--           recalled message said is gone: there the recipient decides.
-- The caller then calls again without these messages.
--
-- Hardly any key is there already. To look for each before it is inserted takes a tenth of the time, so that is only done
-- once an insert has failed, or where one is likely to fail: what it had inserted by then is left behind for vacuum.
--
-- A function, so that its plans are kept: to plan anew takes a quarter of the time in which a lone message is stored. No
-- other plan would be better at any size of the tables: all is found by unique indexes, also while the tables are small.
-- The names of its parameters must not be those of columns.
create or replace function add_messages(
  senders bigint[], recipients bigint[], keys varchar[], contents varchar[], timestamps varchar[],
  came timestamp with time zone,
  notices integer[], titles varchar[], urls varchar[],
  users bigint[], user_changes integer[], user_received integer[],
  lows bigint[], highs bigint[], lasts integer[], to_lows integer[], to_highs integer[],
  low_positions integer[], low_laters integer[], high_positions integer[], high_laters integer[],
  retries_are_likely boolean,
  out ids bigint[], out heads bytea, out counts bytea,
  out known integer[], out earlier bigint[], out times timestamp with time zone[], out same boolean[])
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  look boolean = retries_are_likely;
  failed boolean = false;
  raised bigint[];
begin
  loop
    if look then
      select array_agg(n.ordinal), array_agg(m.id), array_agg(m.created_at), array_agg(m.same)
      into known, earlier, times, same
      from unnest(senders, recipients, keys, contents) with ordinality as n (sender, recipient, key, content, ordinal)
      cross join lateral (
        select t.id, t.created_at,
               t.recipient_id = n.recipient and (t.content = n.content or t.content = '')
                 and h.title is not distinct from titles[array_position(notices, n.ordinal::integer)]
                 and h.url is not distinct from urls[array_position(notices, n.ordinal::integer)] as same
        from message t
        left join notice h on h.message_id = t.id
        where t.sender_id = n.sender and t.dedupe_key = n.key
        limit 1) as m;
      if known is not null then
        ids = null; -- a failed insert may have set both
        heads = null;
        counts = null;
        return;
      end if;
    end if;

    begin
      -- The locks, in the order of the users.
      with raising as (
        insert into user_state as s (user_id, head, unread)
        select * from unnest(users, user_changes, user_received)
        on conflict (user_id) do update set head = s.head + excluded.head, unread = s.unread + excluded.unread
        returning s.user_id, s.head
      )
      select array_agg(r.head order by r.user_id), string_agg(int8send(r.head), '' order by r.user_id) into raised, heads
      from raising as r;

      -- Under them, the ids.
      ids = array(select nextval('message_id') from generate_series(1, cardinality(senders)));

      insert into message (id, sender_id, recipient_id, dedupe_key, content, client_timestamp, created_at)
      select n.*, came from unnest(ids, senders, recipients, keys, contents, timestamps) as n;

      if cardinality(notices) > 0 then
        insert into notice (message_id, title, url)
        select ids[n.ordinal], n.title, n.url from unnest(notices, titles, urls) as n (ordinal, title, url);
      end if;

      insert into unread (recipient_id, message_id, sender_id)
      select * from unnest(recipients, ids, senders);

      -- The rows of both users are locked, so no other transaction writes their conversation.
      with written as (
        insert into conversation as c
          (low_id, high_id, last_message_id, unread_low, unread_high, changed_low, changed_high)
        select n.low, n.high, ids[n.last], n.to_low, n.to_high,
               coalesce(raised[n.low_position] - n.low_later, 0), raised[n.high_position] - n.high_later
        from unnest(lows, highs, lasts, to_lows, to_highs, low_positions, low_laters, high_positions, high_laters)
               as n (low, high, last, to_low, to_high, low_position, low_later, high_position, high_later)
        on conflict (low_id, high_id) do update set
          last_message_id = excluded.last_message_id,
          unread_low = c.unread_low + excluded.unread_low,
          unread_high = c.unread_high + excluded.unread_high,
          changed_low = excluded.changed_low,
          changed_high = excluded.changed_high
        returning c.low_id, c.high_id, c.unread_low, c.unread_high
      )
      select string_agg(int8send(w.unread_low) || int8send(w.unread_high), '' order by w.low_id, w.high_id) into counts
      from written w;

      if ids[cardinality(ids)] - ids[1] = cardinality(ids) - 1 then
        ids = ids[1:1];
      end if;
      return;
    exception when unique_violation then
      if failed then
        raise; -- and no key of a message was there
      end if;
      failed = true;
      look = true;
    end;
  end loop;
end
$$;
