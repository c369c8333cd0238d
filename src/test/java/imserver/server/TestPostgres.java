package imserver.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * A database of its own for a test class, in the one PostgreSQL on loopback that the unit tests of
 * a process share: it starts for the first of them and ends with the process. What is seen of the
 * whole server, such as who waits, is of this class alone, since classes follow each other.
 */
public final class TestPostgres implements AutoCloseable {

  private static final String FIRST = "postgres";
  private static final String USER = "postgres";
  private static final String TEMPLATE = "migrated";

  private static @Nullable EmbeddedPostgres running;
  private static boolean hasTemplate;
  private static int databases;

  private final EmbeddedPostgres server;
  private final String name;

  private TestPostgres(EmbeddedPostgres server, String name) {
    this.server = server;
    this.name = name;
  }

  /** One without tables. */
  public static TestPostgres empty() throws IOException, SQLException {
    return create("");
  }

  /** One with the tables of the server, as the first that was migrated has them. */
  public static TestPostgres migrated() throws IOException, SQLException {
    makeTemplate();
    return create(" template " + TEMPLATE);
  }

  private static synchronized EmbeddedPostgres server() throws IOException {
    EmbeddedPostgres server = running;
    if (server == null) {
      server = TestEnvironment.database().start(); // which ends with the process
      running = server;
    }
    return server;
  }

  private static synchronized void makeTemplate() throws IOException, SQLException {
    if (!hasTemplate) {
      EmbeddedPostgres server = server();
      ofServer(server, "create database " + TEMPLATE);
      Flyway.configure()
          .dataSource(server.getDatabase(USER, TEMPLATE))
          .locations("classpath:db/migration/postgresql")
          .load()
          .migrate();
      hasTemplate = true;
    }
  }

  private static synchronized TestPostgres create(String template)
      throws IOException, SQLException {
    TestPostgres created = new TestPostgres(server(), "test" + databases++);
    ofServer(created.server, "create database " + created.name + template);
    return created;
  }

  private static void ofServer(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.getJdbcUrl(USER, FIRST));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A further one with tables, and with the secret of this one, as a copy of it has. */
  public TestPostgres copy() throws IOException, SQLException {
    TestPostgres copy = migrated();
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select secret from installation");
        Connection copied = copy.open();
        PreparedStatement update = copied.prepareStatement("update installation set secret = ?")) {
      rows.next();
      update.setString(1, rows.getString(1));
      update.executeUpdate();
    }
    return copy;
  }

  /** Its address, with the user who may do everything. */
  public String url() {
    return server.getJdbcUrl(USER, name);
  }

  /** Its address, without a user. */
  public String urlWithoutUser() {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(server.getPort(), name);
  }

  /** Connections to it; each is a new one. */
  public DataSource source() {
    return server.getDatabase(USER, name);
  }

  /** A connection that no pool knows. */
  public Connection open() throws SQLException {
    return DriverManager.getConnection(url());
  }

  /** Statements, each a transaction. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (String each : List.of(statements)) {
        statement.execute(each);
      }
    }
  }

  /** The number that is the answer. */
  public int count(String query) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Deletes it, and ends whoever is still connected. */
  @Override
  public void close() throws SQLException {
    ofServer(server, "drop database " + name + " with (force)");
  }
}
