package imserver.webhook;

import imserver.config.Config;
import imserver.database.Schema;
import imserver.database.StorageException;
import imserver.database.Vendor;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Writes events within the transaction of the container in which it is called, so that they are
 * told if and only if that is committed. A transaction that is a function of PostgreSQL calls
 * {@code add_webhook_event} itself. Safe for use by several threads.
 *
 * <p>To be called last, since from then on who stores messages in the conversation waits for the
 * end of the transaction.
 */
@ApplicationScoped
public class WebhookEvents {

  private static final String ON_POSTGRES = "select add_webhook_event(?, ?, ?, ?)";

  private static final String QUEUE =
      """
      merge into webhook_conversation c
      using (select cast(? as bigint) as low_id, cast(? as bigint) as high_id, cast(? as bigint) as event_id) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set last_event_id = n.event_id
      when not matched then insert (low_id, high_id, last_event_id, due_at)
        values (n.low_id, n.high_id, n.event_id, current_timestamp)
      """;

  private static final String ADD =
      """
      insert into webhook_event (low_id, high_id, id, type, user_id, reference, created_at)
      values (?, ?, ?, ?, ?, ?, current_timestamp)
      """;

  @Inject private Config config;

  @Resource(lookup = Schema.DATA_SOURCE)
  private DataSource database;

  /** For the container, which injects the rest. */
  public WebhookEvents() {}

  WebhookEvents(Config config, DataSource database) {
    this.config = config;
    this.database = database;
  }

  /**
   * A user has reported another. Does nothing where nobody is told of anything.
   *
   * @param reportId by which the host application finds the report
   * @throws StorageException if it could not be written: the transaction must not be committed
   */
  public void reportCreated(long reporterId, long reportedId, long reportId) {
    if (config.webhook().isOn()) {
      add(WebhookEvent.REPORT_CREATED, reporterId, reportedId, reportId);
    }
  }

  private void add(String type, long user, long other, long reference) {
    try (Connection connection = database.getConnection()) {
      if (Vendor.of(config.storage()) == Vendor.H2) {
        addOnH2(connection, type, user, other, reference);
        return;
      }
      try (PreparedStatement statement = connection.prepareStatement(ON_POSTGRES)) {
        statement.setString(1, type);
        statement.setLong(2, user);
        statement.setLong(3, other);
        statement.setLong(4, reference);
        statement.execute();
      }
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  /** The same on H2, by a connection that is in a transaction. */
  static void addOnH2(Connection connection, String type, long user, long other, long reference)
      throws SQLException {
    long low = Math.min(user, other);
    long high = Math.max(user, other);
    long id = nextId(connection);
    try (PreparedStatement statement = connection.prepareStatement(QUEUE)) {
      statement.setLong(1, low);
      statement.setLong(2, high);
      statement.setLong(3, id);
      statement.executeUpdate();
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setLong(1, low);
      statement.setLong(2, high);
      statement.setLong(3, id);
      statement.setString(4, type);
      statement.setLong(5, user);
      statement.setLong(6, reference);
      statement.executeUpdate();
    }
  }

  private static long nextId(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select nextval('webhook_event_id')");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
