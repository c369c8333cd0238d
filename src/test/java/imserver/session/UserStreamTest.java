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

  private boolean change(UserChange... changes) {
    return user.change(List.of(changes), now);
  }

  /** The message with ten times the number of its change as id. */
  private boolean change(long number) {
    return change(UserChange.of(number, message(10 * number), null));
  }

  private List<Long> told() {
    return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
  }

  private boolean isDue() {
    return user.isDue(TimeUnit.MILLISECONDS.toNanos(50), now);
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Nested
  @DisplayName("that has begun")
  class Begun {

    @BeforeEach
    void begin() {
      user.begin(5, 50, now);
    }

    @Test
    @DisplayName("tells each change once, in the order of their numbers")
    void order() {
      LongStream.of(6, 8, 7, 7, 6, 10, 9, 8).forEach(UserStreamTest.this::change);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L, 100L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("tells nothing that is of before, when it is heard of once more, much later")
    void before() {
      pass(10_000);
      LongStream.of(3, 5, 6, 4).forEach(UserStreamTest.this::change);
      assertThat(told()).containsExactly(60L);
    }

    @Test
    @DisplayName("tells several at once, whatever their order")
    void several() {
      change(
          UserChange.of(8, message(80), null),
          UserChange.of(6, message(60), null),
          UserChange.withoutMessage(7, null));
      assertThat(told()).containsExactly(60L, 80L);
    }

    @Test
    @DisplayName("counts a change of which nothing is to be told")
    void nothingToTell() {
      change(7);
      change(UserChange.withoutMessage(6, null));
      assertThat(told()).containsExactly(70L);
    }

    @Test
    @DisplayName("waits for a missing number for a moment, and is to catch up then")
    void behind() {
      assertThat(change(7)).isTrue();
      assertThat(told()).isEmpty();
      pass(49);
      assertThat(isDue()).isFalse();
      pass(1);
      assertThat(isDue()).isTrue();
      assertThat(user.complete()).isEqualTo(50);
    }

    @Test
    @DisplayName("waits anew for each missing number")
    void anew() {
      change(7);
      pass(40);
      change(9);
      change(6);
      pass(40);
      assertThat(isDue()).isFalse();
      pass(10);
      assertThat(isDue()).isTrue();
      assertThat(user.complete()).isEqualTo(70);
    }

    @Test
    @DisplayName("tells what the database has, and goes on from there")
    void catchUp() {
      change(7);
      change(9);
      change(11);
      user.catchUp(9, List.of(message(60), message(70), message(80), message(90)), now);
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
    @DisplayName("tells a page of what the database has, and stays behind")
    void partly() {
      change(9);
      user.catchUpPartly(List.of(message(60)), 65);
      assertThat(told()).containsExactly(60L);
      assertThat(user.isBehind()).isTrue();
      assertThat(user.complete()).isEqualTo(65);
      user.catchUp(9, List.of(message(70), message(80), message(90)), now);
      assertThat(told()).containsExactly(60L, 70L, 80L, 90L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("is behind where the database has a higher number")
    void compared() {
      assertThat(user.compare(5, now)).isFalse();
      assertThat(user.compare(6, now)).isTrue();
      pass(50);
      assertThat(isDue()).isTrue();
      user.catchUp(6, List.of(), now);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("is to catch up at once where the next message is to be read")
    void toBeRead() {
      change(UserChange.toBeRead(6));
      change(7);
      assertThat(told()).isEmpty();
      assertThat(isDue()).isTrue();
      user.catchUp(6, List.of(message(60)), now);
      assertThat(told()).containsExactly(60L, 70L);
      change(UserChange.toBeRead(6));
      assertThat(user.isBehind()).as("known").isFalse();
    }

    @Test
    @DisplayName("waits again for a moment after that")
    void wasRead() {
      change(UserChange.toBeRead(6));
      user.catchUp(6, List.of(message(60)), now);
      change(8);
      assertThat(isDue()).isFalse();
      pass(50);
      assertThat(isDue()).isTrue();
    }

    @Test
    @DisplayName("is not thrown back by what the database had before the last change")
    void readBefore() {
      change(6);
      user.catchUp(5, List.of(), now);
      assertThat(user.isBehind()).isFalse();
      change(7);
      assertThat(told()).containsExactly(60L, 70L);
    }

    @Test
    @DisplayName("stays behind while it knows of a number that was not told")
    void remembers() {
      change(UserChange.toBeRead(7));
      change(6);
      assertThat(user.isBehind()).as("of what is to be read").isTrue();
      user.catchUp(7, List.of(message(70)), now);
      user.compare(9, now);
      change(8);
      assertThat(user.isBehind()).as("of what was compared").isTrue();
      change(UserChange.toBeRead(10));
      user.catchUp(9, List.of(message(90)), now);
      assertThat(user.isBehind()).as("of what came during the reading").isTrue();
    }

    @Test
    @DisplayName("keeps a bounded number of changes that wait")
    void bound() {
      LongStream.rangeClosed(7, 2000).forEach(UserStreamTest.this::change);
      pass(50);
      assertThat(isDue()).isTrue();
      assertThat(told()).isEmpty();
      change(6);
      assertThat(user.isBehind()).as("of what was dropped").isTrue();
    }

    @Test
    @DisplayName("waits longer where it could not catch up")
    void postponed() {
      change(7);
      pass(50);
      user.postpone(TimeUnit.SECONDS.toNanos(2), now);
      pass(1999);
      assertThat(isDue()).isFalse();
      pass(1);
      assertThat(isDue()).isTrue();
    }
  }

  @Nested
  @DisplayName("before its first replay has begun")
  class NotBegun {

    @Test
    @DisplayName("holds changes back; of those that were committed before the ids decide")
    void waits() {
      change(6);
      change(7);
      assertThat(told()).isEmpty();
      pass(50);
      assertThat(isDue()).isFalse();
      connected.replay(List.of(message(60)));
      user.begin(6, 60, now);
      assertThat(told()).containsExactly(60L, 70L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("tells what was committed just before it began, and comes late")
    void late() { // the replay may have ended at its limit, before this message
      user.begin(6, 60, now);
      change(6);
      change(7);
      assertThat(told()).containsExactly(60L, 70L);
    }

    @Test
    @DisplayName("is behind from the beginning where a later change was heard of before")
    void comparedBefore() {
      user.compare(7, now);
      user.begin(5, 50, now);
      assertThat(user.isBehind()).isTrue();
      user.catchUp(7, List.of(message(60), message(70)), now);
      assertThat(told()).containsExactly(60L, 70L);
      assertThat(user.isBehind()).isFalse();
    }

    @Test
    @DisplayName("begins once")
    void once() {
      user.begin(5, 50, now);
      change(6);
      user.begin(3, 30, now);
      change(6);
      assertThat(told()).containsExactly(60L);
    }
  }
}
