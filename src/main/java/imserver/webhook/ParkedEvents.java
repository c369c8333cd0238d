package imserver.webhook;

import imserver.config.Config;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The events that could not be told for a day. Safe for use by several threads. Every method throws
 * {@link StorageException}.
 */
@ApplicationScoped
public class ParkedEvents {

  private static final String LIST =
      """
      select id, type, low_id, high_id, user_id, reference, created_at, parked_at, failure from webhook_event
      where parked_at is not null and id > ? order by id limit ?
      """;

  private static final String FIND =
      "select low_id, high_id from webhook_event where parked_at is not null and id = ?";

  private static final String QUEUE_POSTGRES =
      """
      insert into webhook_conversation as c (low_id, high_id, last_event_id, due_at)
      values (?, ?, nextval('webhook_event_id'), current_timestamp)
      on conflict (low_id, high_id) do update set last_event_id = excluded.last_event_id
      """;

  private static final String QUEUE_H2 =
      """
      merge into webhook_conversation c
      using (select cast(? as bigint) as low_id, cast(? as bigint) as high_id, nextval('webhook_event_id') as event_id) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set last_event_id = n.event_id
      when not matched then insert (low_id, high_id, last_event_id, due_at)
        values (n.low_id, n.high_id, n.event_id, current_timestamp)
      """;

  private static final String UNPARK =
      """
      update webhook_event set parked_at = null, failure = null
      where low_id = ? and high_id = ? and id = ? and parked_at is not null
      """;

  @Inject private Config config;
  @Inject private WriteTurn turn;
  @Inject private Webhooks webhooks;

  @Inject private DataSource dataSource;

  private WebhookDatabase database;

  /** For the container, which injects the rest. */
  public ParkedEvents() {}

  ParkedEvents(WebhookDatabase database) {
    this.database = database;
    this.webhooks = new Webhooks();
  }

  @PostConstruct
  void start() {
    database = new WebhookDatabase(dataSource, Vendor.of(config.storage()), turn);
  }

  /**
   * One of them.
   *
   * @param type such as {@code message.stored}
   * @param userId who did it; of what was not seen, who has not
   * @param otherId the other user of the conversation, 0 for the system
   * @param reference a message, up to which one was read, or a report; 0 for none
   * @param time when it happened
   * @param failure why the last attempt failed
   */
  public record Parked(
      long id,
      String type,
      long userId,
      long otherId,
      long reference,
      Instant time,
      Instant parkedAt,
      String failure) {}

  /** Those with ids above one, ascending, at most {@code limit}. */
  public List<Parked> list(long afterId, int limit) {
    return database.read(
        connection -> {
          List<Parked> parked = new ArrayList<>();
          try (PreparedStatement statement = database.prepare(connection, LIST)) {
            statement.setLong(1, afterId);
            statement.setInt(2, limit);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                parked.add(parked(rows));
              }
            }
          }
          return parked;
        });
  }

  private static Parked parked(ResultSet row) throws SQLException {
    long user = row.getLong("user_id");
    long low = row.getLong("low_id");
    return new Parked(
        row.getLong("id"),
        row.getString("type"),
        user,
        user == low ? row.getLong("high_id") : low,
        row.getLong("reference"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("parked_at", OffsetDateTime.class).toInstant(),
        String.valueOf(row.getString("failure")));
  }

  /** Has one told again, with the id that it had; false where none is parked by this id. */
  public boolean retry(long id) {
    boolean found = database.transaction(connection -> retry(connection, id));
    if (found) {
      webhooks.wake();
    }
    return found;
  }

  /**
   * First the row of the queue, as everywhere. Its last event is changed, so that who has just told
   * all that he had found does not take the conversation for done. When it is due stays: that may
   * be a lease.
   */
  private boolean retry(Connection connection, long id) throws SQLException {
    long low;
    long high;
    try (PreparedStatement statement = database.prepare(connection, FIND)) {
      statement.setLong(1, id);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return false;
        }
        low = row.getLong(1);
        high = row.getLong(2);
      }
    }
    if (database.vendor() == Vendor.MARIADB) {
      WebhookEvents.touchOnMariaDb(connection, low, high);
    } else {
      try (PreparedStatement statement =
          database.prepare(
              connection, database.vendor() == Vendor.POSTGRESQL ? QUEUE_POSTGRES : QUEUE_H2)) {
        statement.setLong(1, low);
        statement.setLong(2, high);
        statement.executeUpdate();
      }
    }
    try (PreparedStatement statement = database.prepare(connection, UNPARK)) {
      statement.setLong(1, low);
      statement.setLong(2, high);
      statement.setLong(3, id);
      return statement.executeUpdate() > 0;
    }
  }
}
