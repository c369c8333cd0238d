package imserver.bench;

import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * What the list of conversations and the unread total cost a user with 10,000 conversations and
 * 1,000,000 messages, in ratio to a user with 20 conversations: over REST, by a running server on
 * PostgreSQL. Prints medians, ratios and the plans.
 *
 * <p>Arguments: none to make a database, fill it and print its address; the address of the server
 * and of the database to measure.
 */
public final class ConversationCost {

  private static final int ROUNDS = 2000;
  private static final int WARM_UP = 1000;
  private static final long SMALL = 1;
  private static final long LARGE = 2;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ConversationCost() {}

  /** See above. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      fill();
    } else {
      measure(URI.create(arguments[0]));
      explain(arguments[1]);
    }
  }

  private static void fill() throws Exception {
    EmbeddedPostgres postgres =
        TestEnvironment.database()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
    String url = postgres.getJdbcUrl("postgres", "postgres");
    Flyway.configure()
        .dataSource(url, "postgres", "")
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      // the large user's messages, both ways, with 10,000 others; a tenth unread
      statement.execute(
          """
          insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
          select n, case when n % 2 = 0 then 2 else 1000 + n % 20000 / 2 end, case when n % 2 = 0 then 1000 + n % 20000 / 2 else 2 end,
                 'text ' || n, n::text, md5(n::text)::varchar(22), now()
          from generate_series(1, 1000000) as n
          """);
      statement.execute(
          """
          insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
          select 1000000 + n, 1000 + n % 20, 1, 'text ' || n, n::text, md5('s' || n)::varchar(22), now()
          from generate_series(1, 200) as n
          """);
      statement.execute(
          """
          insert into unread (recipient_id, message_id, sender_id)
          select recipient_id, id, sender_id from message where id % 10 = 1 or id > 1000000
          """);
      statement.execute(
          """
          insert into conversation
            (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high)
          select least(m.sender_id, m.recipient_id), greatest(m.sender_id, m.recipient_id), max(m.id), max(m.id),
                 count(u.message_id) filter (where m.recipient_id < m.sender_id),
                 count(u.message_id) filter (where m.recipient_id >= m.sender_id), 0, 0
          from message m
          left join unread u on u.recipient_id = m.recipient_id and u.message_id = m.id
          group by 1, 2
          """);
      statement.execute(
          "insert into user_state (user_id, head, unread)"
              + " select recipient_id, 0, count(*) from unread group by 1");
      statement.execute("select setval('message_id', 2000000)");
      statement.execute("vacuum analyze");
    }
    System.out.println(url);
    Thread.currentThread().join(); // until it is ended
  }

  private static void measure(URI server) throws Exception {
    for (String path : List.of("conversations?limit=20", "unread")) {
      long[][] nanos = new long[2][ROUNDS];
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        long small = time(server, SMALL, path);
        long large = time(server, LARGE, path);
        if (round >= 0) {
          nanos[0][round] = small;
          nanos[1][round] = large;
        }
      }
      Arrays.sort(nanos[0]);
      Arrays.sort(nanos[1]);
      System.out.printf(
          "%-24s 20 conversations: median %4d us, p99 %5d us   10,000 conversations: median %4d us,"
              + " p99 %5d us   ratio %.2f%n",
          path,
          nanos[0][ROUNDS / 2] / 1000,
          nanos[0][ROUNDS * 99 / 100] / 1000,
          nanos[1][ROUNDS / 2] / 1000,
          nanos[1][ROUNDS * 99 / 100] / 1000,
          (double) nanos[1][ROUNDS / 2] / nanos[0][ROUNDS / 2]);
    }
  }

  private static long time(URI server, long user, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/teaching/api/" + path))
            .header("Authorization", "Bearer " + user)
            .build();
    long start = System.nanoTime();
    int status = HTTP.send(request, BodyHandlers.ofByteArray()).statusCode();
    long end = System.nanoTime();
    if (status != 200) {
      throw new IllegalStateException("status " + status);
    }
    return end - start;
  }

  private static void explain(String database) throws Exception {
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      for (long user : new long[] {SMALL, LARGE}) {
        for (String query :
            List.of(
                "select * from conversation where low_id = %d and low_id <> high_id and bucket_low"
                    + " between 0 and 137438953471 and last_low > 0 and last_low <"
                    + " 9007199254740991 order by bucket_low desc, last_low desc limit 21",
                "select * from conversation where high_id = %d and bucket_high between 0 and"
                    + " 137438953471 and last_high > 0 and last_high < 9007199254740991"
                    + " order by bucket_high desc, last_high desc limit 21",
                "select unread from user_state where user_id = %d")) {
          System.out.println("\n" + query.formatted(user));
          try (ResultSet rows =
              statement.executeQuery("explain (analyze, buffers) " + query.formatted(user))) {
            while (rows.next()) {
              System.out.println("  " + rows.getString(1));
            }
          }
        }
      }
    }
  }
}
