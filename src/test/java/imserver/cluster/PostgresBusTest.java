package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.database.Vendor;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bus of PostgreSQL")
class PostgresBusTest extends BusContract {

  private static final String PREFIX = "imserver listener ";

  private static TestPostgres postgres;

  private final AtomicInteger nodes = new AtomicInteger();

  @BeforeAll
  static void startDatabase() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
  }

  @AfterAll
  static void stopDatabase() throws SQLException {
    postgres.close();
  }

  @Override
  Bus bus() {
    return new PostgresBus(postgres::open, PREFIX + nodes.incrementAndGet(), Thread::new);
  }

  @Override
  void cut() throws SQLException {
    postgres.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where datname = current_database() and pid <> pg_backend_pid()");
  }

  private static int listeners(String name) throws SQLException {
    return postgres.count(
        "select count(*) from pg_stat_activity where application_name = '" + name + "'");
  }

  @Test
  @DisplayName("is up with the servers that the table knows: they come, fall silent, are forgotten")
  void nodes() throws SQLException {
    NodeTable table = new NodeTable(postgres.source(), Vendor.POSTGRESQL, PREFIX);
    assertThat(table.beat(101).alive()).isEmpty();
    assertThat(table.beat(102).alive()).containsExactly(101L);
    assertThat(table.beat(101).alive()).containsExactly(102L);

    silence(102, 20);
    NodeTable.Others others = table.beat(101);
    assertThat(others.alive()).isEmpty();
    assertThat(others.silent()).containsExactly(102L);
    table.forgetSilent();
    assertThat(table.beat(101).silent()).containsExactly(102L);

    silence(102, 61);
    table.forgetSilent();
    assertThat(table.beat(101)).isEqualTo(new NodeTable.Others(Set.of(), Set.of()));
    assertThat(table.beat(102).alive()).as("it was only halted").containsExactly(101L);
    table.leave(101);
    assertThat(table.beat(102).alive()).isEmpty();
    table.leave(102);
  }

  private static void silence(long node, int seconds) throws SQLException {
    postgres.execute(
        "update node set beat_at = clock_timestamp() - interval '%d seconds' where id = %d"
            .formatted(seconds, node));
  }

  @Test
  @DisplayName("has the connection ended that listens for a server which was silent for a minute")
  void stuckListener() throws SQLException {
    NodeTable table = new NodeTable(postgres.source(), Vendor.POSTGRESQL, PREFIX);
    table.beat(103);
    try (Connection stuck = postgres.open();
        Statement statement = stuck.createStatement()) {
      statement.execute("set application_name = '" + PREFIX + "103'");
      statement.execute("listen imserver");
      silence(103, 61);
      table.forgetSilent();
      await().until(() -> listeners(PREFIX + "103") == 0);
    }
  }

  @Test
  @DisplayName("finds that it hears also where its queue was full when it began to listen")
  void fullQueue() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    CountDownLatch listening = new CountDownLatch(1);
    Bus bus =
        new PostgresBus(
            () -> {
              if (!Thread.currentThread().equals(threads.get(0))) { // the one that notifies
                await().until(() -> listening.getCount() == 0);
              }
              return postgres.open();
            },
            PREFIX + "105",
            task -> {
              Thread thread = new Thread(task);
              threads.add(thread);
              return thread;
            });
    for (int i = 0; i < 3000; i++) {
      bus.publish("frame " + i);
    }
    BusContract.Heard heard = new BusContract.Heard();
    try {
      bus.start(heard);
      await().until(() -> waitsForNotifications(threads.get(0)));
      listening.countDown();
      await()
          .until(
              () -> {
                bus.publish("a beat"); // while it hears anything it does not doubt that it does
                return heard.isConnected();
              });
    } finally {
      bus.stop();
    }
  }

  private static boolean waitsForNotifications(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(call -> call.getMethodName().equals("getNotifications"));
  }

  @Test
  @DisplayName("is not connected through a pooler that answers for LISTEN and passes nothing on")
  void pooler() {
    BusContract.Heard heard = new BusContract.Heard();
    Bus bus = new PostgresBus(PostgresBusTest::openByPooler, PREFIX + "104", Thread::new);
    try {
      bus.start(heard);
      await().atMost(Duration.ofSeconds(30)).until(() -> !heard.states.isEmpty());
      assertThat(heard.states).containsExactly("disconnected");
      assertThat(heard.reason).contains("pooler");
    } finally {
      bus.stop();
    }
  }

  /** One whose statements run on another connection than the one that is read. */
  private static Connection openByPooler() throws SQLException {
    Connection behind = postgres.open();
    Connection before = postgres.open();
    return (Connection)
        Proxy.newProxyInstance(
            PostgresBusTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                behind.close();
              }
              boolean reads = method.getName().equals("unwrap") || method.getName().equals("close");
              return method.invoke(reads ? before : behind, arguments);
            });
  }
}
