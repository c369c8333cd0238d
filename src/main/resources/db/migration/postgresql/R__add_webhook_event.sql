-- Writes that the host application is to be told of something in the conversation of two users: within the transaction of the
-- caller, as the last thing that this locks. To be called only where there is a webhook (imserver.webhook.WebhookEvents).
--
-- doer is who did it; reference is a message or a report.
create or replace function add_webhook_event(what varchar, doer bigint, other bigint, about bigint) returns void
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  event bigint;
begin
  -- First the lock, then the id: so the order of these is that of the commits also where no user is locked.
  insert into webhook_conversation as c (low_id, high_id, last_event_id, due_at)
  values (least(doer, other), greatest(doer, other), 0, current_timestamp)
  on conflict (low_id, high_id) do update set last_event_id = c.last_event_id;
  event = nextval('webhook_event_id');
  insert into webhook_event (low_id, high_id, id, type, user_id, reference, created_at)
  values (least(doer, other), greatest(doer, other), event, what, doer, about, current_timestamp);
  update webhook_conversation c set last_event_id = event
  where c.low_id = least(doer, other) and c.high_id = greatest(doer, other);
end
$$;
