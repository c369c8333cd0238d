package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("By the original back end's paths")
class LegacyPathsIT {

  static final String ZONE = "Asia/Shanghai";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final String conversation = "message/conversation?conversationId=" + alice + "-" + bob;

  private Api a;
  private Api b;
  private Api service;

  @BeforeEach
  void address() {
    URI server = SharedServer.address();
    a = new Api(server, alice);
    b = new Api(server, bob);
    service = Api.service(server);
  }

  /** The data of a success. */
  private static JsonValue data(Api.Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    JsonObject envelope = answer.json();
    assertThat(envelope.keySet()).containsExactlyInAnyOrder("code", "msg", "data");
    assertThat(envelope.getInt("code")).as(answer.text()).isZero();
    assertThat(envelope.getString("msg")).isNotEmpty();
    return envelope.get("data");
  }

  private static JsonObject object(Api.Answer answer) {
    return data(answer).asJsonObject();
  }

  private static void assertFailure(Api.Answer answer, int code) {
    assertThat(answer.status()).isEqualTo(200);
    JsonObject envelope = answer.json();
    assertThat(envelope.getInt("code")).as(answer.text()).isEqualTo(code);
    assertThat(envelope.getString("msg")).isNotEmpty();
    assertThat(envelope.get("data")).isEqualTo(JsonValue.NULL);
  }

  private void assertNow(String time) {
    LocalDateTime now = LocalDateTime.now(ZoneId.of(ZONE));
    assertThat(LocalDateTime.parse(time, TIME)).isBetween(now.minusMinutes(5), now.plusMinutes(5));
  }

  @Test
  @DisplayName("one sends, sees the list, and reads a conversation, which marks it as read")
  void letters() {
    service.put("api/users/" + alice, "{\"name\":\"爱丽丝\",\"avatar\":\"https://x.example/a.png\"}");
    data(a.form("message/sendMessage", Map.of("toId", bob, "content", "你好 & 再见")));
    data(a.form("message/sendMessage", Map.of("toId", bob, "content", "two")));
    data(b.form("message/sendMessage", Map.of("toId", alice, "content", "three")));

    JsonObject list = object(b.get("message/conversationList?page=1&size=10"));
    assertThat(list.keySet())
        .containsExactlyInAnyOrder("conversations", "letterUnreadCount", "noticeUnreadCount");
    assertThat(list.getInt("letterUnreadCount")).isEqualTo(2);
    assertThat(list.getInt("noticeUnreadCount")).isZero();
    JsonObject entry = list.getJsonArray("conversations").getJsonObject(0);
    assertThat(entry.keySet())
        .containsExactlyInAnyOrder(
            "conversationID",
            "content",
            "unreadCount",
            "unreadIdList",
            "targetId",
            "targetHeadUrl",
            "targetName");
    assertThat(entry.getString("conversationID")).isEqualTo(alice + "-" + bob);
    assertThat(entry.getString("content")).isEqualTo("three");
    assertThat(entry.getInt("unreadCount")).isEqualTo(2);
    assertThat(entry.getJsonArray("unreadIdList")).hasSize(2);
    assertThat(Api.number(entry, "targetId")).isEqualTo(alice);
    assertThat(entry.getString("targetName")).isEqualTo("爱丽丝");
    assertThat(entry.getString("targetHeadUrl")).isEqualTo("https://x.example/a.png");

    JsonObject page = object(b.get(conversation + "&page=1&size=10"));
    assertThat(page.keySet())
        .containsExactlyInAnyOrder(
            "message", "hasNextPage", "targetId", "targetHeadUrl", "targetName");
    List<JsonObject> letters = Api.objects(page.getJsonArray("message"));
    assertThat(Api.contents(letters)).containsExactly("你好 & 再见", "two", "three");
    assertThat(letters.stream().map(letter -> letter.getBoolean("fromMe")))
        .containsExactly(false, false, true);
    assertThat(letters.get(0).keySet())
        .containsExactlyInAnyOrder("time", "content", "fromMe", "messageId");
    assertThat(Api.ids(letters)).isSorted();
    assertNow(letters.get(0).getString("time"));
    assertThat(page.getBoolean("hasNextPage")).isFalse();
    assertThat(Api.number(page, "targetId")).isEqualTo(alice);

    JsonObject after = object(b.get("message/conversationList"));
    assertThat(after.getInt("letterUnreadCount")).isZero();
    assertThat(after.getJsonArray("conversations").getJsonObject(0).getJsonArray("unreadIdList"))
        .isEmpty();
  }

