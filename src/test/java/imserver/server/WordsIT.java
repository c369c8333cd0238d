package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Words that are not allowed: docs/RULES.md, "What messages may say". */
@WithServer
@DisplayName("Words that moderators put:")
class WordsIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private Api apiOfAlice;
  private Api moderator;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    apiOfAlice = new Api(server, alice);
    moderator = Api.service(server); // in open mode whoever is the host application is one, too
  }

  @AfterEach
  void noWords() {
    put("refuse", "");
    put("mask", "");
  }

  private void put(String list, String words) {
    moderator.put("api/words/" + list, "{\"words\":[" + words + "]}").ok();
  }

  private Api.Answer send(String content, String clientMessageId) {
    return apiOfAlice.post(
        "api/conversations/" + bob + "/messages",
        "{\"content\":\"%s\",\"clientMessageId\":\"%s\"}".formatted(content, clientMessageId));
  }

  private static long id(Api.Answer stored) {
    return stored.ok().getJsonNumber("messageId").longValue();
  }

  @Test
  @DisplayName("what is to be refused is, on every path, but for a retry of what was stored before")
  void refuse() {
    long first = id(send("坏词甲", "c1"));
    put("refuse", "\"坏词甲\"");
    assertThat(moderator.get("api/moderation/audit").text()).contains("put-words", "refuse: 1");
    assertThat(moderator.get("api/words").ok().getJsonArray("refuse").getString(0))
        .isEqualTo("坏词甲");
    Api.Answer refused = send("说坏 詞甲", "c2");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.code()).isEqualTo("REFUSED_CONTENT");
    assertThat(id(send("坏词甲", "c1"))).isEqualTo(first);
    try (Client old = Client.connect(server, alice);
        CommandClient phone = CommandClient.connect(server, alice)) {
      old.send(Packet.message(bob, "坏-词-甲", "t1"));
      assertThat(old.answer("t1").describe()).contains("REFUSED_CONTENT");
      JsonObject failed = phone.command("1", CommandClient.send("1", bob, "坏词甲", "c3"));
      assertThat(failed.getString("code")).isEqualTo("REFUSED_CONTENT");
    }
    assertThat(Api.contents(apiOfAlice.history(bob, ""))).containsExactly("坏词甲");
    put("refuse", "");
    send("坏词甲", "c2").ok();
  }

  @Test
  @DisplayName(
      "what is to be masked is stored so, also for its sender, and a retry is one whatever the words are by then")
  void mask() {
    put("mask", "\"坏词乙\"");
    long sent = id(send("你这坏 词乙!", "c1"));
    assertThat(Api.contents(new Api(server, bob).history(alice, ""))).containsExactly("你这****!");
    put("mask", "");
    assertThat(id(send("你这坏 词乙!", "c1"))).isEqualTo(sent);
    assertThat(send("你这坏 词乙?", "c1").status()).isEqualTo(409);
    assertThat(Api.contents(apiOfAlice.history(bob, ""))).containsExactly("你这****!");
  }

  private long upload(String name) {
    return apiOfAlice
        .send(
            apiOfAlice
                .request("api/files?clientFileId=f&name=" + name)
                .POST(BodyPublishers.ofString("text")))
        .ok()
        .getJsonNumber("fileId")
        .longValue();
  }

  @Test
  @DisplayName("names of files are looked at as texts are, and masked for all who see them")
  void names() {
    String path = "api/conversations/" + bob + "/messages";
    String carrying = "{\"clientMessageId\":\"%s\",\"attachments\":[" + upload("badx.txt") + "]}";
    put("refuse", "\"badx\"");
    assertThat(apiOfAlice.post(path, carrying.formatted("c1")).code()).isEqualTo("REFUSED_CONTENT");
    put("refuse", "");
    put("mask", "\"badx\"");
    long sent = id(apiOfAlice.post(path, carrying.formatted("c2")));
    JsonObject file =
        new Api(server, bob).history(alice, "").get(0).getJsonArray("attachments").getJsonObject(0);
    assertThat(file.getString("name")).isEqualTo("****.txt");
    assertThat(new Api(server, null).getRaw(file.getString("url")).header("Content-Disposition"))
        .doesNotContain("badx");
    assertThat(id(apiOfAlice.post(path, carrying.formatted("c2")))).isEqualTo(sent);
    String another = "{\"clientMessageId\":\"c2\",\"attachments\":[%d]}";
    assertThat(apiOfAlice.post(path, another.formatted(apiOfAlice.upload("b.txt", "b"))).status())
        .isEqualTo(409);
    assertThat(upload("badx.txt")).isEqualTo(file.getJsonNumber("fileId").longValue());
  }

  @Test
  @DisplayName("a notice with another title is no retry, though there were masks")
  void notices() {
    put("mask", "\"坏词戊\"");
    String notice =
        "{\"to\":[%d],\"title\":\"one\",\"content\":\"text\",\"clientMessageId\":\"n%d\"}"
            .formatted(bob, bob);
    moderator.post("api/notices", notice).ok();
    moderator.post("api/notices", notice).ok();
    assertThat(moderator.post("api/notices", notice.replace("one", "two")).code())
        .isEqualTo("REUSED_ID");
  }

  @Test
  @DisplayName(
      "what is to be reported is stored as it is, and moderators get it with what is around")
  void report() {
    put("report", "\"坏词丙\"");
    send("before", "c1").ok();
    long id = id(send("这 坏词丙", "c2"));
    JsonObject report =
        await()
            .until(
                () ->
                    moderator
                        .get("api/moderation/reports?state=open")
                        .ok()
                        .getJsonArray("reports")
                        .getValuesAs(JsonObject.class)
                        .stream()
                        .filter(
                            each ->
                                each.getJsonObject("reported").getJsonNumber("id").longValue()
                                    == alice)
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    JsonObject whole =
        moderator.get("api/moderation/reports/" + report.getJsonNumber("reportId")).ok();
    assertThat(whole.getJsonArray("messages").toString()).contains("before", "这 坏词丙", "" + id);
    put("report", "");
    assertThat(Api.contents(apiOfAlice.history(bob, ""))).containsExactly("这 坏词丙", "before");
  }

  @Test
  @DisplayName("users have no say in it, and what cannot be a word is refused")
  void input() {
    assertThat(apiOfAlice.put("api/words/refuse", "{\"words\":[\"a\"]}").status()).isEqualTo(403);
    assertThat(apiOfAlice.get("api/words").status()).isEqualTo(403);
    assertThat(moderator.put("api/words/other", "{\"words\":[]}").status()).isEqualTo(404);
    for (String words :
        new String[] {"\"\"", "\"★\"", "1", "\"a\\nb\"", "\"" + "甲".repeat(65) + "\""}) {
      assertThat(moderator.put("api/words/refuse", "{\"words\":[" + words + "]}").status())
          .as(words)
          .isEqualTo(400);
    }
  }
}
