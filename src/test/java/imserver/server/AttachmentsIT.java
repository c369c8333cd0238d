package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What messages carry; FilesIT has how it is uploaded and downloaded. */
@WithServer
@DisplayName("A message with files")
class AttachmentsIT {

  private final long alice = Users.next();
  private final long bob = Users.next();
  private URI server;
  private Api apiOfAlice;
  private Api apiOfBob;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    apiOfAlice = new Api(server, alice);
    apiOfBob = new Api(server, bob);
  }

  private static String send(String id, long to, String content, String name, Object... files) {
    JsonArrayBuilder attachments = Json.createArrayBuilder();
    List.of(files).forEach(file -> attachments.add(file.toString()));
    return Json.createObjectBuilder()
        .add("op", "send")
        .add("id", id)
        .add("to", Long.toString(to))
        .add("content", content)
        .add("clientMessageId", name)
        .add("attachments", attachments)
        .build()
        .toString();
  }

  private String download(String address) {
    Api.Answer answer = new Api(server, null).getRaw(address);
    return answer.status() == 200 ? answer.text() : Integer.toString(answer.status());
  }

  @Test
  @DisplayName("reaches every device, by every version and path, with addresses that work")
  void everywhere() {
    long one = apiOfAlice.upload("one.txt", "the first");
    long two = apiOfAlice.upload("two.txt", "the second");
    try (CommandClient phone = CommandClient.connect(server, alice);
        CommandClient desk = CommandClient.connect(server, alice);
        CommandClient other = CommandClient.connect(server, bob);
        Client old = Client.connect(server, bob)) {
      JsonObject sent = phone.command("\"1\"", send("1", bob, "look", "c1", two, one));
      long id = Long.parseLong(sent.getString("messageId"));
      for (CommandClient device : List.of(desk, other)) {
        JsonArray files = device.awaitMessage("look").getJsonArray("attachments");
        assertThat(files).hasSize(2);
        JsonObject first = files.getJsonObject(0);
        assertThat(first.getString("fileId")).isEqualTo(Long.toString(two));
        assertThat(first.getString("name")).isEqualTo("two.txt");
        assertThat(first.getInt("size")).isEqualTo("the second".length());
        assertThat(download(first.getString("url"))).isEqualTo("the second");
      }
      String text = old.firstMessage().content();
      assertThat(text).startsWith("look\n[文件] two.txt /teaching/api/files/" + two + "/content?");
      assertThat(download(text.replaceAll("(?s).* ", ""))).isEqualTo("the first");

      JsonObject byRest = apiOfBob.history(alice, "").get(0);
      assertThat(byRest.getString("content")).isEqualTo("look");
      assertThat(byRest.getJsonArray("attachments").getJsonObject(1).getInt("fileId"))
          .isEqualTo((int) one);
      JsonObject synced =
          other
              .command("\"s\"", "{\"op\":\"sync\",\"id\":\"s\",\"since\":0}")
              .getJsonArray("conversations")
              .getJsonObject(0)
              .getJsonObject("lastMessage");
      assertThat(synced.getJsonArray("attachments")).hasSize(2);
      assertThat(
              apiOfBob
                  .get("message/conversationList")
                  .json()
                  .getJsonObject("data")
                  .getJsonArray("conversations")
                  .getJsonObject(0)
                  .getString("content"))
          .isEqualTo("look[文件][文件]");

      JsonObject again = phone.command("\"2\"", send("2", bob, "look", "c1", two, one));
      assertThat(again.getString("messageId")).isEqualTo(Long.toString(id));
      assertThat(phone.command("\"3\"", send("3", bob, "look", "c1", one)).getString("code"))
          .isEqualTo("REUSED_ID");
    }
    try (Client later = Client.connect(server, bob)) {
      assertThat(later.firstMessage().content()).startsWith("look\n[文件] two.txt ");
    }
  }

  @Test
  @DisplayName("may have no text, is recalled with its files, and is not taken for recalled before")
  void withoutText() {
    long file = apiOfAlice.upload("a.txt", "the file");
    try (CommandClient phone = CommandClient.connect(server, alice);
        CommandClient other = CommandClient.connect(server, bob)) {
      phone.command("\"1\"", send("1", bob, "", "c1", file));
      JsonObject event = other.awaitMessage("");
      String url = event.getJsonArray("attachments").getJsonObject(0).getString("url");
      JsonObject message = apiOfBob.history(alice, "").get(0);
      assertThat(message.containsKey("recalled")).isFalse();
      assertThat(download(url)).isEqualTo("the file");
      assertThat(
              apiOfAlice
                  .post("api/messages/" + event.getString("messageId") + "/recall", "")
                  .status())
          .isEqualTo(204);
      message = apiOfBob.history(alice, "").get(0);
      assertThat(message.getBoolean("recalled")).isTrue();
      assertThat(message.containsKey("attachments")).isFalse();
      assertThat(download(url)).isEqualTo("404");
      assertThat(apiOfAlice.get("api/files/" + file).status()).isEqualTo(404);
      assertThat(phone.command("\"2\"", send("2", bob, "", "c1", file)).getString("messageId"))
          .isEqualTo(event.getString("messageId"));
    }
  }

  @Test
  @DisplayName("has its sender's own alone, and is shown to nobody else")
  void others() {
    long file = apiOfAlice.upload("a.txt", "of alice");
    long carol = Users.next();
    String messages = "api/conversations/%d/messages";
    String carrying = "{\"attachments\":[" + file + "]}";
    for (Object[] wrong :
        new Object[][] {{apiOfBob, carrying}, {apiOfAlice, "{\"attachments\":[999999999]}"}}) {
      Api.Answer answer = ((Api) wrong[0]).post(messages.formatted(carol), (String) wrong[1]);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("UNKNOWN_FILE");
    }
    String begun =
        apiOfAlice
            .send(
                apiOfAlice
                    .request("api/files")
                    .POST(BodyPublishers.noBody())
                    .header("Tus-Resumable", "1.0.0")
                    .header("Upload-Length", "6"))
            .ok()
            .getString("fileId");
    assertThat(apiOfAlice.post(messages.formatted(bob), "{\"attachments\":[" + begun + "]}").code())
        .as("not complete")
        .isEqualTo("UNKNOWN_FILE");
    assertThat(apiOfBob.get("api/files/" + file).status()).isEqualTo(404);
    apiOfAlice.post(messages.formatted(bob), carrying).ok();
    assertThat(apiOfBob.get("api/files/" + file).status()).isEqualTo(200);
    assertThat(new Api(server, carol).get("api/files/" + file).status()).isEqualTo(404);
    String ten = "{\"attachments\":" + List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) + "}";
    assertThat(apiOfAlice.post(messages.formatted(bob), ten).code()).isEqualTo("TOO_MANY_FILES");
    assertThat(apiOfAlice.post(messages.formatted(bob), "{\"attachments\":[]}").code())
        .isEqualTo("EMPTY_CONTENT");
  }

  @Test
  @DisplayName("stays with a report of it, for moderators alone, when it is recalled")
  void reported() {
    long file = apiOfAlice.upload("bad.txt", "bad");
    long id =
        apiOfAlice
            .post("api/conversations/" + bob + "/messages", "{\"attachments\":[" + file + "]}")
            .ok()
            .getJsonNumber("messageId")
            .longValue();
    String url =
        apiOfBob
            .history(alice, "")
            .get(0)
            .getJsonArray("attachments")
            .getJsonObject(0)
            .getString("url");
    long report =
        apiOfBob
            .post("api/reports", "{\"messageIds\":[" + id + "],\"reason\":\"abuse\"}")
            .ok()
            .getJsonNumber("reportId")
            .longValue();
    assertThat(apiOfAlice.post("api/messages/" + id + "/recall", "").status()).isEqualTo(204);
    assertThat(download(url)).isEqualTo("404");
    JsonObject sealed =
        Api.service(server)
            .get("api/moderation/reports/" + report)
            .ok()
            .getJsonArray("messages")
            .getJsonObject(0);
    assertThat(sealed.getString("content")).isEmpty();
    assertThat(download(sealed.getJsonArray("attachments").getJsonObject(0).getString("url")))
        .isEqualTo("bad");
  }

  @Test
  @DisplayName("goes with its sender's other data when he is erased, and is in his export")
  void erased() {
    long file = apiOfAlice.upload("mine.txt", "mine");
    apiOfAlice
        .post("api/conversations/" + bob + "/messages", "{\"attachments\":[" + file + "]}")
        .ok();
    assertThat(Api.service(server).get("api/moderation/users/" + alice + "/export").text())
        .contains("\"attachments\":[{\"fileId\":" + file);
    assertThat(
            Api.service(server)
                .post("api/moderation/users/" + alice + "/erase", "{\"reason\":\"asked for\"}")
                .status())
        .isBetween(200, 202);
    await().atMost(Client.TIMEOUT).until(() -> apiOfBob.get("api/files/" + file).status() == 404);
  }
}
