package imserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.session.FakeThreads;
import imserver.webhook.FakeReceiver.Request;
import imserver.webhook.ParkedEvents.Parked;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How what is written is told: for each database. Each test has empty tables. */
abstract class WebhookContract {

  static final long ALICE = 10;
  static final long BOB = 20;
  static final long CAROL = 30;

  private static final Duration AMPLE = Duration.ofSeconds(30);

  final WriteTurn turn = new WriteTurn();
  private final ExecutorService http = Executors.newFixedThreadPool(2);
  private final List<Dispatcher> dispatchers = new ArrayList<>();
  private FakeReceiver receiver;
  private long lastMessage;

  abstract DataSource source();

  abstract Vendor vendor();

  /** Says who is connected, to another server where there can be one. */
  abstract void connected(long user, boolean isConnected);

  /** Who is connected to this server. */
  final Set<Long> here = ConcurrentHashMap.newKeySet();

  WebhookDatabase database() {
    return new WebhookDatabase(source(), vendor(), turn);
  }

  WebhookQueue queue() {
    return new WebhookQueue(database());
  }

  @BeforeEach
  void open() throws IOException {
    for (String table :
        List.of(
            "webhook_event",
            "webhook_conversation",
            "unseen",
            "message",
            "conversation",
            "unread")) {
      update("delete from " + table);
    }
    receiver = new FakeReceiver();
  }

  @AfterEach
  void close() {
    dispatchers.forEach(Dispatcher::stop);
    receiver.close();
    http.shutdownNow();
  }

