package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.server.ApiDocument.Operation;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithRates
@Tag("sockets")
@DisplayName("A description of the API that the server serves")
class ApiDocumentsIT {

  /**
   * What a test from outside cannot bring about; 410 takes a thousand conversations, 408 a body
   * that comes too slowly, see {@code RestIT}.
   */
  private static final Set<String> OUT_OF_REACH = Set.of("500", "503", "410", "408");

  /** What takes or gives bytes, see {@link #files}, or text, see {@link MetricsIT}. */
  private static final Set<String> OF_BYTES =
      Set.of(
          "uploadFile",
          "uploadOffset",
          "uploadPart",
          "downloadContent",
          "downloadPreview",
          "metrics");

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  private ApiDocument document(String name) {
    Api.Answer answer = new Api(server, null).get(name);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/yaml");
    return new ApiDocument(answer.text());
  }

  /**
   * How an operation is called.
   *
   * @param body null for none
   * @param wrong a path that is refused with 400, null where only bodies can be wrong
   */
  private record Call(String path, String body, String wrong, boolean service) {

    static Call user(String path, String body, String wrong) {
      return new Call(path, body, wrong, false);
    }

    static Call service(String path, String body, String wrong) {
      return new Call(path, body, wrong, true);
    }
  }

  private Map<String, Call> calls() {
    String conversation = "api/conversations/" + alice;
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put(
        "putUsers",
        Call.service(
            "api/users",
            "{\"users\":[{\"id\":%d,\"name\":\"Alice\"},{\"id\":%d}]}".formatted(alice, bob),
            null));
    calls.put(
        "putUser",
        Call.service("api/users/" + bob, "{\"name\":\"Bob\",\"avatar\":\"b.png\"}", "api/users/x"));
    calls.put("getUser", Call.user("api/users/" + alice, null, "api/users/x"));
    calls.put("getMe", Call.user("api/users/me", null, null));
    calls.put("findUsers", Call.user("api/users?name=bO", null, "api/users?name=%20"));
    calls.put(
        "sendNotice",
        Call.service(
            "api/notices",
            "{\"to\":[%d],\"title\":\"t\",\"content\":\"c\",\"url\":\"/\",\"clientMessageId\":\"d%d\"}"
                .formatted(bob, bob),
            null));
    calls.put(
        "importMessages",
        Call.service(
            "api/import",
            "{\"id\":\"1\",\"from\":%d,\"to\":%d,\"content\":\"c\",\"sentAt\":1600000000000}"
                .formatted(Users.next(), Users.next()),
            null));
    calls.put(
        "sendMessage",
        Call.user(
            conversation + "/messages",
            "{\"content\":\"x\",\"clientMessageId\":\"c\"}",
            "api/conversations/x/messages"));
    calls.put(
        "listConversations", Call.user("api/conversations", null, "api/conversations?limit=x"));
    calls.put(
        "getMessages", Call.user(conversation + "/messages", null, "api/conversations/x/messages"));
    calls.put(
        "readConversation",
        Call.user(conversation + "/read", "{\"upTo\":1}", "api/conversations/x/read"));
    calls.put("readMessages", Call.user("api/messages/read", "{\"messageIds\":[1]}", null));
    long own = new Api(server, bob).sendMessage(alice, "to be recalled");
    calls.put(
        "recallMessage",
        Call.user("api/messages/" + own + "/recall", null, "api/messages/x/recall"));
    calls.put("getWords", Call.service("api/words", null, null));
    calls.put("putWords", Call.service("api/words/report", "{\"words\":[]}", "api/words/report"));
    Api.Answer file = upload("bytes", "x");
    calls.put(
        "getFile",
        Call.user("api/files/" + file.ok().getJsonNumber("fileId"), null, "api/files/x"));
    calls.put("listBlocks", Call.user("api/blocks", null, "api/blocks?after=x"));
    calls.put("block", Call.user("api/blocks/" + Users.next(), null, "api/blocks/x"));
    calls.put("unblock", Call.user("api/blocks/" + Users.next(), null, "api/blocks/x"));
    calls.put(
        "setConversation",
        Call.user(conversation + "/settings", "{\"pinned\":true}", "api/conversations/x/settings"));
    calls.put("getSettings", Call.user("api/users/me/settings", null, null));
    calls.put("putSettings", Call.user("api/users/me/settings", "{}", null));
    long reported = new Api(server, alice).sendMessage(bob, "to be reported");
    calls.put(
        "report",
        Call.user(
            "api/reports",
            "{\"messageIds\":[%d],\"reason\":\"spam\",\"clientReportId\":\"r\"}"
                .formatted(reported),
            null));
    long report =
        Api.number(
            new Api(server, bob)
                .post(
                    "api/reports", "{\"messageIds\":[%d],\"reason\":\"other\"}".formatted(reported))
                .ok(),
            "reportId");
    String moderation = "api/moderation/";
    calls.put(
        "listReports", Call.service(moderation + "reports", null, moderation + "reports?state=x"));
    calls.put(
        "getReport",
        Call.service(moderation + "reports/" + report, null, moderation + "reports/x"));
    calls.put(
        "closeReport",
        Call.service(
            moderation + "reports/" + report + "/close",
            "{\"outcome\":\"upheld\"}",
            moderation + "reports/x/close"));
    String suspended = moderation + "users/" + Users.next() + "/suspension";
    String wrong = moderation + "users/x/suspension";
    calls.put(
        "suspend",
        Call.service(
            suspended,
            "{\"scope\":\"write\",\"until\":\"9999-01-01T00:00:00+01:00\",\"reason\":\"x\"}",
            wrong));
    calls.put("getSuspension", Call.service(suspended, null, wrong));
    calls.put(
        "listSuspensions",
        Call.service(moderation + "suspensions", null, moderation + "suspensions?after=x"));
    calls.put(
        "removeMessage",
        Call.service(
            moderation + "messages/" + own + "/remove", "{}", moderation + "messages/x/remove"));
    calls.put("endSuspension", Call.service(suspended, null, wrong));
    String erased = moderation + "users/" + Users.next();
    calls.put("eraseUser", Call.service(erased + "/erase", "{}", moderation + "users/x/erase"));
    calls.put(
        "getErasure", Call.service(erased + "/erasure", null, moderation + "users/x/erasure"));
    calls.put(
        "exportUser",
        Call.service(
            moderation + "users/" + bob + "/export",
            null,
            moderation + "users/" + bob + "/export?after=x"));
    calls.put(
        "listActions", Call.service(moderation + "audit", null, moderation + "audit?before=0"));
    calls.put("getUnread", Call.user("api/unread", null, null));
    calls.put(
        "recount", Call.service("api/users/" + bob + "/recount", null, "api/users/x/recount"));
    calls.put(
        "endSessions",
        Call.service("api/users/" + bob + "/sessions", null, "api/users/x/sessions"));
    calls.put(
        "listParked", Call.service("api/webhooks/parked", null, "api/webhooks/parked?after=x"));
    calls.put(
        "retryParked",
        Call.service(
            "api/webhooks/parked/9007199254740991/retry", null, "api/webhooks/parked/x/retry"));
    calls.put("health", Call.user("api/health", null, null));
    calls.put("live", Call.user("api/health/live", null, null));
    calls.put("ready", Call.user("api/health/ready", null, null));
    calls.put(
        "originalConversationList",
        Call.user("message/conversationList", null, "message/conversationList?page=x"));
    calls.put(
        "originalConversation",
        Call.user(
            "message/conversation?conversationId=%d-%d".formatted(alice, bob),
            null,
            "message/conversation?conversationId=x"));
    calls.put("originalSystemMessage", Call.user("message/systemMessage", null, null));
    calls.put(
        "originalSendMessage",
        Call.user("message/sendMessage", "toId=%d&content=x".formatted(alice), null));
    calls.put(
        "originalMessageRead", Call.user("message/messageRead", "{\"messageIdList\":[1]}", null));
    return calls;
  }

