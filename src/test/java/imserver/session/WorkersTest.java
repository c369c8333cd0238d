package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.monitoring.Watchdog;
import imserver.monitoring.Watches;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The threads for what may wait")
class WorkersTest {

  private final Watchdog watchdog = new Watchdog();
  private final Workers workers = new Workers(new FakeThreads(), watchdog);
  private final AtomicBoolean ran = new AtomicBoolean();

  @AfterEach
  void end() {
    workers.stop();
  }

  private void note() {
    ran.set(true);
  }

  @Test
  @DisplayName("go on with what is to run again and again after an exception and an error")
  void again() {
    AtomicInteger runs = new AtomicInteger();
    workers.runEvery(
        Duration.ofMillis(1),
        () -> {
          switch (runs.incrementAndGet()) {
            case 1 -> throw new AssertionError("of a test");
            case 2 -> throw new IllegalStateException("of a test");
            default -> note();
          }
        });
    await().until(ran::get);
  }

  @Test
  @DisplayName("are watched: whether one is free for what is to be done in time")
  void watched() {
    await().until(() -> Watches.isStuck(watchdog)); // between two ticks
    await().until(() -> !Watches.isStuckStill(watchdog));
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger waiting = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      workers.runIn(
          Duration.ZERO,
          () -> {
            waiting.incrementAndGet();
            awaitEnd(free);
          });
    }
    await().until(() -> waiting.get() == 2);
    assertThat(Watches.isStuck(watchdog)).isTrue();
    await().during(Watchdog.PERIOD.multipliedBy(2)).until(() -> Watches.isStuckStill(watchdog));
    free.countDown();
    await().until(() -> !Watches.isStuckStill(watchdog));
  }

  @Test
  @DisplayName("are watched: whether what is to run again and again comes to its end")
  void watchedTask() {
    Semaphore mayEnd = new Semaphore(0);
    AtomicInteger runs = new AtomicInteger();
    workers.runEvery(
        Duration.ofMillis(1),
        () -> {
          runs.incrementAndGet();
          mayEnd.acquireUninterruptibly();
        });
    for (int run : List.of(1, 2)) {
      await().until(() -> runs.get() == run);
      await().until(() -> Watches.isStuck(watchdog));
      await()
          .during(Watchdog.PERIOD.multipliedBy(2)) // the tick goes on in the other thread
          .until(() -> Watches.isStuckStill(watchdog));
      mayEnd.release();
    }
    mayEnd.release(1000);
    await().until(() -> runs.get() > 2 && !Watches.isStuckStill(watchdog));
    mayEnd.release(Integer.MAX_VALUE / 2);
  }

  private static void awaitEnd(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("do at their stop what was put off and is needed")
  void needed() {
    workers.runIn(Duration.ofMillis(300), () -> workers.runForClient(this::note));
    workers.stop();
    assertThat(ran).isTrue();
  }

  @Test
  @DisplayName("do not wait at their stop for what is needed no more")
  void unneeded() {
    workers.runIn(Duration.ofSeconds(3), this::note, () -> false);
    workers.stop();
    assertThat(ran).as("it had waited for its time").isFalse();
  }

  @Test
  @DisplayName("wait at their stop for as long as it is needed")
  void unneededLater() {
    AtomicInteger asked = new AtomicInteger();
    workers.runIn(Duration.ofSeconds(3), this::note, () -> asked.incrementAndGet() < 4);
    workers.stop();
    assertThat(asked).hasValue(4);
    assertThat(ran).isFalse();
  }
}
