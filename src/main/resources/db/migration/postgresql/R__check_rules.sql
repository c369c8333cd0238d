-- Looks whether a batch of messages keeps to the rules of who may write to whom, as imserver.message.SendingRules has decided
-- it before without the locks. Called by add_messages, whose parameters these are, when all users are locked and the
-- conversations have risen; with those users who have ever set something or were suspended ("ruled"), and, for each
-- conversation, how many messages low and high have sent by now, and 1 where low has blocked the other, 2 where high has, or 3.
--
-- Where all is right it notes to whom users have written first, and returns null; else what the decision depends on (see
-- add_messages).
--
-- A message is right if
-- * its sender is not suspended;
-- * it is silenced where, and only where, its recipient has blocked its sender;
-- * the recipient has written to the sender before, or the sender's messages until then are no more than both quotas;
-- * with it the sender has written first to no more users within an hour than the site allows.
create or replace function check_rules(
  users bigint[], ruled bigint[], lows bigint[], highs bigint[], to_lows integer[], to_highs integer[],
  silenced_of_lows integer[], silenced_of_highs integer[], unanswered integer[],
  low_positions integer[], high_positions integer[],
  sent_by_lows bigint[], sent_by_highs bigint[], blocked integer[], senders bigint[],
  came timestamp with time zone, site_quota integer, site_recipients integer,
  out pairs bytea, out quotas bytea)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  hour_ago timestamp with time zone = came - interval '1 hour';
  -- Of all users, in their order; null where none has one.
  own_quotas integer[];
  -- What each side had sent before.
  low_befores bigint[];
  high_befores bigint[];
  -- Of each user who writes first to another in this batch, each time.
  beginners bigint[];
  newcomers bigint[];
  is_right boolean;
begin
  if exists (select from user_state s where s.user_id = any (ruled) and s.stranger_quota is not null) then
    own_quotas = array(select s.stranger_quota from user_state s where s.user_id = any (users) order by s.user_id);
  end if;

  -- What low sends is to be silenced where high has blocked it, and the other way round; nobody blocks himself or the system.
  select bool_and(
    (case when n.blocked & 2 > 0 then n.to_high = 0 else n.silenced_of_low = 0 end)
    and (case when n.blocked & 1 > 0 then n.to_low = 0 else n.silenced_of_high = 0 end)
    and coalesce(n.first <= 0 or n.sent_by_high > n.to_low + n.silenced_of_high
                 or n.sent_by_low - n.to_high - n.silenced_of_low + n.first
                    <= least(site_quota, own_quotas[n.high_position]), true)
    and coalesce(n.first >= 0 or n.sent_by_low > n.to_high + n.silenced_of_low
                 or n.sent_by_high - n.to_low - n.silenced_of_high - n.first
                    <= least(site_quota, own_quotas[n.low_position]), true))
  into is_right
  from (select u.to_low, u.to_high, coalesce(u.silenced_of_low, 0), coalesce(u.silenced_of_high, 0), u.first,
               u.low_position, u.high_position, u.sent_by_low, u.sent_by_high, u.blocked
        from unnest(to_lows, to_highs, silenced_of_lows, silenced_of_highs, unanswered, low_positions, high_positions,
                    sent_by_lows, sent_by_highs, blocked)
               as u (to_low, to_high, silenced_of_low, silenced_of_high, first, low_position, high_position,
                     sent_by_low, sent_by_high, blocked))
         as n (to_low, to_high, silenced_of_low, silenced_of_high, first, low_position, high_position,
               sent_by_low, sent_by_high, blocked);

  is_right = is_right and not exists (
    select from unnest(ruled) as r (id) join suspension p on p.user_id = r.id
    where p.ends_at > came and r.id = any (senders));

  if is_right and site_recipients is null then
    return;
  end if;

  select array_agg(n.sent_by_low - n.to_high - coalesce(n.silenced_of_low, 0) order by n.ordinal),
         array_agg(n.sent_by_high - n.to_low - coalesce(n.silenced_of_high, 0) order by n.ordinal)
  into low_befores, high_befores
  from unnest(to_lows, to_highs, silenced_of_lows, silenced_of_highs, sent_by_lows, sent_by_highs) with ordinality
         as n (to_low, to_high, silenced_of_low, silenced_of_high, sent_by_low, sent_by_high, ordinal);

  if is_right then
    select array_agg(case when n.first > 0 then n.low else n.high end), array_agg(case when n.first > 0 then n.high else n.low end)
    into beginners, newcomers
    from unnest(lows, highs, unanswered, low_befores, high_befores) as n (low, high, first, low_before, high_before)
    where n.first <> 0 and n.low_before = 0 and n.high_before = 0;
    if beginners is not null then
      select bool_and(b.amount + (select count(*) from new_recipient r
                                  where r.sender_id = b.sender and r.began_at > hour_ago) <= site_recipients)
      into is_right
      from (select n.sender, count(*) as amount from unnest(beginners) as n (sender) group by n.sender) as b;
    end if;
  end if;

  if is_right then
    if beginners is not null then
      -- Of anybody: for most of them nothing else ever comes. Without waiting for another who does the same.
      delete from new_recipient r
      using (select o.sender_id, o.recipient_id from new_recipient o where o.began_at <= hour_ago
             order by o.began_at limit 100 for update skip locked) as old
      where r.sender_id = old.sender_id and r.recipient_id = old.recipient_id;
      insert into new_recipient (sender_id, recipient_id, began_at)
      select n.sender, n.recipient, came from unnest(beginners, newcomers) as n (sender, recipient)
      on conflict (sender_id, recipient_id) do nothing;
    end if;
    return;
  end if;

  select string_agg(int8send(n.low_before) || int8send(n.high_before) || int8send(n.blocked::bigint), '' order by n.ordinal)
  into pairs
  from unnest(low_befores, high_befores, blocked) with ordinality as n (low_before, high_before, blocked, ordinal);
  select string_agg(
    int8send(coalesce(u.quota, -1)::bigint)
      || int8send((select count(*) from new_recipient r
                   where site_recipients is not null and r.sender_id = u.id and r.began_at > hour_ago))
      || int8send((select count(*) from suspension p where p.user_id = u.id and p.ends_at > came)), '' order by u.ordinal)
  into quotas
  from unnest(users, own_quotas) with ordinality as u (id, quota, ordinal);
end
$$;
