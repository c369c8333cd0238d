-- Counts the unread messages of a user one by one, and corrects what differs from that: the user's total, and, in each of the
-- user's conversations, the count, and what is read up to where that is not below all unread messages. Each conversation whose
-- count is corrected is a change of this user, with a number. Returns the total before and after, and how many conversations
-- had a wrong count.
create or replace function recount(counted_user bigint, out before bigint, out after bigint, out corrected bigint)
language plpgsql
as $$
declare
  number bigint;
begin
  -- One after the other: it writes conversations of two users with the row of one of them locked.
  perform pg_advisory_xact_lock(hashtext('imserver.recount'));

  -- The rows of "unread" whose messages an operator has deleted; before the users are locked, as in mark_read.
  delete from unread u
  using (select (select f.ctid from unread f where f.recipient_id = o.recipient_id and f.message_id = o.message_id) as place
         from unread o
         where o.recipient_id = counted_user and not exists (select from message m where m.id = o.message_id)
         order by o.message_id) as n
  where u.ctid = n.place;

  insert into user_state (user_id, head, unread) values (counted_user, 0, 0) on conflict (user_id) do nothing;
  select s.unread, s.head into before, number
  from user_state s where s.user_id = counted_user for no key update;

  select count(*) into after from unread u where u.recipient_id = counted_user;

  -- The user is on the side of high where the other one has a smaller id, or is the same.
  update conversation c set read_up_to_high = coalesce((
    select max(m.id) from message m
    where m.sender_id = c.low_id and m.recipient_id = c.high_id and m.id < f.first), 0)
  from (select sender_id, min(message_id) as first from unread where recipient_id = counted_user group by sender_id) as f
  where c.low_id = f.sender_id and c.high_id = counted_user and c.read_up_to_high >= f.first;

  update conversation c set read_up_to_low = coalesce((
    select max(m.id) from message m
    where m.sender_id = c.high_id and m.recipient_id = c.low_id and m.id < f.first), 0)
  from (select sender_id, min(message_id) as first from unread where recipient_id = counted_user group by sender_id) as f
  where c.low_id = counted_user and c.high_id = f.sender_id and c.high_id <> c.low_id and c.read_up_to_low >= f.first;

  with wrong as (
    select c.low, c.high, c.kept - coalesce(u.amount, 0) as amount, number + row_number() over () as change
    from (select low_id as low, high_id as high, low_id as other, unread_high as kept
          from conversation where high_id = counted_user
          union all
          select low_id, high_id, high_id, unread_low
          from conversation where low_id = counted_user and high_id <> counted_user) as c
    left join (select sender_id, count(*) as amount from unread where recipient_id = counted_user group by sender_id) as u
      on u.sender_id = c.other
    where c.kept <> coalesce(u.amount, 0)
  ), corrected_ones as (
    select read_conversations(
      array_agg(w.low), array_agg(w.high),
      array_agg(case when w.high = counted_user then 0 else w.amount end),
      array_agg(case when w.high = counted_user then w.amount else 0 end),
      array_agg(case when w.low = counted_user then w.change else 0 end),
      array_agg(case when w.high = counted_user then w.change else 0 end)) as states,
      count(*) as amount
    from wrong w
  )
  select c.amount into corrected from corrected_ones c;
  number = number + corrected;
  update user_state s set unread = after, head = number where s.user_id = counted_user;
end
$$;
