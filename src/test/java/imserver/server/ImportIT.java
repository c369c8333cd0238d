package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("Messages of another system")
class ImportIT {

  private static final long THEN = Instant.parse("2020-01-02T03:04:05.678Z").toEpochMilli();

  private URI server;
  private Api service;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
    service = Api.service(server);
  }

  private static String line(String id, long from, long to, String content, long at, boolean read) {
    return "{\"id\":\"%s\",\"from\":%d,\"to\":%d,\"content\":\"%s\",\"sentAt\":%d,\"read\":%b}\n"
        .formatted(id, from, to, content, at, read);
  }

  private JsonObject importing(String lines) {
    return service.post("api/import", lines).ok();
  }

  private static void assertCounts(JsonObject counts, long imported, long present, long failed) {
    assertThat(Api.number(counts, "imported")).as(counts.toString()).isEqualTo(imported);
    assertThat(Api.number(counts, "present")).isEqualTo(present);
    assertThat(Api.number(counts, "failed")).isEqualTo(failed);
    assertThat(Api.number(counts, "lines")).isEqualTo(imported + present + failed);
  }

  @Test
  @DisplayName("are in lists and histories with their times, read or not, and told to no device")
  void history() {
    String first = line("1", alice, bob, "你好 😀", THEN, true);
    String lines =
        first
            + line("2", bob, alice, "later", THEN + 1000, true)
            + line("3", alice, bob, "unread", THEN + 2000, false)
            + line("4", 0, bob, "system", THEN, false);
    try (Client phone = Client.connect(server, bob)) {
      new Api(server, Users.next()).sendMessage(bob, "before"); // what was unread has come by then
      assertThat(phone.message("before").content()).isEqualTo("before");
      assertCounts(importing(lines), 4, 0, 0);
      assertCounts(importing(lines), 0, 4, 0);
      new Api(server, alice).sendMessage(bob, "now");
      assertThat(phone.message("now").content()).isEqualTo("now");
      assertThat(phone.received()).noneMatch(packet -> packet.content().equals("unread"));
    }
    Api b = new Api(server, bob);
    List<JsonObject> history = b.history(alice, "");
    assertThat(Api.contents(history)).containsExactly("now", "unread", "later", "你好 😀");
    assertThat(history.get(3).getString("time")).isEqualTo("2020-01-02T03:04:05.678Z");
    assertThat(history.get(3).getBoolean("read")).isTrue();
    assertThat(history.get(1).getBoolean("read")).isFalse();
    assertThat(b.unread()).isEqualTo(4);
    try (Client phone = Client.connect(server, bob)) {
      assertThat(phone.message("unread").content()).as("at the next connect").isEqualTo("unread");
    }
    JsonObject recount = service.post("api/users/" + bob + "/recount", "").ok();
    assertThat(Api.number(recount, "correctedConversations")).isZero();
    assertCounts(importing(line("9", alice, bob, "older", THEN + 3000, true)), 0, 0, 1);
  }

  @Test
  @DisplayName("are found by a device of version 2 that was away")
  void sync() {
    long carol = Users.next();
    new Api(server, bob).sendMessage(carol, "before");
    try (CommandClient device = CommandClient.connect(server, bob)) {
      String epoch = device.await("welcome").getString("epoch");
      JsonObject before = device.command("1", "{\"op\":\"sync\",\"id\":1,\"since\":0}");
      importing(line("1", alice, bob, "imported", THEN, false));
      JsonObject after =
          device.command(
              "2",
              "{\"op\":\"sync\",\"id\":2,\"since\":%d,\"epoch\":\"%s\"}"
                  .formatted(before.getInt("next"), epoch));
      assertThat(after.getJsonArray("conversations").getValuesAs(JsonObject.class))
          .singleElement()
          .satisfies(
              conversation -> {
                assertThat(conversation.getJsonObject("lastMessage").getString("content"))
                    .isEqualTo("imported");
                assertThat(conversation.getInt("unread")).isEqualTo(1);
              });
      assertThat(device.received("message")).isEmpty();
    }
  }

  @Test
  @DisplayName("that cannot be imported are named by their lines, with the others imported")
  void errors() {
    String lines =
        line("1", alice, bob, "one", THEN, true)
            + "no JSON\n\n"
            + line("2", alice, bob, "older", THEN - 1, true)
            + line("1", alice, bob, "another", THEN, true)
            + line("3", alice, bob, "three", THEN, true).strip();
    JsonObject counts = importing(lines);
    assertCounts(counts, 2, 0, 3);
    assertThat(
            counts.getJsonArray("errors").getValuesAs(JsonObject.class).stream()
                .map(error -> error.getInt("line") + " " + error.getString("code")))
        .containsExactly("2 BAD_LINE", "4 OUT_OF_ORDER", "5 REUSED_ID");
  }

  @Test
  @DisplayName(
      "may be more than a server has memory for a request, and come in chunks, twice at once")
  void many() {
    int amount = 12_000; // 3 MB
    String filler = "x".repeat(150);
    List<InputStream> parts = new ArrayList<>();
    for (int i = 0; i < amount; i++) {
      parts.add(
          new ByteArrayInputStream(
              line(
                      "m" + i,
                      i % 2 == 0 ? alice : bob,
                      i % 2 == 0 ? bob : alice,
                      filler + i,
                      THEN + i,
                      i < amount - 7)
                  .getBytes(StandardCharsets.UTF_8)));
    }
    byte[] all;
    try (InputStream in = new SequenceInputStream(Collections.enumeration(parts))) {
      all = in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<CompletableFuture<Api.Answer>> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(
          CompletableFuture.supplyAsync(
              () ->
                  service.send(
                      service
                          .request("api/import")
                          .timeout(Duration.ofMinutes(2))
                          .POST(
                              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(all))))));
    }
    long imported = 0;
    for (CompletableFuture<Api.Answer> each : both) {
      JsonObject counts = each.join().ok();
      assertThat(Api.number(counts, "failed")).as(counts.toString()).isZero();
      imported += Api.number(counts, "imported");
    }
    assertThat(imported).isEqualTo(amount);
    assertThat(new Api(server, alice).unread() + new Api(server, bob).unread()).isEqualTo(7);
    assertThat(Api.contents(new Api(server, bob).history(alice, "limit=2")))
        .containsExactly(filler + (amount - 1), filler + (amount - 2));
  }

  @Test
  @DisplayName("that broke off are begun from the beginning, and are there once")
  void brokenOff() throws Exception {
    String lines =
        line("1", alice, bob, "one", THEN, true) + line("2", alice, bob, "two", THEN, true);
    try (Socket connection = new Socket(server.getHost(), server.getPort())) {
      connection
          .getOutputStream()
          .write(
              ("POST /teaching/api/import HTTP/1.1\r\nHost: localhost\r\n"
                      + "Authorization: Bearer 0\r\nContent-Length: 1000000\r\n\r\n"
                      + lines)
                  .getBytes(StandardCharsets.UTF_8));
    }
    await()
        .atMost(Client.TIMEOUT)
        .untilAsserted(() -> assertThat(service.post("api/import", lines).status()).isEqualTo(200));
    assertThat(Api.contents(new Api(server, bob).history(alice, ""))).containsExactly("two", "one");
  }

  @Test
  @DisplayName("come from two at once, and places are free again where these break off")
  void busy() throws Exception {
    String large = "x".repeat(3 << 20);
    try (Socket first = new Socket(server.getHost(), server.getPort());
        Socket second = new Socket(server.getHost(), server.getPort())) {
      for (Socket each : List.of(first, second)) {
        each.getOutputStream()
            .write(
                ("POST /teaching/api/import HTTP/1.1\r\nHost: localhost\r\n"
                        + "Authorization: Bearer 0\r\nContent-Length: 1000000\r\n\r\n ")
                    .getBytes(StandardCharsets.UTF_8));
      }
      await()
          .atMost(Client.TIMEOUT)
          .untilAsserted(
              () -> {
                Api.Answer answer = service.post("api/import", large);
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("SERVER_BUSY");
              });
    }
    await()
        .atMost(Client.TIMEOUT)
        .untilAsserted(() -> assertThat(service.post("api/import", "").status()).isEqualTo(200));
  }

  @Test
  @DisplayName("are taken of the host application alone")
  void others() {
    String lines = line("1", alice, bob, "one", THEN, true);
    assertThat(new Api(server, alice).post("api/import", lines).status()).isEqualTo(403);
    assertThat(new Api(server, null).post("api/import", lines).status()).isEqualTo(401);
    assertThat(new Api(server, alice).history(bob, "")).isEmpty();
    assertCounts(importing(""), 0, 0, 0);
  }
}
