-- Stores a batch of messages, all or none: one round trip, one transaction.
--
-- Given are arrays: the messages in the order in which they came, with the negative of the recipient's id where one is to be
-- silenced; the users whom they concern, ascending, with by how much the head and the unread count of each rise; the
-- conversations, each once, with, for each side, the ordinal of the last message that it sees (0 for none), by how much its
-- unread count rises, the user's position among the users (0 for the system), how many changes of that user come after the
-- last one of this conversation, and how many of its messages are silenced (null where none is in the whole batch). The caller
-- has counted all that (imserver.message.ConversationDeltas): to group and to number in SQL takes as long as to insert.
--
-- The rules of who may write to whom are decided by the caller (imserver.message.SendingRules). Here it is only looked, under
-- the locks, whether what it has assumed is right (R__check_rules.sql). For that it gives for each conversation, in "unanswered", how many
-- messages it begins with that the other side has not answered in this batch, positive where they are of low and negative
-- where they are of high, 0 where the rules do not apply; and the bounds of the site, null for none: how many messages one may
-- send to a user who has never answered, and to how many new users an hour.
--
-- Either it stores all, and returns
--   ids     the ids of the messages; only the first where each is by one above the one before
--   heads   the heads of the users, in their order, eight bytes each
--   counts  of the conversations, ascending, the two unread counts, of low and of high, eight bytes each
-- or something is not as the caller has assumed. Then it changes nothing, and returns
--   pairs   of the conversations, ascending, how many messages low and high had sent before, and 1 where low has blocked the
--           other, 2 where high has, or 3, eight bytes each
--   quotas  of the users, in their order, their own quota of strangers, -1 for none, how many new users they have written
--           to within the last hour, and 1 where they are suspended, eight bytes each
-- for the caller to decide anew; or the keys of some messages are there already. Then it changes nothing, and returns of these
--   known   their ordinals
--   earlier the ids of the messages that have their keys
--   times   when these came
--   same    whether such a message says the same to the same recipient with the same files, title and link: then it is a retry.
--           What a recalled message said is gone: there the recipient decides.
-- The caller then calls again without these messages.
--
-- "notices" and "flagged" are ordinals: of the messages with a title or link, and of those to be reported to the moderators.
-- "carriers" has the ordinal of a message once for each file that it carries, in "file_ids", in the order of its files.
-- With "webhook" the host application is to be told of what is stored, and with "unseen_seconds" also of what is not read by
-- then: for that it writes an event for each message that is not silenced, after all else.
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
  notices integer[], titles varchar[], urls varchar[], flagged integer[], carriers integer[], file_ids bigint[],
  users bigint[], user_changes integer[], user_received integer[],
  lows bigint[], highs bigint[], low_lasts integer[], high_lasts integer[], to_lows integer[], to_highs integer[],
  low_positions integer[], low_laters integer[], high_positions integer[], high_laters integer[],
  silenced_of_lows integer[], silenced_of_highs integer[], unanswered integer[], site_quota integer, site_recipients integer,
  retries_are_likely boolean, webhook boolean, unseen_seconds integer,
  out ids bigint[], out heads bytea, out counts bytea, out pairs bytea, out quotas bytea,
  out known integer[], out earlier bigint[], out times timestamp with time zone[], out same boolean[])
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  look boolean = retries_are_likely;
  failures integer = 0;
  raised bigint[];
  -- The users of the batch who have ever set something or were suspended; null for none.
  ruled bigint[];
  -- Whether the rules have to be looked at.
  has_rules boolean;
  sent_by_lows bigint[];
  sent_by_highs bigint[];
  blocked integer[];
