package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import imserver.container.Transport;
import imserver.packet.CloseCode;
import imserver.packet.FailureCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.session.FakeWorkers;
import jakarta.websocket.SendResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A WebSocket connection")
class WebSocketConnectionTest {

  private final FakeSession fake = new FakeSession();
  private final FakeWorkers workers = new FakeWorkers();
  private final WebSocketConnection connection = withOutbox(10);

  private WebSocketConnection withOutbox(int outbox) {
    return with(outbox, new FakeTransport(fake));
  }

  private WebSocketConnection with(int outbox, Transport transport) {
    return new WebSocketConnection(
        fake.session,
        new UserPrincipal(42, null, null, null),
        Configs.with("IMSERVER_OUTBOX", Integer.toString(outbox)).limits(),
        workers,
        transport);
  }

  private static Response packet(int number) {
    return Packets.success(number, "", 0, null);
  }

  private static Response failure(FailureCode code) {
    return new Failure(42, "", code, "");
  }

  @Nested
  @DisplayName("where the container can write several packets at once")
  class Gathering {

    private final FakeGatheringTransport transport = new FakeGatheringTransport(fake);
    private final WebSocketConnection gathering = with(100, transport);

    private static List<Response> packets(int count) {
      return IntStream.range(0, count).mapToObj(WebSocketConnectionTest::packet).toList();
    }

    @Test
    @DisplayName("takes it as a sign of life that they are written, not that they are gathered")
    void pings() {
      gathering.send(packets(40));
      gathering.ping();
      assertThat(gathering.unansweredPings()).isEqualTo(1);
      transport.flushed();
      assertThat(gathering.unansweredPings()).isZero();
      assertThat(fake.pings).isZero();
      transport.flushed();
      gathering.ping();
      workers.runSoon();
      assertThat(fake.pings).isEqualTo(1);
    }

    @Test
    @DisplayName("writes as many as are added at once, in order")
    void many() {
      gathering.send(packets(80));
      transport.flushed();
      transport.flushed();
      transport.flushed();
      assertThat(fake.sent).isEqualTo(packets(80));
      assertThat(transport.calls)
          .containsExactly("gather", "flush 32", "gather", "flush 64", "gather", "flush 80");
    }

    @Test
    @DisplayName("closes when they are written")
    void close() {
      gathering.send(packets(3));
      gathering.close(CloseCode.GOING_AWAY);
      workers.runSoon();
      assertThat(fake.closes).isEmpty();
      transport.flushed();
      workers.runSoon();
      assertThat(fake.closes).hasSize(1);
    }
  }

  @Nested
  @DisplayName("sends")
  class Sends {

    @Test
    @DisplayName("nothing after a packet that the container refuses, and is closed")
    void refused() {
      fake.transport =
          (packet, handler) -> {
            throw new IllegalStateException("closed");
          };
      connection.send(packet(1));
      fake.writeAtOnce();
      connection.send(packet(2));
      workers.runSoon();
      assertThat(fake.sent).isEmpty();
      assertThat(connection.isOpen()).isFalse();
      assertThat(fake.closeCodes()).containsExactly(4508);
    }

    @Test
    @DisplayName("nothing after a packet that could not be written, and is closed")
    void lost() {
      connection.send(packet(1));
      connection.send(packet(2));
      fake.fail();
      workers.runSoon();
      assertThat(fake.sent).containsExactly(packet(1));
      assertThat(fake.closeCodes()).containsExactly(4508);
      assertThat(connection.closeCodeOr(4508)).as("in the log and the metrics").isEqualTo(1006);
      assertThat(connection.closeCodeOr(1001)).as("where the client closed it").isEqualTo(1001);
    }
  }

  @Nested
  @DisplayName("whose outbox is full")
  class Overflow {

    @Test
    @DisplayName("is closed with 4508 behind the packet on its way, and sends nothing more")
    void tooSlow() {
      IntStream.range(0, 11).forEach(i -> connection.send(packet(i)));
      workers.runSoon();
      assertThat(fake.closes).isEmpty();

      connection.send(packet(11));
      workers.runSoon();
      assertThat(connection.isOpen()).isFalse();
      fake.complete();
      workers.runSoon();

      assertThat(fake.closeCodes()).containsExactly(4508);
      connection.send(packet(12));
      assertThat(fake.sent).containsExactly(packet(0));
    }

    @Test
    @DisplayName(
        "takes nothing more from the first packet that does not fit, even if there is room again")
    void noGap() {
      IntStream.range(0, 12).forEach(i -> connection.send(packet(i)));
      assertThat(connection.isOpen()).isFalse();
      fake.complete();
      connection.send(packet(12));
      assertThat(fake.sent).containsExactly(packet(0));
    }

    @Test
    @DisplayName("is closed once, however many packets follow")
    void once() {
      IntStream.range(0, 40).forEach(i -> connection.send(packet(i)));
      workers.runSoon();
      workers.runLater();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(4508);
    }
  }

