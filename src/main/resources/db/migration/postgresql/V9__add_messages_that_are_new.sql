-- Adds messages, given as arrays and the time they came: those whose keys are new; answers with the ids of the others. Of
-- two with one key the first is added. To some, named by their ids, belong titles and addresses. In the order of the keys, so that two transactions that add the same keys do not
-- wait for each other. Brings conversations and totals up to date, in this order and each in the order of its rows, as
-- every transaction does.
--
-- Hardly any key is there already. To look for each before it is inserted takes a tenth of the time, so that is only done
-- once an insert has failed, or where one is likely to fail: what it had inserted by then is left behind for vacuum.
--
-- A function, so that its plans are kept: to plan anew takes a quarter of the time in which a lone message is stored.
-- No other plan would be better at any size of the tables, which cannot be said of what looks something up. The names of
-- its parameters must not be those of columns. The function of V8, which has fewer of them, stays for the WAR of before:
-- it may be deployed again.
create function add_messages(
  ids bigint[], senders bigint[], keys varchar[], recipients bigint[], contents varchar[], timestamps varchar[],
  came timestamp with time zone, retries_are_likely boolean,
  notices bigint[], titles varchar[], urls varchar[])
returns setof bigint
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
declare
  look boolean = retries_are_likely;
  refused bigint[] = '{}';
begin
  if not look then
    begin
      insert into message (id, sender_id, dedupe_key, recipient_id, content, client_timestamp, created_at)
      select n.*, came
      from unnest(ids, senders, keys, recipients, contents, timestamps)
             as n (id, sender_id, dedupe_key, recipient_id, content, client_timestamp)
      order by n.sender_id, n.dedupe_key collate "C", n.id;
    exception when unique_violation then
      look = true;
    end;
  end if;
  if look then
    with added as (
      insert into message (id, sender_id, dedupe_key, recipient_id, content, client_timestamp, created_at)
      select n.*, came
      from unnest(ids, senders, keys, recipients, contents, timestamps)
             as n (id, sender_id, dedupe_key, recipient_id, content, client_timestamp)
      order by n.sender_id, n.dedupe_key collate "C", n.id
      on conflict (sender_id, dedupe_key) do nothing
      returning id
    )
    select coalesce(array_agg(n.id), '{}') into refused
    from unnest(ids) as n (id)
    where n.id not in (select added.id from added);
  end if;

  insert into conversation as c (low_id, high_id, last_message_id, unread_low, unread_high)
  select least(n.sender_id, n.recipient_id) as low, greatest(n.sender_id, n.recipient_id) as high, max(n.id),
         count(*) filter (where n.recipient_id < n.sender_id),
         count(*) filter (where n.recipient_id >= n.sender_id)
  from unnest(ids, senders, recipients) as n (id, sender_id, recipient_id)
  where n.id <> all (refused)
  group by low, high
  order by low, high
  on conflict (low_id, high_id) do update set
    last_message_id = greatest(c.last_message_id, excluded.last_message_id),
    unread_low = c.unread_low + excluded.unread_low,
    unread_high = c.unread_high + excluded.unread_high;

  insert into unread_total as t (user_id, unread)
  select n.recipient_id, count(*)
  from unnest(ids, recipients) as n (id, recipient_id)
  where n.id <> all (refused)
  group by n.recipient_id
  order by n.recipient_id
  on conflict (user_id) do update set unread = t.unread + excluded.unread;

  if cardinality(notices) > 0 then
    insert into notice (message_id, title, url)
    select n.* from unnest(notices, titles, urls) as n (id, title, url)
    where n.id <> all (refused);
  end if;

  return query select unnest(refused);
end
$$;
