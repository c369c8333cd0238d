package imserver.transfer;

import imserver.database.OfflineDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a database says of the servers on it, and of itself. */
final class Installation {

  /** A server says so often that it is alive that it is gone after so long. */
  static final Duration SILENCE = Duration.ofSeconds(15);

  private Installation() {}

  /**
   * How long ago a server on the database has said that it is alive; empty where none is. An
   * embedded database, which one process alone can open, has no table for it.
   */
  static Optional<Duration> lastBeat(Connection connection) throws SQLException {
    if (!OfflineDatabase.tables(connection).contains("node")) {
      return Optional.empty();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select max(beat_at), current_timestamp from node having max(beat_at) is not null")) {
      if (!rows.next()) {
        return Optional.empty();
      }
      Duration ago =
          Duration.between(rows.getTimestamp(1).toInstant(), rows.getTimestamp(2).toInstant());
      return ago.compareTo(SILENCE) < 0 ? Optional.of(ago) : Optional.empty();
    }
  }

  /** Returns if no server is on a database. */
  static void requireUnused(Connection connection, OfflineDatabase database)
      throws SQLException, CopyRefusedException {
    Optional<Duration> beat = lastBeat(connection);
    if (beat.isPresent()) {
      throw new CopyRefusedException(
          "%s: a server is on it, and was alive %d s ago: stop it (one that was killed counts for %d s)"
              .formatted(
                  database.description(),
                  Math.max(0, beat.get().toSeconds()),
                  SILENCE.toSeconds()));
    }
  }

  static void begin(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.executeUpdate("update installation set is_unfinished_copy = true");
    }
    target.commit();
  }

  /**
   * Gives the target what devices, addresses of files and object storages go by, and ends the copy.
   */
  static void finish(Connection source, Connection target) throws SQLException {
    Columns columns = Columns.of(target, "installation");
    try (Statement select = source.createStatement();
        ResultSet rows = select.executeQuery("select secret, epoch from installation");
        PreparedStatement update =
            target.prepareStatement(
                "update installation set secret = ?, epoch = ?, is_unfinished_copy = false")) {
      if (!rows.next()) {
        throw new SQLException("the table installation is empty");
      }
      int parameter = 0;
      for (String column : List.of("secret", "epoch")) {
        columns.type(column).write(update, ++parameter, rows.getString(column));
      }
      update.executeUpdate();
    }
    target.commit();
  }

  static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
