package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The registry of connections")
class SessionRegistryTest {

  private final SessionRegistry registry =
      new SessionRegistry(Configs.with("IMSERVER_MAX_CONNECTIONS_PER_USER", "3"));

  private static Incoming message(long id, long to) {
    return new Incoming(id, 9, to, "m", "", "9", "");
  }

  private FakeConnection open(long userId) {
    FakeConnection connection = new FakeConnection(userId);
    registry.open(connection).goLive();
    return connection;
  }

  /** A change of the user, who has just connected. */
  private void tell(long userId, Incoming message) {
    registry.begin(userId, 0, 0);
    registry.change(userId, List.of(UserChange.of(1, message, null)));
  }

  @Test
  @DisplayName("delivers to every connection of the recipient, and to nobody else")
  void everyDevice() {
    FakeConnection phone = open(1);
    FakeConnection laptop = open(1);
    FakeConnection other = open(2);
    tell(1, message(5, 1));
    assertThat(phone.sent).containsExactly(message(5, 1));
    assertThat(laptop.sent).containsExactly(message(5, 1));
    assertThat(other.sent).isEmpty();
  }

  @Test
  @DisplayName("does nothing for a recipient who is not connected")
  void absent() {
    tell(1, message(5, 1));
    assertThat(registry.connections()).isEmpty();
  }

  @Test
  @DisplayName("forgets a connection, and only that")
  void forgets() {
    FakeConnection phone = open(1);
    FakeConnection laptop = open(1);
    registry.close(phone);
    registry.close(phone);
    registry.close(new FakeConnection(1));
    registry.close(new FakeConnection(7));
    tell(1, message(5, 1));
    assertThat(phone.sent).isEmpty();
    assertThat(laptop.sent).hasSize(1);
    assertThat(registry.connections()).containsExactly(laptop);
  }

  @Nested
  @DisplayName("where a user opens too many connections")
  class TooMany {

    @Test
    @DisplayName("closes the oldest with 4409")
    void oldest() {
      List<FakeConnection> all = IntStream.range(0, 5).mapToObj(i -> open(1)).toList();
      FakeConnection other = open(2);
      assertThat(all.get(0).closes).containsExactly(CloseCode.TOO_MANY_CONNECTIONS);
      assertThat(all.get(1).closes).containsExactly(CloseCode.TOO_MANY_CONNECTIONS);
      assertThat(all.subList(2, 5)).allMatch(FakeConnection::isOpen);
      assertThat(other.isOpen()).isTrue();
      tell(1, message(5, 1));
      assertThat(all.get(1).sent).isEmpty();
      assertThat(all.get(4).sent).hasSize(1);
    }

    @Test
    @DisplayName("does not count those that were closed")
    void closedOnes() {
      List<FakeConnection> all = IntStream.range(0, 3).mapToObj(i -> open(1)).toList();
      registry.close(all.get(1));
      open(1);
      assertThat(all).allMatch(FakeConnection::isOpen);
    }

    @Test
    @DisplayName("keeps exactly as many as are allowed, though they come at once")
    void concurrent() throws Exception {
      List<FakeConnection> all =
          IntStream.range(0, 400).mapToObj(i -> new FakeConnection(1)).toList();
      CountDownLatch go = new CountDownLatch(1);
      ExecutorService threads = Executors.newFixedThreadPool(8);
      for (FakeConnection connection : all) {
        threads.execute(
            () -> {
              await().until(() -> go.getCount() == 0);
              registry.open(connection);
            });
      }
      go.countDown();
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(all).filteredOn(FakeConnection::isOpen).hasSize(3);
      assertThat(registry.connections().toList())
          .containsExactlyInAnyOrderElementsOf(
              all.stream().filter(FakeConnection::isOpen).toList());
      assertThat(all).allMatch(connection -> connection.closes.size() <= 1);
      all.forEach(registry::close);
      assertThat(registry.connections()).isEmpty();
    }
  }

  @Nested
  @DisplayName("when the server stops")
  class Stops {

    @Test
    @DisplayName("closes every connection with 1001 and waits until they are gone")
    void closesAll() {
      FakeConnection one = open(1);
      FakeConnection two = open(2);
      Thread client =
          new Thread(
              () -> {
                await().until(() -> !one.isOpen() && !two.isOpen());
                registry.close(one);
                registry.close(two);
              });
      client.start();
      registry.closeAll(Duration.ofMinutes(5));
      assertThat(one.closes).containsExactly(CloseCode.GOING_AWAY);
      assertThat(two.closes).containsExactly(CloseCode.GOING_AWAY);
      assertThat(registry.connections()).isEmpty();
    }

    @Test
    @DisplayName("closes them one by one before, where it has time")
    void drains() {
      List<FakeConnection> all =
          IntStream.range(1, 20).mapToObj(SessionRegistryTest.this::open).toList();
      assertThat(registry.isClosing()).isFalse();
      registry.closeNew();
      assertThat(registry.isClosing()).isTrue();
      assertThat(registry.isDraining()).isFalse();
      assertThat(all).allMatch(FakeConnection::isOpen);
      registry.drain(Duration.ofMillis(20));
      assertThat(registry.isDraining()).isTrue();
      assertThat(all)
          .allMatch(each -> each.closesWhenAnswered.equals(List.of(CloseCode.GOING_AWAY)))
          .allMatch(each -> each.closes.size() == 1);
      assertThat(open(1).closes).containsExactly(CloseCode.GOING_AWAY);
    }

    @Test
    @DisplayName("does not wait for ever for those that stay")
    void bounded() {
      FakeConnection one = open(1);
      registry.closeAll(Duration.ofMillis(1));
      assertThat(one.closes).containsExactly(CloseCode.GOING_AWAY);
    }

    @Test
    @DisplayName("closes what comes later as well")
    void later() {
      registry.closeAll(Duration.ZERO);
      assertThat(open(1).closes).containsExactly(CloseCode.GOING_AWAY);
    }
  }
}
