-- Has a moderator remove a message: a recall without a bound in time, and an entry of what the moderator did. One transaction.
-- Messages of the system are not removed.
--
-- Returns the sender, or null where there is no such message; and what recall_message returns. Where the message was recalled
-- before nothing is done, and there is no entry.
create or replace function remove_message(
  removed bigint, came timestamp with time zone, acting_id bigint, acting varchar, why varchar, webhook boolean,
  out sender bigint, out recipient bigint, out expired boolean, out suspended boolean, out recall_id bigint,
  out sender_change bigint, out recipient_change bigint, out unread_left bigint)
language plpgsql
as $$
begin
  select m.sender_id into sender from message m where m.id = removed and m.sender_id > 0;
  if sender is null then
    return;
  end if;
  select r.* into recipient, expired, suspended, recall_id, sender_change, recipient_change, unread_left
  from recall_message(sender, removed, '-infinity', came, false, webhook) as r;
  if recall_id is not null then
    insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, message_id, reason, detail)
    values (nextval('moderation_action_id'), came, acting_id, acting, 'remove-message', sender, removed, why, '');
  end if;
end
$$;
