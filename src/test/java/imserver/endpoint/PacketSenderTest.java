package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.container.Transport;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Success;
import imserver.session.FakeWorkers;
import jakarta.websocket.SendResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A packet sender")
class PacketSenderTest {

  private final FakeSession fake = new FakeSession();
  private final Outbox outbox = new Outbox(200_000);
  private final AtomicInteger drained = new AtomicInteger();
  private final AtomicInteger written = new AtomicInteger();
  private final List<String> errors = new ArrayList<>();
  private PacketSender sender = with(new FakeTransport(fake));

  private PacketSender with(Transport transport) {
    return new PacketSender(
        outbox,
        ProtocolVersion.V1,
        transport,
        new FakeWorkers(),
        new PacketSender.Listener() {
          @Override
          public void written() {
            written.incrementAndGet();
          }

          @Override
          public void drained(long nanos) {
            drained.incrementAndGet();
          }

          @Override
          public void broken(Throwable error) {
            errors.add(String.valueOf(error.getMessage()));
            end();
          }
        });
  }

  private void end() {
    outbox.end();
    sender.end();
  }

  private void send(Response packet) {
    send(List.of(packet));
  }

  private void send(List<Response> packets) {
    if (outbox.add(packets) == Outbox.Added.START) {
      sender.begin();
    }
  }

  private static Response packet(int number) {
    return Packets.success(number, "", 0, null);
  }

  @Nested
  @DisplayName("sends")
  class Sends {

    @Test
    @DisplayName("one packet at a time, in order")
    void oneInFlight() {
      for (int i = 0; i < 5; i++) {
        send(packet(i));
      }
      for (int i = 0; i < 5; i++) {
        assertThat(fake.sent).hasSize(i + 1);
        assertThat(fake.pending).hasSize(1);
        assertThat(fake.sent.get(i)).isEqualTo(packet(i));
        fake.complete();
      }
      assertThat(fake.sent).hasSize(5);
      assertThat(fake.pending).isEmpty();
    }

    @Test
    @DisplayName("again after it has run dry")
    void again() {
      send(packet(1));
      fake.complete();
      send(packet(2));
      fake.complete();
      assertThat(fake.sent).containsExactly(packet(1), packet(2));
    }

    @Test
    @DisplayName("100,000 packets that are written at once, without growing the stack")
    void noRecursion() {
      send(packet(0));
      IntStream.rangeClosed(1, 100_000).forEach(i -> send(packet(i)));
      assertThat(fake.sent).hasSize(1);
      fake.writeAtOnce();

      fake.complete();

      assertThat(fake.sent)
          .isEqualTo(IntStream.rangeClosed(0, 100_000).mapToObj(i -> packet(i)).toList());
    }

    @Test
    @DisplayName("the packets of each of several threads in its order, still one at a time")
    void concurrent() throws Exception {
      int threads = 4;
      int each = 2000;
      AtomicInteger inFlight = new AtomicInteger();
      AtomicInteger mostInFlight = new AtomicInteger();
      List<Response> sent = Collections.synchronizedList(new ArrayList<>());
      ExecutorService senders = Executors.newFixedThreadPool(threads);
      ExecutorService container = Executors.newFixedThreadPool(2);
      try {
        fake.transport =
            (packet, handler) -> {
              mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
              sent.add(packet);
              Runnable written =
                  () -> {
                    inFlight.decrementAndGet();
                    handler.onResult(new SendResult());
                  };
              if (packet.hashCode() % 3 == 0) {
                written.run();
              } else {
                container.execute(written);
              }
            };
        for (int thread = 0; thread < threads; thread++) {
          int first = thread * each;
          senders.execute(() -> IntStream.range(first, first + each).forEach(i -> send(packet(i))));
        }
        await().until(() -> sent.size() == threads * each);
      } finally {
        senders.shutdownNow();
        container.shutdown();
      }
      assertThat(mostInFlight).hasValue(1);
      for (int thread = 0; thread < threads; thread++) {
        int first = thread * each;
        List<Response> ofThread =
            sent.stream()
                .filter(packet -> ((Success) packet).toId() / each == first / each)
                .toList();
        assertThat(ofThread)
            .isEqualTo(IntStream.range(first, first + each).mapToObj(i -> packet(i)).toList());
      }
    }

