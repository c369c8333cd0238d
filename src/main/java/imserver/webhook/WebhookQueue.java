package imserver.webhook;

import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.packet.AttachedText;
import imserver.packet.Attachment;
import imserver.webhook.WebhookEvent.Content;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait, and the conversations that have some. Each statement is a transaction, or
 * each lease, and whatever is lost between two of them an event is told once more at worst. Safe
 * for use by several threads. Every method throws {@link StorageException}.
 */
final class WebhookQueue {

  /** How long a lease lasts. */
  static final Duration LEASE = Duration.ofSeconds(60);

  /** How many of the newest unread messages are told. */
  private static final int UNSEEN_IDS = 10;

  private static final int MAX_FAILURE = 200;

  private static final String LEASED =
      " set lease = ?, due_at = current_timestamp + interval '60' second ";

  private static final String LEASE_POSTGRES =
      """
      with due as materialized (
        select low_id, high_id from webhook_conversation where due_at <= current_timestamp
        order by due_at limit ? for update skip locked)
      update webhook_conversation c %s from due d
      where c.low_id = d.low_id and c.high_id = d.high_id
      returning c.low_id, c.high_id, c.last_event_id, c.attempts
      """
          .formatted(LEASED);

  private static final String DUE =
      """
      select low_id, high_id, last_event_id, attempts from webhook_conversation
      where due_at <= current_timestamp order by due_at limit ?
      """;

  private static final String LEASE_ONE =
      "update webhook_conversation" + LEASED + "where low_id = ? and high_id = ?";

  private static final String EVENTS =
      """
      select e.id, e.type, e.user_id, e.reference, e.unread, e.created_at,
             e.created_at < current_timestamp - interval '24' hour as is_old,
             m.content, m.client_timestamp, n.title, n.url
      from webhook_event e
      left join message m on m.id = e.reference and e.type = 'message.stored'
      left join notice n on n.message_id = m.id
      where e.low_id = ? and e.high_id = ? and e.parked_at is null
      order by e.low_id, e.high_id, e.id limit ?
      """;

  private static final String FILES =
      """
      select f.id, f.name, f.type, f.size, f.width, f.height, f.duration, f.waveform, f.has_preview
      from attachment a join file f on f.id = a.file_id
      where a.message_id = ? order by a.message_id, a.position
      """;

  /** More than that are not counted. */
  private static final int MOST_COUNTED = 10_000;

  private static final String BACKLOG =
      """
      select (select count(*) from (select 1 as one from webhook_conversation limit %1$d) c),
             (select count(*) from
               (select 1 as one from webhook_event where parked_at is not null limit %1$d) p)
      """
          .formatted(MOST_COUNTED);

  private static final String UNSEEN_COUNT =
      """
      select case when low_id = ? and low_id <> high_id then unread_low else unread_high end
      from conversation where low_id = ? and high_id = ?
      """;

  private static final String UNSEEN =
      """
      select m.id from message m
      where m.sender_id = ? and m.recipient_id = ?
        and exists (select 1 from unread u where u.recipient_id = m.recipient_id and u.message_id = m.id)
      order by m.sender_id desc, m.recipient_id desc, m.id desc limit ?
      """;

  private static final String TOLD =
      "delete from webhook_event where low_id = ? and high_id = ?"
          + " and id in (select n.id from unnest(cast(? as bigint array)) as n (id))";

  private static final String PARK =
      """
      update webhook_event set parked_at = current_timestamp, failure = ?
      where low_id = ? and high_id = ? and id = ?
      """;

  private static final String OF_LEASE = " where low_id = ? and high_id = ? and lease = ?";

  private static final String DONE =
      "delete from webhook_conversation" + OF_LEASE + " and last_event_id = ?";

  private static final String GIVE_BACK =
      "update webhook_conversation set lease = 0, attempts = ?,"
          + " due_at = current_timestamp + interval '0.001' second * cast(? as bigint)"
          + OF_LEASE;

  private static final String GIVE_BACK_ON_MARIADB =
      "update webhook_conversation set lease = 0, attempts = ?,"
          + " due_at = current_timestamp + interval ? * 1000 microsecond"
          + OF_LEASE;

  private static final String END_LEASES =
      "update webhook_conversation set lease = 0, due_at = current_timestamp where lease <> 0";

  private static final String FORGET =
      "delete from webhook_event where parked_at < current_timestamp - interval '30' day";

  private final WebhookDatabase database;
  private final SecureRandom random = new SecureRandom();

  WebhookQueue(WebhookDatabase database) {
    this.database = database;
  }

