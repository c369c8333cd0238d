-- Has a user set what his conversation with another is to him: null for what stays as it is. One transaction. To block somebody
-- makes the conversation where there is none yet; nothing else does.
--
-- Returns the number of this change for the user, 0 where it has changed nothing, null where there is no such conversation;
-- and then how it is now. too_many: he has blocked so many others that he may block no more.
create or replace function set_conversation(
  setting bigint, other bigint, block boolean, mute boolean, pin boolean, hide boolean, most_blocked integer,
  out change bigint, out is_blocked boolean, out is_muted boolean, out is_pinned boolean, out is_hidden boolean,
  out too_many boolean)
language plpgsql
as $$
declare
  -- Where both are one, the user is on the side of high.
  is_low boolean = setting < other;
  known conversation;
  hidden bigint;
  seen bigint;
  hides boolean;
begin
  too_many = false;
  -- The lock.
  insert into user_state (user_id, head, unread) values (setting, 0, 0) on conflict (user_id) do nothing;
  perform from user_state s where s.user_id = setting for no key update;

  -- Its row is locked, too: what the other one sends or reads may write it at the same time.
  select c.* into known from conversation c
  where c.low_id = least(setting, other) and c.high_id = greatest(setting, other) for no key update;
  if known.low_id is null and block is not true then
    return;
  end if;
  is_blocked = coalesce(case when is_low then known.blocked_by_low else known.blocked_by_high end, false);
  is_muted = coalesce(case when is_low then known.muted_by_low else known.muted_by_high end, false);
  is_pinned = coalesce(case when is_low then known.pinned_by_low else known.pinned_by_high end, false);
  hidden = coalesce(case when is_low then known.hidden_to_low else known.hidden_to_high end, 0);
  seen = coalesce(case when is_low then known.last_low else known.last_high end, 0);
  is_hidden = hidden > 0 and hidden >= seen;
  hides = coalesce(hide and seen > 0, is_hidden); -- without a message there is nothing to hide

  if block and not is_blocked and most_blocked <= (
      select count(*) from (
        (select from conversation c where c.low_id = setting and c.blocked_by_low limit most_blocked)
        union all
        (select from conversation c where c.high_id = setting and c.blocked_by_high limit most_blocked)) as b) then
    too_many = true;
    change = 0;
    return;
  end if;
  if coalesce(block, is_blocked) = is_blocked and coalesce(mute, is_muted) = is_muted
      and coalesce(pin, is_pinned) = is_pinned and hides = is_hidden then
    change = 0;
    return;
  end if;
  is_blocked = coalesce(block, is_blocked);
  is_muted = coalesce(mute, is_muted);
  is_pinned = coalesce(pin, is_pinned);
  if hides <> is_hidden then
    hidden = case when hides then seen else 0 end;
    is_hidden = hides;
  end if;

  update user_state s set head = s.head + 1, has_rules = s.has_rules or is_blocked
  where s.user_id = setting returning s.head into change;
  insert into conversation as c (
    low_id, high_id, changed_low, changed_high, blocked_by_low, blocked_by_high)
  values (
    least(setting, other), greatest(setting, other), case when is_low then change else 0 end,
    case when is_low then 0 else change end, is_low, not is_low)
  on conflict (low_id, high_id) do update set
    changed_low = case when is_low or setting = other then change else c.changed_low end,
    changed_high = case when is_low then c.changed_high else change end,
    blocked_by_low = case when is_low then is_blocked else c.blocked_by_low end,
    blocked_by_high = case when is_low then c.blocked_by_high else is_blocked end,
    muted_by_low = case when is_low then is_muted else c.muted_by_low end,
    muted_by_high = case when is_low then c.muted_by_high else is_muted end,
    pinned_by_low = case when is_low then is_pinned else c.pinned_by_low end,
    pinned_by_high = case when is_low then c.pinned_by_high else is_pinned end,
    hidden_to_low = case when is_low then hidden else c.hidden_to_low end,
    hidden_to_high = case when is_low then c.hidden_to_high else hidden end;
end
$$;
