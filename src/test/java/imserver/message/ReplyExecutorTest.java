package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import imserver.monitoring.Watchdog;
import imserver.monitoring.Watches;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The replies of a lane")
class ReplyExecutorTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private volatile boolean othersWait = true;
  private final Watchdog watchdog = new Watchdog();
  private final ReplyExecutor replies =
      new ReplyExecutor(() -> othersWait, watchdog.watch("replies"));
  private final List<Integer> done = new CopyOnWriteArrayList<>();
  private final List<Thread> by = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    replies.stop();
    replies.awaitEnd(TIMEOUT);
  }

  private void reply(int number) {
    replies.execute(
        () -> {
          done.add(number);
          by.add(Thread.currentThread());
        });
  }

  @Test
  @DisplayName("run in order, in whichever of the two threads")
  void order() throws InterruptedException {
    replies.start(Thread::new);
    for (int i = 0; i < 1000; i++) {
      othersWait = i % 3 != 0;
      reply(i);
    }
    replies.stop();
    replies.awaitEnd(TIMEOUT);
    assertThat(done).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    assertThat(by).contains(Thread.currentThread()).hasSizeGreaterThan(2);
    assertThat(by.stream().distinct()).hasSize(2);
  }

  @Test
  @DisplayName("run in the thread of the lane where no request waits")
  void nobodyWaits() {
    replies.start(Thread::new);
    othersWait = false;
    reply(1);
    assertThat(by).containsExactly(Thread.currentThread());
  }

  @Test
  @DisplayName("run after the end too, and those that were given before it first")
  void afterTheEnd() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    replies.start(Thread::new);
    replies.execute(
        () -> {
          assertThat(awaited(goOn)).isTrue();
          done.add(1);
        });
    replies.stop();
    replies.stop();
    goOn.countDown();
    reply(2);
    reply(3);
    replies.awaitEnd(TIMEOUT);
    assertThat(done).containsExactly(1, 2, 3);
  }

  @Test
  @DisplayName("are watched, in whichever of the two threads")
  void watched() {
    CountDownLatch goOn = new CountDownLatch(1);
    replies.start(Thread::new);
    replies.execute(() -> assertThat(awaited(goOn)).isTrue());
    await().until(() -> Watches.isStuck(watchdog));
    goOn.countDown();
    othersWait = false;
    AtomicBoolean stuck = new AtomicBoolean();
    replies.execute(
        () -> {
          stuck.set(Watches.isStuck(watchdog));
          throw new IllegalStateException("of a test");
        });
    assertThat(stuck).isTrue();
    assertThat(Watches.isStuck(watchdog)).isFalse();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("do not hold up the next one, if one fails")
  void failure() throws InterruptedException {
    replies.start(Thread::new);
    replies.execute(
        () -> {
          throw new OutOfMemoryError("of a test");
        });
    reply(2);
    replies.stop();
    replies.awaitEnd(TIMEOUT);
    assertThat(done).containsExactly(2);
  }

  @Test
  @DisplayName("need a thread from the start")
  void noThread() {
    assertThatThrownBy(() -> replies.start(task -> null)).isInstanceOf(IllegalStateException.class);
    reply(1);
    assertThat(done).containsExactly(1);
  }
}
