package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.cluster.Change.Typing;
import imserver.session.FakeWorkers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The relay of who is typing")
class TypingRelayTest {

  private final FakeWorkers workers = new FakeWorkers();
  private final List<Typing> passed = new ArrayList<>();
  private int asked;
  private boolean isDown;

  /** Three has blocked one. */
  private final TypingRelay relay = new TypingRelay(workers, this::isBlocked, passed::add);

  private boolean isBlocked(long user, long by) {
    asked++;
    if (isDown) {
      throw new IllegalStateException("down");
    }
    return user == 1 && by == 3;
  }

  @Test
  @DisplayName("passes it on, but to who has blocked the user; and asks once in a while")
  void passes() {
    Typing toBob = new Typing(1, 2);
    Typing back = new Typing(3, 1);
    for (int i = 0; i < 3; i++) {
      relay.pass(toBob);
      relay.pass(new Typing(1, 3));
      relay.pass(back);
      workers.runSoon();
    }
    assertThat(passed).containsExactly(toBob, back, toBob, back, toBob, back);
    assertThat(asked).isEqualTo(3);
  }

  @Test
  @DisplayName("drops it where the database does not answer, and where too much waits for it")
  void down() {
    isDown = true;
    relay.pass(new Typing(1, 2));
    assertThatThrownBy(workers::runSoon).hasMessage("down");
    isDown = false;
    for (int i = 0; i < 150; i++) {
      relay.pass(new Typing(10 + i, 2));
    }
    workers.runSoon();
    assertThat(passed).hasSize(100);
    relay.pass(new Typing(500, 2));
    workers.runSoon();
    assertThat(passed).hasSize(101);
  }
}
