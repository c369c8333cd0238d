package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is stored of a user, read and erased by moderators: docs/RULES.md, "Moderators". */
@WithServer
@DisplayName("What is stored of a user")
class UserDataIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();
  private Api apiOfAlice;
  private Api apiOfBob;
  private Api moderator;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    apiOfAlice = new Api(server, alice);
    apiOfBob = new Api(server, bob);
    moderator = Api.service(server);
  }

  private static String of(long user, String what) {
    return "api/moderation/users/" + user + "/" + what;
  }

  private JsonObject erase(long user) {
    Api.Answer begun = moderator.post(of(user, "erase"), "{\"reason\":\"asked\"}");
    assertThat(begun.status()).as(begun.text()).isEqualTo(202);
    assertThat(begun.json().getString("state")).isEqualTo("running");
    await()
        .atMost(Client.TIMEOUT.multipliedBy(3))
        .until(() -> moderator.get(of(user, "erasure")).ok().getString("state").equals("done"));
    return moderator.get(of(user, "erasure")).ok();
  }

  /** All lines of an export, without the last ones of its pages. */
  private List<JsonObject> export(long user) {
    List<JsonObject> lines = new ArrayList<>();
    String after = "";
    while (true) {
      Api.Answer page = moderator.get(of(user, "export" + after));
      assertThat(page.status()).as(page.text()).isEqualTo(200);
      assertThat(page.header("Content-Type")).startsWith("application/x-ndjson");
      page.text().lines().map(UserDataIT::object).forEach(lines::add);
      JsonObject last = lines.remove(lines.size() - 1);
      if (last.getString("type").equals("end")) {
        return lines;
      }
      assertThat(last.getString("type")).isEqualTo("next");
      after = "?after=" + last.getString("after");
    }
  }

  private static JsonObject object(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  private static <T> List<T> all(
      List<JsonObject> lines, String type, Function<JsonObject, T> value) {
    return lines.stream().filter(line -> line.getString("type").equals(type)).map(value).toList();
  }

  @Test
  @DisplayName("is for moderators alone")
  void nobodyElse() {
    assertThat(apiOfAlice.get(of(alice, "export")).status()).isEqualTo(403);
    assertThat(apiOfAlice.get(of(alice, "erasure")).status()).isEqualTo(403);
    assertThat(apiOfAlice.post(of(bob, "erase"), "{}").status()).isEqualTo(403);
    assertThat(apiOfBob.get("api/users/me").status()).isEqualTo(200);
    assertThat(moderator.get(of(alice, "erasure")).status()).isEqualTo(404);
    for (String after : List.of("x", "c1", "c1.", "c-1.2", "c99999999999999999999.1", "r")) {
      assertThat(moderator.get(of(alice, "export?after=" + after)).code())
          .as(after)
          .isEqualTo("BAD_REQUEST");
    }
  }

  @Test
  @DisplayName("goes out page by page, all that the user sees, once, and in order")
  void exported() {
    moderator.put("api/users/" + alice, "{\"name\":\"Alice\"}");
    List<Long> ids =
        IntStream.range(0, 270)
            .mapToObj(
                i ->
                    i % 3 == 0
                        ? apiOfBob.sendMessage(alice, "to alice " + i)
                        : apiOfAlice.sendMessage(bob, "of alice " + i))
            .toList();
    IntStream.range(0, 300).forEach(i -> apiOfAlice.sendMessage(carol, "x".repeat(1000)));
    apiOfAlice.put("api/blocks/" + bob, "");
    apiOfBob.sendMessage(alice, "silenced"); // she never saw it
    new Api(server, carol).put("api/blocks/" + alice, "");
    apiOfAlice.sendMessage(carol, "to nobody");
    assertThat(apiOfAlice.post("api/messages/" + ids.get(269) + "/recall", "").status())
        .isEqualTo(204);
    apiOfAlice
        .post(
            "api/reports",
            "{\"messageIds\":[%d],\"reason\":\"spam\",\"text\":\"bad\"}".formatted(ids.get(0)))
        .ok();

    List<JsonObject> lines = export(alice);
    assertThat(lines.get(0).getString("name")).isEqualTo("Alice");
    assertThat(all(lines, "conversation", line -> Api.number(line, "withId")))
        .containsExactly(bob, carol);
    assertThat(all(lines, "conversation", line -> line.getBoolean("blocked")))
        .containsExactly(true, false);
    List<Long> exported = all(lines, "message", line -> Api.number(line, "messageId"));
    assertThat(exported).hasSize(571).doesNotHaveDuplicates();
    assertThat(exported.subList(0, 270)).containsExactlyElementsOf(ids);
    List<String> contents = all(lines, "message", line -> line.getString("content"));
    assertThat(contents.get(1)).isEqualTo("of alice 1");
    assertThat(contents.get(269)).isEmpty();
    assertThat(contents).contains("to nobody").doesNotContain("silenced");
    assertThat(all(lines, "message", line -> line.containsKey("recalled")))
        .filteredOn(recalled -> recalled)
        .hasSize(1);
    assertThat(all(lines, "report", line -> line.getString("text"))).containsExactly("bad");
    assertThat(export(Users.next())).hasSize(1);
    assertThat(actionsOn(alice)).as("one entry for all pages").containsExactly("export: ");
  }

  private List<String> actionsOn(long user) {
    return Api.objects(moderator.get("api/moderation/audit?limit=100").ok().getJsonArray("actions"))
        .stream()
        .filter(action -> action.containsKey("userId") && Api.number(action, "userId") == user)
        .map(action -> action.getString("action") + ": " + action.getString("reason"))
        .toList();
  }

  @Test
  @DisplayName("is erased: for all who had it, and on their devices")
  void erased() {
    moderator.put("api/users/" + alice, "{\"name\":\"Alice\"}");
    long first = apiOfAlice.sendMessage(bob, "first");
    long answer = apiOfBob.sendMessage(alice, "answer");
    long second = apiOfAlice.sendMessage(bob, "second");
    long reportId =
        Api.number(
            apiOfBob
                .post("api/reports", "{\"messageIds\":[%d],\"reason\":\"abuse\"}".formatted(first))
                .ok(),
            "reportId");
    try (CommandClient own = CommandClient.connect(server, alice);
        Client old = Client.connect(server, alice);
        CommandClient other = CommandClient.connect(server, bob);
        Client oldOther = Client.connect(server, bob)) {
      oldOther.messages(2);
      long head = other.await("welcome").getJsonNumber("head").longValueExact();
      assertThat(Api.number(erase(alice), "messages")).isEqualTo(2);
      assertThat(own.closeCode()).isIn(4403, 4423);
      assertThat(old.closeCode()).isIn(4403, 4423);
      other.await("behind");
      JsonObject changes =
          other.command(
              "1",
              "{\"op\":\"sync\",\"id\":1,\"since\":%d,\"epoch\":\"%s\"}"
                  .formatted(head, other.await("welcome").getString("epoch")));
      JsonObject conversation = changes.getJsonArray("conversations").getJsonObject(0);
      assertThat(conversation.getJsonObject("with").getString("name"))
          .isEqualTo(Long.toString(alice));
      assertThat(conversation.getJsonObject("lastMessage").getBoolean("recalled")).isTrue();
      assertThat(conversation.getInt("unread")).isZero();
      assertThat(oldOther.isOpen()).isTrue();
      assertThat(other.received("recall")).isEmpty();
    }
    List<JsonObject> entries = apiOfBob.history(alice, "after=" + second + "&entries=all");
    assertThat(entries)
        .extracting(entry -> Api.number(entry, "of"))
        .containsExactlyInAnyOrder(first, second);
    assertThat(Api.contents(apiOfBob.history(alice, ""))).containsExactly("", "answer", "");
    assertThat(apiOfBob.unread()).isZero();
    try (Client old = Client.connect(server, bob)) {
      new Api(server, carol).sendMessage(bob, "later");
      old.message("later");
      assertThat(old.contents()).containsExactly("later");
    }

    assertThat(apiOfAlice.get("api/users/me").code()).isEqualTo("SUSPENDED");
    assertThat(actionsOn(alice)).containsExactly("erased: asked", "erase: asked", "suspend: asked");
    String report = "api/moderation/reports/" + reportId;
    assertThat(moderator.get(report).ok().getJsonArray("messages")).hasSize(3);
    assertThat(moderator.post(report + "/close", "{\"outcome\":\"upheld\"}").status())
        .isEqualTo(204);
    assertThat(Api.objects(moderator.get(report).ok().getJsonArray("messages")))
        .extracting(message -> Api.number(message, "messageId"))
        .containsExactly(answer);

    assertThat(moderator.delete(of(alice, "suspension")).status()).isEqualTo(204);
    assertThat(Api.contents(apiOfAlice.history(bob, ""))).containsExactly("", "answer", "");
    assertThat(apiOfAlice.unread()).isEqualTo(1);
    apiOfAlice.sendMessage(bob, "again");
    assertThat(apiOfBob.unread()).isEqualTo(2);
  }

  @Test
  @DisplayName("is erased under the eyes of a moderator, who cannot let the user in meanwhile")
  void whileErasing() {
    apiOfAlice.sendMessage(bob, "x");
    assertThat(moderator.post(of(alice, "erase"), "{}").status()).isEqualTo(202);
    assertThat(moderator.delete(of(alice, "suspension")).code()).isEqualTo("ERASING");
    assertThat(
            moderator
                .put(
                    of(alice, "suspension"),
                    "{\"scope\":\"write\",\"until\":\"2990-01-01T00:00:00Z\"}")
                .code())
        .isEqualTo("ERASING");
    assertThat(moderator.post(of(alice, "erase"), "{}").status()).isEqualTo(202);
    assertThat(actionsOn(alice)).filteredOn(action -> action.startsWith("erase:")).hasSize(1);
    assertThat(moderator.post(of(0, "erase"), "{}").status()).isEqualTo(400);
  }
}
