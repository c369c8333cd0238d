package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a lane tells")
class ReplyExecutorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private volatile boolean othersWait = true;
  private final ReplyExecutor replies = new ReplyExecutor(() -> othersWait);
  private final List<Integer> told = new CopyOnWriteArrayList<>();
  private final List<Thread> by = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    replies.stop();
    replies.awaitEnd(PATIENCE);
  }

  private void tell(int number) {
    replies.execute(
        () -> {
          told.add(number);
          by.add(Thread.currentThread());
        });
  }

  @Test
  @DisplayName("is told in order, whoever of the two threads tells it")
  void order() throws InterruptedException {
    replies.start(Thread::new);
    for (int i = 0; i < 1000; i++) {
      othersWait = i % 3 != 0;
      tell(i);
    }
    replies.stop();
    replies.awaitEnd(PATIENCE);
    assertThat(told).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    assertThat(by).contains(Thread.currentThread()).hasSizeGreaterThan(2);
    assertThat(by.stream().distinct()).hasSize(2);
  }

  @Test
  @DisplayName("is told by the lane itself where nobody waits")
  void nobodyWaits() {
    replies.start(Thread::new);
    othersWait = false;
    tell(1);
    assertThat(by).containsExactly(Thread.currentThread());
  }

  @Test
  @DisplayName("is told after the end too, and what was given before it first")
  void afterTheEnd() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    replies.start(Thread::new);
    replies.execute(
        () -> {
          assertThat(awaited(goOn)).isTrue();
          told.add(1);
        });
    replies.stop();
    replies.stop();
    goOn.countDown();
    tell(2);
    tell(3);
    replies.awaitEnd(PATIENCE);
    assertThat(told).containsExactly(1, 2, 3);
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("does not hold up what follows, if it fails")
  void failure() throws InterruptedException {
    replies.start(Thread::new);
    replies.execute(
        () -> {
          throw new OutOfMemoryError("of a test");
        });
    tell(2);
    replies.stop();
    replies.awaitEnd(PATIENCE);
    assertThat(told).containsExactly(2);
  }

  @Test
  @DisplayName("needs a thread from the start")
  void noThread() {
    assertThatThrownBy(() -> replies.start(task -> null)).isInstanceOf(IllegalStateException.class);
    tell(1);
    assertThat(told).containsExactly(1);
  }
}
