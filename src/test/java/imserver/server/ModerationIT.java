package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What moderators see and do: docs/RULES.md, "Moderators". */
@WithServer
@DisplayName("Moderators:")
class ModerationIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private Api apiOfAlice;
  private Api apiOfBob;
  private Api moderator;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    apiOfAlice = new Api(server, alice);
    apiOfBob = new Api(server, bob);
    moderator = Api.service(server); // in open mode
  }

  private static void assertDone(Api.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
  }

  private static void assertRefused(Api.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  private void suspend(String scope, Instant until) {
    assertDone(
        moderator.put(
            "api/moderation/users/" + alice + "/suspension",
            "{\"scope\":\"%s\",\"until\":\"%s\",\"reason\":\"spam\"}".formatted(scope, until)));
  }

  private static Instant inAnHour() {
    return Instant.now().plusSeconds(3600);
  }

  private static String report(List<Long> ids, String more) {
    return "{\"messageIds\":%s,\"reason\":\"abuse\"%s}".formatted(ids, more);
  }

  /** What was done to a user, the newest first. */
  private List<String> actionsOn(long user) {
    return Api.objects(moderator.get("api/moderation/audit?limit=100").ok().getJsonArray("actions"))
        .stream()
        .filter(action -> action.containsKey("userId") && Api.number(action, "userId") == user)
        .map(action -> action.getString("action") + ": " + action.getString("reason"))
        .toList();
  }

  @Test
  @DisplayName("who is none sees and does nothing of it")
  void nobodyElse() {
    for (String path : List.of("reports", "reports/1", "suspensions", "audit")) {
      assertRefused(apiOfAlice.get("api/moderation/" + path), 403, "FORBIDDEN");
    }
    String suspension = "api/moderation/users/" + bob + "/suspension";
    assertRefused(apiOfAlice.get(suspension), 403, "FORBIDDEN");
    assertRefused(apiOfAlice.put(suspension, "{}"), 403, "FORBIDDEN");
    assertRefused(apiOfAlice.delete(suspension), 403, "FORBIDDEN");
    assertRefused(apiOfAlice.post("api/moderation/messages/1/remove", "{}"), 403, "FORBIDDEN");
    assertRefused(apiOfAlice.post("api/moderation/reports/1/close", "{}"), 403, "FORBIDDEN");
  }

  @Test
  @DisplayName(
      "a report keeps the messages as they were, and of what was recalled only that it was")
  void sealed() {
    List<Long> ids =
        IntStream.range(0, 30).mapToObj(i -> apiOfAlice.sendMessage(bob, "m" + i)).toList();
    long back = apiOfBob.sendMessage(alice, "stop it");
    assertDone(apiOfAlice.post("api/messages/" + ids.get(14) + "/recall", ""));
    String named = report(List.of(ids.get(14), ids.get(15), back), ",\"text\":\"bad\"");
    long reportId = Api.number(apiOfBob.post("api/reports", named).ok(), "reportId");
    assertDone(apiOfAlice.post("api/messages/" + ids.get(15) + "/recall", ""));
    assertDone(moderator.post("api/moderation/messages/" + ids.get(16) + "/remove", "{}"));

    JsonObject found = moderator.get("api/moderation/reports/" + reportId).ok();
    JsonObject report = found.getJsonObject("report");
    assertThat(Api.number(report.getJsonObject("reporter"), "id")).isEqualTo(bob);
    assertThat(Api.number(report.getJsonObject("reported"), "id")).isEqualTo(alice);
    assertThat(report.getString("state")).isEqualTo("open");
    assertThat(report.getInt("messages")).isEqualTo(3);
    List<JsonObject> messages = Api.objects(found.getJsonArray("messages"));
    assertThat(messages)
        .extracting(message -> message.getString("content"))
        .containsExactly(
            "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12", "m13", "", "m15", "m16", "m17",
            "m18", "m19", "m20", "m21", "m22", "m23", "m24", "m25", "stop it");
    assertThat(messages.stream().filter(each -> each.getBoolean("named")))
        .extracting(message -> Api.number(message, "messageId"))
        .containsExactly(ids.get(14), ids.get(15), back);
    assertThat(messages.stream().filter(each -> each.containsKey("recalled")))
        .extracting(message -> Api.number(message, "messageId"))
        .containsExactly(ids.get(14));

    String close = "api/moderation/reports/" + reportId + "/close";
    assertRefused(moderator.post(close, "{\"outcome\":\"x\"}"), 400, "BAD_REQUEST");
    assertDone(moderator.post(close, "{\"outcome\":\"upheld\",\"note\":\"seen\"}"));
    assertRefused(moderator.post(close, "{\"outcome\":\"dismissed\"}"), 409, "REPORT_CLOSED");
    JsonObject closed =
        moderator.get("api/moderation/reports/" + reportId).ok().getJsonObject("report");
    assertThat(closed.getString("outcome")).isEqualTo("upheld");
    assertThat(closed.getString("note")).isEqualTo("seen");
    assertThat(reports("closed")).contains(reportId);
    assertThat(reports("open")).doesNotContain(reportId);
  }

  private List<Long> reports(String state) {
    return Api.objects(
            moderator
                .get("api/moderation/reports?limit=100&state=" + state)
                .ok()
                .getJsonArray("reports"))
        .stream()
        .map(report -> Api.number(report, "reportId"))
        .toList();
  }

  @Test
  @DisplayName("one reports only what one sees, of one conversation, and once")
  void reporting() {
    long carol = Users.next();
    long ofAlice = apiOfAlice.sendMessage(bob, "to bob");
    long toAnother = apiOfAlice.sendMessage(carol, "to carol");
    long ofCarol = new Api(server, carol).sendMessage(bob, "of carol");
    long toHimself = apiOfBob.sendMessage(bob, "note");
    assertRefused(apiOfBob.post("api/reports", report(List.of(toAnother), "")), 404, "NOT_FOUND");
    assertRefused(
        apiOfBob.post("api/reports", report(List.of(ofAlice, ofCarol), "")), 400, "BAD_REQUEST");
    assertRefused(apiOfBob.post("api/reports", report(List.of(toHimself), "")), 400, "BAD_REQUEST");
    String named = report(List.of(ofAlice, ofAlice), ",\"clientReportId\":\"one\"");
    long first = Api.number(apiOfBob.post("api/reports", named).ok(), "reportId");
    assertThat(Api.number(apiOfBob.post("api/reports", named).ok(), "reportId")).isEqualTo(first);
    Api.Answer tooFast = apiOfBob.post("api/reports", named);
    assertRefused(tooFast, 429, "RATE_LIMITED");
    assertThat(tooFast.header("Retry-After")).isNotEmpty();
  }

  @Test
  @DisplayName("who is suspended from writing writes on no path, and reads on all")
  void suspendedFromWriting() {
    long before = apiOfAlice.sendMessage(bob, "before");
    apiOfBob.sendMessage(alice, "hello");
    try (Client old = Client.connect(server, alice);
        CommandClient client = CommandClient.connect(server, alice);
        CommandClient other = CommandClient.connect(server, bob)) {
      suspend("write", inAnHour());
      old.send(Packet.message(bob, "x", "t1"));
      assertThat(old.answer("t1").code()).isEqualTo("SUSPENDED");
      JsonObject failed = client.command("1", CommandClient.send("1", bob, "x", "c1"));
      assertThat(failed.getString("code")).isEqualTo("SUSPENDED");
      assertThat(failed.getBoolean("retryable")).isFalse();
      assertRefused(
          apiOfAlice.post("api/conversations/" + bob + "/messages", Api.content("x")),
          403,
          "SUSPENDED");
      assertThat(apiOfAlice.form("message/sendMessage", Map.of("toId", bob, "content", "x")).text())
          .contains("403");
      assertThat(
              client
                  .command("2", "{\"op\":\"recall\",\"id\":2,\"messageId\":%d}".formatted(before))
                  .getString("code"))
          .isEqualTo("SUSPENDED");
      assertRefused(apiOfAlice.post("api/messages/" + before + "/recall", ""), 403, "SUSPENDED");
      client.send("{\"op\":\"typing\",\"to\":\"%d\"}".formatted(bob));
      assertDone(apiOfAlice.post("api/messages/read", "{\"messageIds\":[%d]}".formatted(before)));
      apiOfBob.sendMessage(alice, "I see you");
      client.awaitMessage("I see you");
      assertThat(other.received("typing")).isEmpty();
      assertThat(old.isOpen()).isTrue();

      JsonObject suspension = moderator.get("api/moderation/users/" + alice + "/suspension").ok();
      assertThat(suspension.getString("scope")).isEqualTo("write");
      assertThat(suspension.getString("reason")).isEqualTo("spam");
      assertDone(moderator.delete("api/moderation/users/" + alice + "/suspension"));
      assertDone(moderator.delete("api/moderation/users/" + alice + "/suspension"));
      assertRefused(
          moderator.get("api/moderation/users/" + alice + "/suspension"), 404, "NOT_FOUND");
      apiOfAlice.sendMessage(bob, "after");
      assertThat(Api.contents(apiOfBob.history(alice, "")))
          .containsExactly("after", "I see you", "hello", "before");
      assertThat(actionsOn(alice)).containsExactly("end-suspension: ", "suspend: spam");
    }
  }

  @Test
  @DisplayName("who is suspended from everything is cut off, and let in again when it is over")
  void suspendedFromEverything() {
    try (Client old = Client.connect(server, alice);
        CommandClient client = CommandClient.connect(server, alice);
        Client other = Client.connect(server, bob)) {
      suspend("all", inAnHour());
      assertThat(old.closeCode()).isEqualTo(4423);
      assertThat(client.closeCode()).isEqualTo(4423);
      assertThat(other.isOpen()).isTrue();
    }
    assertRefused(apiOfAlice.get("api/users/me"), 403, "SUSPENDED");
    assertRefused(
        apiOfAlice.post("api/conversations/" + bob + "/messages", Api.content("x")),
        403,
        "SUSPENDED");
    assertThat(apiOfAlice.get("message/conversationList").text()).contains("403");
    assertThat(Client.refusal(server, alice)).isEqualTo(403);

    suspend("all", Instant.now().plusSeconds(2)); // in place of the other
    await().atMost(Client.TIMEOUT).until(() -> apiOfAlice.get("api/users/me").status() == 200);
    try (Client again = Client.connect(server, alice)) {
      again.send(Packet.message(bob, "back", "t1"));
      assertThat(again.answer("t1").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("refuse what is no suspension")
  void badSuspensions() {
    String path = "api/moderation/users/" + alice + "/suspension";
    for (String body :
        List.of(
            "{}",
            "{\"scope\":\"write\"}",
            "{\"scope\":\"write\",\"until\":\"2020-01-01T00:00:00Z\"}",
            "{\"scope\":\"write\",\"until\":\"2990-01-01T00:00:00\"}",
            "{\"scope\":\"write\",\"until\":\"+12345-01-01T00:00:00Z\"}",
            "{\"scope\":\"write\",\"until\":\"tomorrow\"}",
            "{\"scope\":\"read\",\"until\":\"2990-01-01T00:00:00Z\"}",
            "{\"scope\":1,\"until\":\"2990-01-01T00:00:00Z\"}")) {
      assertRefused(moderator.put(path, body), 400, "BAD_REQUEST");
    }
    assertRefused(moderator.put("api/moderation/users/0/suspension", "{}"), 400, "BAD_REQUEST");
    suspend("write", Instant.parse("9999-12-31T23:59:59.999Z"));
    assertThat(moderator.get(path).ok().getString("until")).isEqualTo("9999-12-31T23:59:59.999Z");
    assertThat(
            moderator
                .get("api/moderation/suspensions?after=" + (alice - 1))
                .ok()
                .getJsonArray("suspensions")
                .getJsonObject(0)
                .getJsonObject("user")
                .getJsonNumber("id")
                .longValueExact())
        .isEqualTo(alice);
  }

  @Test
  @DisplayName("a message that is removed is gone for both, as one that was recalled")
  void removed() {
    try (CommandClient sender = CommandClient.connect(server, alice);
        CommandClient recipient = CommandClient.connect(server, bob)) {
      long id = apiOfAlice.sendMessage(bob, "bad");
      recipient.awaitMessage("bad");
      String path = "api/moderation/messages/" + id + "/remove";
      assertDone(moderator.post(path, "{\"reason\":\"abuse\"}"));
      assertDone(moderator.post(path, "{\"reason\":\"again\"}"));
      assertThat(sender.await("recall").getString("messageId")).isEqualTo(Long.toString(id));
      assertThat(recipient.await("recall").getInt("unread")).isZero();
      assertThat(apiOfBob.unread()).isZero();
      for (JsonObject message :
          List.of(apiOfAlice.history(bob, "").get(0), apiOfBob.history(alice, "").get(0))) {
        assertThat(message.getBoolean("recalled")).isTrue();
        assertThat(message.getString("content")).isEmpty();
      }
      assertThat(actionsOn(alice)).containsExactly("remove-message: abuse");
    }
    try (Client old = Client.connect(server, bob)) {
      apiOfAlice.sendMessage(bob, "later");
      old.message("later");
      assertThat(old.contents()).containsExactly("later");
    }
  }
}