  private Api.Answer send(
      Operation operation, Object credential, String path, String body, String... headers) {
    Api api = new Api(server, credential);
    HttpRequest.Builder request =
        api.request(path)
            .method(
                operation.method(),
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!Arrays.asList(headers).contains("Content-Type") && body != null) {
      request.header(
          "Content-Type",
          path.endsWith("sendMessage") ? "application/x-www-form-urlencoded" : "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return api.send(request);
  }

  @Test
  @DisplayName("is true of every operation over HTTP, in success and in failure")
  void openApi() {
    ApiDocument document = document("openapi.yaml");
    Map<String, Call> calls = calls();
    Map<String, Operation> operations = new LinkedHashMap<>();
    document.operations().stream()
        .filter(operation -> !OF_BYTES.contains(operation.id()))
        .forEach(operation -> operations.put(operation.id(), operation));
    assertThat(calls.keySet()).containsExactlyInAnyOrderElementsOf(operations.keySet());
    calls.forEach((id, call) -> exercise(document, operations.get(id), call));
    Operation set = operations.get("setConversation");
    String unknown = "api/conversations/" + Users.next() + "/settings";
    document.check(set, send(set, bob, unknown, "{\"pinned\":true}"));

    for (Operation operation : operations.values()) {
      for (String accept : List.of("*/*", "text/plain")) {
        Api nobody = new Api(server, null);
        Api.Answer answer =
            nobody.send(
                nobody
                    .request(calls.get(operation.id()).path())
                    .method("OPTIONS", BodyPublishers.noBody())
                    .header("Accept", accept));
        assertThat(answer.status()).as(operation.id()).isEqualTo(204);
        assertThat(answer.header("Allow").split(" *, *")).contains(operation.method(), "OPTIONS");
        assertThat(answer.text()).isEmpty();
      }
    }

    String moderation = "api/moderation/";
    String remote = "/9007199254740991";
    Operation getReport = operations.get("getReport");
    document.check(getReport, send(getReport, 0, moderation + "reports" + remote, null));
    Operation close = operations.get("closeReport");
    Call closed = calls.get("closeReport");
    document.check(
        close, send(close, 0, moderation + "reports" + remote + "/close", closed.body()));
    document.check(close, send(close, 0, closed.path(), closed.body())); // a second time
    Operation getSuspension = operations.get("getSuspension");
    document.check(getSuspension, send(getSuspension, 0, calls.get("getSuspension").path(), null));
    String erased = moderation + "users/" + Users.next();
    Operation getErasure = operations.get("getErasure");
    document.check(getErasure, send(getErasure, 0, erased + "/erasure", null));
    send(operations.get("eraseUser"), 0, erased + "/erase", "{}");
    for (String id : List.of("suspend", "endSuspension")) { // while it is going on
      Operation operation = operations.get(id);
      document.check(operation, send(operation, 0, erased + "/suspension", calls.get(id).body()));
    }
    Operation remove = operations.get("removeMessage");
    document.check(remove, send(remove, 0, moderation + "messages" + remote + "/remove", "{}"));
    Operation report = operations.get("report");
    for (String body :
        List.of(
            "{\"messageIds\":[9007199254740991],\"reason\":\"abuse\"}",
            calls.get("report").body().replace("spam", "fraud"))) {
      document.check(report, send(report, bob, "api/reports", body));
    }
    Operation putWords = operations.get("putWords");
    document.check(putWords, send(putWords, 0, "api/words/other", calls.get("putWords").body()));
    Operation getFile = operations.get("getFile");
    document.check(getFile, send(getFile, bob, "api/files/9007199254740991", null));
    document.check(getFile, send(getFile, bob, "api/files/1", null, "Imserver-User", "1"));
    Operation getUser = operations.get("getUser");
    document.check(getUser, send(getUser, 0, "api/users/" + Users.next(), null));
    Operation recall = operations.get("recallMessage");
    document.check(recall, send(recall, bob, "api/messages/9007199254740991/recall", null));
    Operation sendMessage = operations.get("sendMessage");
    Operation sendNotice = operations.get("sendNotice");
    for (Operation operation : List.of(sendMessage, sendNotice)) {
      Call call = calls.get(operation.id());
      String other = call.body().replaceFirst("\"content\":\".\"", "\"content\":\"other\"");
      Api.Answer answer = send(operation, call.service() ? 0 : bob, call.path(), other);
      assertThat(answer.status()).isEqualTo(409);
      document.check(operation, answer);
    }
    Api.Answer answer;
    int sent = 0;
    do {
      answer = send(sendMessage, bob, calls.get("sendMessage").path(), Api.content("m" + sent));
      document.check(sendMessage, answer);
    } while (answer.status() == 201 && ++sent < 10_000);
    operations.values().stream()
        .filter(operation -> operation.documents(429))
        .filter(operation -> !operation.id().startsWith("original")) // 200 with the code 429
        .forEach(operation -> exhaust(document, operation, calls.get(operation.id())));
    assertThat(document.unseen())
        .filteredOn(seen -> !OF_BYTES.contains(seen.substring(0, seen.indexOf(' '))))
        .filteredOn(seen -> !OUT_OF_REACH.contains(seen.substring(seen.indexOf(' ') + 1)))
        .filteredOn(seen -> !seen.matches("original.* (413|429)")) // where the rest is not read
        .as(
            "documented, and never answered; these take IMSERVER_RECIPIENTS=known,"
                + " IMSERVER_USER_SEARCH=off, two minutes")
        .isSubsetOf(
            "retryParked 204",
            "sendMessage 404",
            "sendNotice 404",
            "importMessages 413", // of a gibibyte
            "findUsers 403",
            "getUser 403",
            "recallMessage 409",
            "block 409");
  }

  /** A file of bob's. */
  private Api.Answer upload(String bytes, String clientFileId, String... headers) {
    Api api = new Api(server, bob);
    HttpRequest.Builder request =
        api.request("api/files?name=a.txt&clientFileId=" + clientFileId)
            .POST(BodyPublishers.ofString(bytes));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return api.send(request);
  }

  @Test
  @DisplayName("is true of what takes or gives bytes")
  void files() {
    ApiDocument document = document("openapi.yaml");
    Map<String, Operation> operations = new LinkedHashMap<>();
    document.operations().forEach(operation -> operations.put(operation.id(), operation));
    Operation uploadFile = operations.get("uploadFile");
    String tus = "Tus-Resumable";
    Api.Answer begun = upload("", "p", tus, "1.0.0", "Upload-Length", "6");
    for (Api.Answer answer :
        List.of(
            upload("some text", "a"),
            upload("some text", "a"),
            upload("another text", "a"),
            upload("", "b"),
            upload("x", "y".repeat(65)),
            begun,
            upload("", "q", tus, "1.0.0", "Upload-Length", "999999999999"),
            upload("", "q", tus, "0.9.0", "Upload-Length", "6"),
            upload("x", "c", "Accept", "text/plain"))) {
      document.check(uploadFile, answer);
    }
    for (Object wrong : new Object[] {null, 0}) {
      Api api = new Api(server, wrong);
      document.check(
          uploadFile, api.send(api.request("api/files?name=a").POST(BodyPublishers.ofString("x"))));
    }

    String part = "api/files/" + begun.json().getString("fileId");
    String other = "api/files/9007199254740991";
    Operation uploadOffset = operations.get("uploadOffset");
    for (String[] each : new String[][] {{part, "1.0.0"}, {other, "1.0.0"}, {part, "0.9.0"}}) {
      document.check(uploadOffset, send(uploadOffset, bob, each[0], null, tus, each[1]));
    }
    document.check(uploadOffset, send(uploadOffset, bob, "api/files/x", null, tus, "1.0.0"));
    for (Object wrong : new Object[] {null, 0}) {
      document.check(uploadOffset, send(uploadOffset, wrong, part, null, tus, "1.0.0"));
    }
    Operation uploadPart = operations.get("uploadPart");
    String type = "application/offset+octet-stream";
    document.check(
        uploadPart,
        send(
            uploadPart, bob, part, "zz", tus, "0.9.0", "Upload-Offset", "0", "Content-Type", type));
    assertThat(send(uploadOffset, bob, part, null, tus, "1.0.0").header("Upload-Offset"))
        .isEqualTo("0");
    document.check(
        uploadPart,
        send(uploadPart, 0, part, "abc", tus, "1.0.0", "Upload-Offset", "0", "Content-Type", type));
    for (String[] each :
        new String[][] {
          {part, "abc", "1"},
          {part, "abc", "x"},
          {other, "abc", "0"},
          {part, "abc", "0"},
          {part, "defg", "3"},
          {part, "def", "3"}
        }) {
      document.check(
          uploadPart,
          send(
              uploadPart,
              bob,
              each[0],
              each[1],
              tus,
              "1.0.0",
              "Upload-Offset",
              each[2],
              "Content-Type",
              type));
    }
    document.check(
        uploadPart,
        send(
            uploadPart,
            null,
            part,
            "abc",
            tus,
            "1.0.0",
            "Upload-Offset",
            "0",
            "Content-Type",
            type));

    String url = upload("some text", "a").ok().getString("url");
    Operation download = operations.get("downloadContent");
    Api nobody = new Api(server, null);
    assertThat(nobody.getRaw(url).text()).isEqualTo("some text");
    String tag = nobody.getRaw(url).header("ETag");
    document.check(download, raw(url, "If-None-Match", tag));
    document.check(download, raw(url, "Range", "bytes=100-"));
    document.check(download, raw(url.replace("s=", "s=x"), "Range", "bytes=0-"));
    assertThat(raw(url, "Range", "bytes=5-").text()).isEqualTo("text");
    assertThat(document.unseen())
        .filteredOn(seen -> seen.matches("upload.*") && !OUT_OF_REACH.contains(seen.split(" ")[1]))
        .as("documented, and never answered; these take a scanner, or several at once")
        .isSubsetOf("uploadFile 422", "uploadFile 429", "uploadPart 422", "uploadPart 429");
  }

  private Api.Answer raw(String address, String header, String value) {
    return new Api(server, null)
        .send(HttpRequest.newBuilder(server.resolve(address)).header(header, value).GET());
  }

  private void exhaust(ApiDocument document, Operation operation, Call call) {
    Api.Answer answer;
    int count = 0;
    do {
      answer = send(operation, bob, call.path(), call.body());
      document.check(operation, answer);
    } while (answer.status() != 429 && ++count < 10_000);
  }

  private void exercise(ApiDocument document, Operation operation, Call call) {
    Object right = call.service() ? 0 : bob;
    Object wrong = call.service() ? bob : 0;
    document.check(operation, send(operation, right, call.path(), call.body()));
    if (operation.isSecured()) {
      document.check(operation, send(operation, null, call.path(), call.body()));
      document.check(operation, send(operation, wrong, call.path(), call.body()));
    }
    document.check(
        operation, send(operation, right, call.path(), call.body(), "Accept", "text/plain"));
    if (call.wrong() != null) {
      document.check(operation, send(operation, right, call.wrong(), call.body()));
    }
    if (call.body() != null) {
      document.check(operation, send(operation, right, call.path(), "["));
      document.check(
          operation,
          send(operation, right, call.path(), call.body(), "Content-Type", "text/plain"));
    }
    if (operation.documents(413)) {
      document.check(
          operation, send(operation, right, call.path(), "\"" + "x".repeat(1 << 20) + "\""));
    }
  }

  @Test
  @DisplayName("is true of every packet of the socket")
  void asyncApi() {
    ApiDocument document = document("asyncapi.yaml");
    String schemas = "/components/schemas/";
    String plain = Packet.message(bob, "x", "1600000000000");
    String named = Packet.message(bob, "y", "t", "the-id");
    String ack = Packet.readAck(List.of(1L, 2L));
    document.assertValid(schemas + "Send", plain);
    document.assertValid(schemas + "Send", named);
    document.assertValid(schemas + "ReadAck", ack);
    try (Client b = Client.connect(server, bob);
        Client a = Client.connect(server, alice)) {
      a.send(plain).send(named).send(ack);
      a.answer("t");
      b.messages(2);
      Map<String, String> bad = new LinkedHashMap<>();
      bad.put("BAD_PACKET", "{\"toId\":{},\"timestamp\":\"BAD_PACKET\"}");
      bad.put("UNKNOWN_TYPE", "{\"type\":7,\"toId\":2,\"timestamp\":\"UNKNOWN_TYPE\"}");
      bad.put(
          "FORBIDDEN_SENDER",
          "{\"fromId\":1,\"toId\":2,\"type\":0,\"content\":\"x\",\"timestamp\":\"FORBIDDEN_SENDER\"}");
      bad.put(
          "INVALID_RECIPIENT",
          "{\"toId\":0,\"type\":0,\"content\":\"x\",\"timestamp\":\"INVALID_RECIPIENT\"}");
      bad.put("EMPTY_CONTENT", Packet.message(bob, " ", "EMPTY_CONTENT"));
      bad.put("CONTENT_TOO_LONG", Packet.message(bob, "x".repeat(4001), "CONTENT_TOO_LONG"));
      bad.put("REUSED_ID", Packet.message(bob, "z", "REUSED_ID", "the-id"));
      bad.put("BAD_READ_ACK", "{\"type\":1,\"content\":\"x\",\"timestamp\":\"BAD_READ_ACK\"}");
      bad.forEach(
          (code, packet) -> {
            a.send(packet);
            assertThat(a.answer(code).code()).isEqualTo(code);
          });
      bad.remove("BAD_READ_ACK");
      bad.remove("FORBIDDEN_SENDER"); // valid in itself
      bad.remove("REUSED_ID"); // so is this
      bad.values().forEach(packet -> document.assertInvalid(schemas + "Send", packet));
      for (int i = 0; i < 150; i++) {
        a.send(Packet.message(bob, "m" + i, "r" + i));
      }
      a.await1(packet -> packet.isFailure() && packet.code().equals("RATE_LIMITED"));
      Stream.concat(a.received().stream(), b.received().stream())
          .forEach(packet -> assertDescribed(document, packet));
    }
  }

  /** By what the server says, the schema of each. */
  private static final Map<String, String> SAID =
      Map.of(
          "welcome", "Welcome",
          "message", "MessageEvent",
          "read", "ReadEvent",
          "recall", "RecallEvent",
          "settings", "SettingsEvent",
          "typing", "TypingEvent",
          "reset", "Reset",
          "fail", "Fail");

  @Test
  @DisplayName("is true of every command and event of protocol 2")
  void asyncApi2() {
    ApiDocument document = document("asyncapi-2.yaml");
    String schemas = "/components/schemas/";
    Map<String, String> commands = new LinkedHashMap<>();
    commands.put("Send", CommandClient.send("1", alice, "x", "c1"));
    commands.put("Sync", "{\"op\":\"sync\",\"id\":2,\"since\":0}");
    commands.put("Typing", "{\"op\":\"typing\",\"to\":\"%d\"}".formatted(alice));
    try (CommandClient b = CommandClient.connect(server, bob);
        CommandClient phone = CommandClient.connect(server, bob);
        CommandClient a = CommandClient.connect(server, alice)) {
      JsonObject sent = b.command("1", commands.get("Send"));
      document.assertValid(schemas + "Sent", sent.toString());
      String id = sent.getString("messageId");
      commands.put(
          "Read", "{\"op\":\"read\",\"id\":3,\"with\":\"%d\",\"upTo\":\"%s\"}".formatted(bob, id));
      commands.put("Recall", "{\"op\":\"recall\",\"id\":\"r\",\"messageId\":\"%s\"}".formatted(id));
      commands.forEach((schema, command) -> document.assertValid(schemas + schema, command));
      document.assertValid(schemas + "Marked", a.command("3", commands.get("Read")).toString());
      document.assertValid(schemas + "Changes", b.command("2", commands.get("Sync")).toString());
      document.assertValid(
          schemas + "Recalled", b.command("\"r\"", commands.get("Recall")).toString());
      document.assertValid(schemas + "Changes", a.command("2", commands.get("Sync")).toString());
      b.send(commands.get("Typing"));
      a.await("typing");
      b.command("9", "{\"op\":\"sync\",\"id\":9,\"since\":1,\"epoch\":\"other\"}");
      Map<String, String> bad = new LinkedHashMap<>();
      bad.put("BAD_COMMAND", "{\"op\":\"send\",\"id\":4}");
      bad.put("UNKNOWN_OP", "{\"op\":\"other\",\"id\":4}");
      bad.put("INVALID_RECIPIENT", CommandClient.send("4", 0, "x", "c2"));
      bad.put("EMPTY_CONTENT", CommandClient.send("4", alice, "", "c2"));
      bad.put("CONTENT_TOO_LONG", CommandClient.send("4", alice, "x".repeat(4001), "c2"));
      bad.put("REUSED_ID", CommandClient.send("4", alice, "y", "c9"));
      bad.put("NOT_FOUND", "{\"op\":\"recall\",\"id\":4,\"messageId\":9007199254740991}");
      b.command("1", CommandClient.send("1", alice, "x", "c9"));
      bad.forEach(
          (code, command) -> assertThat(b.command("4", command).getString("code")).isEqualTo(code));
      new Api(server, 0)
          .post(
              "api/notices",
              "{\"to\":[%d],\"title\":\"t\",\"content\":\"c\",\"url\":\"/\",\"clientMessageId\":\"n%d\"}"
                  .formatted(alice, alice))
          .ok();
      a.awaitMessage("c");
      new Api(server, alice)
          .put("api/conversations/" + bob + "/settings", "{\"muted\":true,\"pinned\":true}")
          .ok();
      a.await("settings");
      document.assertValid(schemas + "Changes", a.command("2", commands.get("Sync")).toString());
      phone.awaitMessage("x");
      for (CommandClient client : List.of(a, b, phone)) {
        client.received().stream()
            .filter(said -> !said.getString("op").equals("done"))
            .forEach(
                said ->
                    document.assertValid(
                        schemas + SAID.get(said.getString("op")), said.toString()));
      }
    }
  }

  private static void assertDescribed(ApiDocument document, Packet packet) {
    String schemas = "/components/schemas/";
    String type = packet.isSuccess() ? "Success" : packet.isFailure() ? "Failure" : "Message";
    document.assertValid(schemas + type, packet.toJson());
    if (!packet.describe().isEmpty()) {
      String inner = packet.isSuccess() ? "Receipt" : packet.isFailure() ? "Reason" : "About";
      document.assertValid(schemas + inner, packet.describe());
    }
  }
}
