package imserver.message;

import static imserver.message.WriterFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.auth.UserPrincipal;
import imserver.message.Submission.Send;
import imserver.monitoring.Watchdog;
import imserver.monitoring.Watches;
import imserver.packet.FailureCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.session.FakeConnection;
import imserver.session.Mark;
import imserver.session.Requester;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A lane")
class LaneTest {

  private static final int ROOM = 1000;
  private static final Duration END_TIMEOUT = Duration.ofSeconds(20);

  private final WriterFixture fixture = new WriterFixture();
  private final Semaphore room = new Semaphore(ROOM);
  private final Watchdog watchdog = new Watchdog();
  private final Lane<Send> lane = lane(100);
  private final FakeConnection alice = new FakeConnection(1);
  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final ThreadFactory threads =
      task -> {
        Thread thread = new Thread(task, "lane");
        thread.setDaemon(true);
        started.add(thread);
        return thread;
      };

  /** Counted down when a delivery is being held. */
  private final CountDownLatch held = new CountDownLatch(1);

  /** Counted down to have what is held go on. */
  private final CountDownLatch goOn = new CountDownLatch(1);

  private void holdDeliveries() {
    fixture.beforeDelivery =
        () -> {
          held.countDown();
          await().until(() -> goOn.getCount() == 0);
        };
  }

  private void holdDatabase() {
    fixture.service.refuses =
        newMessage -> {
          if (goOn.getCount() > 0) { // to await it takes a while even then
            await().until(() -> goOn.getCount() == 0);
          }
          return false;
        };
  }

  private Lane<Send> lane(int maxBatch) {
    return new Lane<>(
        "messages",
        FairQueue.ofMessages(room, 1, maxBatch),
        replies -> fixture.messageWriter(replies)::process,
        watchdog);
  }

  @AfterEach
  void end() throws Exception {
    goOn.countDown();
    lane.stop();
    lane.awaitEnd(END_TIMEOUT);
    await().until(() -> started.stream().noneMatch(Thread::isAlive));
  }

  private void add(String content) {
    assertThat(lane.offer(message(alice, 2, content))).isTrue();
  }

  /** From as many users, so that they may fill batches. */
  private void addMany(int count) {
    for (int i = 0; i < count; i++) {
      assertThat(lane.offer(message(new FakeConnection(10 + i), 2, "m" + i))).isTrue();
    }
  }

  @Test
  @DisplayName("stores what has queued up in batches up to the bound, in order")
  void batches() {
    addMany(250);
    lane.start(threads);
    lane.stop();
    lane.awaitEnd(END_TIMEOUT);
    assertThat(fixture.service.calls).containsExactly(100, 100, 50);
    assertThat(fixture.texts()).isEqualTo(IntStream.range(0, 250).mapToObj(i -> "m" + i).toList());
  }

  @Test
  @DisplayName("keeps the order of one user, whose messages alone are half of a batch at most")
  void batchesOfOne() {
    IntStream.range(0, 120).forEach(i -> add("m" + i));
    lane.start(threads);
    lane.stop();
    lane.awaitEnd(END_TIMEOUT);
    assertThat(fixture.service.calls).containsExactly(50, 50, 20);
    assertThat(fixture.texts()).isEqualTo(IntStream.range(0, 120).mapToObj(i -> "m" + i).toList());
  }

  @Test
  @DisplayName("does not keep a lone message waiting for others")
  void lone() {
    lane.start(threads);
    add("a");
    await().until(() -> fixture.texts().equals(List.of("a")));
  }

  @Test
  @DisplayName("answers requests, and gives their room back")
  void room() {
    lane.start(threads);
    IntStream.range(0, 50).forEach(i -> add("m" + i));
    await().until(() -> room.availablePermits() == ROOM && alice.sent.size() == 50);
  }

  @Test
  @DisplayName(
      "answers in time where the database hangs, once: drops what waits, delivers what is stored"
          + " after all")
  void overdue() {
    holdDatabase();
    List<FakeConnection> users =
        IntStream.range(0, 150).mapToObj(i -> new FakeConnection(10 + i)).toList();
    users.forEach(user -> assertThat(lane.offer(message(user, 2, "m" + user.user()))).isTrue());
    lane.start(threads);
    await().until(() -> fixture.service.calls.equals(List.of(100)));

    lane.failOlderThan(Duration.ofHours(1));
    assertThat(users).allMatch(user -> user.sent.isEmpty());
    lane.failOlderThan(Duration.ZERO);
    assertThat(users).allMatch(user -> isUnavailable(user.sent));
    assertThat(room.availablePermits()).isEqualTo(ROOM - 100);
    lane.failOlderThan(Duration.ZERO);
    assertThat(users).as("once").allMatch(user -> user.sent.size() == 1);

    goOn.countDown();
    await().until(() -> room.availablePermits() == ROOM);
    await().untilAsserted(() -> assertThat(fixture.delivered).hasSize(100));
    lane.stop();
    lane.awaitEnd(END_TIMEOUT);
    assertThat(fixture.service.committed).hasSize(100);
    assertThat(users).as("one answer each").allMatch(user -> isUnavailable(user.sent));
  }

  private static boolean isUnavailable(List<Response> sent) {
    return sent.size() == 1
        && sent.get(0) instanceof Failure failure
        && failure.code() == FailureCode.STORAGE_UNAVAILABLE;
  }

  @Test
  @DisplayName("stores the next batch while it answers and delivers the one before, in order")
  void storesWhileItTells() {
    holdDeliveries();
    addMany(250);
    lane.start(threads);
    await().until(() -> fixture.service.calls.equals(List.of(100, 100)));
    assertThat(fixture.delivered).isEmpty();
    goOn.countDown();
    await().until(() -> fixture.delivered.size() == 250);
    assertThat(fixture.texts()).isEqualTo(IntStream.range(0, 250).mapToObj(i -> "m" + i).toList());
  }