    @Test
    @DisplayName("nothing after a packet that the container refuses, and reports it")
    void refused() {
      fake.transport =
          (packet, handler) -> {
            throw new IllegalStateException("closed");
          };
      send(List.of(packet(1), packet(2)));
      fake.writeAtOnce();
      send(packet(3));
      assertThat(errors).containsExactly("closed");
      assertThat(fake.sent).isEmpty();
    }

    @Test
    @DisplayName("nothing after a packet that could not be written, and reports it")
    void lost() {
      send(List.of(packet(1), packet(2)));
      fake.fail();
      assertThat(errors).containsExactly("reset");
      assertThat(written).hasValue(0);
      assertThat(fake.sent).containsExactly(packet(1));
    }

    @Test
    @DisplayName("and says when all is written, not before")
    void drained() {
      send(packet(1));
      send(packet(2));
      fake.complete();
      assertThat(drained).hasValue(0);
      fake.complete();
      assertThat(drained).hasValue(1);
      assertThat(written).hasValue(2);
    }
  }

  @Nested
  @DisplayName("where the container can write several packets at once")
  class Gathering {

    private final FakeGatheringTransport transport = new FakeGatheringTransport(fake);

    Gathering() {
      sender = with(transport);
    }

    private static List<Response> packets(int count) {
      return IntStream.range(0, count).mapToObj(PacketSenderTest::packet).toList();
    }

    @Test
    @DisplayName("writes a packet by itself where no other waits")
    void alone() {
      send(packet(1));
      fake.complete();
      assertThat(fake.sent).containsExactly(packet(1));
      assertThat(transport.calls).isEmpty();
    }

    @Test
    @DisplayName("writes those that wait together, and is drained when they are written")
    void together() {
      send(packets(5));
      assertThat(fake.sent).isEqualTo(packets(5));
      assertThat(transport.calls).containsExactly("gather", "flush 5");
      assertThat(drained).hasValue(0);
      transport.flushed();
      assertThat(drained).hasValue(1);
    }

    @Test
    @DisplayName("goes on with what came meanwhile")
    void meanwhile() {
      send(packets(2));
      send(packet(2));
      assertThat(fake.sent).hasSize(2);
      transport.flushed();
      assertThat(fake.sent).isEqualTo(packets(3));
      assertThat(transport.calls).containsExactly("gather", "flush 2");
    }

    @Test
    @DisplayName("writes after a bounded number, however many wait")
    void bounded() {
      send(packets(80));
      assertThat(transport.calls).containsExactly("gather", "flush 32");
      transport.flushed();
      assertThat(transport.calls).endsWith("flush 64");
      transport.flushed();
      transport.flushed();
      assertThat(fake.sent).isEqualTo(packets(80));
      assertThat(transport.calls).endsWith("gather", "flush 80");
    }

    @Test
    @DisplayName("writes after so many bytes as are written at once, and what is longer by itself")
    void boundedBytes() {
      send(List.of(longPacket(1, 5000), longPacket(2, 4000), packet(3)));
      assertThat(transport.calls).containsExactly("gather", "flush 1");
      transport.flushed();
      assertThat(transport.calls).containsExactly("gather", "flush 1", "gather", "flush 3");
      transport.flushed();
      send(List.of(longPacket(4, 9000), packet(5)));
      assertThat(fake.pending).hasSize(1);
      fake.complete();
      assertThat(transport.calls).hasSize(4);
      assertThat(fake.sent).hasSize(5);
    }

    @Test
    @DisplayName("is not asked to write what is gathered when the session has ended")
    void ended() {
      fake.transport =
          (packet, handler) -> {
            fake.sent.add(packet);
            if (fake.sent.size() == 2) {
              end(); // the container does, in the midst of it
            }
            handler.onResult(new SendResult());
          };
      send(packets(5));
      assertThat(fake.sent).hasSize(2);
      assertThat(transport.calls).containsExactly("gather");
    }

    private static Response longPacket(int number, int length) {
      return Packets.success(number, "x".repeat(length), 0, null);
    }

    @Test
    @DisplayName("reports as written what is flushed, not what is gathered")
    void writtenByFlush() {
      send(packets(3));
      assertThat(written).hasValue(0);
      transport.flushed();
      assertThat(written).hasValue(1);
    }
  }
}
