package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The queries of the repositories, of {@code UserDirectory} and of the functions, as they reach
 * PostgreSQL.
 */
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
        .locations("filesystem:src/main/resources/db/migration/postgresql")
        .load()
        .migrate();
    connection = DriverManager.getConnection(URL);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
          select n, n % 1000 + 1, case when n % 20 = 0 then 42 else n % 997 + 1 end, 'text ' || n, n::text, md5(n::text)::varchar(22), now()
          from generate_series(1, 1000000) as n
          """);
      statement.execute( // one who floods
          """
          insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
          select n, 5, 42, 'text ' || n, n::text, md5(n::text)::varchar(22), now()
          from generate_series(1000001, 1100000) as n
          """);
      statement.execute(
          """
          insert into unread (recipient_id, message_id, sender_id)
          select recipient_id, id, sender_id from message where id % 7 = 0
          """);
      statement.execute("insert into notice select n from generate_series(1, 1000000, 10) as n");
      statement.execute(
          "insert into im_user (id, name, search_name, updated_at) select n, 'User ' || n, 'user '"
              + " || n, now() from generate_series(1, 100000) as n");
      statement.execute(
          """
          insert into conversation (low_id, high_id, last_low, last_high, changed_low, changed_high)
          select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id), max(id), 0, 0
          from message group by 1, 2
          """);
      statement.execute(
          """
          insert into report (id, reporter_id, reported_id, reason, reporter_text, client_report_id, created_at, is_open, note)
          select n, n % 5000, n % 3000 + 1, 'spam', '', n::text, now(), n % 50 = 0, '' from generate_series(1, 50000) as n
          """);
      statement.execute(
          """
          insert into reported_message
            (report_id, message_id, sender_id, recipient_id, content, client_timestamp, sent_at, is_named)
          select n, m, 1, 2, 'text', '', now(), m = 3 from generate_series(1, 50000) as n, generate_series(1, 5) as m
          """);
      statement.execute(
          """
          insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
          select n, now(), n % 20, n::text, 'suspend', n % 5000 + 1, '', '' from generate_series(1, 100000) as n
          """);
      statement.execute(
          """
          insert into suspension
            (user_id, scope, ends_at, reason, moderator_id, moderator, imposed_at, written_at)
          select n, 'write', now() + interval '1 day' * (n % 20 - 1), '', 0, '', now(), n from generate_series(1, 50000) as n
          """);
      statement.execute(
          """
          insert into erasure
            (user_id, started_at, finished_at, stage, at_recipient, at_id, erased, moderator_id, moderator, reason)
          select n, now(), case when n % 1000 <> 0 then now() end, 0, 0, 0, n, 0, '', '' from generate_series(1, 50000) as n
          """);
      for (String table :
          List.of("report", "reported_message", "moderation_action", "suspension", "erasure")) {
        statement.execute("analyze " + table);
      }
      statement.execute("analyze message");
      statement.execute("analyze unread");
      statement.execute("analyze notice");
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
        select n.ordinal, m.id
        from unnest(cast(array[1,2,3] as bigint array), cast(array['a','b','c'] as varchar array))
               with ordinality as n (sender, key, ordinal)
        cross join lateral (
          select t.id from message t left join notice h on h.message_id = t.id
          where t.sender_id = n.sender and t.dedupe_key = n.key limit 1) as m
        """,
        "message_once");
  }

  @Test
  @DisplayName("a page of a user's unread messages, in order, without sorting")
  void unread() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select m.id, m.sender_id, m.recipient_id, m.content, m.client_timestamp from unread u, message m
            where m.id = u.message_id and u.recipient_id = 42 and u.message_id > 5000
              and m.id >= (select min(f.message_id) from unread f
                           where f.recipient_id = 42 and f.message_id > 5000)
            order by u.recipient_id, u.message_id limit 250
            """,
            "unread_pkey");
    assertThat(plan)
        .containsPattern("message_pkey on message m .*\\n.*Index Cond: \\(.*id >= ")
        .doesNotContain("Sort");
  }

  @Test
  @DisplayName("what several users have missed, without their history before")
  void receivedAfter() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select m.id, m.sender_id, m.recipient_id, m.content, m.client_timestamp
            from (select c.high_id as sender_id, u.id as recipient_id, u.after_id
                  from unnest(cast(array[42,43,44] as bigint array), cast(array[1099900,900000,1] as bigint array))
                         as u (id, after_id)
                  join conversation c
                    on c.low_id = u.id and c.bucket_low >= u.after_id / 65536 and c.last_low > u.after_id
                  union all
                  select c.low_id, u.id, u.after_id
                  from unnest(cast(array[42,43,44] as bigint array), cast(array[1099900,900000,1] as bigint array))
                         as u (id, after_id)
                  join conversation c
                    on c.high_id = u.id and c.bucket_high >= u.after_id / 65536 and c.last_high > u.after_id
                   and c.low_id <> c.high_id) as p
            join message m
              on m.sender_id = p.sender_id and m.recipient_id = p.recipient_id and m.id > p.after_id
            order by m.id limit 500
            """,
            "message_history");
    assertThat(plan)
        .contains("conversation_of_low", "conversation_of_high")
        .containsPattern("Index Cond: \\(\\(sender_id = .*recipient_id = .*\\(id > ");
  }

  @Test
  @DisplayName("what a read-ack names")
  void markRead() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            delete from unread u
            using (select (select f.ctid from unread f where f.recipient_id = p.reader and f.message_id = p.id) as place
                   from unnest(cast(array[42,42,43] as bigint array), cast(array[10,20,30] as bigint array))
                          as p (reader, id) order by p.reader, p.id) as n
            where u.ctid = n.place
            """,
            "unread_pkey");
    assertThat(plan).contains("Tid Scan");
  }

  @Test
  @DisplayName("what is read of a conversation without a gap")
  void readUpTo() throws SQLException {
    execute("set enable_sort = off"); // as the function has it
    String plan =
        assertUsesIndex(
            """
            select m.id from message m
            where m.sender_id = 5 and m.recipient_id = 42 and m.id < coalesce((
              select n.id
              from (select m.id from message m where m.sender_id = 5 and m.recipient_id = 42 and m.id > 5000
                    order by m.id limit 10000) as n
              where (select true from unread u where u.recipient_id = 42 and u.message_id = n.id)
              order by n.id limit 1), (
              select m.id + 1 from message m where m.sender_id = 5 and m.recipient_id = 42 and m.id > 5000
              order by m.id offset 9999 limit 1), 9007199254740992)
            order by m.id desc limit 1
            """,
            "message_history");
    execute("reset enable_sort");
    assertThat(plan).contains("unread_pkey").doesNotContain("Sort", "message_pkey");
  }

  private static void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  @DisplayName("the last message of all, and of a user")
  void last() throws SQLException {
    assertUsesIndex("select max(id) from message", "message_pkey");
    for (String side : new String[] {"low", "high"}) {
      assertUsesIndex(
          """
          select last_%1$s from conversation where %1$s_id = 42
          order by %1$s_id, bucket_%1$s desc, last_%1$s desc limit 1
          """
              .formatted(side),
          "conversation_of_" + side);
    }
  }

  @Test
  @DisplayName("the oldest messages, in the order of their ids, without an index by time")
  void oldest() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select id, sender_id, recipient_id, case when created_at < now() then 1 else 0 end
            from message where id > 5000 order by id limit 500
            """,
            "message_pkey");
    assertThat(plan).doesNotContain("Sort");
  }

  @Test
  @DisplayName("what one user has sent, recipient by recipient")
  void sentBy() throws SQLException {
    String next =
        assertUsesIndex(
            """
            select recipient_id from message where sender_id = 5 and recipient_id > 42
            order by sender_id, recipient_id limit 1
            """,
            "message_history");
    assertThat(next).doesNotContain("Sort");
  }

  @Test
  @DisplayName("a user's conversations, by the ids of the others")
  void withUsersAbove() throws SQLException {
    assertUsesIndex(
        "select * from conversation where low_id = 42 and high_id > 7 order by low_id, high_id"
            + " limit 20",
        "conversation_");
    assertUsesIndex(
        "select * from conversation where high_id = 42 and low_id > 7 and low_id < 42 order by"
            + " low_id limit 20",
        "conversation_");
  }

  @Test
  @DisplayName("what has changed for a user, among that user's conversations")
  void changes() throws SQLException {
    for (String side : new String[] {"low", "high"}) {
      assertUsesIndex(
          """
          select * from conversation where %1$s_id = 42 and changed_%1$s > 5
          order by changed_%1$s limit 101
          """
              .formatted(side),
          "conversation_of_" + side);
    }
  }

  @Test
  @DisplayName("the entries of recalls in a conversation, in order")
  void recalls() throws SQLException {
    execute("set enable_seqscan = off"); // the table is empty here
    String plan =
        assertUsesIndex(
            """
            select r.id, m.sender_id, m.recipient_id, r.created_at, r.message_id
            from recall r, message m
            where m.id = r.message_id and r.low_id = 5 and r.high_id = 42 and r.id > 7 and r.id < 900000
            order by r.low_id desc, r.high_id desc, r.id desc limit 51
            """,
            "recall_history");
    execute("reset enable_seqscan");
    assertThat(plan).contains("message_pkey").doesNotContain("Sort");
  }

  @Test
  @DisplayName("each side of the list of conversations, in order, sorting a bucket at most")
  void conversations() throws SQLException {
    for (String side : new String[] {"low", "high"}) {
      String plan =
          assertUsesIndex(
              """
              select * from conversation where %1$s_id = 42 and bucket_%1$s between 0 and 900000 / 65536
                and last_%1$s > 0 and last_%1$s < 900000 and hidden_to_%1$s < last_%1$s
              order by %1$s_id, bucket_%1$s desc, last_%1$s desc limit 21
              """
                  .formatted(side),
              "conversation_of_" + side);
      assertThat(plan).contains("Incremental Sort", "Presorted Key: bucket_" + side);
    }
  }

  @Test
  @DisplayName("each direction of a conversation's history, either way, without sorting")
  void history() throws SQLException {
    for (String order : new String[] {"asc", "desc"}) {
      String plan =
          assertUsesIndex(
              """
              select m.id, m.content, u.message_id from message m
              left join unread u on u.recipient_id = m.recipient_id and u.message_id = m.id
              where m.sender_id = 21 and m.recipient_id = 42
                and m.id > 0 and m.id < 900000
              order by m.sender_id %1$s, m.recipient_id %1$s, m.id %1$s limit 21
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
               (select m.id from message m where m.sender_id = 42 and m.recipient_id = o.id and m.id <= 900000
                order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1),
               (select m.id from message m where m.sender_id = o.id and m.recipient_id = 42 and m.id <= 900000
                order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1)
        from unnest(cast(array[1,2,3] as bigint array)) as o (id)
        """,
        "message_history");
  }

  @Test
  @DisplayName("a conversation's unread messages; of one who floods in order, without sorting")
  void unreadOfAConversation() throws SQLException {
    assertThat(unreadOfAConversation(21)).contains("unread_pkey");
    assertThat(unreadOfAConversation(5)).contains("unread_pkey").doesNotContain("Sort");
  }

  private static String unreadOfAConversation(int sender) throws SQLException {
    return assertUsesIndex(
        """
        select m.id from message m
        where m.sender_id = %d and m.recipient_id = 42 and m.id > 5000 and m.id <= 1090000
          and (select count(u.recipient_id) from unread u
               where u.recipient_id = m.recipient_id and u.message_id = m.id) > 0
        order by m.sender_id, m.recipient_id, m.id limit 1000
        """
            .formatted(sender),
        "message_history");
  }

  @Test
  @DisplayName("unread notices")
  void notices() throws SQLException {
    String plan =
        assertUsesIndex(
            """
            select m.id, m.content, m.created_at, n.title, n.url
            from message m left join notice n on n.message_id = m.id
            where m.sender_id = 0 and m.recipient_id = 42 and m.id > 5000
              and (select count(u.recipient_id) from unread u
                   where u.recipient_id = m.recipient_id and u.message_id = m.id) > 0
            order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1000
            """,
            "message_history");
    assertThat(plan).contains("unread_pkey");
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

  @Test
  @DisplayName("what was reported, open or closed, newest first, without sorting")
  void reports() throws SQLException {
    for (boolean open : new boolean[] {true, false}) {
      String plan =
          assertUsesIndex(
              "select * from report where is_open = %s and id < 40000 order by is_open desc, id desc limit 51"
                  .formatted(open),
              "report_by_state");
      assertThat(plan).doesNotContain("Sort");
    }
  }

  @Test
  @DisplayName("a report with its messages, and how many each of some reports names")
  void reportedMessages() throws SQLException {
    assertUsesIndex(
        "select * from reported_message where report_id = 700 order by message_id",
        "reported_message_pkey");
    assertUsesIndex(
        """
        select report_id, count(*) from reported_message
        where report_id in (700, 701, 702) and is_named group by report_id
        """,
        "reported_message_pkey");
  }

  @Test
  @DisplayName("what a user has reported, how much of it is open, and whether it is a retry")
  void reportsBy() throws SQLException {
    assertUsesIndex(
        "select * from report where reporter_id = 42 and id > 700 order by id limit 100",
        "report_");
    assertUsesIndex(
        "select count(*) from report where reporter_id = 42 and is_open = true",
        "report_of_reporter");
    assertUsesIndex(
        "select * from report where reporter_id = 42 and client_report_id = '42'", "report_once");
  }

  @Test
  @DisplayName("what is copied with a report: messages around one, of the two alone")
  void around() throws SQLException {
    String direction =
        """
        (select m.id from message m
         where m.sender_id = %d and m.recipient_id = %d and m.id < 900000
           and m.id not in (select n.id from unnest(cast(array[1,2] as bigint array)) as n (id))
         order by m.sender_id desc, m.recipient_id desc, m.id desc limit 5)
        """;
    assertUsesIndex(
        "select o.id from (%s union all %s union all %s) as o order by o.id desc limit 5"
            .formatted(
                direction.formatted(5, 42),
                direction.formatted(5, -42),
                direction.formatted(42, 5)),
        "message_history");
  }

  @Test
  @DisplayName("what moderators have done: newest first, and on one user")
  void audit() throws SQLException {
    String all =
        assertUsesIndex(
            "select * from moderation_action where id < 90000 order by id desc limit 51",
            "moderation_action_pkey");
    assertThat(all).doesNotContain("Sort");
    assertUsesIndex(
        """
        select count(*) from moderation_action
        where user_id = 42 and action = 'export' and moderator_id = 0 and moderator = 'x'
          and done_at > now() - interval '24 hours'
        """,
        "moderation_action_of_user");
  }

  @Test
  @DisplayName("who is suspended, in order; and which suspensions are new, or over for long")
  void suspensions() throws SQLException {
    String all =
        assertUsesIndex(
            "select * from suspension where user_id > 7 and ends_at > now() order by user_id limit 51",
            "suspension_pkey");
    assertThat(all).doesNotContain("Sort");
    assertUsesIndex(
        "select * from suspension where written_at > 49900 order by written_at",
        "suspension_by_writing");
    assertUsesIndex(
        "delete from suspension where ends_at < now() - interval '5 days'", "suspension_by_end");
  }

  @Test
  @DisplayName("whom to erase next, and of him messages, settings and reports, part by part")
  void erasure() throws SQLException {
    String next =
        assertUsesIndex(
            """
            select user_id, stage, at_recipient, at_id from erasure
            where finished_at is null and (stage < 4 or started_at <= now())
            order by erased, started_at limit 1 for update skip locked
            """,
            "erasure_unfinished");
    assertThat(next).doesNotContain("Sort");
    assertUsesIndex(
        """
        select id from message where sender_id = 21 and recipient_id = 42 and id > 5000
        order by sender_id, recipient_id, id limit 500
        """,
        "message_history");
    for (String side : new String[] {"reporter", "reported"}) {
      assertUsesIndex(
          """
          select id, case when is_open then 1 else 0 end from report where %1$s_id = 42 and id > 7
          order by %1$s_id, id limit 500 for update
          """
              .formatted(side),
          "report_");
    }
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