  /**
   * Ends the leases of a server that was killed, where no other server can have some: on the
   * embedded database, before the first lease of this start.
   */
  void endLeasesOfBefore() {
    if (!database.isEmbedded()) {
      return;
    }
    database.write(
        connection -> {
          try (PreparedStatement statement = database.prepare(connection, END_LEASES)) {
            return statement.executeUpdate();
          }
        });
  }

  /** Leases up to {@code most} conversations that are due and that nobody has leased. */
  List<Lease> lease(int most) {
    long id = random.nextLong();
    return switch (database.vendor()) {
      case POSTGRESQL -> database.write(connection -> leaseOnPostgres(connection, id, most));
      case MARIADB ->
          database.transaction(
              connection -> leaseEach(connection, DUE + " for update skip locked", id, most));
      case H2 -> database.write(connection -> leaseEach(connection, DUE, id, most));
    };
  }

  private List<Lease> leaseOnPostgres(Connection connection, long id, int most)
      throws SQLException {
    try (PreparedStatement statement = database.prepare(connection, LEASE_POSTGRES)) {
      statement.setInt(1, most);
      statement.setLong(2, id);
      return leases(statement, id);
    }
  }

  /** Nobody else leases here, or has these rows locked. */
  private List<Lease> leaseEach(Connection connection, String due, long id, int most)
      throws SQLException {
    List<Lease> leases;
    try (PreparedStatement statement = database.prepare(connection, due)) {
      statement.setInt(1, most);
      leases = leases(statement, id);
    }
    for (Lease lease : leases) {
      try (PreparedStatement statement = database.prepare(connection, LEASE_ONE)) {
        statement.setLong(1, id);
        statement.setLong(2, lease.low());
        statement.setLong(3, lease.high());
        statement.executeUpdate();
      }
    }
    return leases;
  }

