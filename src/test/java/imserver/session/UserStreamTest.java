package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.Response.Incoming;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The stream of a user")
class UserStreamTest {

  private final FakeConnection connection = new FakeConnection(1);
  private final MessageStream connected = new MessageStream(connection, 100);
  private final UserStream user = new UserStream();
  private long now = 1;

  @BeforeEach
  void connect() {
    user.setStreams(List.of(connected));
    connected.goLive();
  }

  private static Incoming message(long id) {
    return new Incoming(id, 2, 1, "m" + id, "", "2", "");
  }

  /** The message with ten times the number of its change as id. */
  private void change(long number) {
    user.change(number, message(10 * number), now);
  }

  private List<Long> told() {
    return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Nested
  @DisplayName("where this server alone stores")
  class Alone {

    @Test
    @DisplayName("tells what is delivered, as it comes")
    void delivered() {
      user.deliver(List.of(message(1), message(2)));
      user.deliver(List.of(message(3)));
      assertThat(told()).containsExactly(1L, 2L, 3L);
    }
  }

  @Nested
  @DisplayName("where several servers store")
  class Shared {

    @BeforeEach
    void begin() {
      user.begin(5, 50);
    }

    @Test
    @DisplayName("tells each change once, in the order of their numbers")
    void order() {
      LongStream.of(6, 8, 7, 7, 5, 6, 10, 9, 8).forEach(UserStreamTest.this::change);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L, 100L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("counts a change of which nothing is to be told")
    void nothingToTell() {
      change(7);
      user.change(6, null, now);
      assertThat(told()).containsExactly(70L);
    }

    @Test
    @DisplayName("waits for a missing number for a moment, and is behind then")
    void behind() {
      change(7);
      assertThat(told()).isEmpty();
      pass(49);
      assertThat(user.isDue(now)).isFalse();
      pass(1);
      assertThat(user.isDue(now)).isTrue();
      assertThat(user.lastId()).isEqualTo(50);
    }

    @Test
    @DisplayName("tells what the database has, with what waits, and goes on from there")
    void catchUp() {
      change(7); // read meanwhile: the database does not have it as unread
      change(9);
      change(11);
      user.catchUp(9, List.of(message(60), message(80)), now);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L);
      assertThat(user.isBehind()).as("of the tenth").isTrue();
      change(10);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L, 100L, 110L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("does not tell again what the database had above its head")
    void readAfterTheHead() {
      change(7);
      user.catchUp(7, List.of(message(60), message(70), message(80)), now);
      change(8);
      change(9);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L);
    }

    @Test
    @DisplayName("is behind at once where the head is higher, or a message is to be read")
    void atOnce() {
      user.compare(5, now);
      assertThat(user.isBehind()).isFalse();
      user.compare(6, now);
      assertThat(user.isDue(now)).isTrue();
      user.catchUp(6, List.of(), now);
      user.unreadable(6, now);
      assertThat(user.isBehind()).as("known").isFalse();
      user.unreadable(7, now);
      assertThat(user.isDue(now)).isTrue();
    }

    @Test
    @DisplayName("keeps a bounded number of changes that wait")
    void bound() {
      LongStream.rangeClosed(7, 2000).forEach(UserStreamTest.this::change);
      assertThat(user.isDue(now)).isTrue();
      assertThat(told()).isEmpty();
    }

    @Test
    @DisplayName("goes on after a time in which this server was alone")
    void aloneBetween() {
      user.deliver(List.of(message(60), message(70)));
      change(8);
      assertThat(user.isBehind()).isTrue();
      user.catchUp(8, List.of(message(80)), now);
      change(9);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L);
    }
  }

  @Nested
  @DisplayName("before its first replay has begun")
  class NotBegun {

    @Test
    @DisplayName("holds changes back, and tells those that the replay does not have")
    void waits() {
      change(5);
      change(6);
      change(7);
      assertThat(told()).isEmpty();
      user.begin(6, 60);
      assertThat(told()).containsExactly(70L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("begins once")
    void once() {
      user.begin(5, 50);
      change(6);
      user.begin(3, 30);
      change(6);
      assertThat(told()).containsExactly(60L);
    }
  }
}