  @Nested
  @DisplayName("whose client makes failures")
  class Failures {

    @Test
    @DisplayName("is closed with 4429 at the 51st, after 50 were sent")
    void tooMany() {
      fake.writeAtOnce();
      IntStream.range(0, 50).forEach(i -> connection.send(failure(FailureCode.BAD_PACKET)));
      workers.runSoon();
      assertThat(connection.isOpen()).isTrue();

      connection.send(failure(FailureCode.RATE_LIMITED));
      workers.runSoon();

      assertThat(fake.sent).hasSize(50);
      assertThat(fake.closeCodes()).containsExactly(4429);
      assertThat(connection.isOpen()).isFalse();
    }

    @Test
    @DisplayName("gets the 50 before it is closed, though it reads slowly")
    void flushed() {
      WebSocketConnection large = withOutbox(100);
      IntStream.range(0, 60).forEach(i -> large.send(failure(FailureCode.BAD_PACKET)));
      workers.runSoon();
      assertThat(fake.closes).isEmpty();
      while (!fake.pending.isEmpty()) {
        fake.complete();
      }
      workers.runSoon();
      assertThat(fake.sent).hasSize(50);
      assertThat(fake.closeCodes()).containsExactly(4429);
    }

    @Test
    @DisplayName("stays open for failures that are the server's")
    void serverFault() {
      fake.writeAtOnce();
      for (int i = 0; i < 500; i++) {
        connection.send(failure(FailureCode.STORAGE_UNAVAILABLE));
        connection.send(failure(FailureCode.SERVER_BUSY));
      }
      workers.runSoon();
      assertThat(fake.sent).hasSize(1000);
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Nested
  @DisplayName("when closed")
  class Closes {

    @Test
    @DisplayName("first sends what is queued")
    void flushes() {
      connection.send(packet(1));
      connection.send(packet(2));
      connection.close(CloseCode.TOKEN_EXPIRED);
      connection.send(packet(3));
      workers.runSoon();
      assertThat(fake.closes).isEmpty();
      assertThat(connection.isOpen()).isFalse();

      fake.complete();
      workers.runSoon();
      assertThat(fake.closes).isEmpty();
      fake.complete();
      workers.runSoon();

      assertThat(fake.sent).containsExactly(packet(1), packet(2));
      assertThat(fake.closeCodes()).containsExactly(4401);
      assertThat(fake.closes.get(0).getReasonPhrase()).isEqualTo("token expired");
      assertThat(fake.closedAsSlow).isFalse();
    }

    @Test
    @DisplayName("does not wait for ever for a client that does not read")
    void bounded() {
      connection.send(packet(1));
      connection.close(CloseCode.GOING_AWAY);
      assertThat(workers.delays).hasSize(1);
      workers.runLater();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(1001);
      assertThat(fake.closedAsSlow).isTrue();
    }

    @Test
    @DisplayName("drops the queue of a client that is dead")
    void dead() {
      connection.send(packet(1));
      connection.send(packet(2));
      connection.close(CloseCode.NO_PONG);
      workers.runLater();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(4408);
      assertThat(fake.sent).containsExactly(packet(1));
    }

    @Test
    @DisplayName("keeps the first code")
    void first() {
      connection.close(CloseCode.TOO_MANY_CONNECTIONS);
      connection.close(CloseCode.GOING_AWAY);
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(4409);
      assertThat(connection.closeCodeOr(1006)).isEqualTo(4409);
    }

    @Test
    @DisplayName("by the client, sends and closes nothing more")
    void byClient() {
      connection.ended();
      connection.send(packet(1));
      connection.ping();
      connection.close(CloseCode.GOING_AWAY);
      workers.runSoon();
      assertThat(fake.sent).isEmpty();
      assertThat(fake.pings).isZero();
      assertThat(fake.closes).isEmpty();
      assertThat(connection.isOpen()).isFalse();
      assertThat(connection.closeCodeOr(1000)).isEqualTo(1000);
    }

    @Test
    @DisplayName("when its requests are answered, of which it takes no more")
    void whenAnswered() {
      fake.writeAtOnce();
      assertThat(connection.takeRequest()).isTrue();
      assertThat(connection.takeRequest()).isTrue();
      connection.closeWhenAnswered(CloseCode.GOING_AWAY);
      assertThat(connection.takeRequest()).isFalse();
      connection.marked(List.of());
      workers.runSoon();
      assertThat(fake.closes).isEmpty();
      connection.send(new Incoming(7, 8, 42, "a message", "", "8", ""));
      connection.send(packet(1));
      workers.runSoon();
      assertThat(fake.sent).hasSize(2);
      assertThat(fake.closeCodes()).containsExactly(1001);
    }

    @Test
    @DisplayName("and takes no request from then on, also while it still has to send")
    void noRequests() {
      connection.send(packet(1)); // is being written
      connection.close(CloseCode.TOKEN_EXPIRED);
      assertThat(connection.takeRequest()).isFalse();
    }

    @Test
    @DisplayName("when a request is not answered in time")
    void neverAnswered() {
      connection.takeRequest();
      connection.closeWhenAnswered(CloseCode.GOING_AWAY);
      assertThat(workers.delays).containsExactly(Duration.ofSeconds(6));
      workers.runLater();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(1001);
    }

    @Test
    @DisplayName("is aborted if the client does not answer in time")
    void abort() {
      connection.close(CloseCode.TOO_MANY_CONNECTIONS);
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(4409);
      assertThat(fake.cuts).isZero();
      assertThat(workers.delays).containsExactly(Duration.ofSeconds(2));
      workers.runLater();
      workers.runSoon();
      assertThat(fake.cuts).isOne();
    }

    @Test
    @DisplayName("keeps a stop waiting until the client has taken what is queued and has answered")
    void stop() {
      connection.send(packet(1));
      connection.close(CloseCode.GOING_AWAY);
      BooleanSupplier flush = workers.neededLater.get(0);
      assertThat(flush.getAsBoolean()).isTrue();
      fake.complete();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(1001);
      assertThat(flush.getAsBoolean()).as("all is written").isFalse();
      BooleanSupplier abort = workers.neededLater.get(1);
      assertThat(abort.getAsBoolean()).isTrue();
      fake.answersClose = true;
      assertThat(abort.getAsBoolean()).isFalse();
    }

    @Test
    @DisplayName("at a stop waits no longer than that for a client that was found too slow before")
    void stopOfASlowOne() {
      for (int i = 0; i < 12; i++) {
        connection.send(packet(i));
      }
      assertThat(workers.delays).containsExactly(Duration.ofSeconds(20));
      connection.close(CloseCode.GOING_AWAY);
      assertThat(workers.delays).containsExactly(Duration.ofSeconds(20), Duration.ofSeconds(2));
      workers.runLater();
      workers.runSoon();
      assertThat(fake.closeCodes()).containsExactly(4508);
    }

    @Test
    @DisplayName("gets a thread out that the container keeps waiting, and leaves it as it was")
    void callerWaits() throws Exception {
      CountDownLatch waits = new CountDownLatch(1);
      fake.transport =
          (packet, handler) -> {
            waits.countDown();
            try {
              new CountDownLatch(1).await(); // for ever, as Tomcat may
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              handler.onResult(new SendResult(e));
            }
          };
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread sender =
          new Thread(
              () -> {
                connection.send(packet(1));
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      sender.start();
      waits.await();
      connection.ended();
      assertThat(interrupted).isNotDone();
      workers.runLater();
      assertThat(interrupted.get(20, TimeUnit.SECONDS)).isFalse();
      sender.join();
    }

    @Test
    @DisplayName("never calls the container on the caller's thread")
    void onWorkers() {
      connection.close(CloseCode.GOING_AWAY);
      assertThat(fake.closes).isEmpty();
    }
  }

  @Nested
  @DisplayName("tells when it has written all,")
  class Drained {

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    @DisplayName("at once where nothing is queued")
    void atOnce() {
      connection.whenDrained(runs::incrementAndGet);
      assertThat(runs).hasValue(1);
    }

    @Test
    @DisplayName("else once, after the last packet")
    void later() {
      connection.send(packet(1));
      connection.send(packet(2));
      connection.whenDrained(runs::incrementAndGet);
      fake.complete();
      assertThat(runs).hasValue(0);
      fake.complete();
      assertThat(runs).hasValue(1);
      connection.send(packet(3));
      fake.complete();
      assertThat(runs).hasValue(1);
    }
  }

  @Nested
  @DisplayName("pings")
  class Pings {

    @Test
    @DisplayName("and takes a client that reads slowly for alive, one that reads nothing for dead")
    void slow() {
      connection.send(packet(1));
      connection.ping();
      connection.ping();
      assertThat(connection.unansweredPings()).isEqualTo(2);
      fake.complete();
      assertThat(connection.unansweredPings()).isZero();
    }

    @Test
    @DisplayName("and counts those that stay unanswered")
    void counts() {
      connection.ping();
      workers.runSoon();
      connection.ping();
      workers.runSoon();
      assertThat(fake.pings).isEqualTo(2);
      assertThat(connection.unansweredPings()).isEqualTo(2);
      connection.pong();
      assertThat(connection.unansweredPings()).isZero();
    }

    @Test
    @DisplayName("and counts none that still waits for a thread, nor lets a second one wait")
    void waiting() {
      connection.ping();
      connection.ping();
      connection.ping();
      assertThat(connection.unansweredPings()).isZero();
      workers.runSoon();
      assertThat(fake.pings).isEqualTo(1);
      assertThat(connection.unansweredPings()).isEqualTo(1);
    }

    @Test
    @DisplayName("not while a packet is being written, but counts that it would have")
    void whileSending() {
      connection.send(packet(1));
      connection.ping();
      workers.runSoon();
      assertThat(fake.pings).isZero();
      assertThat(connection.unansweredPings()).isEqualTo(1);
    }
  }
}
