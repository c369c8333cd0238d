package imserver.cluster;

import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The servers on one database, each a row of {@code node}, by the database's clock. Safe for use by
 * several threads.
 */
final class NodeTable {

  /** The beat of this server, and in the same breath which others have one. */
  private static final String BEAT =
      """
      with beat as (
        insert into node (id, started_at, beat_at) values (?, clock_timestamp(), clock_timestamp())
        on conflict (id) do update set beat_at = clock_timestamp())
      select id,
             beat_at between clock_timestamp() - interval '15 seconds'
                         and clock_timestamp() + interval '15 seconds' as alive
      from node where id <> ?
      """;

  /**
   * What is silent for so long is gone; a beat of a time to come is of a clock that was set back.
   * Its connection that listens may still be there, where its machine hangs: the database would
   * keep every notification for it.
   */
  private static final String FORGET =
      """
      with gone as (
        delete from node
        where beat_at not between clock_timestamp() - interval '60 seconds'
                              and clock_timestamp() + interval '60 seconds'
        returning id)
      select pg_terminate_backend(a.pid)
      from gone, pg_stat_activity a
      where a.application_name = ? || gone.id and a.usename = current_user
        and a.datname = current_database()
      """;

  private static final String ENTER_ON_MARIADB =
      """
      insert into node (id, address, started_at, beat_at)
      values (?, substring_index(session_user(), '@', -1), current_timestamp(6), current_timestamp(6))
      on duplicate key update beat_at = current_timestamp(6)
      """;

  private static final String OTHERS_ON_MARIADB =
      """
      select id, beat_at between current_timestamp(6) - interval 15 second
                             and current_timestamp(6) + interval 15 second as alive
      from node where id <> ?
      """;

  private static final String FORGET_ON_MARIADB =
      """
      delete from node where beat_at not between current_timestamp(6) - interval 60 second
                                             and current_timestamp(6) + interval 60 second
      """;

  private static final String LEAVE = "delete from node where id = ?";

  /**
   * The other servers that are known.
   *
   * @param alive those that have given a beat in the last 15 s
   * @param silent those that have not
   */
  record Others(Set<Long> alive, Set<Long> silent) {}

  private final DataSource database;
  private final Vendor vendor;
  private final String listenerPrefix;

  /**
   * The table of a database.
   *
   * @param listenerPrefix on PostgreSQL: what the connections that listen are called, before the id
   *     of their server
   */
  NodeTable(DataSource database, Vendor vendor, String listenerPrefix) {
    this.database = database;
    this.vendor = vendor;
    this.listenerPrefix = listenerPrefix;
  }

  /** What seals the frames of this database's servers. */
  FrameSeal seal() throws SQLException {
    return new FrameSeal(installation("secret"));
  }

  /**
   * What sets this database apart from others: its letters and digits were drawn with its tables.
   */
  String installation() throws SQLException {
    return installation("id");
  }

  private String installation(String column) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement statement =
            connection.prepareStatement("select " + column + " from installation");
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("the table installation is empty");
      }
      return rows.getString(1);
    }
  }

  /** Says that {@code node} is alive; the first time it enters it. */
  Others beat(long node) throws SQLException {
    try (Connection connection = connection()) {
      if (vendor == Vendor.MARIADB) {
        try (PreparedStatement statement = connection.prepareStatement(ENTER_ON_MARIADB)) {
          statement.setLong(1, node);
          statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(OTHERS_ON_MARIADB)) {
          statement.setLong(1, node);
          return others(statement);
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(BEAT)) {
        statement.setLong(1, node);
        statement.setLong(2, node);
        return others(statement);
      }
    }
  }

  private static Others others(PreparedStatement statement) throws SQLException {
    Set<Long> alive = new HashSet<>();
    Set<Long> silent = new HashSet<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        (rows.getBoolean("alive") ? alive : silent).add(rows.getLong("id"));
      }
    }
    return new Others(alive, silent);
  }

  /** Forgets the servers that have been silent for a minute, and ends what listens for them. */
  void forgetSilent() throws SQLException {
    try (Connection connection = connection();
        PreparedStatement statement =
            connection.prepareStatement(vendor == Vendor.MARIADB ? FORGET_ON_MARIADB : FORGET)) {
      if (vendor != Vendor.MARIADB) {
        statement.setString(1, listenerPrefix);
      }
      statement.execute();
    }
  }

  /** Forgets {@code node}, which stops. */
  void leave(long node) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement statement = connection.prepareStatement(LEAVE)) {
      statement.setLong(1, node);
      statement.execute();
    }
  }

  /** Each statement is a transaction, whatever the pool's last user has set. */
  private Connection connection() throws SQLException {
    Connection connection = database.getConnection();
    try {
      connection.setAutoCommit(true);
      return connection;
    } catch (SQLException e) {
      try (connection) {
        throw e;
      }
    }
  }
}
