package imserver.server;

import imserver.database.TestDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** A database with the tables of the server, in a MariaDB of its own or in that of the process. */
public final class MigratedMariaDb implements AutoCloseable {

  /** What has a row from the beginning. */
  private static final Set<String> KEPT =
      Set.of("retention", "installation", "flyway_schema_history");

  private final TestMariaDb server;
  private final String name;
  private final boolean isShared;

  private MigratedMariaDb(TestMariaDb server, boolean isShared) throws IOException {
    this.server = server;
    this.name = isShared ? server.newDatabase() : TestMariaDb.DATABASE;
    this.isShared = isShared;
    Flyway.configure()
        .dataSource(source())
        .locations("classpath:db/migration/mariadb")
        .load()
        .migrate();
  }

  /** One in the MariaDB that the unit tests of this process share. */
  public static MigratedMariaDb create() throws IOException {
    return new MigratedMariaDb(TestMariaDb.shared(), true);
  }

  /** One in a MariaDB that is started for it, with further options. */
  public static MigratedMariaDb start(String... options) throws IOException {
    return new MigratedMariaDb(TestMariaDb.start(options), false);
  }

  /** The server. What is seen of the whole is of one test class, since they follow each other. */
  public TestMariaDb server() {
    return server;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its address. */
  public String url() {
    return server.url(name);
  }

  /** Connections as the product makes them; each is a new one. */
  public DataSource source() {
    return TestDataSource.of(url(), server.user(), server.password());
  }

  /** The same, which keep those that are given back. */
  public DataSource pool() {
    return TestDataSource.pool(url(), server.user(), server.password());
  }

  /** Deletes all rows but those that are there from the beginning. */
  public void empty() {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery("show full tables where table_type = 'BASE TABLE'")) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      statement.execute("set foreign_key_checks = 0");
      for (String each : tables) {
        if (!KEPT.contains(each)) {
          statement.execute("delete from " + each);
        }
      }
      statement.execute("update retention set up_to_id = 0, due_at = 0");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    if (!isShared) { // else its files go with the server
      server.close();
    }
  }
}
