package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("A message")
class MessageDeliveryIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  @Test
  @DisplayName("reaches the other with all six fields, and is acknowledged to the sender")
  void sixFields() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      a.send(Packet.message(bob, "你好，世界 👋", "1600000000000"));

      assertThat(a.answer("1600000000000"))
          .isEqualTo(new Packet(0, alice, 0, "", "1600000000000", ""));
      Packet message = b.message("你好，世界 👋");
      assertThat(message.fromId()).isEqualTo(alice);
      assertThat(message.toId()).isEqualTo(bob);
      assertThat(message.timestamp()).isEqualTo("1600000000000");
      assertThat(message.userName()).isEqualTo(Long.toString(alice));
      assertThat(message.headUrl()).isEmpty();
      assertThat(message.messageId()).isPositive().isLessThan(1L << 53);
    }
  }

  @Test
  @DisplayName("is rehearsed with the database before users come, and nothing is left of that")
  void rehearsed() throws IOException, SQLException {
    assertThat(ServerLog.whole().lines())
        .anyMatch(line -> line.matches(".*warmed up: [1-9]\\d* rounds.*"))
        .noneMatch(line -> line.contains("not warmed up"));
    if (!TestEnvironment.databaseSettings().isEmpty()) { // H2 is the server's alone
      try (Connection database = TestEnvironment.openDatabase();
          Statement statement = database.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  """
                  select (select count(*) from im_user where id > %1$d)
                    + (select count(*) from user_state where user_id > %1$d)
                    + (select count(*) from message where sender_id > %1$d)
                  """
                      .formatted(1L << 62))) {
        rows.next();
        assertThat(rows.getLong(1)).isZero();
      }
    }
  }

  @Test
  @DisplayName("takes the odd spellings of old front ends")
  void oddSpellings() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      a.send(
          "{\"describe\":null,\"timestamp\":1600000000001,\"content\":\"a\",\"type\":\"0\",\"toId\":\"%d\",\"fromId\":\"%d\",\"extra\":[{}]}"
              .formatted(bob, alice));
      a.send(
          "{\"fromId\":\"\",\"toId\":%d,\"type\":0,\"content\":\"b\",\"timestamp\":1.60E12,\"Describe\":\"{}\"}"
              .formatted(bob));

      assertThat(a.answer("1600000000001").isSuccess()).isTrue();
      assertThat(a.answer("1.60E12").isSuccess()).isTrue();
      assertThat(b.messages(2)).extracting(Packet::content).containsExactly("a", "b");
    }
  }

  @Test
  @DisplayName("is pushed again, oldest first, until it is read")
  void unreadUntilRead() {
    List<Long> ids;
    try (Client a = Client.connect(server, alice)) {
      for (int i = 0; i < 5; i++) {
        a.send(Packet.message(bob, "m" + i, "t" + i));
      }
      a.answer("t4");
    }
    try (Client b = Client.connect(server, bob)) {
      ids = b.messages(5).stream().map(Packet::messageId).toList();
      assertThat(b.contents()).containsExactly("m0", "m1", "m2", "m3", "m4");
      assertThat(ids).isSorted();
    }
    try (Client b = Client.connect(server, bob)) { // delivery reads nothing
      assertThat(b.messages(5)).hasSize(5);
      b.send(Packet.readAck(ids.subList(0, 3)));
      b.send(Packet.readAck(ids.subList(0, 3))); // and again
      awaitUnread(bob, 2);
    }
    try (Client b = Client.connect(server, bob)) {
      assertThat(b.messages(2)).extracting(Packet::content).containsExactly("m3", "m4");
      b.send(
          "{\"type\":1,\"toId\":\"ignored\",\"content\":[%d,\"%d\"]}"
              .formatted(ids.get(3), ids.get(4)));
      awaitUnread(bob, 0);
      assertThat(b.received()).allMatch(Packet::isMessage); // a read-ack is answered by nothing
    }
  }

  @Test
  @DisplayName("is read only by its recipient")
  void foreignReadAck() {
    try (Client a = Client.connect(server, alice)) {
      a.send(Packet.message(bob, "for bob", "t"));
      a.answer("t");
    }
    long id;
    try (Client b = Client.connect(server, bob)) {
      id = b.message("for bob").messageId();
    }
    try (Client a = Client.connect(server, alice)) {
      a.send(Packet.message(alice, "to myself", "t2"));
      long own = a.message("to myself").messageId();
      a.send(Packet.readAck(List.of(id, Long.MAX_VALUE)));
      a.send(Packet.readAck(List.of(own))); // marked in order: when this is done, so is the other
      awaitUnread(alice, 0);
    }
    try (Client b = Client.connect(server, bob)) {
      assertThat(b.message("for bob").messageId()).isEqualTo(id);
    }
  }

  @Test
  @DisplayName("is stored and delivered once however often it is sent")
  void retry() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      for (int i = 0; i < 4; i++) {
        a.send(Packet.message(bob, "same", "t"));
        a.send(Packet.message(bob, "named", "t-" + i, "client-id"));
      }
      await()
          .atMost(Client.TIMEOUT)
          .untilAsserted(() -> assertThat(a.received()).hasSize(8).allMatch(Packet::isSuccess));
      assertThat(a.received().stream().filter(p -> p.timestamp().equals("t")))
          .allMatch(p -> p.describe().isEmpty());
      List<Packet> named =
          a.received().stream().filter(p -> p.timestamp().startsWith("t-")).toList();
      assertThat(named)
          .extracting(Packet::messageId)
          .hasSize(4)
          .containsOnly(b.message("named").messageId());
      assertThat(named)
          .allMatch(
              p -> p.describe().startsWith("{\"clientMessageId\":\"client-id\",\"messageId\":\""));

      a.send(Packet.message(bob, "end", "end"));
      b.message("end");
      assertThat(b.contents()).containsExactly("same", "named", "end");
    }
    try (Client again = Client.connect(server, alice)) { // and on another connection
      again.send(Packet.message(bob, "same", "t"));
      assertThat(again.answer("t").isSuccess()).isTrue();
    }
    try (Client b = Client.connect(server, bob)) {
      assertThat(b.messages(3)).extracting(Packet::content).containsExactly("same", "named", "end");
    }
  }

  @Test
  @DisplayName("without a timestamp or an id of the client's is never taken for a retry")
  void noKeyNoRetry() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      a.send("{\"toId\":%d,\"type\":0,\"content\":\"x\"}".formatted(bob));
      a.send("{\"toId\":%d,\"type\":0,\"content\":\"x\",\"timestamp\":\"\"}".formatted(bob));
      assertThat(b.messages(2)).extracting(Packet::timestamp).containsExactly("", "");
    }
  }

  @Test
  @DisplayName("reaches every device of a user, also the sender's own")
  void devices() {
    try (Client phone = Client.connect(server, bob);
        Client tablet = Client.connect(server, bob);
        Client a = Client.connect(server, alice)) {
      a.send(Packet.message(bob, "to all", "t"));
      assertThat(phone.message("to all")).isEqualTo(tablet.message("to all"));
      phone.send(Packet.message(bob, "note to self", "t2"));
      tablet.message("note to self");
      phone.message("note to self");
      assertThat(tablet.received())
          .noneMatch(Packet::isSuccess); // only the sending connection is told
    }
  }

  @Test
  @DisplayName("keeps its place, and is not lost or doubled, while the recipient comes and goes")
  void handOver() {
    int count = 1000;
    int step = 100; // so that nothing waits for long, or overflows, on however slow a machine
    AtomicBoolean done = new AtomicBoolean();
    List<List<Packet>> visits = new ArrayList<>();
    try (Client a = Client.connect(server, alice);
        Client c = Client.connect(server, Users.next())) {
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < count; i++) {
                    a.send(Packet.message(bob, "a" + i, "t" + i));
                    c.send(Packet.message(bob, "c" + i, "t" + i));
                    if ((i + 1) % step == 0) {
                      a.answer("t" + i);
                      c.answer("t" + i);
                    }
                  }
                } finally {
                  done.set(true);
                }
              });
      while (!done.get()) {
        try (Client b = Client.connect(server, bob)) {
          await().atMost(Client.TIMEOUT).until(() -> b.messages().size() >= 300 || done.get());
          b.send(Packet.readAck(b.messages().stream().limit(300).map(Packet::messageId).toList()));
          visits.add(List.copyOf(b.messages()));
        }
      }
      sending.join();
    }
    while (seen(visits, List.of()).size() < 2 * count) { // a read-ack takes a thousand
      try (Client b = Client.connect(server, bob)) {
        int before = seen(visits, List.of()).size();
        long unread = new Api(server, bob).unread();
        await().atMost(Client.TIMEOUT).until(() -> seen(visits, b.messages()).size() > before);
        List<Packet> visit = List.copyOf(b.messages());
        visits.add(visit);
        b.send(Packet.readAck(visit.stream().limit(1000).map(Packet::messageId).toList()));
        await().atMost(Client.TIMEOUT).until(() -> new Api(server, bob).unread() < unread);
      }
    }
    for (List<Packet> visit : visits) {
      assertThat(visit).extracting(Packet::messageId).doesNotHaveDuplicates();
      for (String sender : List.of("a", "c")) {
        List<Integer> numbers =
            visit.stream()
                .filter(p -> p.content().startsWith(sender))
                .map(p -> Integer.parseInt(p.content().substring(1)))
                .toList();
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
      }
    }
  }

  private static Set<String> seen(List<List<Packet>> visits, List<Packet> now) {
    Set<String> texts = new HashSet<>();
    visits.forEach(visit -> visit.forEach(packet -> texts.add(packet.content())));
    now.forEach(packet -> texts.add(packet.content()));
    return texts;
  }

  private void awaitUnread(long user, int count) {
    Api api = new Api(server, user);
    await().atMost(Client.TIMEOUT).until(api::unread, unread -> unread == count);
  }
}
