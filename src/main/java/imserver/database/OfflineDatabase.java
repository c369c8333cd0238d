package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;

/**
 * A database on which no server is, for {@code imserver.transfer}: with long time-outs, and without
 * a pool. What fails throws an {@link IllegalStateException} with one line that names the database,
 * or {@link SQLException}.
 */
public final class OfflineDatabase {

  private final DatabaseAddress address;
  private final Path filesFolder;

  /** The one that the settings name. */
  public OfflineDatabase(Config.Storage storage) {
    this(DatabaseAddress.of(storage), Environment.dataFolder(storage).resolve("files"));
  }

  OfflineDatabase(DatabaseAddress address) {
    this(address, Path.of(""));
  }

  private OfflineDatabase(DatabaseAddress address, Path filesFolder) {
    this.address = address;
    this.filesFolder = filesFolder;
  }

  /** Which it is, without the password. */
  public String description() {
    return address.description();
  }

  /** Its product. */
  public Vendor vendor() {
    return address.vendor();
  }

  /** Where files are, beside an embedded database. */
  public Path filesFolder() {
    return filesFolder;
  }

  /**
   * Opens a database that has to be there: an embedded one is not made.
   *
   * @throws IllegalStateException if it is not there, or a server has it open
   */
  public Connection openExisting() {
    Path folder = address.folder();
    if (folder != null && !Files.isRegularFile(folder.resolve("imserver.mv.db"))) {
      throw new IllegalStateException("there is no embedded database in " + folder);
    }
    DatabaseAddress existing =
        address.vendor() == Vendor.H2 ? address.with(";IFEXISTS=TRUE") : address;
    try {
      return new OfflineDatabase(existing).connect();
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1) {
        throw new IllegalStateException("there is no database: " + description(), e);
      }
      throw refused(e);
    }
  }

  /**
   * Opens it; an embedded one is made.
   *
   * @throws IllegalStateException if that cannot be
   */
  public Connection open() {
    try {
      return connect();
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  private IllegalStateException refused(SQLException e) {
    return new IllegalStateException(
        description() + ": " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
  }

  Connection connect() throws SQLException {
    return new EnvironmentDataSource(address.forMigrations()).getConnection();
  }

  /**
   * One that gives out a connection that is open, and does not close it: for one thread.
   *
   * @param connection whose owner closes it
   */
  public static DataSource sharing(Connection connection) {
    Connection kept =
        (Connection)
            Proxy.newProxyInstance(
                OfflineDatabase.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("close")) {
                    return null;
                  }
                  try {
                    return method.invoke(connection, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause() == null ? e : e.getCause();
                  }
                });
    return (DataSource)
        Proxy.newProxyInstance(
            OfflineDatabase.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                return kept;
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /**
   * Returns if its tables are exactly those of this version.
   *
   * @throws IllegalStateException if they are not
   */
  public void requireThisVersion() {
    try {
      Migrations.of(address).load().validate();
    } catch (FlywayException e) {
      throw new IllegalStateException(
          description()
              + ": its tables are not of this version of imserver: start a server of this version"
              + " on it once, which brings them up to date, and stop it",
          e);
    }
  }

  /**
   * Makes the tables, where there are none.
   *
   * @throws IllegalStateException if there are others
   */
  public void migrate() {
    try {
      Migrations.of(address).load().migrate();
    } catch (FlywayException e) {
      throw new IllegalStateException(description() + ": " + Migrations.reason(e), e);
    }
  }

  /** Removes all tables of an unfinished copy, and makes them anew. */
  public void remake() {
    try {
      Migrations.of(address).cleanDisabled(false).load().clean();
    } catch (FlywayException e) {
      throw new IllegalStateException(description() + ": " + Migrations.reason(e), e);
    }
    migrate();
  }

  /** Whether a copy into it was begun and not finished. */
  public static boolean isUnfinishedCopy(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select is_unfinished_copy from installation")) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  /** The tables that there are, by their names. */
  public static Set<String> tables(Connection connection) throws SQLException {
    Set<String> names = new TreeSet<>();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getTables(
                connection.getCatalog(),
                connection.getSchema(),
                "%",
                new String[] {"TABLE", "BASE TABLE"})) {
      while (rows.next()) {
        names.add(rows.getString("TABLE_NAME"));
      }
    }
    return names;
  }
}
