package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change.ProfileChanged;
import imserver.monitoring.Watchdog;
import imserver.monitoring.Watches;
import imserver.session.FakeThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What was heard")
class InboxTest {

  private static final List<Change> POISON = List.of(new ProfileChanged(-1));

  private final List<List<Change>> told = new CopyOnWriteArrayList<>();
  private final AtomicInteger missed = new AtomicInteger();
  private final CountDownLatch free = new CountDownLatch(1);
  private final Watchdog watchdog = new Watchdog();
  private final Inbox inbox =
      new Inbox(this::take, missed::incrementAndGet, new FakeThreads(), watchdog.watch("heard"));

  private void take(List<Change> changes) {
    if (changes.equals(POISON)) {
      throw new StackOverflowError("of a test");
    }
    try {
      free.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    told.add(changes);
  }

  @AfterEach
  void stop() {
    inbox.stop();
  }

  private static List<Change> of(int user) {
    return List.of(new ProfileChanged(user));
  }

  @Test
  @DisplayName("is told in order, up to a bound, past which it is missed")
  void order() {
    List<List<Change>> expected = new ArrayList<>();
    for (int i = 0; i <= Inbox.CAPACITY; i++) { // the first one is with the listener
      inbox.add(of(i));
      expected.add(of(i));
    }
    assertThat(missed).hasValue(0);
    inbox.add(of(-2));
    assertThat(missed).hasValue(1);
    free.countDown();
    await().until(() -> told.equals(expected));
  }

  @Test
  @DisplayName("is watched while it is told")
  void watched() {
    assertThat(Watches.isStuck(watchdog)).isFalse();
    inbox.add(POISON);
    await().until(() -> missed.get() == 1);
    await().until(() -> !Watches.isStuck(watchdog));
    inbox.add(of(1));
    await().until(() -> Watches.isStuck(watchdog));
    free.countDown();
    await().until(() -> !told.isEmpty());
    await().until(() -> !Watches.isStuck(watchdog));
  }

  @Test
  @DisplayName("is missed where it makes the listener fail, which is told the next all the same")
  void failing() {
    free.countDown();
    inbox.add(POISON);
    inbox.add(of(1));
    await().until(() -> told.equals(List.of(of(1))));
    assertThat(missed).hasValue(1);
  }
}
