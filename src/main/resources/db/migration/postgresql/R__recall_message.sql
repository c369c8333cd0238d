-- Recalls a message of a sender that came at "since" or later: erases its content and its files, and takes it off what is unread. The
-- conversation gets an entry of its own for that. One transaction. by_sender: whether the sender does it, who may not while
-- he is suspended; else a moderator. With "webhook" an event is written, unless the message was silenced.
--
-- As in mark_read the row of "unread" is locked before those of the users; here for the sake of the one order.
--
-- Returns the recipient, or null where there is no such message; and then
--   expired         whether it came before: nothing is done
--   suspended       whether the sender may not: nothing is done
--   recall_id       the id of the entry; null where the message was recalled before: nothing is done
--   sender_change   the number of this change for the sender
--   recipient_change for the recipient, the same where both are one; 0 where the message was silenced
--   unread_left     how many messages of the sender the recipient has not read
create or replace function recall_message(
  recalling bigint, recalled bigint, since timestamp with time zone, came timestamp with time zone, by_sender boolean, webhook boolean,
  out recipient bigint, out expired boolean, out suspended boolean, out recall_id bigint,
  out sender_change bigint, out recipient_change bigint, out unread_left bigint)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  was_unread bigint;
  is_erased boolean;
  is_silenced boolean;
begin
  select abs(m.recipient_id), m.recipient_id < 0, m.created_at < since, m.content = ''
  into recipient, is_silenced, expired, is_erased
  from message m where m.id = recalled and m.sender_id = recalling;
  if recipient is null or is_erased or expired then
    expired = expired and not is_erased;
    return;
  end if;
  suspended = by_sender and exists (select from suspension p where p.user_id = recalling and p.ends_at > came);
  if suspended then
    return;
  end if;

  delete from unread u where u.recipient_id = recipient and u.message_id = recalled;
  get diagnostics was_unread = row_count;

  -- The locks, in the order of the users.
  perform from user_state s where s.user_id in (recalling, recipient) order by s.user_id for no key update;

  update message m set content = '' where m.id = recalled and m.content <> '';
  if not found then
    return; -- by another device, just now
  end if;

  update user_state s
  set head = s.head + 1, unread = s.unread - case when s.user_id = recipient then was_unread else 0 end
  where s.user_id = recalling or s.user_id = recipient and not is_silenced;
  select s.head into sender_change from user_state s where s.user_id = recalling;
  if is_silenced then
    recipient_change = 0;
  else
    select s.head into recipient_change from user_state s where s.user_id = recipient;
  end if;

  perform release_files(recalled);

  recall_id = nextval('message_id');
  insert into recall (id, message_id, low_id, high_id, created_at)
  values (recall_id, recalled, least(recalling, recipient), greatest(recalling, recipient), came);

  -- Nobody has read it: what is read up to stays. The user is on the side of high where both are one.
  update conversation c set
    unread_low = c.unread_low - case when recipient < recalling then was_unread else 0 end,
    unread_high = c.unread_high - case when recipient >= recalling then was_unread else 0 end,
    changed_low = greatest(c.changed_low, case when recipient < recalling then recipient_change else sender_change end),
    changed_high = greatest(c.changed_high, case when recipient < recalling then sender_change else recipient_change end)
  where c.low_id = least(recalling, recipient) and c.high_id = greatest(recalling, recipient)
  returning case when recipient < recalling then c.unread_low else c.unread_high end into unread_left;
  if unread_left is null or sender_change is null or recipient_change is null then
    raise 'what was recalled is of no conversation';
  end if;

  if webhook and not is_silenced then
    if unread_left = 0 then
      delete from unseen u where u.recipient_id = recipient and u.sender_id = recalling;
    end if;
    perform add_webhook_event('message.recalled', recalling, recipient, recalled);
  end if;
end
$$;
