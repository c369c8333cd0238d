-- Has a moderator suspend a user until a time, in place of what was before, with an entry of that. One transaction. Returns the
-- version of the row.
create or replace function suspend_user(
  suspending bigint, from_what varchar, until_when timestamp with time zone,
  came timestamp with time zone, acting_id bigint, acting varchar, why varchar, further varchar,
  out version bigint)
language plpgsql
as $$
begin
  -- The lock: what the user sends from now on waits for this transaction, and finds the row.
  insert into user_state (user_id, head, unread, has_rules) values (suspending, 0, 0, true)
  on conflict (user_id) do update set has_rules = true;

  insert into suspension as p (user_id, scope, ends_at, reason, moderator_id, moderator, imposed_at, written_at)
  values (suspending, from_what, until_when, why, acting_id, acting, came,
          cast(extract(epoch from current_timestamp) * 1000 as bigint))
  on conflict (user_id) do update set
    scope = excluded.scope, ends_at = excluded.ends_at, reason = excluded.reason, moderator_id = excluded.moderator_id,
    moderator = excluded.moderator, imposed_at = excluded.imposed_at,
    written_at = greatest(p.written_at + 1, excluded.written_at)
  returning p.written_at into version;

  insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
  values (nextval('moderation_action_id'), came, acting_id, acting, 'suspend', suspending, why, further);
end
$$;

-- Has a moderator end a suspension before its time, with an entry of that. One transaction. Returns the version of the row, or
-- null where there is none that holds: then nothing is done.
create or replace function end_suspension(
  suspended bigint, came timestamp with time zone, acting_id bigint, acting varchar, why varchar,
  out version bigint, out from_what varchar)
language plpgsql
as $$
begin
  update suspension p set
    ends_at = came,
    written_at = greatest(p.written_at + 1, cast(extract(epoch from current_timestamp) * 1000 as bigint))
  where p.user_id = suspended and p.ends_at > came
  returning p.written_at, p.scope into version, from_what;
  if version is not null then
    insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
    values (nextval('moderation_action_id'), came, acting_id, acting, 'end-suspension', suspended, why, '');
  end if;
end
$$;
