package imserver.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import imserver.auth.UserPrincipal;
import imserver.packet.FailureCode;
import imserver.session.FakeThreads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The threads that ask the database")
class DatabaseExecutorTest {

  private final CountDownLatch database = new CountDownLatch(1);
  private final DatabaseExecutor executor = new DatabaseExecutor(new FakeThreads());

  @AfterEach
  void stop() {
    database.countDown();
    executor.stop();
  }

  private static <T> T answerOf(CompletionStage<T> answer) throws Exception {
    return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static RefusedException refusal(CompletionStage<?> answer) {
    Throwable thrown = catchThrowable(() -> answerOf(answer));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    assertThat(thrown.getCause()).isInstanceOf(RefusedException.class);
    return (RefusedException) thrown.getCause();
  }

  private String hang() throws InterruptedException {
    database.await();
    return "late";
  }

  @Test
  @DisplayName("answer with what was found, or what was thrown, as it is")
  void found() throws Exception {
    assertThat(answerOf(executor.ask(() -> "found"))).isEqualTo("found");
    RefusedException gone = new RefusedException(FailureCode.NOT_FOUND, "gone");
    CompletionStage<String> answer =
        executor.ask(
            () -> {
              throw gone;
            });
    assertThat(refusal(answer)).isSameAs(gone);
  }

  @Test
  @DisplayName("take so many requests of one user at a time, and more when those are done with")
  void boundedOfOne() throws Exception {
    UserPrincipal alice = new UserPrincipal(1, null, null, null);
    UserPrincipal bob = new UserPrincipal(2, null, null, null);
    List<CompletionStage<String>> answers = new ArrayList<>();
    answers.add(executor.ask(alice, 8, this::hang));
    answers.add(executor.ask(alice, 8, this::hang));
    assertThat(refusal(executor.ask(alice, 1, () -> "refused")).code())
        .isEqualTo(FailureCode.RATE_LIMITED);
    assertThat(answerOf(executor.ask(bob, 1, () -> "found"))).isEqualTo("found");
    database.countDown();
    for (CompletionStage<String> answer : answers) {
      assertThat(answerOf(answer)).isEqualTo("late");
    }
    await()
        .ignoreException(ExecutionException.class) // given back a moment after the answer
        .untilAsserted(
            () -> assertThat(answerOf(executor.ask(alice, 16, () -> "x"))).isEqualTo("x"));
  }

  @Test
  @DisplayName("leave threads to others however much one user asks, and ask all of it in turn")
  void threadsForOthers() throws Exception {
    UserPrincipal alice = new UserPrincipal(1, null, null, null);
    UserPrincipal bob = new UserPrincipal(2, null, null, null);
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
    List<CompletionStage<String>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int number = i;
      answers.add(
          executor.ask(
              alice,
              1,
              () -> {
                asked.add(number);
                return hang();
              }));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(answerOf(executor.ask(bob, 1, () -> "found"))).isEqualTo("found");
    }
    assertThat(asked).containsExactlyInAnyOrder(0, 1, 2);
    database.countDown();
    for (CompletionStage<String> answer : answers) {
      assertThat(answerOf(answer)).isEqualTo("late");
    }
    assertThat(asked).hasSize(16);
  }

  @Test
  @DisplayName("give a user's turn back where there is no place for the request")
  void turnOfRefused() throws Exception {
    UserPrincipal alice = new UserPrincipal(1, null, null, null);
    for (int i = 0; i < 2000; i++) {
      executor.ask(this::hang);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(refusal(executor.ask(alice, 1, () -> "x")).code())
          .isEqualTo(FailureCode.SERVER_BUSY);
    }
    database.countDown();
    for (int i = 0; i < 20; i++) {
      awaitFound(alice);
    }
  }

  @Test
  @DisplayName("give a user's turns back where the time was over before they began")
  void turnsOfLate() throws Exception {
    UserPrincipal alice = new UserPrincipal(1, null, null, null);
    List<CompletionStage<String>> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      executor.ask(this::hang);
    }
    for (int i = 0; i < 16; i++) {
      answers.add(executor.ask(alice, 1, () -> "late"));
    }
    for (CompletionStage<String> answer : answers) {
      assertThat(refusal(answer).code()).isEqualTo(FailureCode.STORAGE_UNAVAILABLE);
    }
    database.countDown();
    for (int i = 0; i < 20; i++) {
      awaitFound(alice);
    }
  }

  private void awaitFound(UserPrincipal user) {
    await()
        .ignoreException(ExecutionException.class) // all is given back a moment after the answers
        .untilAsserted(() -> assertThat(answerOf(executor.ask(user, 1, () -> "x"))).isEqualTo("x"));
  }

  @Test
  @DisplayName("answer in time where the database hangs, also those who wait for a thread")
  void hangs() {
    List<CompletionStage<String>> answers = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      answers.add(
          executor.ask(
              () -> {
                begun.incrementAndGet();
                return hang();
              }));
    }
    for (CompletionStage<String> answer : answers) {
      assertThat(refusal(answer).code()).isEqualTo(FailureCode.STORAGE_UNAVAILABLE);
    }
    assertThat(begun.get()).as("bounded").isLessThan(20);
  }

  @Test
  @DisplayName("count against a user only what still waits, while the database hangs")
  void givesUp() {
    for (int i = 0; i < 8; i++) {
      var unused = executor.ask(this::hang); // every thread
    }
    UserPrincipal alice = new UserPrincipal(1, null, null, null);
    CompletionStage<String> first = executor.ask(alice, 16, () -> "found");
    assertThat(refusal(executor.ask(alice, 1, () -> "too much")).code())
        .isEqualTo(FailureCode.RATE_LIMITED);
    assertThat(refusal(first).code()).isEqualTo(FailureCode.STORAGE_UNAVAILABLE);
    await().until(() -> !executor.ask(alice, 16, () -> "x").toCompletableFuture().isDone());
  }

  @Test
  @DisplayName("answer in time where a lane does not")
  void lane() throws Exception {
    CompletableFuture<Long> stored = new CompletableFuture<>();
    CompletionStage<String> early = executor.await(stored, id -> "stored " + id);
    CompletionStage<String> never = executor.await(new CompletableFuture<Long>(), id -> "no");
    stored.complete(7L);
    assertThat(answerOf(early)).isEqualTo("stored 7");
    assertThat(refusal(never).code()).isEqualTo(FailureCode.STORAGE_UNAVAILABLE);
  }

  @Test
  @DisplayName("refuse at once what would wait behind too much")
  void full() {
    List<CompletionStage<String>> answers = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      answers.add(executor.ask(this::hang));
    }
    assertThat(refusal(answers.get(1999)).code()).isEqualTo(FailureCode.SERVER_BUSY);
    assertThat(answers.get(0).toCompletableFuture()).isNotDone();
  }

  @Test
  @DisplayName("tell all who wait when the server stops")
  void stops() {
    CompletionStage<String> waiting = executor.ask(this::hang);
    CompletionStage<String> job = executor.askForLong(this::hang);
    executor.stop();
    assertThat(refusal(waiting).code()).isEqualTo(FailureCode.SERVER_BUSY);
    assertThat(refusal(job).code()).isEqualTo(FailureCode.SERVER_BUSY);
    assertThat(refusal(executor.ask(() -> "no more")).code()).isEqualTo(FailureCode.SERVER_BUSY);
  }
}
