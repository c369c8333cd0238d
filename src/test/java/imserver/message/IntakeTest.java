package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.session.FakeConnection;
import imserver.session.SendingBudget;
import io.github.bucket4j.TimeMeter;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.lang.reflect.Field;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The intake")
class IntakeTest {

  private final StoringFixture fixture = new StoringFixture();
  private final FakeConnection alice = new FakeConnection(1);
  private final CountDownLatch firstIsStored = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private Intake intake;

  private static final class Threads implements ManagedThreadFactory {

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = new Thread(task, "lane");
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public ForkJoinWorkerThread newThread(ForkJoinPool pool) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void start() throws Exception {
    intake = intake(Configs.with("IMSERVER_INTAKE", "3", "IMSERVER_LANES", "2"));
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    intake.stop();
  }

  private Intake intake(Config config) throws Exception {
    Intake made = new Intake();
    inject(made, "config", config);
    inject(made, "clock", Clock.systemUTC());
    inject(made, "rules", new MessageRules(config));
    inject(made, "service", fixture.service);
    inject(made, "ids", fixture.ids);
    inject(made, "directory", fixture.directory);
    inject(made, "registry", fixture.registry);
    inject(made, "threads", new Threads());
    made.start();
    return made;
  }

  /** What a container does. */
  private static void inject(Object bean, String name, Object value) throws Exception {
    Field field = bean.getClass().getDeclaredField(name);
    field.setAccessible(true);
    field.set(bean, value);
  }

  /** Keeps the lane of the recipient 2 busy, until {@link #goOn}. */
  private void holdLane() {
    fixture.beforeDelivery =
        () -> {
          if (Thread.currentThread().getName().equals("lane") && goOn.getCount() > 0) {
            firstIsStored.countDown();
            await().until(() -> goOn.getCount() == 0);
          }
        };
    send(2, "first");
    await().until(() -> firstIsStored.getCount() == 0);
  }

  private void send(long to, String content) {
    intake.sendMessage(alice, new SendMessage(null, to, content, "t-" + content, null));
  }

  private static Response success(String content) {
    return new Success(1, "t-" + content, 0, null);
  }

  private static Response failure(String timestamp, FailureCode code) {
    return new Failure(1, timestamp, code, code.message());
  }

  @Test
  @DisplayName("has a message stored, acknowledged and delivered")
  void stores() {
    send(2, "a");
    await().until(() -> fixture.texts().equals(List.of("a")));
    assertThat(alice.sent).containsExactly(success("a"));
  }

  @Test
  @DisplayName("answers at once what may not be sent, and stores nothing")
  void objections() {
    intake.sendMessage(alice, new SendMessage(7L, 2, "a", "t1", null));
    intake.sendMessage(alice, new SendMessage(null, 0, "a", "t2", null));
    intake.sendMessage(alice, new SendMessage(null, 2, " ", "t3", null));
    intake.markRead(alice, new MarkRead(7L, List.of(5L), "t4"));
    assertThat(alice.sent)
        .containsExactly(
            failure("t1", FailureCode.FORBIDDEN_SENDER),
            failure("t2", FailureCode.INVALID_RECIPIENT),
            failure("t3", FailureCode.EMPTY_CONTENT),
            failure("t4", FailureCode.FORBIDDEN_SENDER));
    intake.stop();
    assertThat(fixture.service.calls).isEmpty();
    assertThat(fixture.service.read).isEmpty();
  }

  @Test
  @DisplayName("takes messages within the connection's budget, and read-acks beyond it")
  void budget() {
    alice.budget = new SendingBudget(1, stoppedTime());
    IntStream.range(0, 5).forEach(i -> alice.budget.tryTake());
    send(2, "a");
    assertThat(alice.sent).containsExactly(failure("t-a", FailureCode.RATE_LIMITED));
    intake.markRead(alice, new MarkRead(1L, List.of(5L), ""));
    await().until(() -> fixture.service.read.containsKey(1L));
    assertThat(alice.sent).hasSize(1);
  }

  private static TimeMeter stoppedTime() {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return 0;
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }

  @Test
  @DisplayName("says SERVER_BUSY when it is full, for messages and read-acks, and never waits")
  void full() {
    holdLane();
    send(2, "a");
    send(2, "b");
    send(2, "c");
    intake.markRead(alice, new MarkRead(null, List.of(5L), "ack"));
    assertThat(alice.sent)
        .containsExactly(
            success("first"),
            failure("t-c", FailureCode.SERVER_BUSY),
            failure("ack", FailureCode.SERVER_BUSY));
    goOn.countDown();
    await().until(() -> fixture.texts().equals(List.of("first", "a", "b")));
  }

  @Test
  @DisplayName("has room again when requests are answered")
  void roomAgain() {
    for (int i = 0; i < 20; i++) {
      Response success = success("m" + i);
      send(2, "m" + i);
      await().until(() -> alice.sent.contains(success));
    }
    assertThat(alice.sent).hasSize(20);
  }

  @Test
  @DisplayName("lets no recipient wait for another lane, also where all ids are even")
  void lanes() {
    holdLane();
    send(4, "other");
    await().until(() -> alice.sent.contains(success("other")));
    assertThat(goOn.getCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("stores what is waiting when it stops, and refuses what comes later")
  void stops() {
    holdLane();
    send(2, "a");
    goOn.countDown();
    intake.stop();
    assertThat(fixture.texts()).containsExactly("first", "a");
    send(2, "late");
    assertThat(alice.sent)
        .containsExactly(
            success("first"), success("a"), failure("t-late", FailureCode.SERVER_BUSY));
    intake.stop();
  }

  @Test
  @DisplayName("lets a reader wait for what has its id, in every lane, and for nothing else")
  void settle() throws Exception {
    CountDownLatch storing = new CountDownLatch(1);
    fixture.service.refuses =
        draft -> {
          if (draft.recipientId() == 2) {
            storing.countDown();
            await().until(() -> goOn.getCount() == 0);
          }
          return false;
        };
    send(2, "slow");
    storing.await();
    send(4, "quick");
    await().until(() -> alice.sent.contains(success("quick")));
    assertThat(intake.settle(1, 4)).isEqualTo(2);
    CompletableFuture<Long> all = CompletableFuture.supplyAsync(() -> intake.settle());
    CompletableFuture<Long> pair = CompletableFuture.supplyAsync(() -> intake.settle(1, 2));
    send(4, "later"); // whose commit wakes them up
    await().until(() -> alice.sent.contains(success("later")));
    assertThat(all).isNotDone();
    assertThat(pair).isNotDone();
    goOn.countDown();
    assertThat(all.get(20, TimeUnit.SECONDS)).isBetween(2L, 3L);
    assertThat(pair.get(20, TimeUnit.SECONDS)).isBetween(2L, 3L);
    assertThat(alice.sent).contains(success("slow"));
  }
}
