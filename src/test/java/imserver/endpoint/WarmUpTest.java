package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.StoreWarmUp;
import imserver.session.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The warm-up")
class WarmUpTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final AtomicInteger rounds = new AtomicInteger();

  private StoreWarmUp store(BooleanSupplier round) {
    return new StoreWarmUp() {
      @Override
      public boolean tryOnce() {
        rounds.incrementAndGet();
        return round.getAsBoolean();
      }
    };
  }

  /** As {@link Workers} does it: what a task throws is logged. */
  private static final class AtOnce extends Workers {
    @Override
    public void run(Runnable task) {
      try {
        task.run();
      } catch (RuntimeException e) {
        // logged
      }
    }
  }

  @Test
  @DisplayName("is gone through several times by each of four threads")
  void several() {
    new WarmUp(store(() -> true), new AtOnce(), LONG).run();
    assertThat(rounds.get()).isGreaterThan(4);
  }

  @Test
  @DisplayName("ends where the database does not take part, and the server starts")
  void databaseFails() {
    new WarmUp(store(() -> false), new AtOnce(), LONG).run();
    assertThat(rounds.get()).as("one for each thread").isEqualTo(4);
  }

  @Test
  @DisplayName("ends at a fault of the program, and the server starts")
  void fault() {
    BooleanSupplier fault =
        () -> {
          throw new IllegalArgumentException("a fault");
        };
    new WarmUp(store(fault), new AtOnce(), LONG).run();
    assertThat(rounds.get()).as("one for each thread").isEqualTo(4);
  }

  @Test
  @DisplayName("is not waited for without end")
  void hangs() {
    List<Runnable> waiting = new ArrayList<>();
    Workers busy =
        new Workers() {
          @Override
          public void run(Runnable task) {
            waiting.add(task);
          }
        };
    new WarmUp(store(() -> true), busy, Duration.ofMillis(1)).run();
    assertThat(waiting).hasSize(4);
    waiting.forEach(Runnable::run);
    assertThat(rounds.get()).as("rounds that begin too late").isZero();
  }
}
