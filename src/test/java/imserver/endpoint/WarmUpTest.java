package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.StoreWarmUp;
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
            })
        .run();
    return rounds.get();
  }

  @Test
  @DisplayName("is gone through several times")
  void several() {
    assertThat(roundsWhere(true)).isGreaterThan(1);
  }

  @Test
  @DisplayName("ends with the first that the database does not take part in, and the server starts")
  void databaseFails() {
    assertThat(roundsWhere(false)).isEqualTo(1);
  }
}
