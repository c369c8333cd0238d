package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What takes settings that have nothing to do with each other: one server for all of them. */
@Tag("h2")
@DisplayName(
    "With a scanner, with a policy at an address, and with its engine left alone, a server")
class SeveralSettingsIT {

  /** Whether the scanner answers. */
  private static final AtomicBoolean SCANNER_IS_UP = new AtomicBoolean(true);

  /** What the policy answers; nothing is a failure. */
  private static final AtomicReference<String> ANSWER = new AtomicReference<>("");

  private static ServerSocket clamd;
  private static HttpServer policy;
  private static ServerProcess server;

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final Api api = new Api(server.address(), alice);

  @BeforeAll
  static void start() throws IOException {
    clamd = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var unused = // on a thread of its own: it waits, and those of the JVM are few
        CompletableFuture.runAsync(() -> scan(clamd), task -> new Thread(task).start());
    policy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    policy.createContext(
        "/",
        exchange -> {
          byte[] body = ANSWER.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(body.length == 0 ? 500 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    policy.start();
    server =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("settings-" + System.nanoTime()),
            Map.of(
                "IMSERVER_SCANNER",
                "127.0.0.1:" + clamd.getLocalPort(),
                "IMSERVER_POLICY_URL",
                "http://127.0.0.1:" + policy.getAddress().getPort() + "/",
                "IMSERVER_POLICY_FAILURE",
                "allow",
                "IMSERVER_WEBHOOK_SECRET",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "IMSERVER_TYRUS_TIMERS",
                "off",
                "IMSERVER_WRITE_BATCHING",
                "off"));
  }

  @BeforeEach
  void asUsual() {
    SCANNER_IS_UP.set(true);
    ANSWER.set("{\"decision\":\"allow\"}");
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    policy.stop(0);
    clamd.close();
  }

  private static void scan(ServerSocket clamd) {
    while (!clamd.isClosed()) {
      try (Socket socket = clamd.accept()) {
        if (!SCANNER_IS_UP.get()) {
          continue;
        }
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readNBytes(10); // the command
        StringBuilder text = new StringBuilder();
        for (int length = in.readInt(); length > 0; length = in.readInt()) {
          text.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        }
        String found = text.indexOf("EICAR") >= 0 ? "stream: Eicar FOUND\0" : "stream: OK\0";
        socket.getOutputStream().write(found.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // the test is over, or this client is gone
      }
    }
  }

  private static Api.Answer upload(Api api, String query, String text) {
    return api.send(api.request("api/files?" + query).POST(BodyPublishers.ofString(text)));
  }

  private static Api.Answer part(Api api, String id, int offset, String text) {
    return api.send(
        api.request("api/files/" + id)
            .method("PATCH", BodyPublishers.ofString(text))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", Integer.toString(offset)));
  }

  @Test
  @DisplayName(
      "takes a file where the scanner says yes, refuses it where that finds something, and has it"
          + " wait while that is down")
  void scanned() {
    assertThat(upload(api, "name=a", "good").status()).isEqualTo(201);
    Api.Answer bad = upload(api, "name=a&clientFileId=x", "EICAR");
    assertThat(bad.status()).isEqualTo(422);
    assertThat(bad.code()).isEqualTo("REFUSED_FILE");
    assertThat(upload(api, "name=a&clientFileId=x", "good").status()).isEqualTo(201);
    String id =
        api.send(
                api.request("api/files")
                    .POST(BodyPublishers.noBody())
                    .header("Tus-Resumable", "1.0.0")
                    .header("Upload-Length", "4"))
            .ok()
            .getString("fileId");
    SCANNER_IS_UP.set(false);
    Api.Answer down = upload(api, "name=a", "good");
    assertThat(down.status()).isEqualTo(503);
    assertThat(down.code()).isEqualTo("SERVER_BUSY");
    assertThat(part(api, id, 0, "good").status()).isEqualTo(503);
    assertThat(api.get("api/files/" + id).status()).isEqualTo(404);
    SCANNER_IS_UP.set(true);
    assertThat(part(api, id, 4, "").status()).as("all of it is there").isEqualTo(204);
    assertThat(api.get("api/files/" + id).status()).isEqualTo(200);
  }

  @Test
  @DisplayName(
      "finds what was stored, however the policy answers a retry, or where it does not answer")
  void retries() {
    String allow = "{\"decision\":\"allow\"}";
    String refuse = "{\"decision\":\"refuse\",\"reason\":\"no\"}";
    String replace = "{\"decision\":\"replace\",\"content\":\"replaced\"}";
    String path = "api/conversations/" + bob + "/messages";
    String one = "{\"content\":\"one\",\"clientMessageId\":\"c1\"}";
    ANSWER.set(replace);
    long id = Api.number(api.post(path, one).ok(), "messageId");
    for (String other : List.of("", refuse, replace)) {
      ANSWER.set(other);
      assertThat(Api.number(api.post(path, one).ok(), "messageId")).as(other).isEqualTo(id);
    }
    String two = "{\"content\":\"two\",\"clientMessageId\":\"c2\"}";
    ANSWER.set("");
    id = Api.number(api.post(path, two).ok(), "messageId");
    for (String other : List.of(allow, replace)) {
      ANSWER.set(other);
      assertThat(Api.number(api.post(path, two).ok(), "messageId")).as(other).isEqualTo(id);
    }
    ANSWER.set(allow);
    assertThat(api.post(path, two.replace("two", "another")).code()).isEqualTo("REUSED_ID");
    assertThat(Api.contents(api.history(bob, ""))).containsExactly("two", "replaced");
    String carrying = "{\"content\":\"three\",\"clientMessageId\":\"c3\",\"attachments\":[%d]}";
    String three = carrying.formatted(api.upload("one.txt", "text"));
    String another = carrying.formatted(api.upload("two.txt", "text"));
    ANSWER.set(replace);
    id = Api.number(api.post(path, three).ok(), "messageId");
    for (String other : List.of("", refuse, replace)) {
      ANSWER.set(other);
      assertThat(Api.number(api.post(path, three).ok(), "messageId")).as(other).isEqualTo(id);
    }
    assertThat(api.post(path, another).code()).as("with another file").isEqualTo("REUSED_ID");
  }

  @Test
  @DisplayName("leaves the timers and the batching of its engine alone")
  void engine() throws IOException {
    EngineTuningIT.passMessage(server);
    assertThat(Files.readString(server.log()))
        .doesNotContain("timers of Tyrus")
        .doesNotContain("Tomcat writes");
  }
}
