package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The threads that keep uploads")
class FileWorkersTest {

  /** What the settings allow; a bucket takes no more than a token each nanosecond. */
  private static final long MOST = 1_000_000_000;

  private static CompletableFuture<Integer> keep(FileWorkers workers) {
    return workers.keep(Upload.CHUNK, () -> 1);
  }

  @Test
  @DisplayName("keep no more than the rate after what may come at once, and refuse it at their end")
  void rate() {
    FileWorkers workers = new FileWorkers(Thread::new, false, 1);
    List<CompletableFuture<Integer>> atOnce = new ArrayList<>();
    CompletableFuture<Integer> waits;
    try {
      for (int i = 0; i < 4; i++) {
        atOnce.add(keep(workers));
      }
      waits = keep(workers);
      assertThat(atOnce).allSatisfy(kept -> assertThat(kept.join()).isOne());
      assertThat(workers.store(() -> 2).join()).as("what is no upload's").isEqualTo(2);
      assertThat(waits).isNotDone();
    } finally {
      workers.stop();
    }
    for (CompletableFuture<Integer> late : List.of(waits, keep(workers))) {
      assertThatThrownBy(late::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(FileRefusedException.class);
    }
  }

  @Test
  @DisplayName("keep what has to wait when it is its turn; without a rate all at once")
  void turn() {
    for (long rate : new long[] {100L * Upload.CHUNK, MOST, 0}) {
      FileWorkers workers = new FileWorkers(Thread::new, false, rate);
      try {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          all.add(keep(workers));
        }
        assertThat(all).allSatisfy(kept -> assertThat(kept.join()).isOne());
      } finally {
        workers.stop();
      }
    }
  }
}
