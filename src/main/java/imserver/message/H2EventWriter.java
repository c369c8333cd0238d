package imserver.message;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes on H2, within a transaction, what the host application is to be told ({@code
 * imserver.webhook}). On PostgreSQL the functions do so that write the rest.
 */
final class H2EventWriter {

  private static final String ADD =
      """
      insert into webhook_event (low_id, high_id, id, type, user_id, reference, unread, created_at)
      select n.*, current_timestamp
      from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array), cast(?4 as varchar array),
                  cast(?5 as bigint array), cast(?6 as bigint array), cast(?7 as bigint array))
             as n (low_id, high_id, id, type, user_id, reference, unread)
      """;

  private static final String QUEUE =
      """
      merge into webhook_conversation c
      using (select low_id, high_id, max(id) as last_id
             from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array))
                    as n (low_id, high_id, id)
             group by low_id, high_id) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set last_event_id = n.last_id
      when not matched then insert (low_id, high_id, last_event_id, due_at)
        values (n.low_id, n.high_id, n.last_id, current_timestamp)
      """;

  private static final String AWAIT_SEEN =
      """
      merge into unseen u
      using (select distinct recipient_id, sender_id
             from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as n (recipient_id, sender_id)
             where recipient_id > 0 and recipient_id <> sender_id) n
      on u.recipient_id = n.recipient_id and u.sender_id = n.sender_id
      when not matched then insert (recipient_id, sender_id, due_at)
        values (n.recipient_id, n.sender_id, dateadd('second', cast(?3 as integer), current_timestamp))
      """;

  private static final String SEEN =
      """
      delete from unseen where recipient_id = ?1 and sender_id = ?2
      """;

  private static final String IDS = "select nextval('webhook_event_id') from system_range(1, ?1)";

  private final EntityManager entities;
  private final NamedStatements statements;
  private final int unseenSeconds;

  H2EventWriter(EntityManager entities, NamedStatements statements, int unseenSeconds) {
    this.entities = entities;
    this.statements = statements;
    this.unseenSeconds = unseenSeconds;
  }

  /**
   * Something that happened.
   *
   * @param user who did it
   * @param reference the message, or up to which one was read
   * @param unread what is left to be read, where something was read; else null
   */
  private record Event(
      String type, UserPair pair, long user, long reference, @Nullable Long unread) {}

  /** Messages were stored, in this order. */
  void stored(List<NewMessage> newMessages, Long[] ids) {
    if (unseenSeconds > 0) {
      statements
          .create(
              entities,
              AWAIT_SEEN,
              newMessages.stream().map(NewMessage::storedRecipient).toArray(Long[]::new),
              newMessages.stream().map(NewMessage::senderId).toArray(Long[]::new),
              unseenSeconds)
          .executeUpdate();
    }
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      NewMessage message = newMessages.get(i);
      if (!message.silenced()) {
        UserPair pair = UserPair.of(message.senderId(), message.recipientId());
        events.add(new Event("message.stored", pair, message.senderId(), ids[i], null));
      }
    }
    add(events);
  }

  /** Something was read. */
  void read(List<ReadMark> marks) {
    marks.forEach(mark -> seen(mark.readerId(), mark.senderId()));
    add(
        marks.stream()
            .map(
                mark ->
                    new Event(
                        "message.read",
                        UserPair.of(mark.readerId(), mark.senderId()),
                        mark.readerId(),
                        mark.readUpTo(),
                        mark.unread()))
            .toList());
  }

  /**
   * A message was recalled that was not silenced.
   *
   * @param unread how many of its sender are left to be read
   */
  void recalled(long sender, long recipient, long messageId, long unread) {
    if (unread == 0) {
      seen(recipient, sender);
    }
    UserPair pair = UserPair.of(sender, recipient);
    add(List.of(new Event("message.recalled", pair, sender, messageId, null)));
  }

  private void seen(long recipient, long sender) {
    statements.create(entities, SEEN, recipient, sender).executeUpdate();
  }

  private void add(List<Event> events) {
    if (events.isEmpty()) {
      return;
    }
    List<?> drawn = statements.create(entities, IDS, events.size()).getResultList();
    Long[] ids = drawn.stream().map(id -> ((Number) id).longValue()).toArray(Long[]::new);
    Long[] lows = longs(events, event -> event.pair().low());
    Long[] highs = longs(events, event -> event.pair().high());
    statements
        .create(
            entities,
            ADD,
            lows,
            highs,
            ids,
            events.stream().map(Event::type).toArray(String[]::new),
            longs(events, Event::user),
            longs(events, Event::reference),
            longs(events, Event::unread))
        .executeUpdate();
    statements.create(entities, QUEUE, lows, highs, ids).executeUpdate();
  }

  private static @Nullable Long[] longs(List<Event> events, Function<Event, @Nullable Long> value) {
    return events.stream().map(value).toArray(Long[]::new);
  }
}
