package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Configuration;

/**
 * Opens connections to the database that the environment names. Instantiated by the server, by
 * name, for its pool; hence the public constructor and no injection.
 */
public class EnvironmentDataSource implements DataSource {

  /** Null where a data source of the server is used in the place of this one. */
  private final @Nullable DatabaseAddress address;

  private @Nullable Configuration mariaDb;
  private @Nullable PrintWriter logWriter;
  private int loginTimeout;
  private String source = "environment";

  /** Reads the settings of this process. */
  public EnvironmentDataSource() {
    this(address(Environment.read().storage()));
  }

  EnvironmentDataSource(@Nullable DatabaseAddress address) {
    this.address = address;
  }

  private static @Nullable DatabaseAddress address(Config.Storage storage) {
    return storage.jndi() == null ? DatabaseAddress.of(storage) : null;
  }

  @Override
  public Connection getConnection() throws SQLException {
    DatabaseAddress own = address;
    if (own == null) {
      throw new SQLException(
          "IMSERVER_JNDI names another data source, and this server's JPA does not take it:"
              + " EclipseLink does");
    }
    return ReconnectingConnection.over(() -> connect(own));
  }

  /** Ignores the arguments: the environment names the user. */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return getConnection();
  }

  private Connection connect(DatabaseAddress address) throws SQLException {
    Connection connection;
    try {
      createFolder(address); // H2 would create one that everybody can read
      connection =
          address.vendor() == Vendor.MARIADB
              ? org.mariadb.jdbc.Driver.connect(mariaDb(address))
              : address.driver().connect(address.url(), address.properties());
    } catch (SQLException e) {
      throw explained(address, e);
    }
    if (connection == null) {
      throw new SQLException("the driver does not know this address: " + address.description());
    }
    return connection;
  }

  /**
   * Its driver reads an address by reflection, and looks for its own parts in all jars: some
   * milliseconds of a processor, for each connection that is tried while the database is down.
   */
  private synchronized Configuration mariaDb(DatabaseAddress address) throws SQLException {
    if (mariaDb == null) {
      mariaDb = Configuration.parse(address.url(), address.properties());
      if (mariaDb == null) {
        throw new SQLException("the driver does not know this address: " + address.description());
      }
    }
    return mariaDb;
  }

  private static void createFolder(DatabaseAddress address) throws SQLException {
    if (address.folder() != null) {
      try {
        DataFolder.create(address.folder());
      } catch (IOException e) {
        throw new SQLException("the folder cannot be made: " + address.folder(), e);
      }
    }
  }

  /** In place of H2's message that a file is locked, which does not say why. */
  private static SQLException explained(DatabaseAddress address, SQLException e) {
    return e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1
        ? new SQLException("another server has " + address.description() + " open")
        : e;
  }

  /** A property without effect: WildFly requires that a data source definition sets one. */
  public String getSource() {
    return source;
  }

  /** Sets that property. */
  public void setSource(String source) {
    this.source = source;
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return logWriter;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    logWriter = out;
  }

  @Override
  public void setLoginTimeout(int seconds) {
    loginTimeout = seconds;
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new SQLException("not a " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
