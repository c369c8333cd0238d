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

/** A MariaDB with the tables of the server. */
public final class MigratedMariaDb implements AutoCloseable {

  /** What has a row from the beginning. */
  private static final Set<String> KEPT =
      Set.of("retention", "installation", "flyway_schema_history");

  private final TestMariaDb server;

  private MigratedMariaDb(TestMariaDb server) {
    this.server = server;
  }

  /** Starts one, with further options. */
  public static MigratedMariaDb start(String... options) throws IOException {
    MigratedMariaDb started = new MigratedMariaDb(TestMariaDb.start(options));
    Flyway.configure()
        .dataSource(started.source())
        .locations("classpath:db/migration/mariadb")
        .load()
        .migrate();
    return started;
  }

  /** The server. */
  public TestMariaDb server() {
    return server;
  }

  /** Connections as the product makes them; each is a new one. */
  public DataSource source() {
    return TestDataSource.of(server.url(), server.user(), server.password());
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
    server.close();
  }
}