begin
  loop
    if look then
      select array_agg(n.ordinal), array_agg(m.id), array_agg(m.created_at), array_agg(m.same)
      into known, earlier, times, same
      from unnest(senders, recipients, keys, contents) with ordinality as n (sender, recipient, key, content, ordinal)
      cross join lateral (
        select t.id, t.created_at,
               abs(t.recipient_id) = abs(n.recipient) and (t.content = n.content or t.content = '')
                 and h.title is not distinct from titles[array_position(notices, n.ordinal::integer)]
                 and h.url is not distinct from urls[array_position(notices, n.ordinal::integer)]
                 and (t.content = '' or right(t.content, 1) <> chr(65532)
                      or array(select a.file_id from attachment a where a.message_id = t.id order by a.position)
                        = array(select f.id from unnest(carriers, file_ids) with ordinality as f (ordinal, id, place)
                                where f.ordinal = n.ordinal order by f.place)) as same
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
        returning s.user_id, s.head, s.has_rules
      )
      select array_agg(r.head), string_agg(int8send(r.head), ''), array_agg(r.user_id) filter (where r.has_rules)
      into raised, heads, ruled
      from (select * from raising order by user_id) as r; -- sorted once, not for each aggregate
      has_rules = ruled is not null or site_quota is not null or site_recipients is not null or silenced_of_lows is not null;

      -- Under them, the ids.
      ids = array(select nextval('message_id') from generate_series(1, cardinality(senders)));

      -- The rows of both users are locked, so no other transaction writes their conversation.
      with written as (
        insert into conversation as c
          (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high, sent_low, sent_high)
        select n.low, n.high, coalesce(ids[n.low_last], 0), coalesce(ids[n.high_last], 0), n.to_low, n.to_high,
               case when n.low_position > 0 and n.low_last > 0 then raised[n.low_position] - n.low_later else 0 end,
               case when n.high_last > 0 then raised[n.high_position] - n.high_later else 0 end,
               n.to_high + coalesce(n.silenced_of_low, 0), n.to_low + coalesce(n.silenced_of_high, 0)
        from unnest(lows, highs, low_lasts, high_lasts, to_lows, to_highs, low_positions, low_laters, high_positions, high_laters,
                    silenced_of_lows, silenced_of_highs)
               as n (low, high, low_last, high_last, to_low, to_high, low_position, low_later, high_position, high_later,
                     silenced_of_low, silenced_of_high)
        on conflict (low_id, high_id) do update set
          last_low = greatest(c.last_low, excluded.last_low),
          last_high = greatest(c.last_high, excluded.last_high),
          unread_low = c.unread_low + excluded.unread_low,
          unread_high = c.unread_high + excluded.unread_high,
          changed_low = greatest(c.changed_low, excluded.changed_low),
          changed_high = greatest(c.changed_high, excluded.changed_high),
          sent_low = c.sent_low + excluded.sent_low,
          sent_high = c.sent_high + excluded.sent_high
        returning c.low_id, c.high_id, c.unread_low, c.unread_high, c.sent_low, c.sent_high,
                  c.blocked_by_low::integer + 2 * c.blocked_by_high::integer as blocked
      )
      select string_agg(int8send(w.unread_low) || int8send(w.unread_high), ''),
             array_agg(w.sent_low) filter (where has_rules),
             array_agg(w.sent_high) filter (where has_rules),
             array_agg(w.blocked) filter (where has_rules)
      into counts, sent_by_lows, sent_by_highs, blocked
      from (select * from written order by low_id, high_id) as w;

      if has_rules then
        select r.* into pairs, quotas
        from check_rules(users, ruled, lows, highs, to_lows, to_highs, silenced_of_lows, silenced_of_highs, unanswered, low_positions,
                         high_positions, sent_by_lows, sent_by_highs, blocked, senders, came, site_quota, site_recipients) as r;
        if pairs is not null then
          raise sqlstate 'IM001';
        end if;
      end if;

      insert into message (id, sender_id, recipient_id, dedupe_key, content, client_timestamp, created_at)
      select n.*, came from unnest(ids, senders, recipients, keys, contents, timestamps) as n;

      if cardinality(notices) > 0 then
        insert into notice (message_id, title, url)
        select ids[n.ordinal], n.title, n.url from unnest(notices, titles, urls) as n (ordinal, title, url);
      end if;

      if cardinality(carriers) > 0 then
        insert into attachment (message_id, position, file_id)
        select ids[n.ordinal], row_number() over (partition by n.ordinal order by n.place) - 1, n.id
        from unnest(carriers, file_ids) with ordinality as n (ordinal, id, place);
      end if;

      if cardinality(flagged) > 0 then
        insert into flagged_message (message_id, content)
        select ids[n.ordinal], contents[n.ordinal] from unnest(flagged) as n (ordinal);
      end if;

      insert into unread (recipient_id, message_id, sender_id)
      select * from unnest(recipients, ids, senders) as n (recipient, id, sender) where n.recipient > 0;

      if webhook then
        if unseen_seconds is not null then
          insert into unseen (recipient_id, sender_id, due_at)
          select distinct n.recipient, n.sender, current_timestamp + unseen_seconds * interval '1 second'
          from unnest(recipients, senders) as n (recipient, sender)
          where n.recipient > 0 and n.recipient <> n.sender
          order by n.recipient, n.sender
          on conflict do nothing;
        end if;
        with event as (
          insert into webhook_event (low_id, high_id, id, type, user_id, reference, created_at)
          select least(n.sender, n.recipient), greatest(n.sender, n.recipient), nextval('webhook_event_id'),
                 'message.stored', n.sender, n.id, current_timestamp
          from (select * from unnest(senders, recipients, ids) as m (sender, recipient, id)
                where m.recipient > 0 order by m.id) as n
          returning low_id, high_id, id
        )
        insert into webhook_conversation as c (low_id, high_id, last_event_id, due_at)
        select e.low_id, e.high_id, max(e.id), current_timestamp from event e
        group by e.low_id, e.high_id order by e.low_id, e.high_id
        on conflict (low_id, high_id) do update set last_event_id = excluded.last_event_id;
      end if;

      if ids[cardinality(ids)] - ids[1] = cardinality(ids) - 1 then
        ids = ids[1:1];
      end if;
      return;
    exception
    when sqlstate 'IM001' then
      if look then
        ids = null;
        heads = null;
        counts = null;
        return;
      end if;
      pairs = null; -- a retry of what is stored is no matter of the rules
      quotas = null;
      look = true;
    when unique_violation then
      failures = failures + 1;
      if failures = 5 then
        raise; -- it is no key of a message, or one that was deleted and stored by others each time
      end if;
      look = true;
    end;
  end loop;
end
$$;
