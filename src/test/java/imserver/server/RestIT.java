package imserver.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("Over REST")
class RestIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();

  private Api a;
  private Api b;
  private Api service;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    a = new Api(server, alice);
    b = new Api(server, bob);
    service = Api.service(server);
  }

  private static String messagesWith(long other) {
    return "api/conversations/" + other + "/messages";
  }

  @Test
  @DisplayName("a message is stored, delivered to sockets, and seen by both, as the same message")
  void send() {
    try (Client phone = Client.connect(server, bob)) {
      Instant before = Instant.now().minusSeconds(60);
      long id = a.sendMessage(bob, "你好 👋");
      assertThat(phone.message("你好 👋").messageId()).isEqualTo(id);
      for (JsonObject message :
          List.of(a.history(bob, "").get(0), b.history(alice, "limit=1").get(0))) {
        assertThat(Api.number(message, "messageId")).isEqualTo(id);
        assertThat(Api.number(message, "fromId")).isEqualTo(alice);
        assertThat(Api.number(message, "toId")).isEqualTo(bob);
        assertThat(message.getString("content")).isEqualTo("你好 👋");
        assertThat(message.getBoolean("read")).isFalse();
        assertThat(message.getString("time")).endsWith("Z");
        assertThat(Instant.parse(message.getString("time")))
            .isBetween(before, Instant.now().plusSeconds(60));
      }
    }
  }

  @Test
  @DisplayName("a retry is the same message, also where the first try came over the socket")
  void retry() {
    String body = Api.content("once", "the-id");
    Api.Answer first = a.post(messagesWith(bob), body);
    assertThat(first.status()).isEqualTo(201);
    assertThat(a.post(messagesWith(bob), body).text()).isEqualTo(first.text());
    try (Client socket = Client.connect(server, alice)) {
      socket.send(Packet.message(bob, "once", "t", "the-id"));
      assertThat(socket.answer("t").messageId()).isEqualTo(Api.number(first.json(), "messageId"));
    }
    assertThat(Api.contents(b.history(alice, ""))).containsExactly("once");
    assertThat(b.unread()).isEqualTo(1);
  }

  @Test
  @DisplayName("the name of another message is refused, over REST and over the socket")
  void reusedId() {
    long id = Api.number(a.post(messagesWith(bob), Api.content("first", "x")).ok(), "messageId");
    assertProblem(a.post(messagesWith(bob), Api.content("second", "x")), 409, "REUSED_ID");
    assertProblem(a.post(messagesWith(carol), Api.content("first", "x")), 409, "REUSED_ID");
    assertProblem(a.post(messagesWith(bob), Api.content("FIRST", "x")), 409, "REUSED_ID");
    try (Client socket = Client.connect(server, alice)) {
      socket.send(Packet.message(bob, "third", "1", "x"));
      assertThat(socket.answer("1").code()).isEqualTo("REUSED_ID");
      assertThat(socket.answer("1").retryable()).isFalse();
      socket.send(Packet.message(bob, "first", "another mark", "x"));
      assertThat(socket.answer("another mark").messageId()).isEqualTo(id);
      for (int i = 0; i < 20; i++) { // several to a batch
        socket.send(Packet.message(bob, "even " + i, "e" + i, "y" + i));
        socket.send(Packet.message(bob, "odd " + i, "o" + i, "y" + i));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(socket.answer("e" + i).isSuccess()).isTrue();
        assertThat(socket.answer("o" + i).code()).isEqualTo("REUSED_ID");
      }
    }
    assertThat(b.post(messagesWith(alice), Api.content("of another sender", "x")).status())
        .isEqualTo(201);
    assertThat(Api.contents(a.history(bob, "limit=100")))
        .hasSize(22)
        .contains("first", "of another sender", "even 19")
        .doesNotContain("second", "third", "odd 19");
    assertThat(a.history(carol, "")).isEmpty();
    assertThat(b.unread()).isEqualTo(21);
  }

  @Test
  @DisplayName("a text comes back as it was, whatever is in it")
  void everyCharacter() {
    List<String> texts =
        List.of(
            "NULL",
            "\"",
            "\\",
            "\\\\\"",
            "{}",
            "{\"a\",NULL}",
            "a,b",
            "'",
            "\n\t\r x",
            "?1 :x %s $1 ''",
            "\u0001\u007f\u2028");
    texts.forEach(text -> a.sendMessage(bob, text));
    assertThat(Api.contents(b.history(alice, "after=0")))
        .containsExactlyElementsOf(
            IntStream.range(0, texts.size())
                .mapToObj(i -> texts.get(texts.size() - 1 - i))
                .toList());
  }

  @Test
  @DisplayName("the list shows each conversation's last message and unread count, newest first")
  void list() {
    service.put("api/users/" + bob, "{\"name\":\"Bob\",\"avatar\":\"https://x.example/b.png\"}");
    b.sendMessage(alice, "from bob 1");
    b.sendMessage(alice, "from bob 2");
    new Api(server, carol).sendMessage(alice, "from carol");
    a.sendMessage(carol, "to carol");
    a.sendMessage(alice, "to myself");

    List<JsonObject> list = a.conversations();
    assertThat(list.stream().map(each -> Api.number(each.getJsonObject("user"), "id")))
        .containsExactly(alice, carol, bob);
    assertThat(list.stream().map(each -> Api.number(each, "unread"))).containsExactly(1L, 1L, 2L);
    assertThat(list.stream().map(each -> each.getJsonObject("lastMessage").getString("content")))
        .containsExactly("to myself", "to carol", "from bob 2");
    assertThat(list.get(2).getJsonObject("user").getString("name")).isEqualTo("Bob");
    assertThat(list.get(2).getJsonObject("user").getString("avatar"))
        .isEqualTo("https://x.example/b.png");
    assertThat(list.get(1).getJsonObject("user").getString("name")).isEqualTo("" + carol);
    assertThat(a.unread()).isEqualTo(4);
    assertThat(b.unread()).isZero();
    assertThat(new Api(server, Users.next()).conversations()).isEmpty();
  }

  @Test
  @DisplayName("messages are read when they are marked, in any way, and not by being looked at")
  void markRead() {
    List<Long> ids = IntStream.range(0, 6).mapToObj(i -> a.sendMessage(bob, "m" + i)).toList();
    b.history(alice, "");
    assertThat(b.unread()).isEqualTo(6);
    b.markRead(List.of(ids.get(5), ids.get(5)));
    b.markRead(List.of(ids.get(5)));
    assertThat(b.unread()).isEqualTo(5);
    b.history(alice, "markRead=true&limit=2"); // 5, which is read, and 4
    assertThat(b.unread()).isEqualTo(4);
    Api.Answer upTo =
        b.post("api/conversations/" + alice + "/read", "{\"upTo\":%d}".formatted(ids.get(1)));
    assertThat(upTo.ok().getInt("unread")).isEqualTo(2);
    assertThat(b.history(alice, "").stream().map(message -> message.getBoolean("read")))
        .containsExactly(true, true, false, false, true, true);
    try (Client socket = Client.connect(server, bob)) {
      assertThat(socket.messages(2)).extracting(Packet::content).containsExactly("m2", "m3");
      socket.send(Packet.readAck(ids));
      await().atMost(Client.TIMEOUT).until(() -> b.unread() == 0);
    }
    assertThat(Api.number(b.conversations().get(0), "unread")).isZero();
  }

  @Test
  @DisplayName("history is read backwards and forwards, in pages that fit together")
  void history() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      ids.add(i % 3 == 0 ? b.sendMessage(alice, "m" + i) : a.sendMessage(bob, "m" + i));
    }
    List<Long> backwards = new ArrayList<>();
    List<JsonObject> page = a.history(bob, "limit=10");
    while (!page.isEmpty()) {
      backwards.addAll(Api.ids(page));
      page = a.history(bob, "limit=10&before=" + backwards.get(backwards.size() - 1));
    }
    Collections.reverse(backwards);
    assertThat(backwards).isEqualTo(ids);

    Api.Answer after = a.get(messagesWith(bob) + "?limit=10&after=" + ids.get(4));
    assertThat(Api.ids(Api.objects(after.ok().getJsonArray("messages"))))
        .isEqualTo(reversed(ids.subList(5, 15)));
    assertThat(after.json().getBoolean("more")).isTrue();
    assertThat(a.get(messagesWith(bob) + "?after=" + ids.get(24)).json().getBoolean("more"))
        .isFalse();
    assertThat(a.get(messagesWith(bob) + "?limit=25").json().getBoolean("more")).isFalse();
    assertThat(a.get(messagesWith(carol)).ok().getJsonArray("messages")).isEmpty();
  }

  private static List<Long> reversed(List<Long> ids) {
    List<Long> reversed = new ArrayList<>(ids);
    Collections.reverse(reversed);
    return reversed;
  }

  @Test
  @DisplayName("who follows a conversation while both write to it misses nothing")
  void follow() {
    int count = 400;
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writing =
        CompletableFuture.allOf(
                CompletableFuture.runAsync(() -> pour(alice, bob, count)),
                CompletableFuture.runAsync(() -> pour(bob, alice, count)))
            .whenComplete((nothing, error) -> done.set(true));
    List<Long> followed = new ArrayList<>();
    boolean more = true;
    while (more) {
      boolean last = done.get();
      long after = followed.isEmpty() ? 0 : followed.get(followed.size() - 1);
      List<Long> page = reversed(Api.ids(a.history(bob, "limit=100&after=" + after)));
      followed.addAll(page);
      more = !last || !page.isEmpty();
    }
    writing.join();
    assertThat(followed).isSorted().doesNotHaveDuplicates().hasSize(2 * count);
  }

  /** Over a socket, as fast as it goes. */
  private void pour(long from, long to, int count) {
    try (Client socket = Client.connect(server, from)) {
      for (int i = 0; i < count; i++) {
        socket.send(Packet.message(to, "m" + i, "t" + i));
      }
      for (int i = 0; i < count; i++) {
        socket.answer("t" + i);
      }
    }
  }

  @Test
  @DisplayName("who pages through the list while messages pour in sees each conversation once")
  void listWhileMessagesPourIn() {
    List<Long> others = LongStream.range(0, 60).mapToObj(i -> Users.next()).toList();
    others.forEach(other -> new Api(server, other).sendMessage(alice, "first"));
    for (int round = 0; round < 5; round++) {
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Void> pouring =
          CompletableFuture.runAsync(
              () -> {
                try (Client socket = Client.connect(server, alice)) {
                  for (int i = 0; !done.get(); i++) {
                    long other = others.get(ThreadLocalRandom.current().nextInt(others.size()));
                    socket.send(Packet.message(other, "more", "t" + i));
                    socket.answer("t" + i);
                  }
                }
              });
      List<Long> seen = listed(a, 7);
      done.set(true);
      pouring.join();
      assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(others);
    }
  }

  /** With whom a user has conversations, read page by page. */
  private static List<Long> listed(Api reader, int limit) {
    List<Long> seen = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JsonObject page = reader.get("api/conversations?limit=" + limit + cursor).ok();
      Api.objects(page.getJsonArray("conversations"))
          .forEach(each -> seen.add(Api.number(each.getJsonObject("user"), "id")));
      cursor = page.containsKey("next") ? "&cursor=" + page.getString("next") : null;
    }
    return seen;
  }

  @Test
  @DisplayName("what is acknowledged is in the list at once, whatever else is being stored")
  void acknowledgedIsSeen() {
    AtomicBoolean writing = new AtomicBoolean(true);
    CompletableFuture<Void> others = // in large batches, which keep the lanes busy
        CompletableFuture.runAsync(
            () -> {
              String all =
                  LongStream.generate(Users::next)
                      .limit(900)
                      .mapToObj(Long::toString)
                      .collect(joining(","));
              for (int i = 0; writing.get(); i++) {
                service
                    .post(
                        "api/notices",
                        "{\"to\":[%s],\"content\":\"x\",\"clientMessageId\":\"%d-%d\"}"
                            .formatted(all, alice, i))
                    .ok();
              }
            });
    try {
      for (int round = 0; round < 20; round++) {
        long reader = Users.next();
        Set<Long> senders = new HashSet<>();
        for (int i = 0; i < 3; i++) {
          long sender = Users.next();
          new Api(server, sender).post(messagesWith(reader), Api.content("x")).ok();
          senders.add(sender);
        }
        assertThat(listed(new Api(server, reader), 1))
            .hasSameElementsAs(senders)
            .doesNotHaveDuplicates();
      }
    } finally {
      writing.set(false);
      others.join();
    }
  }

  @Test
  @DisplayName("the rules of the socket hold, with their codes")
  void rules() {
    assertProblem(a.post(messagesWith(bob), Api.content("")), 400, "EMPTY_CONTENT");
    assertProblem(a.post(messagesWith(bob), "{}"), 400, "EMPTY_CONTENT");
    assertProblem(a.post(messagesWith(bob), Api.content(" \n")), 400, "EMPTY_CONTENT");
    assertProblem(a.post(messagesWith(bob), Api.content("\u2800\ufeff")), 400, "EMPTY_CONTENT");
    service.put("api/users/" + bob, "{\"name\":\"\u200b\"}").ok();
    assertThat(b.get("api/users/me").ok().getString("name")).isEqualTo(Long.toString(bob));
    assertProblem(a.get("api/users?name=%E2%80%8B"), 400, "BAD_REQUEST");
    assertProblem(
        a.post(messagesWith(bob), Api.content("x".repeat(4001))), 400, "CONTENT_TOO_LONG");
    assertProblem(a.post(messagesWith(0), Api.content("x")), 400, "INVALID_RECIPIENT");
    assertThat(a.post(messagesWith(bob), Api.content("👋".repeat(4000))).status()).isEqualTo(201);
    assertThat(b.history(alice, "")).hasSize(1);
  }

  @Test
  @DisplayName("what is wrong, huge or hostile is a problem with its reason, and nothing happens")
  void badRequests() {
    String ofBob = messagesWith(bob);
    for (String query :
        List.of(
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=-1",
            "limit=" + "9".repeat(1000),
            "before=0",
            "before=-1",
            "before=1.5",
            "before=x",
            "after=x",
            "after=99999999999999999999",
            "before=1&after=1",
            "markRead=yes")) {
      assertProblem(a.get(ofBob + "?" + query), 400, "BAD_REQUEST");
    }
    for (String user : List.of("x", "-1", "1.5", "99999999999999999999", "%31%30x")) {
      assertProblem(a.get("api/conversations/" + user + "/messages"), 400, "BAD_REQUEST");
      assertProblem(
          a.post("api/conversations/" + user + "/messages", Api.content("x")), 400, "BAD_REQUEST");
    }
    for (String cursor : List.of("x", "!", "MS4x", "A".repeat(6000), "LTEuMS4")) {
      assertProblem(a.get("api/conversations?cursor=" + cursor), 400, "BAD_REQUEST");
    }
    for (String body :
        List.of(
            "",
            "[",
            "[]",
            "1",
            "null",
            "\"x\"",
            "{\"content\":1}",
            "{\"content\":[]}",
            "{\"content\":\"\\u0000\"}",
            "{\"content\":\"\\ud800\"}",
            "{\"content\":\"x\",\"timestamp\":\"" + "9".repeat(33) + "\"}",
            "{\"content\":\"x\",\"clientMessageId\":\"" + "9".repeat(65) + "\"}",
            "{\"content\":\"x\"} {}",
            "{\"content\":\"x\"}x",
            "{\"content\":\"x\",\"content\":\"y\"}",
            "{\"a\":".repeat(5000))) {
      assertProblem(a.post(ofBob, body), 400, "BAD_REQUEST");
    }
    assertProblem(a.post(ofBob, Api.content("x".repeat(1 << 20))), 413, "TOO_LARGE");
    for (String ids :
        List.of("", "null", "1", "[0]", "[-1]", "[1.5]", "[1e2]", "[1e400]", "[\"x\"]", "[null]")) {
      String body = ids.isEmpty() ? "{}" : "{\"messageIds\":" + ids + "}";
      assertProblem(a.post("api/messages/read", body), 400, "BAD_REQUEST");
    }
    String tooMany = LongStream.rangeClosed(1, 1001).mapToObj(Long::toString).collect(joining(","));
    assertProblem(
        a.post("api/messages/read", "{\"messageIds\":[" + tooMany + "]}"), 400, "BAD_REQUEST");
    assertProblem(a.post("api/conversations/" + bob + "/read", "{}"), 400, "BAD_REQUEST");
    assertProblem(a.get("api/nothing"), 404, "NOT_FOUND");
    assertProblem(a.put("api/conversations", "{}"), 405, "METHOD_NOT_ALLOWED");
    assertProblem(
        a.send(
            a.request(ofBob)
                .POST(BodyPublishers.ofString("content=x"))
                .header("Content-Type", "text/plain")),
        415,
        "UNSUPPORTED_MEDIA_TYPE");
    assertProblem(a.send(a.request(ofBob).POST(BodyPublishers.noBody())), 400, "BAD_REQUEST");
    assertProblem(
        a.send(a.request(ofBob).POST(BodyPublishers.ofString(Api.content("x")))),
        415,
        "UNSUPPORTED_MEDIA_TYPE");
    byte[] notUtf8 = Api.content("x?").replace('?', '\u00ff').getBytes(ISO_8859_1);
    assertProblem(
        a.send(
            a.request(ofBob)
                .POST(BodyPublishers.ofByteArray(notUtf8))
                .header("Content-Type", "application/json")),
        400,
        "BAD_REQUEST");
    assertThat(b.conversations()).isEmpty();
  }

  @Test
  @DisplayName("a length is counted in characters, also of those that Java and H2 count twice")
  void emoji() {
    String timestamp = "😀".repeat(32);
    String name = "😀".repeat(255);
    a.post(messagesWith(bob), "{\"content\":\"x\",\"timestamp\":\"" + timestamp + "\"}").ok();
    service.put("api/users/" + alice, "{\"name\":\"" + name + "\"}").ok();
    assertThat(a.get("api/users/" + alice).ok().getString("name")).isEqualTo(name);
    String url = "http://localhost/" + "😀".repeat(2000);
    String notice =
        "{\"to\":[%d],\"title\":\"%s\",\"content\":\"x\",\"url\":\"%s\",\"clientMessageId\":\"%d\"}";
    service.post("api/notices", notice.formatted(bob, name, url, bob)).ok();
  }

  private static void assertProblem(Api.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    JsonObject problem = answer.json();
    assertThat(problem.keySet())
        .containsExactlyInAnyOrder("type", "title", "status", "detail", "code", "retryable");
    assertThat(problem.getString("code")).isEqualTo(code);
    assertThat(problem.getInt("status")).isEqualTo(status);
    assertThat(problem.getString("detail")).isNotBlank();
  }

  @Test
  @DisplayName("without a credential that verifies, in the one header, there is nothing to see")
  void unauthorized() {
    for (Api anyone : List.of(new Api(server, null), new Api(server, "x"), new Api(server, -1))) {
      for (String path :
          List.of("api/conversations", messagesWith(bob), "api/unread", "api/users/" + bob)) {
        Api.Answer answer = anyone.get(path);
        assertProblem(answer, 401, "UNAUTHORIZED");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
      }
      assertProblem(anyone.post(messagesWith(bob), Api.content("x")), 401, "UNAUTHORIZED");
      assertProblem(anyone.post("api/notices", "{}"), 401, "UNAUTHORIZED");
    }
    Api nobody = new Api(server, null);
    assertThat(
            nobody.send(nobody.request("api/unread").header("Cookie", "token=" + alice)).status())
        .isEqualTo(401);
    assertThat(nobody.get("api/unread?access_token=" + alice).status()).isEqualTo(401);
  }

  @Test
  @DisplayName("a user sees and marks nothing of others")
  void others() {
    long id = a.sendMessage(bob, "for bob only");
    Api c = new Api(server, carol);
    assertThat(c.conversations()).isEmpty();
    assertThat(c.history(alice, "")).isEmpty();
    assertThat(c.history(bob, "after=" + (id - 1))).isEmpty();
    c.markRead(List.of(id));
    a.markRead(List.of(id)); // nor the sender
    c.post("api/conversations/" + alice + "/read", "{\"upTo\":%d}".formatted(id)).ok();
    c.history(alice, "markRead=true");
    a.history(bob, "markRead=true");
    assertThat(c.unread()).isZero();
    assertThat(b.unread()).isEqualTo(1);

    service.put("api/users/" + bob, "{\"name\":\"Bob\"}");
    assertThat(c.get("api/users/" + bob).ok().getString("name")).isEqualTo("Bob");
    assertProblem(c.get("api/users/" + Users.next()), 404, "NOT_FOUND");
    assertThat(b.get("api/users/" + bob).ok().getString("name")).isEqualTo("Bob");
    assertProblem(b.put("api/users/" + bob, "{\"name\":\"Root\"}"), 403, "FORBIDDEN");
    assertProblem(b.put("api/users", "{\"users\":[{\"id\":1,\"name\":\"x\"}]}"), 403, "FORBIDDEN");
    assertProblem(b.post("api/users/" + bob + "/recount", "{}"), 403, "FORBIDDEN");
    assertProblem(
        b.post("api/notices", "{\"to\":\"all\",\"content\":\"x\",\"clientMessageId\":\"x\"}"),
        403,
        "FORBIDDEN");
    assertProblem(service.get("api/unread"), 403, "FORBIDDEN");
    assertProblem(service.post(messagesWith(bob), Api.content("x")), 403, "FORBIDDEN");
  }

  @Test
  @DisplayName("the host application fills the directory, and messages show its names")
  void directory() {
    String users =
        "{\"users\":[{\"id\":%d,\"name\":\"爱丽丝\"},{\"id\":\"%d\",\"name\":\"Bob\",\"avatar\":\"a.png\"}]}"
            .formatted(alice, bob);
    assertThat(service.put("api/users", users).ok().getInt("users")).isEqualTo(2);
    try (Client socket = Client.connect(server, bob)) {
      a.sendMessage(bob, "hi");
      assertThat(socket.message("hi").userName()).isEqualTo("爱丽丝");
    }
    service.put("api/users/" + alice, "{\"name\":\"Alice\"}").ok();
    assertThat(service.get("api/users/" + alice).ok().getString("name")).isEqualTo("Alice");
    assertProblem(service.get("api/users/" + Users.next()), 404, "NOT_FOUND");
    for (String body :
        List.of(
            "{}",
            "{\"users\":[]}",
            "{\"users\":[1]}",
            "{\"users\":[{\"name\":\"x\"}]}",
            "{\"users\":[{\"id\":1,\"name\":\"" + "x".repeat(256) + "\"}]}",
            "{\"users\":[{\"id\":1,\"name\":2}]}",
            "{\"users\":[{\"id\":0}]}")) {
      assertProblem(service.put("api/users", body), 400, "BAD_REQUEST");
    }
  }

  @Test
  @DisplayName("addresses that are not of the web are refused, in the directory and in notices")
  void addresses() {
    for (String bad :
        List.of("javascript:alert(1)", " jAvaScript:x", "java\\tscript:x", "data:,x")) {
      String avatar = "{\"id\":%d,\"name\":\"x\",\"avatar\":\"%s\"}".formatted(bob, bad);
      assertProblem(service.put("api/users/" + bob, avatar), 400, "BAD_REQUEST");
      assertProblem(
          service.put("api/users", "{\"users\":[{\"id\":%d},%s]}".formatted(alice, avatar)),
          400,
          "BAD_REQUEST");
      assertProblem(service.post("api/notices", notice(bad)), 400, "BAD_REQUEST");
    }
    assertProblem(service.get("api/users/" + bob), 404, "NOT_FOUND");
    assertProblem(service.post("api/notices", notice("//evil.example")), 400, "BAD_REQUEST");
    assertThat(b.history(0, "")).isEmpty();
    for (String good : List.of("/course/7", "https://x.example/7", "")) {
      service.post("api/notices", notice(good)).ok();
    }
  }

  private String notice(String url) {
    return "{\"to\":[%d],\"content\":\"c\",\"url\":\"%s\",\"clientMessageId\":\"%s\"}"
        .formatted(bob, url, Integer.toHexString(url.hashCode()) + bob);
  }

  @Test
  @DisplayName("the host application ends a user's sockets with 4403, in open mode for the moment")
  void endSessions() {
    try (Client phone = Client.connect(server, bob);
        Client laptop = Client.connect(server, bob);
        Client other = Client.connect(server, alice)) {
      String path = "api/users/" + bob + "/sessions";
      assertProblem(a.delete(path), 403, "FORBIDDEN");
      assertProblem(new Api(server, null).delete(path), 401, "UNAUTHORIZED");
      for (String wrong : List.of("x", "0", "-1")) {
        assertProblem(service.delete("api/users/" + wrong + "/sessions"), 400, "BAD_REQUEST");
      }
      assertThat(phone.isOpen()).isTrue();
      assertThat(service.delete(path).status()).isEqualTo(204);
      assertThat(phone.closeCode()).isEqualTo(4403);
      assertThat(laptop.closeCode()).isEqualTo(4403);
      assertThat(laptop.closeReason()).isEqualTo("access ended");
      assertThat(other.isOpen()).isTrue();
      Client.connect(server, bob).close();
      assertThat(b.unread()).isZero();
      assertThat(service.delete("api/users/" + Users.next() + "/sessions").status()).isEqualTo(204);
    }
  }

  @Test
  @DisplayName("what the host application does leaves a line each, without any text")
  void audit() throws Exception {
    ServerLog log = ServerLog.listen();
    service.put("api/users/" + bob, "{\"name\":\"secretive\"}").ok();
    service.put("api/users", "{\"users\":[{\"id\":%d},{\"id\":%d}]}".formatted(alice, bob)).ok();
    service
        .post(
            "api/notices",
            "{\"to\":[%d,%d],\"content\":\"secretive\",\"title\":\"secretive\",\"clientMessageId\":\"%d\"}"
                .formatted(alice, bob, bob))
        .ok();
    service
        .post(
            "api/notices",
            "{\"to\":[%d],\"content\":\"\",\"clientMessageId\":\"empty\"}".formatted(bob))
        .code();
    service.post("api/users/" + bob + "/recount", "").ok();
    service.delete("api/users/" + bob + "/sessions");
    a.put("api/users/" + alice, "{}"); // may not, did nothing
    for (String line :
        List.of(
            "write users [%d] by sub=\"0\" role=\"\": 1 written".formatted(bob),
            "write users [%d,%d] by sub=\"0\" role=\"\": 2 written".formatted(alice, bob),
            "send a notice to users [%d,%d] by sub=\"0\" role=\"\": 2 recipients"
                .formatted(alice, bob),
            "send a notice to users [%d] by sub=\"0\" role=\"\": failed".formatted(bob),
            "recount user %d by sub=\"0\" role=\"\": ".formatted(bob),
            "end access of user %d by sub=\"0\" role=\"\": 0 connections".formatted(bob))) {
      await()
          .atMost(Client.TIMEOUT)
          .untilAsserted(
              () -> assertThat(log.lines()).filteredOn(each -> each.contains(line)).hasSize(1));
    }
    assertThat(log.lines()).noneMatch(line -> line.contains("secretive"));
    assertThat(log.lines()).noneMatch(line -> line.contains("write users [" + alice + "]"));
  }

  @Test
  @DisplayName("a user learns how others see that user")
  void me() {
    JsonObject unknown = a.get("api/users/me").ok();
    assertThat(Api.number(unknown, "id")).isEqualTo(alice);
    assertThat(unknown.getString("name")).isEqualTo(Long.toString(alice));
    assertThat(unknown.getString("avatar")).isEmpty();
    service.put("api/users/" + alice, "{\"name\":\"爱丽丝\",\"avatar\":\"a.png\"}").ok();
    assertThat(a.get("api/users/me").ok()).isEqualTo(service.get("api/users/" + alice).ok());
    assertProblem(service.get("api/users/me"), 403, "FORBIDDEN");
  }

  private List<String> found(String name) {
    JsonObject answer = a.get("api/users?name=" + URLEncoder.encode(name, UTF_8)).ok();
    return Api.objects(answer.getJsonArray("users")).stream()
        .map(user -> user.getString("name"))
        .toList();
  }

  private void enter(String name) {
    String body = Json.createObjectBuilder().add("name", name).build().toString();
    service.put("api/users/" + Users.next(), body).ok();
  }

  @Test
  @DisplayName("users are found by the beginning of their names, whatever characters these have")
  void findUsers() {
    String unique = "Q" + alice;
    List<String> names =
        Stream.of(
                "é Ann", "É bob", "爱丽丝", "爱国", "100%", "100x", "a_b", "axb", "\\", "👋 hi", "')--")
            .map(unique::concat)
            .toList();
    names.forEach(this::enter);
    assertThat(found(unique)).containsExactlyInAnyOrderElementsOf(names);
    assertThat(found("q" + alice + "É")).containsExactly(unique + "é Ann", unique + "É bob");
    assertThat(found(unique + "爱")).containsExactly(unique + "爱丽丝", unique + "爱国");
    assertThat(found(unique + "爱丽丝")).containsExactly(unique + "爱丽丝");
    assertThat(found(unique + "100%")).containsExactly(unique + "100%");
    assertThat(found(unique + "A_")).containsExactly(unique + "a_b");
    assertThat(found(unique + "\\")).containsExactly(unique + "\\");
    assertThat(found(unique + "👋")).containsExactly(unique + "👋 hi");
    assertThat(found(unique + "')")).containsExactly(unique + "')--");
    assertThat(found("%")).isEmpty();
    assertThat(found(unique + "爱丽丝 ")).isEmpty();
    for (String query :
        List.of("", "?name=", "?name=%20", "?name=%00", "?name=" + "x".repeat(65))) {
      assertProblem(a.get("api/users" + query), 400, "BAD_REQUEST");
    }
  }

  @Test
  @DisplayName("at most twenty users are found, and a new name takes the place of the old one")
  void findManyUsers() {
    String unique = "R" + alice;
    IntStream.range(0, 25).forEach(i -> enter(unique + (char) ('y' - i)));
    assertThat(found(unique))
        .hasSize(20)
        .isSorted()
        .startsWith(unique + "a")
        .endsWith(unique + "t");
    service.put("api/users/" + bob, "{\"name\":\"%s-old\"}".formatted(unique)).ok();
    service.put("api/users/" + bob, "{\"name\":\"%s-new\"}".formatted(unique)).ok();
    assertThat(found(unique + "-")).containsExactly(unique + "-new");
    service.put("api/users/" + bob, "{}").ok();
    assertThat(found(unique + "-")).isEmpty();
  }

  @Test
  @DisplayName("a notice reaches one, several or all users of the directory, each once")
  void notices() {
    service.put("api/users", "{\"users\":[{\"id\":%d},{\"id\":%d}]}".formatted(alice, bob)).ok();
    String several =
        "{\"to\":[%d,\"%d\",%d],\"title\":\"Course\",\"content\":\"begins\",\"url\":\"/c/1\",\"clientMessageId\":\"n-%d\"}"
            .formatted(alice, bob, bob, bob);
    try (Client socket = Client.connect(server, bob)) {
      assertThat(service.post("api/notices", several).ok().getInt("recipients")).isEqualTo(2);
      assertThat(socket.message("begins").fromId()).isZero();
    }
    service.post("api/notices", several).ok();
    String all =
        "{\"to\":\"all\",\"content\":\"to all\",\"clientMessageId\":\"all-%d\"}".formatted(bob);
    assertThat(service.post("api/notices", all).ok().getInt("recipients"))
        .isGreaterThanOrEqualTo(2);
    service.post("api/notices", all).ok();
    for (Api user : List.of(a, b)) {
      assertThat(Api.contents(user.history(0, ""))).containsExactly("to all", "begins");
      JsonObject unread = user.get("api/unread").ok();
      assertThat(
              List.of(unread.getInt("total"), unread.getInt("notices"), unread.getInt("messages")))
          .containsExactly(2, 2, 0);
    }
    for (String[] change :
        new String[][] {{"begins", "ends"}, {"Course", "Kurs"}, {"/c/1", "/c/2"}}) {
      assertProblem(
          service.post("api/notices", several.replace(change[0], change[1])), 409, "REUSED_ID");
    }
    assertProblem(
        service.post("api/notices", several.replace("\"url\":\"/c/1\",", "")), 409, "REUSED_ID");
    assertThat(b.history(0, "")).hasSize(2);
    for (String body :
        List.of(
            "{\"to\":[1],\"content\":\"x\"}",
            "{\"to\":[],\"content\":\"x\",\"clientMessageId\":\"y\"}",
            "{\"to\":\"some\",\"content\":\"x\",\"clientMessageId\":\"y\"}",
            "{\"content\":\"x\",\"clientMessageId\":\"y\"}")) {
      assertProblem(service.post("api/notices", body), 400, "BAD_REQUEST");
    }
    assertProblem(
        service.post("api/notices", "{\"to\":[1],\"content\":\"\",\"clientMessageId\":\"y\"}"),
        400,
        "EMPTY_CONTENT");
  }

  @Test
  @DisplayName("in open mode a page of this machine may use the server, and no other")
  void origins() {
    for (String good : List.of("http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]")) {
      Api.Answer answer = a.send(a.request("api/unread").header("Origin", good));
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(good);
      assertThat(answer.header("Vary")).contains("Origin");
      assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
      connect(good).close();
    }
    for (String bad :
        List.of(
            "https://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "null",
            "x")) {
      Api.Answer answer = a.send(a.request("api/unread").header("Origin", bad));
      assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
      assertThat(Client.refusal(server, alice, options -> options.header("Origin", bad)))
          .isEqualTo(403);
    }
  }

  private Client connect(String origin) {
    return Client.connect(server, alice, options -> options.header("Origin", origin));
  }

  @Test
  @DisplayName("a browser is told beforehand what it may send")
  void preflight() {
    Api nobody = new Api(server, null);
    Api.Answer answer =
        nobody.send(
            nobody
                .request(messagesWith(bob))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", "http://localhost:3000")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type"));
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("http://localhost:3000");
    assertThat(answer.header("Access-Control-Allow-Methods")).contains("POST");
    assertThat(answer.header("Access-Control-Allow-Headers"))
        .contains("Authorization", "Content-Type");
  }

  @Test
  @DisplayName("the counts are those of a recount, after any history by many at once")
  void counts() {
    List<Long> users = LongStream.range(0, 6).mapToObj(i -> Users.next()).toList();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    CompletableFuture.allOf(
            users.stream()
                .map(user -> CompletableFuture.runAsync(() -> live(user, users, failures)))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(failures).isEmpty();
    for (long user : users) {
      await().atMost(Client.TIMEOUT).untilAsserted(() -> assertCounted(user));
    }
  }

  /** Sends, sends again, marks as read in any order, over the socket and over REST. */
  private void live(long user, List<Long> users, ConcurrentLinkedQueue<String> failures) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Api api = new Api(server, user);
    try (Client socket = Client.connect(server, user)) {
      for (int i = 0; i < 150; i++) {
        long other = users.get(random.nextInt(users.size()));
        Set<Long> seen = new HashSet<>();
        socket.messages().forEach(message -> seen.add(message.messageId()));
        List<Long> some = seen.stream().filter(id -> random.nextInt(4) == 0).limit(50).toList();
        switch (random.nextInt(7)) {
          case 0 -> socket.send(Packet.message(other, "m" + i, "t" + i));
          case 1 -> {
            socket.send(Packet.message(other, "m" + i, "t" + i));
            socket.send(Packet.message(other, "m" + i, "t" + i));
          }
          case 2 -> api.sendMessage(other, "r" + i);
          case 3 -> socket.send(Packet.readAck(some));
          case 4 -> {
            if (!some.isEmpty()) {
              api.markRead(some);
            }
          }
          case 5 -> api.history(other, "markRead=true&limit=10");
          default ->
              api.post(
                  "api/conversations/" + other + "/read",
                  "{\"upTo\":%d}".formatted(seen.stream().mapToLong(id -> id).max().orElse(1)));
        }
      }
      socket.received().stream()
          .filter(Packet::isFailure)
          .forEach(failure -> failures.add(failure.toString()));
    }
  }

  private void assertCounted(long user) {
    Ledger.assertCounted(server, user);
    Api api = new Api(server, user);
    for (JsonObject each : api.conversations()) {
      long other = Api.number(each.getJsonObject("user"), "id");
      assertThat(Api.number(each.getJsonObject("lastMessage"), "messageId"))
          .isEqualTo(Api.ids(api.history(other, "limit=1")).get(0));
    }
  }

  @Test
  @DisplayName("an answer closes its connection where the next request on it may be lost")
  void closing() throws IOException {
    for (String path : List.of("api/health", "message/systemMessage", "page.js", "nothing")) {
      RawAnswer answer =
          RawAnswer.to(server, "GET /teaching/" + path + " HTTP/1.1", "Host: localhost");
      assertThat(answer.header("Connection").equalsIgnoreCase("close"))
          .as(path)
          .isEqualTo(ServerProduct.underTest().hasTyrus());
    }
  }

  private static final int SLOW_CLIENTS = 40;

  /** To which anybody may send a body, whoever answers. */
  private static final List<String> PATHS =
      List.of("api/messages/read", "message/messageRead", "im-chat.js", "imserver/1");

  @Test
  @Waits
  @DisplayName("bodies that do not arrive keep nobody waiting, and are refused in time")
  void slowBodies() throws Exception {
    List<SlowClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        Object credential = i % 4 < 2 ? null : Users.next();
        slow.add(SlowClient.post(server, PATHS.get(i / 4 % 4), credential, i % 2 == 0));
      }
      assertThat(a.get("api/health").status()).isEqualTo(200);
      a.sendMessage(bob, "meanwhile");
      assertThat(Api.contents(b.history(alice, ""))).containsExactly("meanwhile");
      for (SlowClient client : slow) {
        assertThat(client.status()).isEqualTo(408);
      }
    } finally {
      for (SlowClient client : slow) {
        client.close();
      }
    }
  }

  @Test
  @DisplayName("answers that nobody reads keep nobody waiting")
  void unreadAnswers() throws Exception {
    for (int i = 0; i < 100; i++) {
      a.sendMessage(bob, "中".repeat(4000));
    }
    List<SlowClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        slow.add(
            SlowClient.get(server, messagesWith(bob) + "?limit=100", i % 2 == 0 ? alice : bob));
      }
      assertThat(new Api(server, carol).get("api/health").status()).isEqualTo(200);
      new Api(server, carol).sendMessage(alice, "meanwhile");
      await().atMost(Client.TIMEOUT).until(() -> a.get(messagesWith(bob)).status() == 200);
    } finally {
      for (SlowClient client : slow) {
        client.close();
      }
    }
  }
}
