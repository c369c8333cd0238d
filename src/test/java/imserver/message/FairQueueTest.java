package imserver.message;

import static imserver.message.WriterFixture.ack;
import static imserver.message.WriterFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.message.FairQueue.Batch;
import imserver.message.Submission.ReadAck;
import imserver.message.Submission.Send;
import imserver.session.FakeConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue of a lane")
class FairQueueTest {

  private static final int ROOM = 10_000;

  private final Semaphore room = new Semaphore(ROOM);
  private final FairQueue<Send> queue = FairQueue.ofMessages(room, 1, 80);
  private final FairQueue<ReadAck> acks = FairQueue.ofReadAcks(room, 80);
  private final FakeConnection alice = new FakeConnection(1);
  private final FakeConnection bob = new FakeConnection(2);

  private static List<String> texts(Batch<Send> batch) {
    return batch.submissions().stream().map(submission -> submission.request().content()).toList();
  }

  private static List<Long> ids(Batch<ReadAck> batch) {
    return batch.submissions().stream()
        .flatMap(ack -> ack.request().messageIds().stream())
        .toList();
  }

  private void send(FakeConnection from, String... texts) {
    Stream.of(texts).forEach(text -> assertThat(queue.offer(message(from, 9, text))).isTrue());
  }

  private boolean read(FakeConnection reader, long from, long count) {
    Long[] ids = LongStream.range(from, from + count).boxed().toArray(Long[]::new);
    return acks.offer(ack(reader, ids));
  }

  @Test
  @DisplayName("gives the users turns, and keeps the order of each")
  void turns() {
    send(alice, "a1", "a2", "a3");
    send(bob, "b1", "b2");
    send(alice, "a4");
    assertThat(texts(queue.poll())).containsExactly("a1", "b1", "a2", "b2", "a3", "a4");
    assertThat(queue.poll().submissions()).isEmpty();
  }

  @Test
  @DisplayName("keeps the order of one user over several connections and many batches")
  void order() {
    List<String> sent = new ArrayList<>();
    FakeConnection tablet = new FakeConnection(1);
    for (int i = 0; i < 200; i++) {
      send(i % 3 == 0 ? tablet : alice, "a" + i);
      send(bob, "b" + i);
      sent.add("a" + i);
    }
    List<String> taken = new ArrayList<>();
    for (Batch<Send> batch = queue.poll(); !batch.submissions().isEmpty(); batch = queue.poll()) {
      taken.addAll(texts(batch));
    }
    assertThat(taken).hasSize(400);
    assertThat(taken).filteredOn(text -> text.startsWith("a")).isEqualTo(sent);
  }

  @Test
  @DisplayName("has what another sends in the next batch, however much one has waiting")
  void isFair() {
    IntStream.range(0, 1000).forEach(i -> send(alice, "a" + i));
    assertThat(texts(queue.poll())).as("half of a batch").hasSize(40);
    send(bob, "b");
    assertThat(texts(queue.poll())).as("a third, and the other").hasSize(27).contains("b");
  }

  @Test
  @DisplayName("lets none of many wait for a second turn of another")
  void rounds() {
    List<FakeConnection> users =
        IntStream.range(0, 200).mapToObj(i -> new FakeConnection(10 + i)).toList();
    for (int round = 0; round < 3; round++) {
      users.forEach(user -> send(user, "m" + user.user().userId()));
    }
    Map<String, Integer> counts = new HashMap<>();
    for (Batch<Send> batch = queue.poll(); !batch.submissions().isEmpty(); batch = queue.poll()) {
      assertThat(batch.submissions()).hasSizeLessThanOrEqualTo(80);
      texts(batch).forEach(text -> counts.merge(text, 1, Integer::sum));
      int most = counts.values().stream().max(Integer::compare).orElseThrow();
      assertThat(most == 1 || counts.size() == 200).isTrue();
    }
    assertThat(counts.values()).containsOnly(3);
  }

  @Test
  @DisplayName("takes a half of the room for one user alone, and has room for another")
  void half() {
    assertThat(fill(queue, alice)).isEqualTo(ROOM / 2);
    assertThat(read(alice, 1, 50)).as("in the other half").isTrue();
    send(bob, "b");
    assertThat(read(bob, 1, 50)).isTrue();
  }

  @Test
  @DisplayName("takes a tenth of the room for each of nine users, and has a tenth for others")
  void tenth() {
    List<FakeConnection> users = IntStream.range(10, 19).mapToObj(FakeConnection::new).toList();
    for (int i = 0; i < ROOM; i++) {
      for (FakeConnection user : users) {
        var unused = queue.offer(message(user, 9, "m"));
      }
    }
    assertThat(room.availablePermits()).isBetween(ROOM / 10, ROOM / 10 + 9);
    send(bob, "b");
  }

  @Test
  @DisplayName("takes no more for one user where several lanes share the room")
  void lanes() {
    FairQueue<Send> one = FairQueue.ofMessages(room, 4, 80);
    FairQueue<Send> two = FairQueue.ofMessages(room, 4, 80);
    assertThat(fill(one, alice)).isEqualTo(ROOM / 5);
    assertThat(fill(two, alice)).isLessThan(ROOM / 5);
    assertThat(room.availablePermits()).isGreaterThan(ROOM / 2);
  }

  private static int fill(FairQueue<Send> queue, FakeConnection user) {
    int count = 0;
    while (queue.offer(message(user, 9, "m" + count))) {
      count++;
    }
    return count;
  }

