package imserver.database;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a pool with long time-outs, for migrations: an index of a large table takes long.
 * It is given back as it was.
 */
final class PatientConnection extends ConnectionHandler {

  private static final System.Logger LOG = System.getLogger(PatientConnection.class.getName());

  private static final int UNKNOWN = -1;

  private static final int HOUR = (int) Duration.ofHours(1).toMillis();

  private static final String PATIENT_POSTGRESQL =
      "select set_config('imserver.statement_timeout', current_setting('statement_timeout'), false),"
          + " set_config('statement_timeout', '0', false)";

  private static final String AS_BEFORE_POSTGRESQL =
      "select set_config('statement_timeout', current_setting('imserver.statement_timeout'), false)";

  private static final String PATIENT_MARIADB =
      "set /*M! @imserver_longest = @@session.max_statement_time, max_statement_time = 0, */"
          + " @imserver_wait = @@session.innodb_lock_wait_timeout, innodb_lock_wait_timeout = 50";

  private static final String AS_BEFORE_MARIADB =
      "set /*M! max_statement_time = @imserver_longest, */"
          + " innodb_lock_wait_timeout = @imserver_wait";

  private final Connection connection;
  private final Vendor vendor;
  private final int networkTimeout;
  private boolean closed;

  private PatientConnection(Connection connection, Vendor vendor) throws SQLException {
    this.connection = connection;
    this.vendor = vendor;
    this.networkTimeout = networkTimeout(connection);
  }

  /** In milliseconds; {@link #UNKNOWN} where the pool does not say, and so is left alone. */
  private static int networkTimeout(Connection connection) {
    try {
      return connection.getNetworkTimeout();
    } catch (SQLException | AbstractMethodError e) {
      return UNKNOWN;
    }
  }

  private void setNetworkTimeout(int millis) throws SQLException {
    if (networkTimeout != UNKNOWN) {
      connection.setNetworkTimeout(Runnable::run, millis);
    }
  }

  /** A data source whose connections are patient ones of {@code source}. */
  static DataSource of(DataSource source, Vendor vendor) {
    return (DataSource)
        Proxy.newProxyInstance(
            PatientConnection.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                return open(source, vendor);
              }
              return call(source, method, arguments);
            });
  }

  private static Connection open(DataSource source, Vendor vendor) throws SQLException {
    Connection connection = source.getConnection();
    try {
      PatientConnection patient = new PatientConnection(connection, vendor);
      patient.setNetworkTimeout(HOUR);
      patient.run(vendor == Vendor.POSTGRESQL ? PATIENT_POSTGRESQL : PATIENT_MARIADB);
      return patient.asConnection();
    } catch (SQLException | RuntimeException | Error e) {
      try (connection) {
        throw e;
      }
    }
  }

  @Override
  @Nullable Object handle(Method method, Object @Nullable [] arguments) throws Throwable {
    switch (method.getName()) {
      case "close" -> {
        if (!closed) {
          closed = true;
          restore();
        }
      }
      default -> {}
    }
    return call(connection, method, arguments);
  }

  private void restore() {
    try {
      if (!connection.getAutoCommit()) { // else a setting would be rolled back with the rest
        connection.rollback();
        connection.setAutoCommit(true);
      }
      run(vendor == Vendor.POSTGRESQL ? AS_BEFORE_POSTGRESQL : AS_BEFORE_MARIADB);
      setNetworkTimeout(networkTimeout);
    } catch (SQLException e) { // it is broken
      LOG.log(Level.DEBUG, "a connection of a migration is given back as it is: {0}", e);
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