  @Test
  @DisplayName("a user is named to who has a conversation with that user, and to nobody else")
  void namesAreNotTold() {
    service.put("api/users/" + alice, "{\"name\":\"爱丽丝\",\"avatar\":\"https://x.example/a.png\"}");
    JsonObject stranger = object(b.get(conversation));
    assertThat(stranger.getString("targetName")).isEqualTo(Long.toString(alice));
    assertThat(stranger.getString("targetHeadUrl")).isEmpty();
    assertThat(Api.number(stranger, "targetId")).isEqualTo(alice);
    JsonObject oneself =
        object(a.get("message/conversation?conversationId=" + alice + "-" + alice));
    assertThat(oneself.getString("targetName")).isEqualTo("爱丽丝");
    data(a.form("message/sendMessage", Map.of("toId", bob, "content", "hello")));
    for (String page : List.of("", "&page=9")) {
      JsonObject acquainted = object(b.get(conversation + page));
      assertThat(acquainted.getString("targetName")).isEqualTo("爱丽丝");
      assertThat(acquainted.getString("targetHeadUrl")).isEqualTo("https://x.example/a.png");
    }
  }

  @Test
  @DisplayName("pages are numbered from the newest, each with its oldest first")
  void pages() {
    for (int i = 0; i < 5; i++) {
      a.form("message/sendMessage", Map.of("toId", bob, "content", "m" + i));
    }
    for (Map.Entry<Integer, List<String>> expected :
        Map.of(
                1,
                List.of("m3", "m4"),
                2,
                List.of("m1", "m2"),
                3,
                List.of("m0"),
                4,
                List.<String>of())
            .entrySet()) {
      int number = expected.getKey();
      JsonObject page = object(a.get(conversation + "&size=2&page=" + number));
      assertThat(Api.contents(Api.objects(page.getJsonArray("message"))))
          .isEqualTo(expected.getValue());
      assertThat(page.getBoolean("hasNextPage")).isEqualTo(number < 3);
    }
    assertThat(object(b.get("message/conversationList?page=2")).getJsonArray("conversations"))
        .isEmpty();
  }

  @Test
  @DisplayName("messages are marked as read by their ids")
  void messageRead() {
    a.form("message/sendMessage", Map.of("toId", bob, "content", "x"));
    JsonObject entry =
        object(b.get("message/conversationList")).getJsonArray("conversations").getJsonObject(0);
    data(
        b.post(
            "message/messageRead", "{\"messageIdList\":%s}".formatted(entry.get("unreadIdList"))));
    assertThat(object(b.get("message/conversationList")).getInt("letterUnreadCount")).isZero();
    data(b.post("message/messageRead", "{\"messageIdList\":[]}")); // of a page with nothing unread
  }

