package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.StoreWarmUp;
import imserver.session.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The warm-up")
class WarmUpTest {

  private final AtomicInteger rounds = new AtomicInteger();

  private int roundsWhere(boolean databaseAnswers) {
    new WarmUp(
            new StoreWarmUp() {
              @Override
              public boolean tryOnce() {
                rounds.incrementAndGet();
                return databaseAnswers;
              }
            },
            new Workers() {
              @Override
              public void run(Runnable task) {
                task.run();
              }
            })
        .run();
    return rounds.get();
  }

  @Test
  @DisplayName("is gone through several times")
  void several() {
    assertThat(roundsWhere(true)).isGreaterThan(4);
  }

  @Test
  @DisplayName("ends where the database does not take part, and the server starts")
  void databaseFails() {
    assertThat(roundsWhere(false)).as("one for each thread").isEqualTo(4);
  }
}
