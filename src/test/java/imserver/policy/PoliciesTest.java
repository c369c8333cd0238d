package imserver.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import imserver.config.Configs;
import imserver.session.FakeWorkers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The policies")
class PoliciesTest {

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final FakeWorkers workers = new FakeWorkers();
  private final List<String> asked = new ArrayList<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private Policies policies(String failure, Policy... all) {
    return new Policies(Configs.with("IMSERVER_POLICY_FAILURE", failure), workers, List.of(all));
  }

  /** One that answers at once. */
  private Policy answering(PolicyDecision decision) {
    return (draft, within) -> {
      asked.add(draft.content());
      return CompletableFuture.completedFuture(decision);
    };
  }

  private static Ruling ruling(Policies policies) {
    return policies.ask(new MessageDraft(1, 2, "text", "c1")).join();
  }

  @Test
  @DisplayName("are asked one after the other of what the one before has left")
  void chain() {
    Policies policies =
        policies(
            "refuse",
            answering(PolicyDecision.replace("other")),
            answering(PolicyDecision.allow()),
            answering(PolicyDecision.replace("last")));
    assertThat(ruling(policies)).isEqualTo(new Ruling.Store("last", true));
    assertThat(asked).containsExactly("text", "other", "other");
  }

  @Test
  @DisplayName("may take the text of a message away that has files")
  void withoutText() {
    Policies policies = policies("refuse", answering(PolicyDecision.replace("")));
    MessageDraft draft =
        new MessageDraft(
            1, 2, "text", "c1", List.of(new MessageDraft.Attachment(12, "a", "text/plain", 1)));
    assertThat(policies.ask(draft).join()).isEqualTo(new Ruling.Store("", true));
    assertThat(ruling(policies)).isEqualTo(new Ruling.Unknown());
  }

  @Test
  @DisplayName("end with the first that refuses, whose reason is given in one line and bounded")
  void refusal() {
    Policies policies =
        policies(
            "allow",
            answering(PolicyDecision.refuse("not\nhere" + "!".repeat(1000))),
            answering(PolicyDecision.allow()));
    assertThat(ruling(policies)).isEqualTo(new Ruling.Refuse("not here" + "!".repeat(492)));
    assertThat(asked).containsExactly("text");
  }

  @Test
  @DisplayName("have no say where they fail, time out, or give what no message may say")
  void failures() {
    for (Policy failing :
        List.<Policy>of(
            (draft, within) -> CompletableFuture.failedFuture(new IllegalStateException("fault")),
            answering(PolicyDecision.replace(" ")),
            answering(PolicyDecision.replace("\ud800")),
            answering(PolicyDecision.replace("x".repeat(4001))),
            new LocalPolicy(draft -> null, threads, new FairTurns(2)),
            new LocalPolicy(
                draft -> {
                  throw new NoClassDefFoundError("x");
                },
                threads,
                new FairTurns(2)))) {
      assertThat(ruling(policies("refuse", failing))).isEqualTo(new Ruling.Unknown());
      assertThat(ruling(policies("allow", failing))).isEqualTo(new Ruling.Store("text", false));
    }
  }

  @Test
  @DisplayName("are waited for as long as the settings say, and interrupted then")
  void timeout() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    MessagePolicy hanging =
        draft -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return PolicyDecision.refuse("late");
        };
    Policies policies = policies("allow", new LocalPolicy(hanging, threads, new FairTurns(2)));
    CompletableFuture<Ruling> ruling = policies.ask(new MessageDraft(1, 2, "text", null));
    assertThat(workers.delays).hasSize(1);
    assertThat(workers.delays.get(0).toMillis()).isBetween(900L, 1000L);
    assertThat(ruling).isNotDone();
    await().until(() -> begun.getCount() == 0);
    workers.runLater();
    assertThat(ruling.join()).isEqualTo(new Ruling.Store("text", false));
    await().until(() -> interrupted.getCount() == 0);
  }

  @Test
  @DisplayName("in this JVM answer one sender also while they hang for another")
  void otherSender() {
    CountDownLatch end = new CountDownLatch(1);
    MessagePolicy hanging =
        draft -> {
          if (draft.senderId() == 1) {
            end.await();
          }
          return PolicyDecision.allow();
        };
    Policy policy = new LocalPolicy(hanging, threads, new FairTurns(2));
    List<CompletableFuture<PolicyDecision>> ofOne = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ofOne.add(policy.ask(new MessageDraft(1, 2, "text", null), Duration.ofSeconds(10)));
    }
    assertThat(policy.ask(new MessageDraft(3, 2, "text", null), Duration.ofSeconds(10)))
        .succeedsWithin(Duration.ofSeconds(10));
    assertThat(ofOne).noneMatch(CompletableFuture::isDone);
    end.countDown();
    assertThat(ofOne).allSatisfy(each -> assertThat(each).succeedsWithin(Duration.ofSeconds(10)));
  }

  @Test
  @DisplayName("in this JVM keep no room for calls that nobody waits for any more")
  void cancelled() {
    CountDownLatch hangs = new CountDownLatch(1);
    Policy policy =
        new LocalPolicy(
            draft -> {
              hangs.await();
              return PolicyDecision.allow();
            },
            threads,
            new FairTurns(2));
    for (int i = 0; i < 100; i++) {
      policy.ask(new MessageDraft(1, 2, "text", null), Duration.ofSeconds(10)).cancel(true);
    }
    hangs.countDown();
    assertThat(policy.ask(new MessageDraft(1, 2, "text", null), Duration.ofSeconds(10)))
        .succeedsWithin(Duration.ofSeconds(10));
  }
}
