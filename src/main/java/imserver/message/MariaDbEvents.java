package imserver.message;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes on MariaDB, within a transaction, what the host application is to be told ({@code
 * imserver.webhook}). To be done last: for one transaction.
 */
final class MariaDbEvents {

  private final StepStatements statements;
  private final int unseenSeconds;

  MariaDbEvents(StepStatements statements, int unseenSeconds) {
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

  private record Direction(long recipient, long sender) implements Comparable<Direction> {

    @Override
    public int compareTo(Direction other) {
      int byRecipient = Long.compare(recipient, other.recipient);
      return byRecipient == 0 ? Long.compare(sender, other.sender) : byRecipient;
    }
  }

  /** Messages were stored, in this order. */
  void stored(List<NewMessage> newMessages, long[] ids) throws SQLException {
    SortedSet<Direction> unseen = new TreeSet<>();
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      NewMessage message = newMessages.get(i);
      if (message.silenced()) {
        continue;
      }
      long sender = message.senderId();
      UserPair pair = UserPair.of(sender, message.recipientId());
      events.add(new Event("message.stored", pair, sender, ids[i], null));
      if (message.recipientId() != sender) {
        unseen.add(new Direction(message.recipientId(), sender));
      }
    }
    if (unseenSeconds > 0 && !unseen.isEmpty()) {
      statements.insertRows(
          "insert into unseen (recipient_id, sender_id, due_at)",
          "(?, ?, current_timestamp(6) + interval ? second)",
          unseen.stream()
              .map(each -> new @Nullable Object[] {each.recipient(), each.sender(), unseenSeconds})
              .toList(),
          "on duplicate key update recipient_id = recipient_id");
    }
    add(events);
  }

  /** Something was read. */
  void read(List<ReadMark> marks) throws SQLException {
    SortedSet<Direction> seen = new TreeSet<>();
    List<Event> events = new ArrayList<>();
    for (ReadMark mark : marks) {
      seen.add(new Direction(mark.readerId(), mark.senderId()));
      events.add(
          new Event(
              "message.read",
              UserPair.of(mark.readerId(), mark.senderId()),
              mark.readerId(),
              mark.readUpTo(),
              mark.unread()));
    }
    forgetUnseen(seen);
    add(events);
  }

  /**
   * A message was recalled that was not silenced.
   *
   * @param unread how many of its sender are left to be read
   */
  void recalled(long sender, long recipient, long messageId, long unread) throws SQLException {
    if (unread == 0) {
      forgetUnseen(List.of(new Direction(recipient, sender)));
    }
    UserPair pair = UserPair.of(sender, recipient);
    add(List.of(new Event("message.recalled", pair, sender, messageId, null)));
  }

  private void forgetUnseen(Collection<Direction> seen) throws SQLException {
    UnreadRows.forgetUnseen(
        statements,
        seen.stream()
            .map(each -> new UnreadRows.Direction(each.recipient(), each.sender()))
            .toList());
  }

  private void add(List<Event> events) throws SQLException {
    if (events.isEmpty()) {
      return;
    }
    List<@Nullable Object[]> rows = new ArrayList<>(events.size());
    for (Event each : events) {
      rows.add(
          new @Nullable Object[] {
            each.pair().low(),
            each.pair().high(),
            each.type(),
            each.user(),
            each.reference(),
            each.unread()
          });
    }
    long first =
        statements.insertRows(
            "insert into webhook_event"
                + " (low_id, high_id, type, user_id, reference, unread, created_at)",
            "(?, ?, ?, ?, ?, ?, current_timestamp(6))",
            rows,
            "");
    SortedMap<UserPair, Long> last = new TreeMap<>();
    for (int i = 0; i < events.size(); i++) {
      last.put(events.get(i).pair(), first + i);
    }
    List<@Nullable Object[]> queued = new ArrayList<>(last.size());
    last.forEach((pair, id) -> queued.add(new Object[] {pair.low(), pair.high(), id}));
    statements.insertRows(
        "insert into webhook_conversation (low_id, high_id, last_event_id, due_at)",
        "(?, ?, ?, current_timestamp(6))",
        queued,
        "on duplicate key update last_event_id = values(last_event_id)");
  }
}
