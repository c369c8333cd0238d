package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The function of the migrations that stores a batch: whether or not it looks for retries first.
 */
@Tag("postgresql")
@Tag("no-server")
@DisplayName("PostgreSQL adds a batch of messages")
class AddMessagesIT {

  private static final String URL = TestEnvironment.postgresUrl() + "&currentSchema=adding";
  private Connection connection;

  private record Message(long id, long sender, String key, long recipient) {}

  @BeforeEach
  void tables() throws SQLException, IOException {
    Flyway.configure()
        .dataSource(URL, "postgres", "")
        .schemas("adding")
        .locations(
            "filesystem:src/main/resources/db/migration/common",
            "filesystem:src/main/resources/db/migration/postgresql")
        .load()
        .migrate();
    connection = DriverManager.getConnection(URL);
  }

  @AfterEach
  void drop() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("drop schema adding cascade");
    }
    connection.close();
  }

  @ParameterizedTest(name = "retries are likely: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("that are all new, and counts them")
  void allNew(boolean likely) throws SQLException {
    assertThat(
            add(
                likely,
                new Message(1, 10, "a", 20),
                new Message(2, 20, "a", 10),
                new Message(3, 10, "b", 20),
                new Message(4, 30, "a", 20)))
        .isEmpty();
    assertThat(rows("select id from message order by id")).containsExactly("1", "2", "3", "4");
    assertThat(
            rows(
                "select low_id, high_id, last_message_id, unread_low, unread_high from conversation order by 1, 2"))
        .containsExactly("10 20 3 1 2", "20 30 4 1 0");
    assertThat(rows("select user_id, unread from unread_total order by 1"))
        .containsExactly("10 1", "20 3");
  }

  @ParameterizedTest(name = "retries are likely: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("with retries among them: tells of these, and neither stores nor counts them")
  void retries(boolean likely) throws SQLException {
    add(false, new Message(1, 10, "a", 20), new Message(2, 10, "b", 20));
    assertThat(
            add(
                likely,
                new Message(3, 5, "new", 20),
                new Message(4, 10, "a", 20),
                new Message(5, 10, "c", 20),
                new Message(2, 10, "b", 20),
                new Message(6, 40, "new", 20)))
        .containsExactlyInAnyOrder(4L, 2L);
    assertThat(rows("select id, sender_id, dedupe_key from message order by id"))
        .containsExactly("1 10 a", "2 10 b", "3 5 new", "5 10 c", "6 40 new");
    assertThat(
            rows(
                "select low_id, high_id, last_message_id, unread_low, unread_high from conversation order by 1, 2"))
        .containsExactly("5 20 3 0 1", "10 20 5 0 3", "20 40 6 1 0");
    assertThat(rows("select user_id, unread from unread_total")).containsExactly("20 5");
  }

  @ParameterizedTest(name = "retries are likely: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("that has one twice: the first of the two counts")
  void twice(boolean likely) throws SQLException {
    assertThat(add(likely, new Message(7, 10, "a", 20), new Message(8, 10, "a", 20)))
        .containsExactly(8L);
    assertThat(rows("select id from message")).containsExactly("7");
    assertThat(rows("select user_id, unread from unread_total")).containsExactly("20 1");
  }

  @ParameterizedTest(name = "retries are likely: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("that holds nothing but retries: changes nothing")
  void onlyRetries(boolean likely) throws SQLException {
    add(false, new Message(1, 10, "a", 20));
    assertThat(add(likely, new Message(2, 10, "a", 20))).containsExactly(2L);
    assertThat(rows("select last_message_id, unread_low, unread_high from conversation"))
        .containsExactly("1 0 1");
    assertThat(rows("select user_id, unread from unread_total")).containsExactly("20 1");
  }

  @ParameterizedTest(name = "retries are likely: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("with a title and an address, unless it is a retry")
  void notices(boolean likely) throws SQLException {
    add(false, new Message(1, 0, "a", 20));
    add(likely, List.of(2L, 3L), new Message(2, 0, "a", 20), new Message(3, 0, "b", 20));
    assertThat(rows("select message_id, title, url from notice")).containsExactly("3 t3 null");
  }

  private List<Long> add(boolean retriesAreLikely, Message... messages) throws SQLException {
    return add(retriesAreLikely, List.of(), messages);
  }

  private List<Long> add(boolean retriesAreLikely, List<Long> notices, Message... messages)
      throws SQLException {
    List<Message> batch = List.of(messages);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select * from add_messages(?, ?, ?, ?, ?, ?, now(), ?, ?, ?, ?)")) {
      statement.setObject(1, batch.stream().map(Message::id).toArray(Long[]::new));
      statement.setObject(2, batch.stream().map(Message::sender).toArray(Long[]::new));
      statement.setObject(3, batch.stream().map(Message::key).toArray(String[]::new));
      statement.setObject(4, batch.stream().map(Message::recipient).toArray(Long[]::new));
      statement.setObject(5, batch.stream().map(Message::key).toArray(String[]::new));
      statement.setObject(6, batch.stream().map(message -> "").toArray(String[]::new));
      statement.setBoolean(7, retriesAreLikely);
      statement.setObject(8, notices.toArray(Long[]::new));
      statement.setObject(9, notices.stream().map(id -> "t" + id).toArray(String[]::new));
      statement.setObject(10, new String[notices.size()]);
      List<Long> refused = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          refused.add(rows.getLong(1));
        }
      }
      return refused;
    }
  }

  private List<String> rows(String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(rows.getString(i));
        }
        found.add(String.join(" ", columns));
      }
    }
    return found;
  }
}