  @Test
  @DisplayName("is one batch ahead of its answers, and no more")
  void isBounded() {
    CountDownLatch answering = new CountDownLatch(1);
    Semaphore mayTell = new Semaphore(0);
    fixture.beforeDelivery =
        () -> {
          answering.countDown();
          mayTell.acquireUninterruptibly();
        };
    addMany(350);
    lane.start(threads);
    await().until(() -> answering.getCount() == 0 && fixture.service.calls.size() == 2);
    await()
        .during(Duration.ofMillis(200))
        .until(() -> fixture.service.calls.equals(List.of(100, 100)));
    mayTell.release(4);
    await().until(() -> fixture.delivered.size() == 350);
  }

  @Test
  @DisplayName("that is stopped stores what is queued before, and takes in nothing later")
  void stops() {
    holdDeliveries();
    add("first");
    lane.start(threads);
    await().until(() -> held.getCount() == 0);
    add("before");
    lane.stop();
    assertThat(lane.offer(message(alice, 2, "late"))).isFalse();
    goOn.countDown();
    lane.awaitEnd(END_TIMEOUT);
    assertThat(alice.sent)
        .containsExactly(
            Packets.success(1, "t-first", 0, null), Packets.success(1, "t-before", 0, null));
    assertThat(fixture.texts()).containsExactly("first", "before");
    assertThat(room.availablePermits()).isEqualTo(ROOM);
  }

  @Test
  @DisplayName("that is stopped waits for a database that hangs no longer than its time-out")
  void stopsWhileItHangs() {
    holdDatabase();
    add("a");
    lane.start(threads);
    await().until(() -> !fixture.service.calls.isEmpty());
    lane.stop();
    assertThat(lane.awaitEnd(Duration.ofMillis(1))).isFalse();
    goOn.countDown();
    assertThat(lane.awaitEnd(END_TIMEOUT)).isTrue();
    assertThat(fixture.texts()).as("delivered though the stop had not waited").containsExactly("a");
  }

  @Test
  @DisplayName("goes on though a failure cannot be sent")
  void failsToTell() {
    Requester broken =
        new Requester() {
          @Override
          public UserPrincipal user() {
            return new UserPrincipal(9, null, null, null);
          }

          @Override
          public void send(Response answer) {
            throw new IllegalStateException("of a test");
          }

          @Override
          public void marked(List<Mark> marks) {}
        };
    fixture.service.refuses =
        newMessage -> {
          if (newMessage.content().equals("error")) {
            throw new OutOfMemoryError("of a test");
          }
          return false;
        };
    lane.start(threads);
    SendMessage error = new SendMessage(null, 2, "error", "t", null);
    assertThat(lane.offer(new Send(broken, error, null))).isTrue();
    await().until(() -> room.availablePermits() == ROOM);
    add("a");
    await().until(() -> fixture.texts().equals(List.of("a")));
  }

  @Test
  @DisplayName("survives an error and an exception of a batch, and gives its room back")
  void survives() {
    fixture.service.refuses =
        newMessage -> {
          if (newMessage.content().equals("error")) {
            throw new OutOfMemoryError("of a test");
          }
          return false;
        };
    fixture.beforeDelivery =
        () -> {
          if (fixture.service.committed.size() == 1) {
            throw new IllegalStateException("of a test");
          }
        };
    lane.start(threads);
    add("error");
    await().until(() -> room.availablePermits() == ROOM);
    add("exception");
    await().until(() -> room.availablePermits() == ROOM);
    add("a");
    await().until(() -> alice.sent.contains(Packets.success(1, "t-a", 0, null)));
    assertThat(fixture.texts()).containsExactly("a");
  }

  @Test
  @DisplayName("that is interrupted answers what is waiting")
  void interrupted() {
    Lane<Send> single = lane(1);
    fixture.service.refuses =
        newMessage -> {
          Thread.currentThread().interrupt();
          return false;
        };
    assertThat(single.offer(message(alice, 2, "a"))).isTrue();
    assertThat(single.offer(message(alice, 2, "b"))).isTrue();
    single.start(threads);
    single.awaitEnd(END_TIMEOUT);
    FailureCode busy = FailureCode.SERVER_BUSY;
    assertThat(alice.sent)
        .containsExactly(
            Packets.success(1, "t-a", 0, null), new Failure(1, "t-b", busy, busy.message()));
    assertThat(single.offer(message(alice, 2, "c"))).isFalse();
    assertThat(room.availablePermits()).isEqualTo(ROOM);
    assertThat(Watches.isStuck(watchdog)).as("nobody stores any more").isTrue();
  }

  @Test
  @DisplayName("has the watchdog told of answers that come to no end, and of nothing else")
  void watched() {
    holdDeliveries();
    lane.start(threads);
    assertThat(Watches.isStuck(watchdog)).as("nothing to do").isFalse();
    add("a");
    await().until(() -> held.getCount() == 0);
    assertThat(Watches.isStuck(watchdog)).isTrue();
    goOn.countDown();
    lane.stop();
    assertThat(lane.awaitEnd(END_TIMEOUT)).isTrue();
    assertThat(Watches.isStuck(watchdog)).as("it was to end").isFalse();
  }

  @Test
  @DisplayName("is not stuck while the database hangs")
  void hangs() {
    holdDatabase();
    add("a");
    lane.start(threads);
    await().until(() -> !fixture.service.calls.isEmpty());
    assertThat(Watches.isStuck(watchdog)).isFalse();
    goOn.countDown();
  }
}
