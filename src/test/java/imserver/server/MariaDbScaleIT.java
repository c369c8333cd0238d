package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@code QueryPlanIT} is for PostgreSQL: here MariaDB itself says which statements looked at
 * more rows than any should.
 */
@Tag("mariadb")
@DisplayName("With a million messages in MariaDB no statement looks at many rows")
class MariaDbScaleIT {

  /** Steps end at 10,000 rows, each with one of another table; one of 20 users has 50,000. */
  private static final int MOST_ROWS = 25_000;

  /** Gets a twentieth of all messages, and is flooded by {@link #FLOODS}. */
  private static final long FLOODED = 42;

  private static final long FLOODS = 5;
  private static final long OTHER = 21;

  private static MigratedMariaDb mariaDb;
  private static ServerProcess process;

  private final URI server = process.address();
  private final Api flooded = new Api(server, FLOODED);
  private final Api floods = new Api(server, FLOODS);
  private final Api moderator = Api.service(server);

  @BeforeAll
  static void aMillionMessages() throws IOException, SQLException {
    mariaDb =
        MigratedMariaDb.start(
            "--innodb-flush-log-at-trx-commit=0",
            "--log-output=TABLE",
            "--slow-query-log=1",
            "--long-query-time=0",
            "--min-examined-row-limit=" + MOST_ROWS);
    try (Connection connection = mariaDb.server().administrator(); // whose statements take long
        Statement statement = connection.createStatement()) {
      statement.execute("use imserver");
      statement.execute("set session unique_checks = 0, foreign_key_checks = 0");
      for (String each : ROWS.split(";")) {
        statement.execute(each);
      }
    }
    mariaDb.server().execute("truncate table mysql.slow_log");
    Map<String, String> settings = new TreeMap<>(mariaDb.server().settings());
    settings.put("IMSERVER_REPLAY_LIMIT", "1000");
    settings.put("IMSERVER_RETENTION", "30");
    settings.put("IMSERVER_STRANGERS", "quota:3");
    settings.put("IMSERVER_NEW_RECIPIENTS", "1000");
    process =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("mariadb-scale-" + System.nanoTime()),
            settings);
  }

  private static final String ROWS =
      """
      insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
        select seq, seq mod 1000 + 1, if(seq mod 20 = 0, 42, seq mod 997 + 1), concat('text ', seq), seq,
          concat('k', seq), utc_timestamp() - interval if(seq <= 2000, 40, 0) day
        from seq_1_to_1000000;
      insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
        select seq, 5, 42, concat('text ', seq), seq, concat('k', seq), utc_timestamp() from seq_1000001_to_1100000;
      insert into unread (recipient_id, message_id, sender_id)
        select recipient_id, id, sender_id from message where id mod 7 = 0;
      insert into conversation
          (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high)
        select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id), max(id),
          sum(id mod 7 = 0 and recipient_id < sender_id), sum(id mod 7 = 0 and recipient_id >= sender_id), max(id), max(id)
        from message group by 1, 2;
      insert into user_state (user_id, head, unread)
        select m.recipient_id, 1100000, sum(m.id mod 7 = 0) from message m group by 1;
      insert ignore into user_state (user_id, head, unread) select seq, 1100000, 0 from seq_1_to_1000;
      insert into im_user (id, name, search_name, updated_at)
        select seq, concat('User ', seq), concat('user ', seq), utc_timestamp() from seq_1_to_100000;
      insert into report
          (id, reporter_id, reported_id, reason, reporter_text, client_report_id, created_at, is_open, note)
        select seq, seq mod 5000 + 10001, seq mod 3000 + 1, 'spam', '', seq, utc_timestamp(), seq mod 50 = 0, ''
        from seq_1_to_50000;
      insert into reported_message
          (report_id, message_id, sender_id, recipient_id, content, client_timestamp, sent_at, is_named)
        select r.id, m.seq, 1, 2, 'text', '', utc_timestamp(), m.seq = 3 from report r, seq_1_to_3 m;
      insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
        select seq, utc_timestamp(), 0, 'x', 'suspend', seq mod 5000 + 1, '', '' from seq_1_to_100000;
      insert into suspension
          (user_id, scope, ends_at, reason, moderator_id, moderator, imposed_at, written_at)
        select seq + 2000, 'write', utc_timestamp() + interval 1 day, '', 0, '', utc_timestamp(), seq
        from seq_1_to_5000;
      insert into erasure
          (user_id, started_at, finished_at, stage, at_recipient, at_id, erased, moderator_id, moderator, reason)
        select seq + 2000, utc_timestamp(), utc_timestamp(), 0, 0, 0, seq, 0, '', '' from seq_1_to_50000;
      select setval(report_id, 50000);
      select setval(moderation_action_id, 100000);
      analyze table message, unread, conversation, user_state, im_user, report, reported_message,
        moderation_action, suspension, erasure\
      """;

  @AfterAll
  static void stop() {
    try (MigratedMariaDb database = mariaDb) {
      if (process != null) {
        process.close();
      }
    }
  }

  @AfterEach
  void nothingLooksAtMany() throws IOException, SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = mariaDb.server().administrator();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select rows_examined, sql_text from mysql.slow_log where db = 'imserver'")) {
      while (rows.next()) {
        found.add(rows.getLong(1) + " rows: " + rows.getString(2));
      }
    }
    mariaDb.server().execute("truncate table mysql.slow_log");
    assertThat(found).isEmpty();
  }

  @Test
  @DisplayName("to list and page conversations, either way, with what is unread of them")
  void reading() {
    JsonObject first = flooded.get("api/conversations?limit=20").ok();
    flooded.get("api/conversations?limit=20&cursor=" + first.getString("next")).ok();
    for (long other : new long[] {FLOODS, OTHER}) {
      for (String query : List.of("limit=50", "limit=50&before=900000", "limit=50&after=5")) {
        assertThat(flooded.history(other, query)).isNotEmpty();
      }
    }
    assertThat(flooded.unread()).isGreaterThan(20_000);
    flooded.get("message/systemMessage").ok();
    flooded.get("message/conversationList").ok();
    flooded.get("api/users?name=user").ok();
  }

  @Test
  @DisplayName("to replay and synchronise")
  void connecting() {
    try (Client old = Client.connect(server, FLOODED)) {
      old.messages(1000);
    }
    try (CommandClient client = CommandClient.connect(server, FLOODED)) {
      String epoch = client.await("welcome").getString("epoch");
      for (long since : new long[] {0, 1_000_000}) {
        JsonObject changes =
            client.command(
                "\"s\"",
                "{\"op\":\"sync\",\"id\":\"s\",\"since\":%d,\"epoch\":\"%s\"}"
                    .formatted(since, epoch));
        assertThat(changes.getJsonArray("conversations")).isNotEmpty();
      }
    }
  }

  @Test
  @DisplayName("to store, mark as read and recall")
  void writing() {
    long sent = floods.sendMessage(FLOODED, "one");
    floods.sendMessage(OTHER, "two");
    new Api(server, Users.next()).sendMessage(FLOODED, "of a stranger");
    flooded.markRead(List.of(sent, 7L, 14L));
    for (long upTo : new long[] {500_000, sent}) {
      assertThat(
              flooded
                  .post("api/conversations/" + FLOODS + "/read", "{\"upTo\":" + upTo + "}")
                  .status())
          .isLessThan(300);
    }
    assertThat(floods.post("api/messages/" + sent + "/recall", "").status()).isEqualTo(204);
    assertThat(flooded.put("api/blocks/" + OTHER, "").status()).isLessThan(300);
    flooded.get("api/blocks").ok();
    assertThat(
            flooded.put("api/conversations/" + FLOODS + "/settings", "{\"pinned\":true}").status())
        .isLessThan(300);
    assertThat(moderator.post("api/users/" + FLOODED + "/recount", "").status()).isLessThan(300);
  }

  @Test
  @DisplayName("for moderators, and to delete what is old")
  void moderating() {
    long named = flooded.history(FLOODS, "limit=1").get(0).getJsonNumber("messageId").longValue();
    flooded.post("api/reports", "{\"messageIds\":[%d],\"reason\":\"spam\"}".formatted(named)).ok();
    JsonObject reports = moderator.get("api/moderation/reports?limit=50").ok();
    assertThat(reports.getJsonArray("reports")).hasSize(50);
    moderator.get("api/moderation/reports/700").ok();
    moderator.get("api/moderation/suspensions?limit=50").ok();
    moderator.get("api/moderation/audit?limit=50").ok();
    String of = "api/moderation/users/" + OTHER + "/";
    assertThat(moderator.get(of + "export").status()).isEqualTo(200);
    assertThat(moderator.post(of + "erase", "{\"reason\":\"asked\"}").status()).isEqualTo(202);
    await()
        .atMost(Client.TIMEOUT.multipliedBy(3))
        .until(() -> moderator.get(of + "erasure").ok().getString("state").equals("done"));
    await()
        .atMost(Client.TIMEOUT.multipliedBy(3))
        .until(() -> number("select count(*) from message where id <= 2000") == 0);
  }

  private static long number(String query) throws SQLException {
    try (Connection connection = mariaDb.server().open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
