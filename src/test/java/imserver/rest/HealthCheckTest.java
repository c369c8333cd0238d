package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.database.StorageException;
import imserver.message.MessageService;
import imserver.session.FakeThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The health check")
class HealthCheckTest {

  private final Semaphore answers = new Semaphore(0);
  private final AtomicInteger pings = new AtomicInteger();
  private volatile boolean fails;

  private final HealthCheck check =
      new HealthCheck(
          new MessageService() {
            @Override
            public void ping() {
              pings.incrementAndGet();
              answers.acquireUninterruptibly();
              if (fails) {
                throw new StorageException(new IllegalStateException("down"));
              }
            }
          },
          new FakeThreads());

  @AfterEach
  void stop() {
    answers.release(1000);
    check.stop();
  }

  private static boolean told(CompletionStage<Boolean> answer) throws Exception {
    return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("pings once for all who ask at the same time")
  void shared() throws Exception {
    List<CompletionStage<Boolean>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(check.databaseAnswers());
    }
    answers.release();
    for (CompletionStage<Boolean> each : asked) {
      assertThat(told(each)).isTrue();
    }
    assertThat(pings).hasValue(1);
    answers.release();
    assertThat(told(check.databaseAnswers())).isTrue();
    assertThat(pings).as("a later one asks anew").hasValue(2);
  }

  @Test
  @DisplayName("says no where the database refuses")
  void refused() throws Exception {
    fails = true;
    answers.release();
    assertThat(told(check.databaseAnswers())).isFalse();
  }

  @Test
  @DisplayName("says no without the database where that hangs, and yes when it is back")
  void hangs() throws Exception {
    assertThat(told(check.databaseAnswers())).isFalse();
    CompletionStage<Boolean> second = check.databaseAnswers();
    assertThat(second.toCompletableFuture()).as("known already").isDone();
    assertThat(told(second)).isFalse();
    assertThat(pings).as("the one that hangs").hasValue(1);
    answers.release(1000);
    org.awaitility.Awaitility.await().until(() -> told(check.databaseAnswers()));
  }
}
