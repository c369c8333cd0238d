package imserver.database;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a MariaDB or a MySQL that is too old, before a table is made: these make each table in a
 * transaction of its own, and what fails in the middle has to be dropped by hand.
 */
final class SupportedVersions extends BaseCallback {

  @Override
  public boolean supports(Event event, Context context) {
    return event == Event.BEFORE_VALIDATE; // which is also the first step of a migration
  }

  @Override
  public void handle(Event event, Context context) {
    String refusal;
    try {
      refusal = refusal(context.getConnection());
    } catch (SQLException e) {
      throw new FlywayException(e);
    }
    if (refusal != null) {
      throw new UnsupportedDatabaseException(refusal);
    }
  }

  private static @Nullable String refusal(Connection connection) throws SQLException {
    DatabaseMetaData database = connection.getMetaData();
    return refusal(
        database.getDatabaseProductName(),
        database.getDatabaseMajorVersion(),
        database.getDatabaseMinorVersion());
  }

  /** Why a version is not taken; null where it is. */
  static @Nullable String refusal(String product, int major, int minor) {
    return switch (product) {
      case "MariaDB" ->
          major < 10 || (major == 10 && minor < 11)
              ? "MariaDB %d.%d is too old: take 10.11 or later".formatted(major, minor)
              : null;
      case "MySQL" ->
          major < 8 ? "MySQL %d.%d is too old: take 8.0 or later".formatted(major, minor) : null;
      default -> null;
    };
  }

  /** With the reason in its message. */
  static final class UnsupportedDatabaseException extends FlywayException {

    private static final long serialVersionUID = 1;

    UnsupportedDatabaseException(String message) {
      super(message);
    }
  }
}
