package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.server.TestEnvironment;
import imserver.session.FakeThreads;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisInstalled.class)
@DisplayName("Servers on one PostgreSQL and one Redis")
class ServersOnRedisTest {

  private static EmbeddedPostgres postgres;
  private static RedisProcess redis;

  private final List<Cluster> started = new ArrayList<>();

  @BeforeAll
  static void startBoth() throws IOException, SQLException {
    postgres = TestEnvironment.database().start();
    migrate("postgres");
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database copy");
    }
    redis = RedisProcess.startPlain();
  }

  private static void migrate(String database) {
    Flyway.configure()
        .dataSource(postgres.getDatabase("postgres", database))
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
  }

  @AfterAll
  static void stopBoth() throws IOException {
    redis.close();
    postgres.close();
  }

  @AfterEach
  void stop() {
    started.forEach(Cluster::stop);
  }

  private static final class Heard implements Cluster.Listener {
    final List<Change> changes = new CopyOnWriteArrayList<>();
    final AtomicInteger comparisons = new AtomicInteger();
    final List<Long> compared = new CopyOnWriteArrayList<>();
    volatile Set<Long> users;

    Heard(Long... users) {
      this.users = Set.of(users);
    }

    @Override
    public void changed(List<Change> some) {
      changes.addAll(some);
    }

    @Override
    public void compare() {
      comparisons.incrementAndGet();
    }

    @Override
    public void compare(List<Long> some) {
      compared.addAll(some);
    }

    @Override
    public Set<Long> users() {
      return users;
    }
  }

  private Cluster server(Heard heard, String database) {
    NodeTable table =
        new NodeTable(postgres.getDatabase("postgres", database), Cluster.LISTENER_NAME);
    Cluster cluster =
        new Cluster(
            node -> table,
            node -> new RedisBus(redis.url(), () -> "same", Thread::new),
            new FakeThreads());
    started.add(cluster);
    cluster.start(heard);
    return cluster;
  }

  private Cluster server(Heard heard) {
    return server(heard, "postgres");
  }

  private static void awaitBoth(Cluster one, Cluster other) {
    await().until(() -> one.servers() == 2 && one.hearsAll());
    await().until(() -> other.servers() == 2 && other.hearsAll());
  }

  private static Change message(long id, long from, long to) {
    return new MessageStored(id, from, id, to, id, "text " + id, "");
  }

  @Test
  @DisplayName("tell each other what concerns users who are connected there, each once for a user")
  void byUser() {
    Heard heard = new Heard(8L, 9L);
    Cluster one = server(new Heard());
    Cluster other = server(heard);
    awaitBoth(one, other);
    await().until(() -> heard.compared.containsAll(List.of(8L, 9L)) || heard.comparisons.get() > 0);
    Change toEight = message(1, 7, 8);
    Change between = message(2, 9, 8);
    Change elsewhere = message(3, 7, 6);
    Change ofTheSystem = message(4, 0, 9);
    Change read = new MessagesRead(6, 8, 5, 5, 0, 1);
    one.publish(List.of(elsewhere, toEight, between, ofTheSystem, read));
    await().until(() -> heard.changes.size() == 5);
    assertThat(heard.changes)
        .containsExactlyInAnyOrder(toEight, between, between, ofTheSystem, read);
  }

  @Test
  @DisplayName("compare the head of a user who connects, when what concerns him is heard")
  void connects() {
    Heard heard = new Heard();
    Cluster one = server(new Heard());
    Cluster other = server(heard);
    awaitBoth(one, other);
    other.follow(8);
    await().until(() -> heard.compared.contains(8L));
    one.publish(List.of(message(1, 7, 8)));
    await().until(() -> heard.changes.equals(List.of(message(1, 7, 8))));
    other.follow(8); // another connection
    heard.users = Set.of(8L);
    one.publish(List.of(message(2, 7, 8)));
    await().until(() -> heard.changes.size() == 2);
    heard.users = Set.of();
    await()
        .until(
            () -> {
              int before = heard.changes.size();
              one.publish(List.of(message(3, 7, 8)));
              await().until(() -> one.hearsAll());
              return heard.changes.size() == before;
            });
  }

  @Test
  @DisplayName("compare where Redis was away, and hear each other again")
  void away() {
    Heard heard = new Heard(8L);
    Cluster one = server(new Heard());
    Cluster other = server(heard);
    awaitBoth(one, other);
    redis.kill();
    await().until(() -> !one.hearsAll() && !other.hearsAll());
    one.publish(List.of(message(1, 7, 8)));
    int before = heard.comparisons.get();
    await().until(() -> heard.comparisons.get() > before + 1);
    redis.start();
    awaitBoth(one, other);
    await()
        .until(
            () -> {
              one.publish(List.of(message(2, 7, 8)));
              return heard.changes.contains(message(2, 7, 8));
            });
  }

  @Test
  @DisplayName("do not listen to those of a copy of their database, nor complain of them")
  void copy() {
    migrate("copy");
    Heard heard = new Heard(8L);
    Cluster one = server(new Heard());
    Cluster other = server(heard);
    Heard heardByCopy = new Heard(8L);
    Cluster copy = server(new Heard(), "copy");
    Cluster otherCopy = server(heardByCopy, "copy");
    awaitBoth(one, other);
    awaitBoth(copy, otherCopy);
    copy.publish(List.of(message(1, 7, 8)));
    await().until(() -> heardByCopy.changes.equals(List.of(message(1, 7, 8))));
    one.publish(List.of(message(2, 7, 8)));
    await().until(() -> heard.changes.equals(List.of(message(2, 7, 8))));
    assertThat(heardByCopy.changes).containsExactly(message(1, 7, 8));
  }
}