  int update(String sql, Object... parameters) {
    try (Connection connection = source().getConnection();
        PreparedStatement statement = database().prepare(connection, sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  List<String> query(String sql) {
    try (Connection connection = source().getConnection();
        PreparedStatement statement = database().prepare(connection, sql);
        ResultSet rows = statement.executeQuery()) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private long count(String table) {
    return Long.parseLong(query("select count(*) from " + table).get(0));
  }

  /** An event, written as by whoever has a transaction. */
  void event(String type, long user, long other, long reference) {
    database()
        .transaction(
            connection -> {
              EventWriter.add(connection, vendor(), type, user, other, reference);
              return true;
            });
  }

  /** A message to be read, with its event; returns its id. */
  private long message(long from, long to, String text) {
    long id = ++lastMessage;
    update(
        """
        insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
        values (?, ?, ?, ?, 'mark', ?, current_timestamp)
        """,
        id,
        from,
        to,
        text,
        "k" + id);
    update(
        "insert into unread (recipient_id, message_id, sender_id) values (?, ?, ?)", to, id, from);
    long low = Math.min(from, to);
    long high = Math.max(from, to);
    if (update(
            "update conversation set changed_low = changed_low where low_id = ? and high_id = ?",
            low,
            high)
        == 0) {
      update(
          "insert into conversation (low_id, high_id, changed_low, changed_high) values (?, ?, 1, 1)",
          low,
          high);
    }
    String side = to == high ? "high" : "low";
    update(
        "update conversation set unread_%1$s = unread_%1$s + 1, last_low = ?, last_high = ?"
                .formatted(side)
            + " where low_id = ? and high_id = ?",
        id,
        id,
        low,
        high);
    event("message.stored", from, to, id);
    return id;
  }

  /** Has the database's clock be ahead by some time. */
  void pass(Duration time) {
    long seconds = time.toSeconds();
    String earlier =
        vendor() == Vendor.MARIADB
            ? " - interval ? second"
            : " - interval '1' second * cast(? as integer)";
    update("update webhook_conversation set due_at = due_at" + earlier, (int) seconds);
    update("update unseen set due_at = due_at" + earlier, (int) seconds);
    update("update webhook_event set created_at = created_at" + earlier, (int) seconds);
    update(
        "update webhook_event set parked_at = parked_at" + earlier + " where parked_at is not null",
        (int) seconds);
  }

  private Dispatcher start() {
    return start(AMPLE);
  }

  private WebhookEndpoint endpoint(Duration time) {
    WebhookSigner signer =
        new WebhookSigner(
            Configs.with(
                    "IMSERVER_WEBHOOK_URL",
                    "http://h/",
                    "IMSERVER_WEBHOOK_SECRET",
                    WebhookEndpointTest.SECRET)
                .webhook()
                .secrets());
    return new WebhookEndpoint(receiver.address(), signer, Clock.systemUTC(), http, time);
  }

  private Dispatcher start(Duration time) {
    return start(time, System::nanoTime);
  }

  private Dispatcher start(Duration time, LongSupplier nanos) {
    WebhookEndpoint endpoint = endpoint(time);
    EndpointHealth health = new EndpointHealth(System::nanoTime);
    WebhookQueue queue = queue();
    Dispatcher dispatcher =
        new Dispatcher(
            queue,
            new ConversationTeller(queue, endpoint, health, queue.epoch(), System::nanoTime),
            health,
            nanos,
            new FakeThreads());
    dispatchers.add(dispatcher);
    dispatcher.start();
    return dispatcher;
  }

  private static JsonObject data(Request request) {
    return Json.createReader(new StringReader(request.body())).readObject().getJsonObject("data");
  }

  private static long reference(Request request) {
    return data(request).getJsonNumber("messageId").longValue();
  }

  /** The messages that were told, in their order, of each conversation. */
  private Map<Set<Long>, List<Long>> told() {
    return receiver.requests.stream()
        .collect(
            Collectors.groupingBy(
                request ->
                    Set.of(
                        data(request).getJsonNumber("fromId").longValue(),
                        data(request).getJsonNumber("toId").longValue()),
                Collectors.mapping(WebhookContract::reference, Collectors.toList())));
  }

  private void awaitEmpty() {
    await().atMost(AMPLE).until(() -> count("webhook_conversation") == 0);
    assertThat(query("select id from webhook_event where parked_at is null")).isEmpty();
  }

  @Nested
  @DisplayName("leases a conversation")
  class Leasing {

    @Test
    @DisplayName("to one, until the time is over")
    void once() {
      event("message.stored", ALICE, BOB, 1);
      event("message.stored", CAROL, BOB, 2);
      List<Lease> leases = queue().lease(1);
      assertThat(leases).hasSize(1);
      assertThat(queue().lease(10))
          .hasSize(1)
          .extracting(Lease::low)
          .doesNotContain(leases.get(0).low());
      assertThat(queue().lease(10)).isEmpty();
      pass(WebhookQueue.LEASE.minusSeconds(2));
      assertThat(queue().lease(10)).isEmpty();
      pass(Duration.ofSeconds(3));
      assertThat(queue().lease(10)).hasSize(2);
    }

    @Test
    @DisplayName("which stays in the queue where something was written meanwhile")
    void written() {
      event("message.stored", ALICE, BOB, 1);
      Lease lease = queue().lease(1).get(0);
      List<WebhookEvent> events = queue().events(lease, 10);
      queue().told(lease, List.of(events.get(0).id()));
      event("message.stored", BOB, ALICE, 2);
      queue().done(lease, events.get(0).id());
      Lease again = queue().lease(1).get(0);
      assertThat(queue().events(again, 10)).extracting(WebhookEvent::reference).containsExactly(2L);
      queue().told(again, List.of(queue().events(again, 10).get(0).id()));
      queue().done(again, again.lastEventId());
      assertThat(count("webhook_conversation")).isZero();
    }

    @Test
    @DisplayName("also where that is written while it is found to be done")
    void atOnce() throws Exception {
      event("message.stored", ALICE, BOB, 1);
      Lease lease = queue().lease(1).get(0);
      long last = queue().events(lease, 10).get(0).id();
      queue().told(lease, List.of(last));
      AtomicBoolean isDone = new AtomicBoolean();
      Thread done =
          new Thread(
              () -> {
                queue().done(lease, last);
                isDone.set(true);
              });
      database()
          .transaction(
              connection -> {
                EventWriter.add(connection, vendor(), "message.stored", BOB, ALICE, 2);
                done.start();
                await().until(() -> isDone.get() || isWaiting(done));
                return true;
              });
      done.join();
      Lease again = queue().lease(1).get(0);
      assertThat(queue().events(again, 10)).extracting(WebhookEvent::reference).containsExactly(2L);
    }

    @Test
    @DisplayName("which a start takes from who had it where no other server can have it")
    void killed() {
      event("message.stored", ALICE, BOB, 1);
      assertThat(queue().lease(1)).hasSize(1);
      queue().endLeasesOfBefore();
      assertThat(queue().lease(1)).hasSize(vendor() == Vendor.H2 ? 1 : 0);
    }

    @Test
    @DisplayName("of which who had it before says nothing more")
    void lost() {
      event("message.stored", ALICE, BOB, 1);
      Lease first = queue().lease(1).get(0);
      pass(WebhookQueue.LEASE.plusSeconds(1));
      assertThat(queue().lease(1)).hasSize(1);
      queue().giveBack(first, 0, Duration.ZERO);
      queue().done(first, first.lastEventId());
      assertThat(queue().lease(1)).isEmpty();
      assertThat(count("webhook_conversation")).isEqualTo(1);
    }
  }

  /** Whether a thread waits for a lock of the database, or for its turn. */
  abstract boolean isWaiting(Thread thread);

  @Nested
  @DisplayName("tells")
  class Telling {

    @Test
    @DisplayName("each event once, in the order of its conversation, with its own id")
    void inOrder() {
      Map<Set<Long>, List<Long>> expected = new ConcurrentHashMap<>();
      for (int i = 0; i < 130; i++) {
        long other = 100 + i % 2;
        long id = i % 3 == 0 ? message(other, ALICE, "t" + i) : message(ALICE, other, "t" + i);
        expected.computeIfAbsent(Set.of(ALICE, other), key -> new ArrayList<>()).add(id);
      }
      start();
      awaitEmpty();
      assertThat(told()).isEqualTo(expected);
      assertThat(receiver.requests.stream().map(Request::id)).doesNotHaveDuplicates();
      assertThat(receiver.requests.get(0).id()).matches("evt_[0-9a-f]{32}_[0-9]+");
    }

    @Test
    @DisplayName("what a message says when it is told")
    void content() {
      long first = message(ALICE, BOB, "你好");
      long second = message(ALICE, BOB, "recalled");
      update("update message set content = '' where id = ?", second);
      long third = message(ALICE, BOB, "gone");
      update("delete from message where id = ?", third);
      start();
      awaitEmpty();
      assertThat(receiver.requests.stream().map(request -> data(request).toString()))
          .containsExactly(
              "{\"messageId\":%d,\"fromId\":10,\"toId\":20,\"content\":\"你好\",\"timestamp\":\"mark\"}"
                  .formatted(first),
              "{\"messageId\":%d,\"fromId\":10,\"toId\":20,\"recalled\":true}".formatted(second),
              "{\"messageId\":%d,\"fromId\":10,\"toId\":20,\"recalled\":true}".formatted(third));
    }

    @Test
    @DisplayName("what is written while it runs, when it is woken")
    void woken() {
      Dispatcher dispatcher = start();
      for (int i = 0; i < 3; i++) {
        long id = message(ALICE, BOB, "t" + i);
        dispatcher.wake();
        await()
            .atMost(AMPLE)
            .until(() -> told().getOrDefault(Set.of(ALICE, BOB), List.of()).contains(id));
      }
    }

    @Test
    @DisplayName("again what was not taken, and what follows it only after that")
    void again() {
      long first = message(ALICE, BOB, "a");
      long second = message(ALICE, BOB, "b");
      long other = message(ALICE, CAROL, "c");
      Set<Long> refused = new HashSet<>();
      receiver.behaviour =
          FakeReceiver.status(
              request -> reference(request) == first && refused.add(first) ? 500 : 200);
      Dispatcher dispatcher = start();
      await().atMost(AMPLE).until(() -> told().containsKey(Set.of(ALICE, CAROL)));
      await()
          .atMost(AMPLE)
          .until(() -> query("select attempts from webhook_conversation").contains("1"));
      assertThat(told().get(Set.of(ALICE, BOB))).containsExactly(first);
      pass(Duration.ofSeconds(7));
      dispatcher.wake();
      awaitEmpty();
      assertThat(told().get(Set.of(ALICE, BOB))).containsExactly(first, first, second);
      assertThat(told().get(Set.of(ALICE, CAROL))).containsExactly(other);
      List<String> ids =
          receiver.requests.stream()
              .filter(request -> reference(request) == first)
              .map(Request::id)
              .toList();
      assertThat(ids).hasSize(2).containsOnly(ids.get(0));
    }

    @Test
    @DisplayName("with waits that grow, by chance a fifth more or less, to three hours")
    void waits() {
      message(ALICE, BOB, "a");
      receiver.behaviour = FakeReceiver.status(500);
      start();
      long[] seconds = {5, 20, 80, 320, 1280, 5120, 10_800, 10_800};
      for (int i = 0; i < seconds.length; i++) {
        String attempts = String.valueOf(i + 1);
        await()
            .atMost(AMPLE)
            .until(() -> query("select attempts from webhook_conversation").contains(attempts));
        double wait =
            Double.parseDouble(
                query(
                        vendor() == Vendor.MARIADB
                            ? "select unix_timestamp(due_at) - unix_timestamp(current_timestamp)"
                                + " from webhook_conversation"
                            : "select extract(epoch from due_at) - extract(epoch from"
                                + " current_timestamp) from webhook_conversation")
                    .get(0));
        assertThat(wait).isBetween(0.8 * seconds[i] - 5, 1.2 * seconds[i]);
        pass(Duration.ofSeconds(seconds[i] * 6 / 5 + 1));
        update("update webhook_event set created_at = current_timestamp");
        dispatchers.get(0).stop();
        dispatchers.clear();
        start();
      }
    }

    @Test
    @DisplayName("how much there is to tell, also while its endpoint wants nothing more")
    void backlog() {
      AtomicLong passed = new AtomicLong();
      receiver.behaviour = FakeReceiver.status(410);
      message(ALICE, BOB, "a");
      Dispatcher dispatcher = start(Duration.ofSeconds(5), () -> System.nanoTime() + passed.get());
      await()
          .atMost(AMPLE)
          .until(() -> query("select attempts from webhook_conversation").contains("1"));
      message(ALICE, CAROL, "b");
      message(BOB, CAROL, "c");
      passed.addAndGet(Duration.ofSeconds(10).toNanos());
      await()
          .atMost(AMPLE)
          .untilAsserted(() -> assertThat(dispatcher.backlog().conversations()).isEqualTo(3));
      assertThat(receiver.requests).hasSize(1);
      update("update webhook_event set parked_at = current_timestamp");
      passed.addAndGet(Duration.ofSeconds(10).toNanos());
      await()
          .atMost(AMPLE)
          .untilAsserted(() -> assertThat(dispatcher.backlog().parked()).isEqualTo(3));
    }

    @Test
    @DisplayName("not what failed for a day: that is parked, listed, and told again where wanted")
    void parked() {
      long first = message(ALICE, BOB, "a");
      long second = message(ALICE, BOB, "b");
      receiver.behaviour = FakeReceiver.status(request -> reference(request) == first ? 418 : 200);
      Dispatcher dispatcher = start();
      await()
          .atMost(AMPLE)
          .until(() -> query("select attempts from webhook_conversation").contains("1"));
      pass(Duration.ofHours(23));
      dispatcher.wake();
      await()
          .atMost(AMPLE)
          .until(() -> query("select attempts from webhook_conversation").contains("2"));
      ParkedEvents parked = new ParkedEvents(database());
      assertThat(parked.list(0, 10)).isEmpty();
      pass(Duration.ofHours(1).plusSeconds(30));
      dispatcher.wake();
      awaitEmpty();
      assertThat(told().get(Set.of(ALICE, BOB))).containsExactly(first, first, first, second);
      List<Parked> list = parked.list(0, 10);
      assertThat(list).hasSize(1);
      assertThat(list.get(0).type()).isEqualTo("message.stored");
      assertThat(list.get(0).userId()).isEqualTo(ALICE);
      assertThat(list.get(0).otherId()).isEqualTo(BOB);
      assertThat(list.get(0).reference()).isEqualTo(first);
      assertThat(list.get(0).failure()).isEqualTo("HTTP 418");
      assertThat(parked.list(list.get(0).id(), 10)).isEmpty();

      receiver.behaviour = FakeReceiver.status(200);
      assertThat(parked.retry(list.get(0).id())).isTrue();
      assertThat(parked.retry(list.get(0).id())).isFalse();
      dispatcher.wake();
      awaitEmpty();
      assertThat(told().get(Set.of(ALICE, BOB)))
          .containsExactly(first, first, first, second, first);
      assertThat(count("webhook_event")).isZero();
    }

    @Test
    @DisplayName("what is parked again also where who had told the rest has just found it done")
    void retriedAtOnce() {
      message(ALICE, BOB, "a");
      Lease lease = queue().lease(1).get(0);
      long id = queue().events(lease, 10).get(0).id();
      queue().park(lease, id, "x".repeat(500));
      assertThat(new ParkedEvents(database()).retry(id)).isTrue();
      queue().done(lease, id);
      assertThat(queue().events(queue().lease(1).get(0), 10)).hasSize(1);
    }

    @Test
    @DisplayName("nothing of what has been parked for a month, which goes")
    void forgotten() {
      message(ALICE, BOB, "a");
      queue()
          .park(
              queue().lease(1).get(0),
              Long.parseLong(query("select id from webhook_event").get(0)),
              "f");
      pass(Duration.ofDays(29));
      assertThat(queue().forgetParked()).isZero();
      pass(Duration.ofDays(1).plusSeconds(1));
      assertThat(queue().forgetParked()).isEqualTo(1);
    }

    @Test
    @DisplayName("many conversations at a time, a slow one beside the others")
    void slow() throws Exception {
      message(1, 2, "slow");
      AtomicBoolean isOver = new AtomicBoolean();
      receiver.behaviour =
          (request, connection) -> {
            if (data(request).getInt("fromId") == 1) {
              await().atMost(AMPLE).until(isOver::get);
            }
            return FakeReceiver.status(200).answer(request, connection);
          };
      start();
      IntStream.range(0, 100).forEach(i -> message(1000 + i, 2000 + i, "quick"));
      await().atMost(AMPLE).until(() -> receiver.requests.size() == 101);
      assertThat(count("webhook_conversation")).isPositive();
      isOver.set(true);
      awaitEmpty();
    }

    @Test
    @DisplayName(
        "nothing twice where it is stopped while the endpoint is slow, but what it had begun")
    void stopped() {
      long first = message(ALICE, BOB, "a");
      long second = message(ALICE, BOB, "b");
      receiver.behaviour = (request, connection) -> true; // no answer
      Dispatcher dispatcher = start();
      await().atMost(AMPLE).until(() -> receiver.requests.size() == 1);
      dispatcher.stop();
      receiver.behaviour = FakeReceiver.status(200);
      start();
      awaitEmpty();
      assertThat(told().get(Set.of(ALICE, BOB))).containsExactly(first, first, second);
    }

    @Test
    @DisplayName("no more of a conversation for now, when the endpoint fails again and again")
    void paused() throws Exception {
      for (int i = 0; i < 10; i++) {
        message(ALICE, BOB, "t" + i);
      }
      pass(Duration.ofHours(25));
      receiver.behaviour = FakeReceiver.status(500);
      WebhookQueue queue = queue();
      EndpointHealth health = new EndpointHealth(() -> 0);
      ConversationTeller teller =
          new ConversationTeller(queue, endpoint(AMPLE), health, "0", () -> 0);
      teller.tell(queue.lease(1).get(0), 0);
      assertThat(receiver.requests).hasSize(5);
      assertThat(query("select id from webhook_event where parked_at is null")).hasSize(5);
      assertThat(queue.lease(1)).hasSize(1);
    }

    @Test
    @DisplayName("nothing more when its lease may soon be over")
    void late() throws Exception {
      message(ALICE, BOB, "a");
      WebhookQueue queue = queue();
      EndpointHealth health = new EndpointHealth(() -> 0);
      long late = Duration.ofSeconds(41).toNanos();
      new ConversationTeller(queue, endpoint(AMPLE), health, "0", () -> late)
          .tell(queue.lease(1).get(0), 0);
      assertThat(receiver.requests).isEmpty();
      assertThat(queue.lease(1)).hasSize(1);
    }

    @Test
    @DisplayName("no event of a type that it does not know, which another server may")
    void unknownType() {
      event("message.eaten", ALICE, BOB, 1);
      long other = message(ALICE, CAROL, "b");
      start();
      await()
          .atMost(AMPLE)
          .until(() -> query("select attempts from webhook_conversation").equals(List.of("1")));
      assertThat(told()).isEqualTo(Map.of(Set.of(ALICE, CAROL), List.of(other)));
    }
  }

  @Nested
  @DisplayName("tells what is not seen")
  class Unseen {

    private UnseenWatch watch() {
      return new UnseenWatch(database(), 60, here::contains, () -> {});
    }

    private long unseen(long from, long to) {
      long id = message(from, to, "t");
      update(
          "insert into unseen (recipient_id, sender_id, due_at) select cast(? as bigint), cast(? as bigint),"
              + " current_timestamp + interval '60' second where not exists"
              + " (select 1 from unseen where recipient_id = ? and sender_id = ?)",
          to,
          from,
          to,
          from);
      return id;
    }

    private List<String> events() {
      return query(
          "select low_id || '-' || high_id || ' by ' || user_id from webhook_event"
              + " where type = 'message.unseen' order by id");
    }

    @Test
    @DisplayName("when its time has come, once for a conversation")
    void once() {
      unseen(ALICE, BOB);
      unseen(ALICE, BOB);
      unseen(BOB, ALICE);
      pass(Duration.ofSeconds(58));
      watch().look();
      assertThat(events()).isEmpty();
      pass(Duration.ofSeconds(3));
      watch().look();
      assertThat(events()).containsExactlyInAnyOrder("10-20 by 20", "10-20 by 10");
      unseen(ALICE, BOB);
      pass(Duration.ofDays(2));
      watch().look();
      assertThat(events()).hasSize(2);
    }

    @Test
    @DisplayName("not while a device of the recipient is connected, to whichever server")
    void whileConnected() {
      unseen(ALICE, BOB);
      connected(BOB, true);
      pass(Duration.ofSeconds(61));
      watch().look();
      assertThat(events()).isEmpty();
      connected(BOB, false);
      watch().look();
      assertThat(events()).isEmpty();
      pass(Duration.ofSeconds(61));
      watch().look();
      assertThat(events()).containsExactly("10-20 by 20");
    }

    @Test
    @DisplayName("not of a conversation that is muted, hidden, blocked or read")
    void unwanted() {
      for (String setting :
          List.of(
              "muted_by_high = true",
              "blocked_by_high = true",
              "hidden_to_high = last_high",
              "unread_high = 0")) {
        unseen(ALICE, BOB);
        update("update conversation set " + setting + " where high_id = 20");
        pass(Duration.ofSeconds(61));
        watch().look();
        assertThat(events()).as(setting).isEmpty();
        assertThat(count("unseen")).isZero();
        update("delete from conversation");
      }
      unseen(ALICE, BOB);
      update(
          "update conversation set muted_by_low = true, blocked_by_low = true, hidden_to_high = last_high - 1");
      pass(Duration.ofSeconds(61));
      watch().look();
      assertThat(events()).hasSize(1);
    }

    @Test
    @DisplayName("with the newest of the messages, and how many there are")
    void digest() {
      List<Long> ids = IntStream.range(0, 12).mapToObj(i -> unseen(ALICE, BOB)).toList();
      unseen(CAROL, BOB);
      update("delete from webhook_event");
      pass(Duration.ofSeconds(61));
      watch().look();
      start();
      awaitEmpty();
      List<JsonObject> told =
          receiver.requests.stream()
              .map(WebhookContract::data)
              .filter(data -> data.getInt("fromId") == ALICE)
              .toList();
      assertThat(told).hasSize(1);
      assertThat(told.get(0).getInt("toId")).isEqualTo((int) BOB);
      assertThat(told.get(0).getInt("unread")).isEqualTo(12);
      assertThat(told.get(0).getJsonArray("messageIds").toString())
          .isEqualTo(
              IntStream.range(0, 10)
                  .mapToObj(i -> String.valueOf(ids.get(11 - i)))
                  .collect(Collectors.joining(",", "[", "]")));
    }

    @Test
    @DisplayName("not where it was read before that was told")
    void takenBack() {
      unseen(ALICE, BOB);
      update("delete from webhook_event");
      pass(Duration.ofSeconds(61));
      watch().look();
      update("update conversation set unread_high = 0");
      long after = message(ALICE, BOB, "after");
      update("update conversation set unread_high = 0");
      start();
      awaitEmpty();
      assertThat(receiver.requests).hasSize(1);
      assertThat(reference(receiver.requests.get(0))).isEqualTo(after);
    }

    @Test
    @DisplayName("of however many conversations")
    void many() {
      for (int i = 0; i < 450; i++) {
        update(
            "insert into unseen (recipient_id, sender_id, due_at) values (?, 1, current_timestamp)",
            1000L + i);
        update(
            "insert into conversation (low_id, high_id, changed_low, changed_high, unread_high) values (1, ?, 1, 1, 1)",
            1000L + i);
      }
      watch().look();
      assertThat(events()).hasSize(450);
    }
  }
}
