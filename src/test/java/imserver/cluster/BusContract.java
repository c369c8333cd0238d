package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every bus does. */
abstract class BusContract {

  private final List<Bus> started = new ArrayList<>();

  /** A bus of another server. */
  abstract Bus bus();

  /** The bus breaks, and comes back by itself. */
  abstract void cut() throws Exception;

  @AfterEach
  void stop() {
    started.forEach(Bus::stop);
  }

  /** What a bus has told, in order. */
  static final class Heard implements Bus.Listener {
    final List<String> frames = new CopyOnWriteArrayList<>();
    final List<String> states = new CopyOnWriteArrayList<>();
    volatile String reason = "";

    @Override
    public void heard(String frame) {
      frames.add(frame);
    }

    @Override
    public void connected() {
      states.add("connected");
    }

    @Override
    public void disconnected(String reason) {
      this.reason = reason;
      states.add("disconnected");
    }

    boolean isConnected() {
      return !states.isEmpty() && states.get(states.size() - 1).equals("connected");
    }
  }

  private record Server(Bus bus, Heard heard) {}

  private Server server() {
    Bus bus = bus();
    Heard heard = new Heard();
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
      await().until(() -> server.heard().frames.size() == servers.size() * count);
      for (int each = 0; each < servers.size(); each++) {
        String prefix = each + " ";
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          expected.add(prefix + i);
        }
        assertThat(server.heard().frames)
            .filteredOn(frame -> frame.startsWith(prefix))
            .isEqualTo(expected);
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
    await().until(() -> other.heard().frames.equals(List.of(frame)));
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
  @DisplayName("never waits, nor keeps more than its bound, where nothing can be sent")
  void notStarted() {
    Bus bus = bus();
    for (int i = 0; i < 100_000; i++) {
      bus.publish("frame");
    }
  }
}
