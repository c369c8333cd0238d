package imserver.cluster;

import imserver.server.TestEnvironment;
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

/** A PostgreSQL on loopback, with the tables of the server. */
final class MigratedPostgres implements AutoCloseable {

  private static final String FIRST = "postgres";

  private final EmbeddedPostgres postgres;

  private MigratedPostgres(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  static MigratedPostgres start() throws IOException {
    MigratedPostgres started = new MigratedPostgres(TestEnvironment.database().start());
    migrate(started.source());
    return started;
  }

  private static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
  }

  DataSource source() {
    return postgres.getDatabase("postgres", FIRST);
  }

  /** A further database with tables, and with the secret of the first, as a copy of it has. */
  DataSource copy(String name) throws SQLException {
    execute("create database " + name);
    DataSource database = postgres.getDatabase("postgres", name);
    migrate(database);
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select secret from installation");
        Connection copied = database.getConnection();
        PreparedStatement update = copied.prepareStatement("update installation set secret = ?")) {
      rows.next();
      update.setString(1, rows.getString(1));
      update.executeUpdate();
    }
    return database;
  }

  /** A connection that no pool knows. */
  Connection open() throws SQLException {
    return DriverManager.getConnection(postgres.getJdbcUrl("postgres", FIRST));
  }

  void execute(String... statements) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (String each : List.of(statements)) {
        statement.execute(each);
      }
    }
  }

  /** The number that is the answer. */
  int count(String query) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