  @Test
  @DisplayName("puts read-acks of one reader together: so many ids have the room of one message")
  void acksTogether() {
    for (int i = 0; i < FairQueue.IDS_PER_PERMIT; i++) {
      assertThat(read(alice, i + 1, 1)).isTrue();
    }
    assertThat(room.availablePermits()).isEqualTo(ROOM - 1);
    assertThat(read(alice, 7777, 1)).isTrue();
    assertThat(room.availablePermits()).isEqualTo(ROOM - 2);
  }

  @Test
  @DisplayName("holds a bounded number of ids of one reader, and none of them keeps another out")
  void acksOfOne() {
    int taken = 0;
    while (read(alice, taken + 1, 1)) {
      taken++;
    }
    assertThat(taken).isEqualTo(FairQueue.MAX_WAITING_IDS);
    assertThat(acks.offer(ack(alice))).as("an empty one counts too").isFalse();
    assertThat(read(bob, 7, 1)).isTrue();
    Batch<ReadAck> batch = acks.poll();
    assertThat(ids(batch)).as("a third, and the other").hasSize(27).startsWith(1L, 7L, 2L);
  }

  @Test
  @DisplayName(
      "takes some ids of each reader and of all into a batch, and all in the end, in order")
  void acksInBatches() {
    FairQueue<ReadAck> large = FairQueue.ofReadAcks(room, 240);
    List<FakeConnection> readers =
        IntStream.range(0, 8).mapToObj(i -> new FakeConnection(10 + i)).toList();
    for (int i = 0; i < 25; i++) {
      long first = 10L * i;
      readers.forEach(
          reader -> {
            Long[] ids = LongStream.range(first, first + 10).boxed().toArray(Long[]::new);
            assertThat(large.offer(ack(reader, ids))).isTrue();
          });
    }
    Map<Long, List<Long>> taken = new HashMap<>();
    for (Batch<ReadAck> batch = large.poll();
        !batch.submissions().isEmpty();
        batch = large.poll()) {
      assertThat(ids(batch)).hasSizeLessThanOrEqualTo(240);
      batch
          .submissions()
          .forEach(
              each ->
                  taken
                      .computeIfAbsent(each.requester().user().userId(), user -> new ArrayList<>())
                      .addAll(each.request().messageIds()));
      large.release(batch);
    }
    List<Long> all = LongStream.range(0, 250).boxed().toList();
    assertThat(taken).hasSize(8);
    assertThat(taken.values()).allMatch(all::equals);
    assertThat(room.availablePermits()).isEqualTo(ROOM);
  }

  @Test
  @DisplayName("gives back all the room that it took, whatever was offered and taken in between")
  void permits() {
    for (int i = 0; i < 500; i++) {
      read(i % 2 == 0 ? alice : bob, i + 1, i % 51);
      send(i % 3 == 0 ? alice : bob, "m" + i);
      if (i % 5 == 0) {
        queue.release(queue.poll());
        acks.release(acks.poll());
      }
    }
    releaseAll(queue);
    releaseAll(acks);
    assertThat(room.availablePermits()).isEqualTo(ROOM);
  }

  private static <S extends Submission> void releaseAll(FairQueue<S> queue) {
    while (!queue.isEmpty()) {
      queue.release(queue.poll());
    }
  }

  @Test
  @DisplayName("gives back the room of what it drops since it is too old")
  void dropped() {
    send(alice, "a", "b");
    IntStream.range(0, 60).forEach(i -> read(alice, i, 1));
    assertThat(queue.removeOlderThan(Duration.ofHours(1)).submissions()).isEmpty();
    Batch<Send> sends = queue.removeOlderThan(Duration.ZERO);
    assertThat(texts(sends)).containsExactly("a", "b");
    queue.release(sends);
    Batch<ReadAck> old = acks.removeOlderThan(Duration.ZERO);
    assertThat(ids(old)).hasSize(60);
    acks.release(old);
    assertThat(room.availablePermits()).isEqualTo(ROOM);
    assertThat(queue.isEmpty() && acks.isEmpty()).isTrue();
    send(alice, "c");
    assertThat(texts(queue.poll())).containsExactly("c");
  }

  @Test
  @DisplayName("takes nothing where there is no room in all lanes together")
  void full() {
    assertThat(room.tryAcquire(ROOM)).isTrue();
    assertThat(queue.offer(message(alice, 9, "a"))).isFalse();
    assertThat(read(alice, 1, 1)).isFalse();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  @DisplayName("lets its lane wait for the first request, and for the end")
  void waits() throws Exception {
    CompletableFuture<Batch<Send>> first = taken();
    assertThat(first).isNotDone();
    send(alice, "a");
    assertThat(texts(first.get(20, TimeUnit.SECONDS))).containsExactly("a");
    CompletableFuture<Batch<Send>> end = taken();
    queue.close();
    assertThat(end.get(20, TimeUnit.SECONDS).submissions()).isEmpty();
  }

  private CompletableFuture<Batch<Send>> taken() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return queue.take();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  @DisplayName("that is closed gives what it has, and takes in nothing")
  void closed() throws Exception {
    send(alice, "a");
    queue.close();
    assertThat(queue.offer(message(bob, 9, "b"))).isFalse();
    assertThat(texts(queue.take())).containsExactly("a");
    assertThat(queue.take().submissions()).isEmpty();
  }

  @Test
  @DisplayName("lets an interrupted lane go")
  void interrupted() {
    send(alice, "a");
    Thread.currentThread().interrupt();
    assertThatThrownBy(queue::take).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }
}
