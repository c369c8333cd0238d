package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.database.Vendor;
import imserver.monitoring.Watchdog;
import imserver.server.TestPostgres;
import imserver.session.FakeThreads;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Servers on one PostgreSQL")
class ClusterTest {

  private static TestPostgres postgres;

  private final List<Cluster> started = new ArrayList<>();

  @BeforeAll
  static void startDatabase() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
  }

  @AfterAll
  static void stopDatabase() throws SQLException {
    postgres.close();
  }

  @AfterEach
  void stop() {
    started.forEach(Cluster::stop);
  }

  private Cluster server(Cluster.Listener listener) {
    Cluster cluster =
        new Cluster(
            node -> new NodeTable(postgres.source(), Vendor.POSTGRESQL, Cluster.LISTENER_NAME),
            node ->
                new PostgresBus(postgres::open, Cluster.LISTENER_NAME + node, new FakeThreads()),
            new FakeThreads(),
            new Watchdog());
    started.add(cluster);
    cluster.start(listener);
    return cluster;
  }

  private static Change message(long id) {
    return Changes.stored(id, 7, id, 8, id, "text " + id, "");
  }

  @Test
  @DisplayName("find each other, tell each other of changes, and part")
  void findEachOther() {
    HeardByServer heardByOne = new HeardByServer();
    HeardByServer heardByOther = new HeardByServer();
    Cluster one = server(heardByOne);
    await().until(one::hearsAll);
    assertThat(one.servers()).isEqualTo(1);
    one.publish(List.of(message(1))); // nobody is there

    Cluster other = server(heardByOther);
    await().until(() -> one.servers() == 2 && one.hearsAll());
    await().until(() -> other.servers() == 2 && other.hearsAll());
    await().until(() -> heardByOther.comparisons.get() > 0); // what was not published

    List<Change> changes = new ArrayList<>();
    for (long i = 2; i < 100; i++) {
      changes.add(message(i));
    }
    one.publish(changes);
    await().until(() -> heardByOther.changes.equals(changes));
    assertThat(heardByOne.changes).as("its own").isEmpty();

    int before = heardByOne.comparisons.get();
    other.stop();
    await().until(() -> one.servers() == 1);
    await().until(() -> heardByOne.comparisons.get() > before);
  }

  @Test
  @DisplayName("compare where the connections to the database broke, and hear each other again")
  void broken() throws SQLException {
    HeardByServer heard = new HeardByServer();
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    await().until(() -> one.servers() == 2 && one.hearsAll());
    await().until(() -> other.servers() == 2 && other.hearsAll());
    int before = heard.comparisons.get();
    postgres.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '"
            + Cluster.LISTENER_NAME
            + "%' or query like '%pg_notify(''imserver%' and pid <> pg_backend_pid()");
    await().until(() -> heard.comparisons.get() > before);
    await()
        .until(
            () -> {
              one.publish(List.of(message(1)));
              return !heard.changes.isEmpty();
            });
  }

  @Test
  @DisplayName("tell by the number of their beats what they doubt, and what the bus has lost")
  void skippedNumbers() throws SQLException {
    NodeTable table = new NodeTable(postgres.source(), Vendor.POSTGRESQL, Cluster.LISTENER_NAME);
    FrameSeal seal = table.seal();
    List<Frame> published = new CopyOnWriteArrayList<>();
    List<Bus.Listener> told = new CopyOnWriteArrayList<>();
    Bus bus =
        new Bus() {
          @Override
          public void start(Listener listener) {
            told.add(listener);
          }

          @Override
          public void publish(String frame) {
            published.add(FrameCodec.decode(seal.open(frame)));
          }

          @Override
          public void stop() {}
        };
    Cluster cluster = new Cluster(node -> table, node -> bus, new FakeThreads(), new Watchdog());
    started.add(cluster);
    cluster.start(new HeardByServer());
    await().until(() -> !published.isEmpty());
    cluster.doubt();
    await().until(() -> skipped(published) == 1);
    told.get(0).lost();
    await().until(() -> skipped(published) == 2);
  }

  /** How many numbers are left out. */
  private static long skipped(List<Frame> frames) {
    long span = frames.get(frames.size() - 1).number() - frames.get(0).number();
    return span + 1 - frames.size();
  }

  @Test
  @DisplayName("forget one that has been silent for a minute")
  void forgetSilent() throws SQLException {
    postgres.execute(
        "insert into node (id, started_at, beat_at)"
            + " select 7, past, past from (select clock_timestamp() - interval '61 seconds') t(past)");
    server(new HeardByServer());
    await().until(() -> postgres.count("select count(*) from node where id = 7") == 0);
  }

  @Test
  @DisplayName("are not stopped by what others say on their channel")
  void noise() throws SQLException {
    HeardByServer heard = new HeardByServer();
    Cluster one = server(new HeardByServer());
    Cluster other = server(heard);
    await().until(() -> one.servers() == 2 && other.servers() == 2 && other.hearsAll());
    postgres.execute(
        "notify imserver, 'noise'",
        "notify imserver, '{\"v\":3,\"n\":1,\"f\":1,\"c\":[[\"p\",1]]}'",
        "notify imserver");
    one.publish(List.of(message(1)));
    await().until(() -> heard.changes.equals(List.of(message(1))));
  }
}
