package imserver.bench;

import imserver.server.MigratedMariaDb;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** How fast JDBC alone commits rows into the product's table of messages. */
final class DatabaseCeiling {

  /** Gives a connection of its own to each writer. */
  @FunctionalInterface
  private interface Connections {
    Connection open() throws SQLException;
  }

  private final Connections connections;

  /** What the id of a row is, in SQL. */
  private final String id;

  private DatabaseCeiling(Connections connections, String id) {
    this.connections = connections;
    this.id = id;
  }

  /** Of one with the product's tables. */
  static DatabaseCeiling of(Database database, String name) {
    return new DatabaseCeiling(() -> database.connect(name), "nextval('message_id')");
  }

  /** Of MariaDB. */
  static DatabaseCeiling of(MigratedMariaDb mariaDb) {
    return new DatabaseCeiling(mariaDb.server()::open, "null"); // it draws one then
  }

  /**
   * What was measured.
   *
   * @param perSecond rows
   * @param commits how long a transaction took, its inserts included
   */
  record Result(double perSecond, Histogram commits) {}

  /**
   * So many threads, each with transactions of so many rows.
   *
   * @param rate how many transactions a second each begins; 0 for as many as it can
   */
  Result run(int threads, int batch, int rate, long firstUser, double warmUp, double seconds)
      throws Exception {
    long from = System.nanoTime() + Load.nanos(warmUp);
    long to = from + Load.nanos(seconds);
    Histogram all = new Histogram(3);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Histogram>> writers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long sender = firstUser + i;
        writers.add(executor.submit(() -> write(sender, batch, rate, from, to)));
      }
      for (Future<Histogram> writer : writers) {
        all.add(writer.get());
      }
    } finally {
      executor.shutdownNow();
    }
    return new Result(all.getTotalCount() * batch / seconds, all);
  }

  private Histogram write(long sender, int batch, int rate, long from, long to)
      throws SQLException {
    Histogram commits = new Histogram(3);
    try (Connection connection = connections.open();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
                values (%s, ?, ?, ?, ?, ?, ?)
                """
                    .formatted(id))) {
      connection.setAutoCommit(false);
      long number = 0;
      for (long now = System.nanoTime(); now < to; ) {
        for (int i = 0; i < batch; i++) {
          insert.setLong(1, sender);
          insert.setLong(2, 1 + number % 50);
          insert.setString(3, Sequence.TEXT);
          insert.setString(4, Long.toString(Sequence.FIRST + number));
          insert.setString(5, "%022x".formatted(number++ * 0x9E3779B97F4A7C15L));
          insert.setObject(6, OffsetDateTime.now());
          insert.addBatch();
        }
        insert.executeBatch();
        connection.commit();
        long end = System.nanoTime();
        if (now >= from && end < to) {
          commits.recordValue(end - now);
        }
        if (rate > 0) {
          Load.sleepUntil(now + 1_000_000_000 / rate);
        }
        now = System.nanoTime();
      }
    }
    return commits;
  }
}
