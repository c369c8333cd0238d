package imserver.webhook;

import imserver.config.Config;
import imserver.database.StorageException;
import imserver.database.Vendor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Writes events within a transaction of others, so that they are told if and only if that is
 * committed. A transaction that is a function of PostgreSQL calls {@code add_webhook_event} itself.
 * Safe for use by several threads.
 *
 * <p>To be called last, since from then on who stores messages in the conversation waits for the
 * end of the transaction.
 */
@ApplicationScoped
public class WebhookEvents {

  private static final String ON_POSTGRES = "select 1 from add_webhook_event(?1, ?2, ?3, ?4)";

  private static final String NEXT_ID = "select nextval('webhook_event_id')";

  private static final String QUEUE =
      """
      merge into webhook_conversation c
      using (select cast(?1 as bigint) as low_id, cast(?2 as bigint) as high_id, cast(?3 as bigint) as event_id) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set last_event_id = n.event_id
      when not matched then insert (low_id, high_id, last_event_id, due_at)
        values (n.low_id, n.high_id, n.event_id, current_timestamp)
      """;

  private static final String ADD =
      """
      insert into webhook_event (low_id, high_id, id, type, user_id, reference, created_at)
      values (?1, ?2, ?3, ?4, ?5, ?6, current_timestamp)
      """;

  /** First the lock, then the id: so the order of these is that of the commits. */
  private static final String LOCK_ON_MARIADB =
      """
      insert into webhook_conversation (low_id, high_id, last_event_id, due_at)
      values (?1, ?2, 0, current_timestamp(6))
      on duplicate key update last_event_id = last_event_id
      """;

  private static final String ADD_ON_MARIADB =
      """
      insert into webhook_event (low_id, high_id, type, user_id, reference, created_at)
      values (?1, ?2, ?3, ?4, ?5, current_timestamp(6))
      """;

  private static final String LAST_ON_MARIADB =
      """
      update webhook_conversation set last_event_id = last_insert_id()
      where low_id = ?1 and high_id = ?2
      """;

  /**
   * How often a row of the queue that has just been deleted is looked for: who deletes does so once
   * for a conversation that is told, and not before something was written again.
   */
  private static final int ATTEMPTS = 5;

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public WebhookEvents() {}

  /** For tests. */
  public WebhookEvents(Config config) {
    this.config = config;
  }

  /**
   * A user, or the system, has reported another. Does nothing where nobody is told of anything.
   *
   * @param entities in the transaction of the report
   * @param reportId by which the host application finds the report
   */
  public void reportCreated(
      EntityManager entities, long reporterId, long reportedId, long reportId) {
    if (!config.webhook().isOn()) {
      return;
    }
    String type = WebhookEvent.REPORT_CREATED;
    switch (Vendor.of(config.storage())) {
      case POSTGRESQL ->
          entities
              .createNativeQuery(ON_POSTGRES)
              .setParameter(1, type)
              .setParameter(2, reporterId)
              .setParameter(3, reportedId)
              .setParameter(4, reportId)
              .getSingleResult();
      case MARIADB -> addOnMariaDb(entities, type, reporterId, reportedId, reportId);
      case H2 -> addOnH2(entities, type, reporterId, reportedId, reportId);
    }
  }

  private static void addOnMariaDb(
      EntityManager entities, String type, long user, long other, long reference) {
    long low = Math.min(user, other);
    long high = Math.max(user, other);
    run(entities, LOCK_ON_MARIADB, low, high);
    run(entities, ADD_ON_MARIADB, low, high, type, user, reference);
    run(entities, LAST_ON_MARIADB, low, high);
  }

  private static void run(EntityManager entities, String sql, Object... parameters) {
    Query query = entities.createNativeQuery(sql);
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    query.executeUpdate();
  }

  /** The same by a connection that is in a transaction. */
  static void addOnMariaDb(
      Connection connection, String type, long user, long other, long reference)
      throws SQLException {
    long low = Math.min(user, other);
    long high = Math.max(user, other);
    run(connection, LOCK_ON_MARIADB, low, high);
    run(connection, ADD_ON_MARIADB, low, high, type, user, reference);
    run(connection, LAST_ON_MARIADB, low, high);
  }

  /**
   * Has the queue believe that a conversation has a new event: by one that is deleted at once,
   * since the counter of their ids gives none else.
   */
  static void touchOnMariaDb(Connection connection, long low, long high) throws SQLException {
    run(connection, LOCK_ON_MARIADB, low, high);
    run(connection, ADD_ON_MARIADB, low, high, "", 0, 0);
    run(connection, LAST_ON_MARIADB, low, high);
    run(
        connection,
        "delete from webhook_event where low_id = ? and high_id = ? and id = last_insert_id()",
        low,
        high);
  }

  private static void run(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql.replaceAll("\\?\\d", "?"))) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.executeUpdate();
    }
  }

  /** Others may delete the row of the queue at this moment: then none is changed. */
  private static void addOnH2(
      EntityManager entities, String type, long user, long other, long reference) {
    long low = Math.min(user, other);
    long high = Math.max(user, other);
    long id = ((Number) entities.createNativeQuery(NEXT_ID).getSingleResult()).longValue();
    int changed = 0;
    for (int i = 0; i < ATTEMPTS && changed == 0; i++) {
      changed =
          entities
              .createNativeQuery(QUEUE)
              .setParameter(1, low)
              .setParameter(2, high)
              .setParameter(3, id)
              .executeUpdate();
    }
    if (changed == 0) {
      throw new StorageException(new IllegalStateException("an event could not be queued"));
    }
    var unused =
        entities
            .createNativeQuery(ADD)
            .setParameter(1, low)
            .setParameter(2, high)
            .setParameter(3, id)
            .setParameter(4, type)
            .setParameter(5, user)
            .setParameter(6, reference)
            .executeUpdate();
  }

  /** The same by a connection that is in a transaction, when it is its turn to write. */
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
    try (PreparedStatement statement = connection.prepareStatement(NEXT_ID);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
