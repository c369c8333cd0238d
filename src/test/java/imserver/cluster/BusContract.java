package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every bus does. */
abstract class BusContract {

  final List<Bus> started = new ArrayList<>();

  /** A bus of another server. */
  abstract Bus bus();

  /** The bus breaks, and comes back by itself. */
  abstract void cut() throws Exception;

  @AfterEach
  void stop() {
    started.forEach(Bus::stop);
  }

  /** What a bus has told, in order. */
  static class Heard implements Bus.Listener {
    final List<String> frames = new CopyOnWriteArrayList<>();
    final Map<Integer, List<String>> byWay = new ConcurrentHashMap<>();
    final List<String> states = new CopyOnWriteArrayList<>();
    final List<Long> followed = new CopyOnWriteArrayList<>();
    final AtomicInteger lost = new AtomicInteger();
    volatile int ways;
    volatile String reason = "";

    @Override
    public void heard(int way, String frame) {
      frames.add(frame);
      byWay.computeIfAbsent(way, some -> new CopyOnWriteArrayList<>()).add(frame);
    }

    @Override
    public void connected(int count) {
      ways = count;
      states.add("connected");
    }

    @Override
    public void disconnected(String reason) {
      this.reason = reason;
      states.add("disconnected");
    }

    @Override
    public void followed(List<Long> users) {
      followed.addAll(users);
    }

    @Override
    public void lost() {
      lost.incrementAndGet();
    }

    /** Whether that holds for what came by each way. */
    boolean byEachWay(Predicate<List<String>> condition) {
      return IntStream.range(0, ways)
          .allMatch(way -> condition.test(byWay.getOrDefault(way, List.of())));
    }

    boolean isConnected() {
      return !states.isEmpty() && states.get(states.size() - 1).equals("connected");
    }
  }

  record Server(Bus bus, Heard heard) {}

  Server server() {
    return server(bus());
  }

  Server server(Bus bus) {
    return server(bus, new Heard());
  }

  private Server server(Bus bus, Heard heard) {
    started.add(bus);
    bus.start(heard);
    await().until(heard::isConnected);
    return new Server(bus, heard);
  }

  @Test
  @DisplayName("carries frames to every server, each server's in their order")
  void carries() {
    List<Server> servers = List.of(server(), server(), server());
    int count = 1000;
    for (int i = 0; i < count; i++) {
      for (int each = 0; each < servers.size(); each++) {
        servers.get(each).bus().publish(each + " " + i);
      }
    }
    for (Server server : servers) {
      await()
          .until(() -> server.heard().byEachWay(frames -> frames.size() == servers.size() * count));
      for (int each = 0; each < servers.size(); each++) {
        String prefix = each + " ";
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          expected.add(prefix + i);
        }
        assertThat(server.heard().byWay.values())
            .allSatisfy(
                frames ->
                    assertThat(frames)
                        .filteredOn(frame -> frame.startsWith(prefix))
                        .isEqualTo(expected));
      }
    }
  }

  @Test
  @DisplayName("carries frames of the most bytes, of any text")
  void large() {
    Server one = server();
    Server other = server();
    String text = "私'\"\\\n👋";
    String frame = text.repeat(FrameCodec.MAX_BYTES / 11);
    one.bus().publish(frame);
    await().until(() -> other.heard().byEachWay(frames -> frames.equals(List.of(frame))));
  }

  @Test
  @DisplayName("tells that it broke, connects again, and carries then")
  void comesBack() throws Exception {
    Server one = server();
    Server other = server();
    cut();
    await().until(() -> other.heard().states.contains("disconnected"));
    await().until(() -> one.heard().isConnected() && other.heard().isConnected());
    await()
        .until(
            () -> {
              one.bus().publish("again");
              return other.heard().frames.contains("again");
            });
  }

  @Test
  @DisplayName("goes on where what is heard makes somebody fail, even with an error")
  void failingListener() {
    AtomicBoolean failed = new AtomicBoolean();
    Heard failing =
        new Heard() {
          @Override
          public void heard(int way, String frame) {
            if (!failed.getAndSet(true)) {
              throw new StackOverflowError("of a test");
            }
            super.heard(way, frame);
          }
        };
    Server one = server(bus(), failing);
    one.bus().publish("it fails");
    await().until(failed::get);
    await()
        .until(
            () -> {
              one.bus().publish("again");
              return failing.byEachWay(frames -> frames.contains("again"));
            });
  }

  @Test
  @DisplayName("never waits, nor keeps more than its bound, where nothing can be sent")
  void notStarted() {
    Bus bus = bus();
    for (int i = 0; i < 100_000; i++) {
      bus.publish("frame");
    }
  }
}
