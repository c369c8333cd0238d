package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.session.FakeWorkers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call of the container")
class ContainerCallTest {

  private final FakeWorkers workers = new FakeWorkers();
  private final ContainerCall call = new ContainerCall(workers);
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  @DisplayName("is made until the session has ended, and not after that")
  void ended() {
    assertThat(call.run(runs::incrementAndGet)).isTrue();
    call.end();
    assertThat(call.run(runs::incrementAndGet)).isFalse();
    assertThat(runs).hasValue(1);
  }

  @Test
  @DisplayName("passes on what it throws, and the next is made")
  void fails() {
    assertThatThrownBy(
            () ->
                call.run(
                    () -> {
                      throw new IllegalStateException("closed");
                    }))
        .hasMessage("closed");
    assertThat(call.run(runs::incrementAndGet)).isTrue();
    call.end();
    assertThat(workers.delays).as("no call is left to be interrupted").isEmpty();
  }

  @Test
  @DisplayName("is interrupted soon after the end, which its thread does not notice afterwards")
  void interrupted() throws Exception {
    CountDownLatch within = new CountDownLatch(1);
    CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              call.run(() -> waitForEver(within));
              stillInterrupted.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    within.await();
    call.end();
    assertThat(workers.delays).containsExactly(Duration.ofMillis(100));
    assertThat(stillInterrupted).isNotDone();
    workers.runLater();
    assertThat(stillInterrupted.get(20, TimeUnit.SECONDS)).isFalse();
    caller.join();
  }

  private static void waitForEver(CountDownLatch within) {
    within.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("that returns in time is not interrupted, nor what its thread does next")
  void returnsInTime() {
    assertThat(call.run(call::end)).isTrue();
    workers.runLater();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