  private static List<Lease> leases(PreparedStatement statement, long id) throws SQLException {
    List<Lease> leases = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        leases.add(
            new Lease(
                id,
                rows.getLong("low_id"),
                rows.getLong("high_id"),
                rows.getLong("last_event_id"),
                rows.getInt("attempts")));
      }
    }
    return leases;
  }

  /** The first events of a conversation that are not parked. */
  List<WebhookEvent> events(Lease lease, int most) {
    return database.read(
        connection -> {
          List<WebhookEvent> events = new ArrayList<>();
          try (PreparedStatement statement = database.prepare(connection, EVENTS)) {
            statement.setLong(1, lease.low());
            statement.setLong(2, lease.high());
            statement.setInt(3, most);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                events.add(event(lease, rows));
              }
            }
          }
          for (int i = 0; i < events.size(); i++) {
            if (events.get(i).type().equals(WebhookEvent.UNSEEN)) {
              events.set(i, withUnseen(connection, events.get(i)));
            }
            Content message = events.get(i).message();
            if (message != null && AttachedText.mayHaveFiles(message.text())) {
              events.set(
                  i,
                  events.get(i).with(message.with(files(connection, events.get(i).reference()))));
            }
          }
          return events;
        });
  }

  private static WebhookEvent event(Lease lease, ResultSet row) throws SQLException {
    String text = row.getString("content");
    long unread = row.getLong("unread");
    boolean hasUnread = !row.wasNull();
    return new WebhookEvent(
        row.getLong("id"),
        row.getString("type"),
        lease.low(),
        lease.high(),
        row.getLong("user_id"),
        row.getLong("reference"),
        hasUnread ? unread : null,
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("is_old"),
        text == null ? null : content(text, row),
        List.of());
  }

  private List<Attachment> files(Connection connection, long messageId) throws SQLException {
    try (PreparedStatement statement = database.prepare(connection, FILES)) {
      statement.setLong(1, messageId);
      List<Attachment> files = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          files.add(
              new Attachment(
                  rows.getLong("id"),
                  rows.getString("name"),
                  rows.getString("type"),
                  rows.getLong("size"),
                  rows.getObject("width", Integer.class),
                  rows.getObject("height", Integer.class),
                  rows.getObject("duration", Integer.class),
                  rows.getString("waveform"),
                  rows.getBoolean("has_preview")));
        }
      }
      return files;
    }
  }

  private static Content content(String text, ResultSet row) throws SQLException {
    return new Content(
        text,
        row.getString("client_timestamp"),
        row.getString("title"),
        row.getString("url"),
        List.of());
  }

  /** What is unread now, which is none where it has been read meanwhile. */
  private WebhookEvent withUnseen(Connection connection, WebhookEvent event) throws SQLException {
    List<Long> count = numbers(connection, UNSEEN_COUNT, event.userId(), event.low(), event.high());
    long unread = count.isEmpty() ? 0 : count.get(0);
    List<Long> ids =
        unread == 0
            ? List.of()
            : numbers(connection, UNSEEN, event.otherId(), event.userId(), UNSEEN_IDS);
    return new WebhookEvent(
        event.id(),
        event.type(),
        event.low(),
        event.high(),
        event.userId(),
        event.reference(),
        unread,
        event.time(),
        event.isOld(),
        null,
        ids);
  }

  private List<Long> numbers(Connection connection, String sql, long... parameters)
      throws SQLException {
    try (PreparedStatement statement = database.prepare(connection, sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setLong(i + 1, parameters[i]);
      }
      List<Long> numbers = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          numbers.add(rows.getLong(1));
        }
      }
      return numbers;
    }
  }

  /** Events were told, or need not be. */
  void told(Lease lease, List<Long> ids) {
    if (ids.isEmpty()) {
      return;
    }
    database.write(
        connection -> {
          try (PreparedStatement statement = database.prepare(connection, TOLD)) {
            statement.setLong(1, lease.low());
            statement.setLong(2, lease.high());
            database.setNumbers(statement, 3, ids);
            return statement.executeUpdate();
          }
        });
  }

  /** An event could not be told for a day: those after it are, and it waits for somebody. */
  void park(Lease lease, long eventId, String failure) {
    database.write(
        connection -> {
          try (PreparedStatement statement = database.prepare(connection, PARK)) {
            statement.setString(
                1, failure.length() > MAX_FAILURE ? failure.substring(0, MAX_FAILURE) : failure);
            statement.setLong(2, lease.low());
            statement.setLong(3, lease.high());
            statement.setLong(4, eventId);
            return statement.executeUpdate();
          }
        });
  }

  /**
   * Ends a lease: all that was there is told. The conversation leaves the queue, unless something
   * was written since.
   *
   * @param lastEventId the last event that was there; null for none
   */
  void done(Lease lease, @Nullable Long lastEventId) {
    long last =
        lastEventId == null ? lease.lastEventId() : Math.max(lastEventId, lease.lastEventId());
    int deleted =
        database.write(
            connection -> {
              try (PreparedStatement statement = database.prepare(connection, DONE)) {
                statement.setLong(1, lease.low());
                statement.setLong(2, lease.high());
                statement.setLong(3, lease.id());
                statement.setLong(4, last);
                return statement.executeUpdate();
              }
            });
    if (deleted == 0) {
      giveBack(lease, 0, Duration.ZERO);
    }
  }

  /**
   * Ends a lease, and has the conversation leased again after {@code wait}.
   *
   * @param attempts how often its first event was tried in vain
   */
  void giveBack(Lease lease, int attempts, Duration wait) {
    database.write(
        connection -> {
          try (PreparedStatement statement =
              database.prepare(
                  connection,
                  database.vendor() == Vendor.MARIADB ? GIVE_BACK_ON_MARIADB : GIVE_BACK)) {
            statement.setInt(1, attempts);
            statement.setLong(2, wait.toMillis());
            statement.setLong(3, lease.low());
            statement.setLong(4, lease.high());
            statement.setLong(5, lease.id());
            return statement.executeUpdate();
          }
        });
  }

  /** Deletes what has been parked for a month, and returns how many. */
  int forgetParked() {
    return database.write(
        connection -> {
          try (PreparedStatement statement = database.prepare(connection, FORGET)) {
            return statement.executeUpdate();
          }
        });
  }

  /**
   * What is still to be told, of all servers together.
   *
   * @param conversations of which there is something to tell, {@value #MOST_COUNTED} at most
   * @param parked events that could not be told for a day, {@value #MOST_COUNTED} at most
   */
  record Backlog(long conversations, long parked) {}

  /** What is still to be told now. */
  Backlog backlog() {
    return database.read(
        connection -> {
          try (PreparedStatement statement = database.prepare(connection, BACKLOG);
              ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
              throw new SQLException("a count without a row");
            }
            return new Backlog(rows.getLong(1), rows.getLong(2));
          }
        });
  }

  /** What sets the events of this database apart from those of others, and of a restored one. */
  String epoch() {
    return database.read(
        connection -> {
          try (PreparedStatement statement =
                  database.prepare(connection, "select epoch from installation");
              ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
              throw new SQLException("the table installation is empty");
            }
            return String.valueOf(rows.getObject(1)).replace("-", "");
          }
        });
  }
}
