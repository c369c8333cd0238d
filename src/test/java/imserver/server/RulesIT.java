package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Who may write to whom, and what conversations are to users: docs/RULES.md, "Rules between users".
 */
@WithServer
@DisplayName("Rules between users:")
class RulesIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private Api apiOfAlice;
  private Api apiOfBob;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    apiOfAlice = new Api(server, alice);
    apiOfBob = new Api(server, bob);
  }

  private static String messagesWith(long user) {
    return "api/conversations/" + user + "/messages";
  }

  private static void assertDone(Api.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
  }

  @Test
  @DisplayName("who is blocked is not heard, on no device and no path, and does not notice")
  void blocked() {
    assertDone(apiOfBob.put("api/blocks/" + alice, ""));
    try (CommandClient phone = CommandClient.connect(server, alice);
        CommandClient desk = CommandClient.connect(server, alice);
        CommandClient recipient = CommandClient.connect(server, bob);
        Client old = Client.connect(server, bob)) {
      JsonObject sent = phone.command("1", CommandClient.send("1", bob, "silenced", "c1"));
      assertThat(sent.getInt("change")).isEqualTo(1);
      assertThat(desk.awaitMessage("silenced").getString("messageId"))
          .isEqualTo(sent.getString("messageId"));
      phone.send("{\"op\":\"typing\",\"to\":" + bob + "}");
      long byRest = apiOfAlice.sendMessage(bob, "silenced by REST");
      apiOfAlice.form("message/sendMessage", Map.of("toId", bob, "content", "silenced by form"));
      assertThat(Api.contents(apiOfAlice.history(bob, "")))
          .containsExactly("silenced by form", "silenced by REST", "silenced");
      assertThat(apiOfAlice.history(bob, "").get(0).getBoolean("read")).isFalse();
      assertThat(Api.ids(apiOfAlice.history(bob, "after=" + sent.getString("messageId"))))
          .hasSize(2)
          .contains(byRest);
      assertThat(apiOfAlice.conversations()).hasSize(1);

      assertThat(apiOfBob.history(alice, "entries=all")).isEmpty();
      assertThat(apiOfBob.conversations()).isEmpty();
      assertThat(apiOfBob.unread()).isZero();
      assertDone(apiOfAlice.post("api/messages/" + byRest + "/recall", ""));
      assertThat(apiOfBob.history(alice, "entries=all")).isEmpty();

      assertDone(apiOfBob.delete("api/blocks/" + alice));
      assertThat(recipient.await("settings").getBoolean("blocked")).isFalse();
      phone.command("2", CommandClient.send("2", bob, "heard", "c2"));
      assertThat(recipient.awaitMessage("heard").getInt("unread")).isEqualTo(1);
      old.message("heard");
      assertThat(old.contents()).containsExactly("heard");
      assertThat(recipient.received("message")).hasSize(1);
      assertThat(recipient.received("typing")).isEmpty();
      assertThat(Api.contents(apiOfBob.history(alice, ""))).containsExactly("heard");
      assertThat(Api.contents(apiOfAlice.history(bob, ""))).hasSize(4);
    }
  }

  private Api.Answer asHost(String method, String path, String body, Object user) {
    Api host = Api.service(server);
    HttpRequest.Builder request =
        host.request(path)
            .method(method, BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .header("Imserver-User", user.toString());
    return host.send(request);
  }

  @Test
  @DisplayName("the host application does what a user may do, in his name, and a user does not")
  void actingFor() {
    assertThat(asHost("POST", messagesWith(bob), Api.content("by the host"), alice).status())
        .isEqualTo(201);
    assertThat(Api.contents(apiOfBob.history(alice, ""))).containsExactly("by the host");
    assertDone(asHost("PUT", "api/blocks/" + alice, "", bob));
    assertThat(apiOfBob.get("api/blocks").text()).contains(Long.toString(alice));
    asHost("PUT", "api/users/me/settings", "{\"strangers\":\"quota:5\"}", bob).ok();
    assertThat(apiOfBob.get("api/users/me/settings").ok().getString("strangers"))
        .isEqualTo("quota:5");
    apiOfAlice.sendMessage(bob, "silenced");
    assertThat(asHost("POST", messagesWith(bob), Api.content("silenced too"), alice).status())
        .isEqualTo(201);
    assertThat(apiOfBob.history(alice, "")).hasSize(1);
    assertThat(asHost("PUT", "api/blocks/" + alice, "", "x").status()).isEqualTo(400);
    assertThat(asHost("PUT", "api/blocks/" + alice, "", 0).status()).isEqualTo(400);
    HttpRequest.Builder forged =
        apiOfAlice
            .request("api/blocks/" + alice)
            .method("PUT", BodyPublishers.noBody())
            .header("Imserver-User", Long.toString(bob));
    assertThat(apiOfAlice.send(forged).status()).isEqualTo(403);
  }

  @Test
  @DisplayName("a user sees whom he has blocked, and learns no name by it")
  void blocks() {
    long carol = Users.next();
    try (Client connected = Client.connect(server, carol)) {
      assertThat(connected.isOpen()).isTrue();
    }
    assertDone(apiOfBob.put("api/blocks/" + carol, ""));
    assertDone(apiOfBob.put("api/blocks/" + alice, ""));
    assertDone(apiOfBob.put("api/blocks/" + alice, ""));
    JsonObject blocks = apiOfBob.get("api/blocks").ok();
    assertThat(blocks.getBoolean("more")).isFalse();
    assertThat(Api.objects(blocks.getJsonArray("users")))
        .extracting(user -> Api.number(user, "id"))
        .containsExactly(alice, carol);
    assertThat(apiOfBob.get("api/blocks?after=" + alice).ok().getJsonArray("users")).hasSize(1);
    assertThat(apiOfBob.put("api/blocks/" + bob, "").code()).isEqualTo("BAD_REQUEST");
    assertThat(apiOfBob.put("api/blocks/0", "").code()).isEqualTo("BAD_REQUEST");
    assertThat(apiOfBob.put("api/blocks/x", "").code()).isEqualTo("BAD_REQUEST");
    assertDone(apiOfBob.delete("api/blocks/" + Users.next()));
  }

  @Test
  @DisplayName("what a conversation is to a user, all his devices know")
  void settings() {
    apiOfAlice.sendMessage(bob, "a");
    try (CommandClient device = CommandClient.connect(server, bob)) {
      String path = "api/conversations/" + alice + "/settings";
      assertThat(apiOfBob.put(path, "{\"muted\":true,\"pinned\":true}").ok().getBoolean("muted"))
          .isTrue();
      JsonObject event = device.await("settings");
      assertThat(event.getString("with")).isEqualTo(Long.toString(alice));
      assertThat(event.getInt("change")).isEqualTo(2);
      assertThat(event.getBoolean("pinned")).isTrue();
      assertThat(event.getBoolean("hidden")).isFalse();
      JsonObject listed = apiOfBob.conversations().get(0);
      assertThat(listed.getBoolean("stranger")).isTrue();
      assertThat(listed.getBoolean("muted")).isTrue();
      assertThat(listed.containsKey("blocked")).isFalse();
      JsonObject unread = apiOfBob.get("api/unread").ok();
      assertThat(List.of(unread.getInt("total"), unread.getInt("muted"))).containsExactly(1, 1);
      assertThat(unread.getInt("strangers")).isZero();

      apiOfBob.put(path, "{\"muted\":false,\"hidden\":true}").ok();
      assertThat(apiOfBob.conversations()).isEmpty();
      assertThat(apiOfBob.get("api/unread").ok().getInt("strangers")).isEqualTo(1);
      JsonObject known =
          device.command(
              "\"s\"",
              "{\"op\":\"sync\",\"id\":\"s\",\"since\":0,\"epoch\":\"%s\"}"
                  .formatted(device.await("welcome").getString("epoch")));
      JsonObject entry = known.getJsonArray("conversations").getJsonObject(0);
      assertThat(entry.getBoolean("hidden")).isTrue();
      assertThat(entry.getBoolean("stranger")).isTrue();
      assertThat(entry.containsKey("muted")).isFalse();
      apiOfAlice.sendMessage(bob, "b");
      assertThat(apiOfBob.conversations()).hasSize(1);

      assertThat(apiOfBob.put(path, "{\"muted\":1}").code()).isEqualTo("BAD_REQUEST");
      String unknown = "api/conversations/" + Users.next() + "/settings";
      assertThat(apiOfBob.put(unknown, "{\"muted\":true}").code()).isEqualTo("NOT_FOUND");
    }
  }

  @Test
  @DisplayName("a stranger sends no more than the user takes, on no path, until he is answered")
  void strangers() {
    assertThat(apiOfBob.get("api/users/me/settings").ok().getString("strangersEffective"))
        .isEqualTo("open");
    JsonObject set = apiOfBob.put("api/users/me/settings", "{\"strangers\":\"quota:1\"}").ok();
    assertThat(set.getString("strangers")).isEqualTo("quota:1");
    assertThat(apiOfBob.put("api/users/me/settings", "{\"strangers\":\"x\"}").code())
        .isEqualTo("BAD_REQUEST");
    try (Client old = Client.connect(server, alice);
        CommandClient client = CommandClient.connect(server, alice)) {
      apiOfAlice.sendMessage(bob, "hello");
      Api.Answer refused = apiOfAlice.post(messagesWith(bob), Api.content("again"));
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("STRANGER");
      JsonObject failed = client.command("1", CommandClient.send("1", bob, "again", "c1"));
      assertThat(failed.getString("code")).isEqualTo("STRANGER");
      assertThat(failed.getBoolean("retryable")).isFalse();
      old.send(Packet.message(bob, "again", "t1"));
      assertThat(old.answer("t1").describe()).contains("STRANGER");
      assertThat(
              apiOfAlice
                  .form("message/sendMessage", Map.of("toId", bob, "content", "again"))
                  .text())
          .contains("403");
      apiOfBob.sendMessage(alice, "answer");
      apiOfAlice.sendMessage(bob, "thanks");
      assertThat(Api.contents(apiOfBob.history(alice, "")))
          .containsExactly("thanks", "answer", "hello");
    }
  }
}
