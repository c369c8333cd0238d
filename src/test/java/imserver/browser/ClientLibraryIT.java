package imserver.browser;

import static imserver.browser.ClientPage.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import imserver.server.Api;
import imserver.server.Client;
import imserver.server.ServerProcess;
import imserver.server.TestEnvironment;
import imserver.server.Users;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The client library")
class ClientLibraryIT {

  private static final int CONNECTIONS = 3;
  private static final int REPLAY_LIMIT = 20;
  private static final long HOUR = 3_600_000; // ms
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private Browser browser;
  private int port;
  private Path folder;
  private ServerProcess server;

  @BeforeAll
  void start(Browser installed) throws IOException {
    browser = installed;
    port = TestEnvironment.freePort();
    folder = TestEnvironment.folder("browser-" + System.nanoTime());
    startServer();
  }

  private void startServer() throws IOException {
    server =
        ServerProcess.start(
            port,
            folder,
            Map.of(
                "IMSERVER_MAX_CONNECTIONS_PER_USER", String.valueOf(CONNECTIONS),
                "IMSERVER_REPLAY_LIMIT", String.valueOf(REPLAY_LIMIT)));
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private ClientPage page() {
    return ClientPage.open(browser, server.address());
  }

  /** What the server has of a conversation, the oldest first. */
  private List<String> stored(long one, long other) {
    List<JsonObject> history = new Api(server.address(), one).history(other, "limit=100");
    List<String> contents = new ArrayList<>(Api.contents(history));
    Collections.reverse(contents);
    return contents;
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
  }

  private static boolean isSuccess(JsonObject packet) {
    return packet.getString("op").equals("done") && packet.containsKey("messageId");
  }

  @Nested
  @DisplayName("sends a message")
  class Sending {

    private final long alice = Users.next();
    private final long bob = Users.next();

    @Test
    @DisplayName("again where the first answer was lost, and the server has it once")
    void lostAnswer() {
      AtomicBoolean lost = new AtomicBoolean();
      try (ClientPage page = page()) {
        page.with(NONE, packet -> isSuccess(packet) && !lost.getAndSet(true) ? 0 : 1);
        page.startAs(alice).send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        assertThat(page.sentMessages())
            .hasSizeGreaterThan(1)
            .containsOnly(page.sentMessages().get(0));
        assertThat(stored(alice, bob)).containsExactly("hello");
        assertThat(page.list("log.outgoing.map(({ state }) => state)"))
            .containsExactly("sending", "sent");
      }
    }

    @Test
    @DisplayName("four times in all; then it has failed, and trying again does not double it")
    void noAnswer() {
      AtomicBoolean deaf = new AtomicBoolean(true);
      try (ClientPage page = page()) {
        page.with(NONE, packet -> isSuccess(packet) && deaf.get() ? 0 : 1);
        Map<String, Integer> timing = Map.of("answerAfter", 1000, "backoff", 50);
        page.start(Map.of("credential", String.valueOf(alice), "timing", timing));
        page.send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("NO_ANSWER");
        assertThat(page.sentMessages()).hasSize(4).containsOnly(page.sentMessages().get(0));
        assertThat(page.list("client.outgoing().map(({ state }) => state)"))
            .containsExactly("failed");
        deaf.set(false);
        page.evaluate(
            "const { toId, clientMessageId } = log.outgoing[0]; delete outcomes.hello; send(toId,"
                + " 'hello', { clientMessageId })");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        assertThat(stored(alice, bob)).containsExactly("hello");
        assertThat(page.list("client.outgoing()")).isEmpty();
      }
    }

    @Test
    @DisplayName("once, however often its packets are doubled on the way")
    void doubledPackets() {
      try (ClientPage page = page()) {
        page.with(packet -> 2, packet -> 2).startAs(alice);
        texts(5).forEach(text -> page.send(bob, text));
        assertThat(page.outcome("m4")).isEqualTo("SENT");
        assertThat(stored(alice, bob)).containsExactlyElementsOf(texts(5));
        assertThat(page.list("log.outgoing.filter(({ state }) => state === 'sent')")).hasSize(5);
      }
    }

    @Test
    @DisplayName("after those before it, though packets are lost and connections break")
    void order() {
      AtomicInteger count = new AtomicInteger();
      try (ClientPage page = page()) {
        page.with(
            packet -> {
              int n = count.incrementAndGet();
              if (n % 7 == 0) {
                page.cut(1001);
              }
              return n % 3 == 0 ? 0 : 1;
            },
            NONE);
        page.startAs(alice);
        texts(20).forEach(text -> page.send(bob, text));
        texts(20).forEach(text -> assertThat(page.outcome(text)).isEqualTo("SENT"));
        assertThat(page.addresses().size()).isGreaterThan(1);
        assertThat(stored(alice, bob)).containsExactlyElementsOf(texts(20));
      }
    }

    @Test
    @DisplayName("and says why the server does not take it")
    void failures() {
      try (ClientPage page = page()) {
        page.startAs(alice);
        String tooLong = "x".repeat(4001);
        page.send(bob, tooLong).send(bob, " ").send(bob, "").send(0, "to nobody").send(bob, "good");
        assertThat(page.outcome(tooLong)).isEqualTo("CONTENT_TOO_LONG");
        assertThat(page.outcome(" ")).isEqualTo("EMPTY_CONTENT");
        assertThat(page.outcome("")).isEqualTo("EMPTY_CONTENT");
        assertThat(page.outcome("to nobody")).isEqualTo("INVALID_RECIPIENT");
        assertThat(page.outcome("good")).isEqualTo("SENT");
        assertThat(page.evaluate("outcomes[' '].name + outcomes[' '].retryable"))
            .isEqualTo("SendErrorfalse");
        assertThat(stored(alice, bob)).containsExactly("good");
      }
    }

    @Test
    @DisplayName(
        "not again where it made the server close the connection, and goes on with the next")
    void tooLarge() {
      try (ClientPage page = page()) {
        String huge = "x".repeat(70_000);
        page.startAs(alice).awaitState("open").send(bob, huge).send(bob, "next");
        assertThat(page.outcome(huge)).isEqualTo("CONTENT_TOO_LONG");
        assertThat(page.outcome("next")).isEqualTo("SENT");
        assertThat(page.evaluate("log.state.some(({ code }) => code === 1009)")).isEqualTo(true);
        assertThat(stored(alice, bob)).containsExactly("next");
      }
    }

    @Test
    @DisplayName("after six seconds, and not before, where the server says not now")
    void notNow() {
      AtomicBoolean refused = new AtomicBoolean();
      try (ClientPage page = page()) {
        page.with(
            packet ->
                !ClientPage.isSend(packet) || refused.getAndSet(true)
                    ? 1
                    : page.push(notNow(packet)),
            NONE);
        page.haltTime().start(Map.of("credential", String.valueOf(alice))).awaitState("open");
        page.send(bob, "hello").awaitThat(refused::get);
        page.passTime(5900);
        assertThat(page.sentMessages()).hasSize(1);
        page.passTime(200);
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        assertThat(page.sentMessages()).hasSize(2);
        assertThat(stored(alice, bob)).containsExactly("hello");
      }
    }

    private static String notNow(JsonObject packet) {
      return Json.createObjectBuilder()
          .add("op", "fail")
          .add("id", packet.get("id"))
          .add("code", "SERVER_BUSY")
          .add("message", "m")
          .add("retryable", true)
          .build()
          .toString();
    }
  }

  @Nested
  @DisplayName("shows a message")
  class Receiving {

    private final long alice = Users.next();
    private final long bob = Users.next();

    @Test
    @DisplayName("once, though it is doubled and comes again at each connect, until it is read")
    void once() {
      Api api = new Api(server.address(), alice);
      try (ClientPage page = page()) {
        page.with(NONE, packet -> 2).startAs(bob).awaitState("open");
        texts(3).forEach(text -> api.sendMessage(bob, text));
        assertThat(page.messages(3)).isEqualTo(texts(3));
        page.cut(1001);
        page.await("log.state.filter(({ state }) => state === 'open').length === 2");
        api.sendMessage(bob, "last"); // comes after the unread ones
        page.messages(4);
        assertThat(page.list("log.message.map(({ content }) => content)"))
            .containsExactly("m0", "m1", "m2", "last");
        assertThat(page.evaluate("log.message.every((each) => typeof each.messageId === 'string')"))
            .isEqualTo(true);
        assertThat(page.evaluate("log.message[0].fromId")).isEqualTo(String.valueOf(alice));
      }
    }

    @Test
    @DisplayName("also where more are unread than the server pushes: in order, and live ones after")
    void beyondThePush() {
      Api first = new Api(server.address(), alice);
      Api second = new Api(server.address(), Users.next());
      List<String> all = texts(REPLAY_LIMIT * 4);
      all.forEach(text -> (text.endsWith("3") ? second : first).sendMessage(bob, text));
      try (ClientPage page = page()) {
        page.with(NONE, NONE).startAs(bob).awaitState("open");
        first.sendMessage(bob, "live");
        List<String> expected = new ArrayList<>(all);
        expected.add("live");
        assertThat(page.messages(expected.size())).isEqualTo(expected);
        page.cut(1001);
        page.await("log.state.filter(({ state }) => state === 'open').length === 2");
        first.sendMessage(bob, "last");
        expected.add("last");
        assertThat(page.messages(expected.size())).isEqualTo(expected);
      }
    }

    @Test
    @DisplayName(
        "and tells the server what was read, also where that was said without a connection")
    void read() {
      Api api = new Api(server.address(), alice);
      texts(3).forEach(text -> api.sendMessage(bob, text));
      try (ClientPage page = page()) {
        page.with(NONE, NONE).startAs(bob).messages(3);
        page.evaluate("client.close()");
        page.evaluate("client.markRead(...log.message.map(({ messageId }) => messageId))");
        assertThat(page.list("log.read")).isEmpty();
        page.evaluate("client.connect()");
        page.await("log.read.length > 0");
        assertThat(page.evaluate("log.read[0].messageIds.length")).isEqualTo(3);
        page.awaitThat(() -> new Api(server.address(), bob).unread() == 0);
      }
    }
  }

  @Nested
  @DisplayName("keeps its connection, and")
  class Connecting {

    private final long alice = Users.next();
    private final long bob = Users.next();

    @Test
    @DisplayName("sends what was written while the device was offline when it is online again")
    void offline() {
      try (ClientPage page = page()) {
        page.startAs(alice).awaitState("open").send(bob, "before");
        assertThat(page.outcome("before")).isEqualTo("SENT");
        page.setOffline(true);
        page.await("log.state.some(({ state }) => state === 'waiting')");
        texts(3).forEach(text -> page.send(bob, text));
        new Api(server.address(), bob).sendMessage(alice, "meanwhile");
        page.setOffline(false);
        texts(3).forEach(text -> assertThat(page.outcome(text)).isEqualTo("SENT"));
        assertThat(page.messages(1)).containsExactly("meanwhile");
        assertThat(stored(alice, bob)).containsExactly("before", "meanwhile", "m0", "m1", "m2");
      }
    }

    @Test
    @DisplayName("connects at once when the device is online again, however long it would wait")
    void online() {
      try (ClientPage page = page()) {
        page.haltTime().start(Map.of("credential", String.valueOf(alice))).awaitState("open");
        page.evaluate("dispatchEvent(new Event('offline'))");
        page.awaitState("waiting");
        page.evaluate("dispatchEvent(new Event('online'))");
        page.awaitState("open"); // time stands still
      }
    }

    @Test
    @DisplayName("goes on when the server was killed and comes again, in order and without doubles")
    void serverKilled() throws IOException {
      try (ClientPage page = page()) {
        page.startAs(alice);
        texts(3).forEach(text -> page.send(bob, text));
        texts(3).forEach(text -> assertThat(page.outcome(text)).isEqualTo("SENT"));
        server.kill();
        page.send(bob, "m3").send(bob, "m4");
        startServer();
        assertThat(page.outcome("m3")).isEqualTo("SENT");
        assertThat(page.outcome("m4")).isEqualTo("SENT");
        assertThat(stored(alice, bob)).containsExactlyElementsOf(texts(5));
      }
    }

    @Test
    @DisplayName("has no message fail for want of one, until a day has passed")
    void patience() throws IOException {
      String nobody = "http://127.0.0.1:%d/teaching/".formatted(TestEnvironment.freePort());
      try (ClientPage page = page()) {
        page.haltTime().start(Map.of("credential", String.valueOf(alice), "server", nobody));
        page.awaitState("waiting");
        page.send(bob, "hello");
        page.passTime(23 * HOUR);
        assertThat(page.evaluate("client.outgoing()[0].state")).isEqualTo("sending");
        page.passTime(2 * HOUR);
        assertThat(page.outcome("hello")).isEqualTo("NO_ANSWER");
      }
    }

    @Test
    @DisplayName("stays closed after 4409 until it is asked to connect")
    void tooManyConnections() {
      List<Client> others = new ArrayList<>();
      try (ClientPage page = page()) {
        page.startAs(alice).send(bob, "first");
        assertThat(page.outcome("first"))
            .as("the server has it before the others")
            .isEqualTo("SENT");
        for (int i = 0; i < CONNECTIONS; i++) {
          others.add(Client.connect(server.address(), alice));
        }
        page.awaitState("closed");
        assertThat(page.evaluate("log.state.at(-1).code")).isEqualTo(4409);
        page.send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("NOT_CONNECTED");
        page.evaluate("client.connect()");
        page.awaitState("open");
      } finally {
        others.forEach(Client::close);
      }
    }

    @Test
    @DisplayName("stays closed after the host application has ended the access")
    void accessEnded() {
      try (ClientPage page = page()) {
        page.with(NONE, NONE).startAs(alice).awaitState("open");
        page.cut(4403);
        page.awaitState("closed");
        assertThat(page.evaluate("log.state.at(-1).code")).isEqualTo(4403);
      }
    }

    @Test
    @DisplayName("stops after 4429, and what waits has failed")
    void tooManyFailures() {
      try (ClientPage page = page()) {
        page.startAs(alice).awaitState("open");
        page.evaluate("for (let i = 0; i < 60; i++) send('%d', ' '.repeat(i + 1))".formatted(bob));
        page.awaitState("closed");
        assertThat(page.evaluate("log.state.at(-1).code")).isEqualTo(4429);
        assertThat(page.outcome(" ".repeat(60))).isEqualTo("NOT_CONNECTED");
      }
    }

    @Test
    @DisplayName("works for a page of a foreign origin, and speaks REST with the same credential")
    void foreignOrigin() {
      URI foreign = URI.create("http://localhost:1/host/page.html");
      new Api(server.address(), 0)
          .put("api/users/" + bob, "{\"name\":\"Q%d\"}".formatted(bob))
          .ok();
      try (ClientPage page = ClientPage.open(browser.newContext(), server.address(), foreign)) {
        page.startAs(alice).send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        assertThat(page.evaluate("client.userId")).isEqualTo(String.valueOf(alice));
        assertThat(page.evaluate("client.api.me().then(({ id }) => id)"))
            .isEqualTo(String.valueOf(alice));
        assertThat(
                page.evaluate("client.api.findUsers('q%d').then(([{ id }]) => id)".formatted(bob)))
            .isEqualTo(String.valueOf(bob));
        assertThat(
                page.evaluate(
                    "client.api.conversations({ limit: 1 }).then(({ conversations }) =>"
                        + " conversations[0].user.id)"))
            .isEqualTo(String.valueOf(bob));
        assertThat(
                page.evaluate(
                    "client.api.messages('%d').then(({ messages }) => messages[0].messageId === outcomes.hello.messageId)"
                        .formatted(bob)))
            .isEqualTo(true);
        assertThat(
                page.evaluate(
                    "client.api.findUsers(' ').catch(({ status, code }) => status + code)"))
            .isEqualTo("400BAD_REQUEST");
      }
    }
  }

  @Nested
  @DisplayName("with a store")
  class WithStore {

    private final long alice = Users.next();
    private final long bob = Users.next();

    private Map<String, Object> stored() {
      return Map.of("credential", String.valueOf(alice), "store", String.valueOf(alice));
    }

    @Test
    @DisplayName("sends after a reload what was not acknowledged before it, once and in order")
    void reload() {
      try (ClientPage page = page()) {
        AtomicBoolean deaf = new AtomicBoolean(true);
        page.with(NONE, packet -> isSuccess(packet) && deaf.get() ? 0 : 1).start(stored());
        texts(3).forEach(text -> page.send(bob, text));
        page.awaitThat(() -> !ClientLibraryIT.this.stored(alice, bob).isEmpty());
        page.reload();
        deaf.set(false);
        page.start(stored());
        page.await("log.outgoing.filter(({ state }) => state === 'sent').length === 3");
        assertThat(ClientLibraryIT.this.stored(alice, bob)).containsExactlyElementsOf(texts(3));
        assertThat(page.list("Object.keys(localStorage)")).isEmpty();
      }
    }

    @Test
    @DisplayName("keeps what failed over a reload, to be tried again or forgotten")
    void failed() {
      try (ClientPage page = page()) {
        page.start(stored()).send(bob, " ");
        assertThat(page.outcome(" ")).isEqualTo("EMPTY_CONTENT");
        page.reload();
        page.start(stored()).await("log.outgoing.length === 1");
        assertThat(page.evaluate("log.outgoing[0].state + log.outgoing[0].code"))
            .isEqualTo("failedEMPTY_CONTENT");
        page.evaluate("client.forget(log.outgoing[0].clientMessageId)");
        assertThat(page.list("Object.keys(localStorage)")).isEmpty();
      }
    }

    @Test
    @DisplayName(
        "leaves what another open page sends to that page, and takes over what a closed one left")
    void twoPages() {
      try (ClientPage page = page()) {
        page.with(packet -> ClientPage.isSend(packet) ? 0 : 1, NONE)
            .start(patient())
            .send(bob, "hello");
        page.awaitThat(() -> page.sentMessages().size() == 1);
        ClientPage other = page.openAnother().start(stored()).awaitState("open");
        other.send(bob, "mine");
        assertThat(other.outcome("mine")).isEqualTo("SENT");
        assertThat(other.list("log.outgoing.filter(({ content }) => content === 'hello')"))
            .isEmpty();
        page.closePage();
        other.await(
            "log.outgoing.some(({ content, state }) => content === 'hello' && state === 'sent')");
        assertThat(ClientLibraryIT.this.stored(alice, bob)).containsExactly("mine", "hello");
      }
    }

    @Test
    @DisplayName("shows in each open page what another one sends, as it is, and sends it once")
    void seenInOtherPages() {
      AtomicBoolean deaf = new AtomicBoolean(true);
      String states =
          "client.conversations.conversation('%d').messages.map(({ content, state }) => content + state).join()"
              .formatted(bob);
      try (ClientPage page = page()) {
        page.with(packet -> ClientPage.isSend(packet) && deaf.get() ? 0 : 1, NONE).start(stored());
        ClientPage other = page.openAnother().start(stored()).awaitState("open");
        page.send(bob, "hello");
        other.await(states + " === 'hellosending'");
        assertThat(other.list("client.outgoing()")).isEmpty();
        deaf.set(false);
        other.await(states + " === 'hellosent'");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        other.send(bob, " "); // which the server refuses
        page.await(states + " === 'hellosent, failed'");
        page.evaluate(
            "client.conversations.discard('%d', client.conversations.conversation('%d').messages[1].clientMessageId)"
                .formatted(bob, bob));
        other.await(states + " === 'hellosent'");
        assertThat(other.list("client.outgoing()")).isEmpty();
        assertThat(ClientLibraryIT.this.stored(alice, bob)).containsExactly("hello");
      }
    }

    private Map<String, Object> patient() {
      Map<String, Object> options = new HashMap<>(stored());
      options.put("timing", Map.of());
      return options;
    }
  }

  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  @DisplayName("with tokens")
  class WithTokens {

    private final long alice = Users.next();
    private final long bob = Users.next();
    private ServerProcess strict;

    @BeforeAll
    void startStrictServer() throws IOException {
      strict =
          ServerProcess.start(
              TestEnvironment.freePort(),
              TestEnvironment.folder("browser-jwt-" + System.nanoTime()),
              Map.of("IMSERVER_AUTH_MODE", "jwt", "IMSERVER_JWT_SECRET", SECRET));
    }

    @AfterAll
    void stopStrictServer() {
      if (strict != null) {
        strict.close();
      }
    }

    private String token(int seconds) {
      try {
        SignedJWT token =
            new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                    .subject(String.valueOf(alice))
                    .claim("name", "Alice")
                    .expirationTime(Date.from(Instant.now().plusSeconds(seconds)))
                    .build());
        token.sign(new MACSigner(SECRET));
        return token.serialize();
      } catch (JOSEException e) {
        throw new AssertionError(e);
      }
    }

    private Map<String, Object> credentials(String... tokens) {
      return Map.of("credentials", List.of(tokens));
    }

    @Test
    @DisplayName("asks for another one where the handshake is refused, and goes on")
    void refused() {
      try (ClientPage page = ClientPage.open(browser, strict.address())) {
        page.start(credentials(token(-3600), token(3600))).send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
        assertThat(page.evaluate("asked")).isEqualTo(2);
        page.await("client.userId === '%d'".formatted(alice));
        assertThat(page.evaluate("client.api.me().then(({ name }) => name)")).isEqualTo("Alice");
        assertThat(page.addresses()).isNotEmpty().allMatch(url -> url.endsWith("/imserver/me"));
      }
    }

    @Test
    @DisplayName("asks for another one when it has expired, and only then")
    void expired() {
      try (ClientPage page = ClientPage.open(browser, strict.address())) {
        page.with(NONE, NONE).start(credentials(token(3600), token(3601))).awaitState("open");
        page.cut(1001);
        page.await("log.state.filter(({ state }) => state === 'open').length === 2");
        assertThat(page.evaluate("asked")).isEqualTo(1);
        page.cut(4401);
        page.await("log.state.filter(({ state }) => state === 'open').length === 3");
        assertThat(page.evaluate("asked")).isEqualTo(2);
        page.send(bob, "hello");
        assertThat(page.outcome("hello")).isEqualTo("SENT");
      }
    }

    @Test
    @DisplayName("asks for another one where REST refuses it")
    void rest() {
      try (ClientPage page = ClientPage.open(browser, strict.address())) {
        page.start(credentials(token(-3600), token(3600)));
        assertThat(page.evaluate("client.api.unread().then(({ total }) => total)")).isEqualTo(0);
      }
    }

    @Test
    @DisplayName("stays closed where the only one is refused")
    void onlyOne() {
      try (ClientPage page = ClientPage.open(browser, strict.address())) {
        page.start(Map.of("credential", token(-3600))).awaitState("closed");
        assertThat(page.evaluate("log.state.at(-1).code")).isEqualTo(4401);
      }
    }
  }
}
