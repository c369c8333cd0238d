package imserver.webhook;

import imserver.database.StorageException;
import imserver.database.Vendor;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Keeps in a table who is connected to this server, for all servers to know. For one thread. */
final class ConnectedUsers {

  private static final System.Logger LOG = System.getLogger(ConnectedUsers.class.getName());

  /** In one update of so many all rows are written anew, whatever has become of them. */
  private static final int FULL = 60;

  private static final String ADD =
      """
      insert into connected_user (user_id, node_id) select n.id, ? from unnest(?) as n (id)
      on conflict do nothing
      """;

  private static final String REMOVE =
      "delete from connected_user where node_id = ? and user_id = any(?)";

  private static final String KEEP =
      """
      delete from connected_user c where c.node_id = ?
        and not exists (select from unnest(?) as n (id) where n.id = c.user_id)
      """;

  private static final String ADD_ON_MARIADB =
      """
      insert into connected_user (node_id, user_id)
      select ?, n.id from unnest(cast(? as bigint array)) as n (id)
      on duplicate key update node_id = node_id
      """;

  private static final String REMOVE_ON_MARIADB =
      "delete from connected_user where node_id = ? and user_id = ?";

  private static final String WRITTEN_ON_MARIADB =
      "select user_id from connected_user where node_id = ?";

  /** The rows of servers that are gone. */
  private static final String FORGET =
      "delete from connected_user where node_id <> ?"
          + " and not exists (select 1 from node n where n.id = connected_user.node_id)";

  private final WebhookDatabase database;
  private final long node;
  private final Supplier<Set<Long>> users;
  private Set<Long> written = Set.of();
  private int untilFull;

  /**
   * Writes nothing yet.
   *
   * @param node which server this is
   * @param users who is connected
   */
  ConnectedUsers(WebhookDatabase database, long node, Supplier<Set<Long>> users) {
    this.database = database;
    this.node = node;
    this.users = users;
  }

  /**
   * Writes what has changed.
   *
   * @throws StorageException if the database does not; the next update writes all
   */
  void update() {
    Set<Long> now = Set.copyOf(users.get());
    boolean isFull = untilFull == 0;
    Set<Long> added = isFull ? now : without(now, written);
    Set<Long> removed = without(written, now);
    int next = isFull ? FULL : untilFull - 1;
    untilFull = 0; // unless this is done
    database.write(
        connection -> {
          if (isFull) {
            keep(connection, now);
            forgetGone(connection);
          } else if (!removed.isEmpty()) {
            remove(connection, removed);
          }
          if (!added.isEmpty()) {
            write(connection, isMariaDb() ? ADD_ON_MARIADB : ADD, added);
          }
          return true;
        });
    written = now;
    untilFull = next;
  }

  private static Set<Long> without(Set<Long> some, Set<Long> others) {
    Set<Long> left = new HashSet<>(some);
    left.removeAll(others);
    return left;
  }

  private boolean isMariaDb() {
    return database.vendor() == Vendor.MARIADB;
  }

  private void keep(Connection connection, Set<Long> users) throws SQLException {
    if (isMariaDb()) {
      remove(connection, without(written(connection), users));
    } else {
      write(connection, KEEP, users);
    }
  }

  private Set<Long> written(Connection connection) throws SQLException {
    Set<Long> found = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(WRITTEN_ON_MARIADB)) {
      statement.setLong(1, node);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getLong(1));
        }
      }
    }
    return found;
  }

  /** One by one on MariaDB, which would compare each row with each of a list. */
  private void remove(Connection connection, Set<Long> users) throws SQLException {
    if (!isMariaDb()) {
      write(connection, REMOVE, users);
    } else if (!users.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(REMOVE_ON_MARIADB)) {
        for (long user : users) {
          statement.setLong(1, node);
          statement.setLong(2, user);
          statement.addBatch();
        }
        statement.executeBatch();
      }
    }
  }

  private void write(Connection connection, String sql, Collection<Long> ids) throws SQLException {
    try (PreparedStatement statement = database.prepare(connection, sql)) {
      statement.setLong(1, node);
      database.setNumbers(statement, 2, ids);
      statement.executeUpdate();
    }
  }

  private void forgetGone(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setLong(1, node);
      statement.executeUpdate();
    }
  }

  /** Nobody is connected any more. */
  void leave() {
    try {
      database.write(
          connection -> {
            keep(connection, Set.of());
            return true;
          });
    } catch (StorageException e) { // rows of a server that is gone do not count
      LOG.log(Level.DEBUG, "users stay in the table: {0}", e.getMessage());
    }
  }
}