  @Test
  @DisplayName("notices are listed until they are read, apart from letters")
  void notices() {
    service
        .post(
            "api/notices",
            "{\"to\":[%d],\"title\":\"Course\",\"content\":\"begins\",\"url\":\"/c/1\",\"clientMessageId\":\"o-%d\"}"
                .formatted(bob, bob))
        .ok();
    JsonObject list = object(b.get("message/conversationList"));
    assertThat(list.getJsonArray("conversations")).isEmpty();
    assertThat(list.getInt("letterUnreadCount")).isZero();
    assertThat(list.getInt("noticeUnreadCount")).isEqualTo(1);
    JsonArray notices = data(b.get("message/systemMessage")).asJsonArray();
    assertThat(notices).hasSize(1);
    JsonObject notice = notices.getJsonObject(0);
    assertThat(notice.keySet())
        .containsExactlyInAnyOrder("msg", "tittle", "messageId", "time", "routerUrl");
    assertThat(notice.getString("msg")).isEqualTo("begins");
    assertThat(notice.getString("tittle")).isEqualTo("Course");
    assertThat(notice.getString("routerUrl")).isEqualTo("/c/1");
    assertNow(notice.getString("time"));
    data(
        b.post(
            "message/messageRead",
            "{\"messageIdList\":[%d]}".formatted(Api.number(notice, "messageId"))));
    assertThat(data(b.get("message/systemMessage")).asJsonArray()).isEmpty();
  }

  @Test
  @DisplayName("an empty conversation is an empty list")
  void empty() {
    JsonObject page = object(a.get(conversation));
    assertThat(page.getJsonArray("message")).isEmpty();
    assertThat(page.getBoolean("hasNextPage")).isFalse();
    assertThat(page.getString("targetName")).isEqualTo("" + bob);
    assertThat(object(a.get("message/conversationList")).getJsonArray("conversations")).isEmpty();
    assertThat(data(a.get("message/systemMessage")).asJsonArray()).isEmpty();
  }

  @Test
  @DisplayName("what fails has another code, and data null")
  void failures() {
    assertFailure(new Api(SharedServer.address(), null).get("message/systemMessage"), 401);
    assertFailure(service.get("message/systemMessage"), 403);
    long carol = Users.next();
    Api c = new Api(SharedServer.address(), carol);
    assertFailure(c.get(conversation), 403);
    for (String wrong : List.of("", "x", "1", bob + "-" + alice, "1-2-3", "-1-2", alice + "-x")) {
      assertFailure(a.get("message/conversation?conversationId=" + wrong), 400);
    }
    for (String wrong : List.of("page=0", "page=x", "size=0", "size=101", "page=1001", "page=-1")) {
      assertFailure(a.get("message/conversationList?" + wrong), 400);
      assertFailure(a.get(conversation + "&" + wrong), 400);
    }
    assertFailure(a.form("message/sendMessage", Map.of("toId", "x", "content", "x")), 400);
    assertFailure(a.form("message/sendMessage", Map.of("content", "x")), 400);
    assertFailure(a.form("message/sendMessage", Map.of("toId", bob)), 400);
    assertFailure(a.form("message/sendMessage", Map.of("toId", bob, "content", "a\u0000b")), 400);
    assertFailure(
        a.form("message/sendMessage", Map.of("toId", bob, "content", "x".repeat(4001))), 400);
    assertFailure(a.post("message/messageRead", "{\"messageIdList\":1}"), 400);
    assertFailure(a.post("message/messageRead", "x"), 400);
    assertFailure(a.get("message/nothing"), 404);
    assertFailure(
        a.form("message/sendMessage", Map.of("toId", bob, "content", "x".repeat(1 << 20))), 413);
    String inQuery = "message/sendMessage?toId=" + bob + "&content=x";
    assertFailure(a.form(inQuery, Map.of()), 400);
    assertFailure(a.form(inQuery, Map.of("a", "b")), 400);
    assertFailure(a.send(a.request(inQuery).POST(BodyPublishers.ofString("toId=1"))), 415);
    assertFailure(
        a.send(
            a.request("message/sendMessage")
                .POST(BodyPublishers.ofString("toId=" + bob + "&content=%zz"))
                .header("Content-Type", "application/x-www-form-urlencoded; charset=nope")),
        400);
    assertThat(object(b.get("message/conversationList")).getJsonArray("conversations")).isEmpty();
  }
}
