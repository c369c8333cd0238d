package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.auth.UserPrincipal;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.config.Configs;
import imserver.content.WordFilter;
import imserver.file.Attachments;
import imserver.monitoring.Watchdog;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.policy.Policies;
import imserver.session.FakeConnection;
import imserver.session.FakeTime;
import imserver.session.FakeWorkers;
import imserver.session.UserBudgets;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The intake")
class IntakeTest {

  private final WriterFixture fixture = new WriterFixture();
  private final FakeConnection alice = new FakeConnection(1);
  private final CountDownLatch firstIsStored = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final FakeTime time = new FakeTime();
  private final FakeWorkers workers = new FakeWorkers();
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
    intake = with("IMSERVER_RATE", "0", "IMSERVER_READ_RATE", "0");
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    intake.stop();
  }

  /** With room for 100 messages, of which a user alone may have a third in one of two lanes. */
  private Intake with(String... settings) throws Exception {
    List<String> all = new ArrayList<>(List.of("IMSERVER_INTAKE", "100", "IMSERVER_LANES", "2"));
    all.addAll(List.of(settings));
    return intake(Configs.with(all.toArray(String[]::new)));
  }

  private Intake intake(Config config) throws Exception {
    Intake made = new Intake();
    inject(made, "config", config);
    inject(made, "clock", Clock.systemUTC());
    inject(made, "rules", new MessageRules(config));
    inject(made, "words", new WordFilter());
    inject(made, "policies", new Policies());
    inject(made, "service", fixture.service);
    inject(made, "directory", fixture.directory);
    inject(made, "registry", fixture.registry);
    inject(made, "cluster", new Cluster());
    inject(made, "budgets", UserBudgets.with(config, time));
    inject(made, "workers", workers);
    inject(made, "watchdog", new Watchdog());
    inject(made, "attachments", new Attachments());
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

  /** Keeps the lane of read-acks busy, until {@link #goOn}. */
  private void holdReadAcks() {
    CountDownLatch held = new CountDownLatch(1);
    fixture.service.beforeMarking =
        () -> {
          held.countDown();
          await().until(() -> goOn.getCount() == 0);
        };
    read(new FakeConnection(9), 1);
    await().until(() -> held.getCount() == 0);
  }

  private void send(long to, String content) {
    send(alice, to, content);
  }

  private void send(FakeConnection from, long to, String content) {
    intake.sendMessage(from, new SendMessage(null, to, content, "t-" + content, null));
  }

  private void read(FakeConnection reader, long... ids) {
    List<Long> all = LongStream.of(ids).boxed().toList();
    intake.markRead(reader, new MarkRead(null, all, "ack"));
  }

  /** How many of the answers are a success. */
  private static long stored(FakeConnection connection) {
    return connection.sent.stream().filter(Success.class::isInstance).count();
  }

  /** How many of the answers are a failure with this code. */
  private static long failed(FakeConnection connection, FailureCode code) {
    return connection.sent.stream()
        .filter(answer -> answer instanceof Failure failure && failure.code() == code)
        .count();
  }

  private static Response success(String content) {
    return success(1, content);
  }

  private static Response success(long user, String content) {
    return Packets.success(user, "t-" + content, 0, null);
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
  void failures() {
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
  @DisplayName("takes messages within the user's budget, from whatever connection they come")
  void budget() throws Exception {
    intake.stop();
    intake = with("IMSERVER_RATE", "1");
    List<FakeConnection> phones =
        IntStream.range(0, 30).mapToObj(i -> new FakeConnection(1)).toList();
    for (FakeConnection phone : phones) {
      send(phone, 2, "a");
    }
    await().until(() -> phones.stream().mapToLong(IntakeTest::stored).sum() == 5);
    assertThat(phones.subList(0, 5)).allMatch(phone -> stored(phone) == 1);
    assertThat(phones.subList(5, 30))
        .allMatch(phone -> failed(phone, FailureCode.RATE_LIMITED) == 1);
    time.pass(Duration.ofSeconds(2));
    FakeConnection again = new FakeConnection(1);
    IntStream.range(0, 30).forEach(i -> send(again, 2, "b" + i));
    await().until(() -> stored(again) == 2);
    assertThat(failed(again, FailureCode.RATE_LIMITED)).isEqualTo(28);
    read(again, 5);
    await().until(() -> fixture.service.read.containsKey(1L));
  }

  @Test
  @DisplayName("takes no message of a notice for one of the user's")
  void notices() throws Exception {
    intake.stop();
    intake = with("IMSERVER_RATE", "1");
    FakeConnection system = new FakeConnection(UserPrincipal.ofService());
    for (int i = 0; i < 10; i++) {
      intake.sendNotice(
          system, new SendMessage(null, 2, "n" + i, "", "n" + i), new NoticeDetails("title", null));
    }
    await().until(() -> stored(system) == 10);
  }

  @Test
  @DisplayName(
      "takes ids of read-acks within the reader's budget, and those it found itself beyond")
  void readBudget() throws Exception {
    intake.stop();
    intake = with("IMSERVER_READ_RATE", "1");
    read(alice, 1, 2, 3);
    read(alice, 4, 5, 6, 7, 8);
    read(alice, 9);
    assertThat(alice.sent).containsExactly(failure("ack", FailureCode.RATE_LIMITED));
    FakeConnection tablet = new FakeConnection(1);
    read(tablet, 9);
    assertThat(tablet.sent).containsExactly(failure("ack", FailureCode.RATE_LIMITED));
    intake.markReadUncharged(alice, new MarkRead(null, List.of(10L), ""));
    await()
        .until(
            () -> Set.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 10L).equals(fixture.service.read.get(1L)));
  }

  @Test
  @DisplayName("marks each of many messages that one read-ack names")
  void manyIds() {
    long[] ids = LongStream.rangeClosed(1, MarkRead.MAX_IDS).toArray();
    read(alice, ids);
    await().until(() -> fixture.service.read.getOrDefault(1L, Set.of()).size() == ids.length);
    assertThat(alice.sent).isEmpty();
  }

  @Test
  @DisplayName("keeps room for others where one user sends without end, and never waits")
  void room() {
    holdLane();
    for (int i = 0; i < 1000; i++) {
      send(i % 2 == 0 ? alice : new FakeConnection(1), 2, "m" + i);
    }
    assertThat(failed(alice, FailureCode.SERVER_BUSY)).isEqualTo(483);
    FakeConnection bob = new FakeConnection(3);
    send(bob, 2, "of another");
    goOn.countDown();
    await().until(() -> bob.sent.equals(List.of(success(3, "of another"))));
  }

  @Test
  @DisplayName("keeps room for others where users mark as read without end, from many connections")
  void roomBesideAcks() {
    holdReadAcks();
    List<FakeConnection> readers =
        LongStream.of(2, 6, 10, 2, 6, 10, 2, 6, 10).mapToObj(FakeConnection::new).toList();
    for (int i = 0; i < 2000; i++) {
      for (FakeConnection reader : readers) {
        read(reader, i + 1);
      }
    }
    FakeConnection bob = new FakeConnection(3);
    send(bob, 2, "of another");
    goOn.countDown();
    await().until(() -> bob.sent.equals(List.of(success(3, "of another"))));
    await().untilAsserted(() -> assertThat(readers).allMatch(reader -> marked(reader) >= 300));
  }

  private int marked(FakeConnection reader) {
    return fixture.service.read.getOrDefault(reader.user().userId(), Set.of()).size();
  }

  @Test
  @DisplayName("says SERVER_BUSY when it is full, for messages and read-acks")
  void full() {
    holdLane();
    for (int i = 0; i < 120; i++) {
      send(new FakeConnection(100 + i), 2, "m" + i);
    }
    send(2, "late");
    read(new FakeConnection(2), 5);
    assertThat(alice.sent)
        .containsExactly(success("first"), failure("t-late", FailureCode.SERVER_BUSY));
    goOn.countDown();
    await().until(() -> fixture.texts().size() == 100); // with the first, which is not done
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
  @DisplayName("has no read-ack wait for messages")
  void acksBesideMessages() {
    holdLane();
    read(alice, 5);
    await().until(() -> fixture.service.read.containsKey(1L));
    assertThat(goOn.getCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("has no message wait for read-acks")
  void messagesBesideAcks() {
    holdReadAcks();
    send(2, "a");
    await().until(() -> alice.sent.contains(success("a")));
    assertThat(goOn.getCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("looks for what is overdue with one thread at a time")
  void overdue() {
    for (int i = 0; i < 3; i++) {
      workers.repeated.forEach(Runnable::run);
    }
    assertThat(workers.soon()).isEqualTo(1);
    workers.runSoon();
    workers.repeated.forEach(Runnable::run);
    assertThat(workers.soon()).as("the next one").isEqualTo(1);
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
}
