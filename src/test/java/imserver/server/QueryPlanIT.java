package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The queries of {@code MessageRepository} and {@code UserDirectory}, as they reach PostgreSQL. */
@Tag("postgresql")
@Tag("no-server")
@DisplayName("With a million messages in PostgreSQL, an index answers")
class QueryPlanIT {

  private static final String URL = TestEnvironment.postgresUrl() + "&currentSchema=plans";
  private static Connection connection;

  @BeforeAll
  static void aMillionMessages() throws SQLException, IOException {
    Flyway.configure()
        .dataSource(URL, "postgres", "")
        .schemas("plans")
        .locations(
            "filesystem:src/main/resources/db/migration/common",
            "filesystem:src/main/resources/db/migration/postgresql")
        .load()
        .migrate();
    connection = DriverManager.getConnection(URL);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at, read_at)
          select n, n % 1000 + 1, case when n % 20 = 0 then 42 else n % 997 + 1 end, 'text ' || n, n::text, md5(n::text)::varchar(22), now(),
                 case when n % 10 = 0 then null else now() end
          from generate_series(1, 1000000) as n
          """);
      statement.execute(
          "insert into im_user (id, name, search_name, updated_at) select n, 'User ' || n, 'user ' || n, now() from generate_series(1, 100000) as n");
      statement.execute(
          """
          insert into conversation (low_id, high_id, last_message_id, unread_low, unread_high)
          select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id), 0, 0
          from message group by 1, 2
          """);
      statement.execute("analyze message");
      statement.execute("analyze conversation");
      statement.execute("analyze im_user");
    }
  }

  @AfterAll
  static void close() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("drop schema plans cascade");
    }
    connection.close();
  }

  @Test
  @DisplayName("which messages of a batch are stored already")
  void duplicates() throws SQLException {
    assertUsesIndex(
        """
        select d.id, m.id,
               case when m.recipient_id = d.recipient_id and m.content = d.content
                      and n.title is not distinct from d.title and n.url is not distinct from d.url
                    then 1 else 0 end
        from unnest(cast(array[1,2,3] as bigint array), cast(array[1,2,3] as bigint array), cast(array['a','b','c'] as varchar array),
                    cast(array[1,2,3] as bigint array), cast(array['x','y','z'] as varchar array),
                    cast(array[null,null,null] as varchar array), cast(array[null,null,null] as varchar array))
               as d (id, sender_id, dedupe_key, recipient_id, content, title, url)
        join message m on m.sender_id = d.sender_id and m.dedupe_key = d.dedupe_key
        left join notice n on n.message_id = m.id
        """,
        "message_once");
  }

  @Test
  @DisplayName("a page of a user's unread messages, in order, without sorting")
  void unread() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select id, sender_id, recipient_id, content, client_timestamp from message
            where recipient_id = 42 and read_at is null and id > 5000 order by id limit 250
            """,
            "message_unread");
    assertThat(plan).doesNotContain("Sort");
  }

  @Test
  @DisplayName("what a read-ack names")
  void markRead() throws SQLException {
    assertUsesIndex(
        """
        update message set read_at = now()
        where recipient_id = 42 and read_at is null and id = any (cast(array[1,2,3] as bigint array))
        """,
        "message_");
  }

  @Test
  @DisplayName("whether an attempt was committed")
  void existing() throws SQLException {
    assertUsesIndex("select id from message where id in (1, 2, 3)", "message_pkey");
  }

  @Test
  @DisplayName("each side of the list of conversations, in order, sorting a bucket at most")
  void conversations() throws SQLException {
    for (String side : new String[] {"low", "high"}) {
      String plan =
          assertUsesIndex(
              """
              select * from conversation where %1$s_id = 42 and bucket between 0 and 900000 / 1024
                and last_message_id > 0 and last_message_id < 900000
              order by bucket desc, last_message_id desc limit 21
              """
                  .formatted(side),
              "conversation_of_" + side);
      assertThat(plan).contains("Incremental Sort", "Presorted Key: bucket");
    }
  }

  @Test
  @DisplayName("each direction of a conversation's history, either way, without sorting")
  void history() throws SQLException {
    for (String order : new String[] {"asc", "desc"}) {
      String plan =
          assertUsesIndex(
              """
              select id, content from message where sender_id = 21 and recipient_id = 42
                and id > 0 and id < 900000 order by id %s limit 21
              """
                  .formatted(order),
              "message_history");
      assertThat(plan).doesNotContain("Sort");
    }
  }

  @Test
  @DisplayName("the last message of two users up to an id")
  void lastUpTo() throws SQLException {
    assertUsesIndex(
        """
        select o.id,
               (select max(m.id) from message m where m.sender_id = 42 and m.recipient_id = o.id and m.id <= 900000),
               (select max(m.id) from message m where m.sender_id = o.id and m.recipient_id = 42 and m.id <= 900000)
        from unnest(cast(array[1,2,3] as bigint array)) as o (id)
        """,
        "message_history");
  }

  @Test
  @DisplayName("a conversation's unread messages, in order, without sorting")
  void unreadOfAConversation() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select id from message
            where recipient_id = 42 and sender_id = 21 and read_at is null and id <= 900000 order by id limit 1000
            """,
            "message_unread_from");
    assertThat(plan).doesNotContain("Sort");
  }

  @Test
  @DisplayName("names of users")
  void users() throws SQLException {
    assertUsesIndex(
        "select id, name, avatar, updated_at from im_user where id in (1, 2, 3)", "im_user_pkey");
  }

  @Test
  @DisplayName("users by the beginning of their names, in order, without sorting")
  void usersByName() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select id, name, avatar, search_name, updated_at from im_user
            where search_name >= 'user' and search_name < 'uses' order by search_name, id limit 20
            """,
            "im_user_by_name");
    assertThat(plan).doesNotContain("Sort");
  }

  private static String assertUsesIndex(String query, String index) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("explain " + query)) {
      while (rows.next()) {
        plan.append(rows.getString(1)).append('\n');
      }
    }
    assertThat(plan.toString()).contains(index).doesNotContain("Seq Scan");
    return plan.toString();
  }
}
