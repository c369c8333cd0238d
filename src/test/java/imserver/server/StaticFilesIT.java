package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithLimits
@Tag("sockets")
@DisplayName("A script of the server")
class StaticFilesIT {

  static final String ORIGIN = "https://school.example";
  private static final String SCRIPT = "client/im-client.js";

  private Api.Answer get(String... headers) {
    Api api = new Api(SharedServer.address(), null);
    var request = api.request(SCRIPT).GET().header("Origin", ORIGIN);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return api.send(request);
  }

  @Test
  @DisplayName("is a module that pages of every origin may import")
  void foreignOrigins() {
    Api.Answer script = get();
    assertThat(script.status()).isEqualTo(200);
    assertThat(script.header("Content-Type")).matches("(text|application)/javascript.*");
    assertThat(script.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(script.text()).contains("export class ImClient");
  }

  @Test
  @DisplayName("is there, but not what java -jar of the WAR begins with")
  void launcher() {
    Api api = new Api(SharedServer.address(), null);
    assertThat(api.get("launcher/Main.class").status()).isEqualTo(404);
    assertThat(api.get("launcher/").status()).isEqualTo(404);
  }

  @Test
  @DisplayName("and every other file, and the socket, say what may be asked of them")
  void options() {
    Api api = new Api(SharedServer.address(), null);
    for (String path : List.of(SCRIPT, "", "index.html", "page.css", "openapi.yaml", "nothing")) {
      Api.Answer answer = api.send(api.request(path).method("OPTIONS", BodyPublishers.noBody()));
      assertThat(answer.status()).as(path).isEqualTo(204);
      assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }
    for (String path : List.of("imserver/1", "imserver/me", "imserver")) {
      Api.Answer answer = api.send(api.request(path).method("OPTIONS", BodyPublishers.noBody()));
      assertThat(answer.status()).as(path).isEqualTo(204);
      assertThat(answer.header("Allow")).isEqualTo("GET, OPTIONS");
    }
  }

  @Test
  @DisplayName("is served, like everything in open mode, only under names that mean this machine")
  void hosts() throws IOException {
    URI server = SharedServer.address();
    ServerLog log = ServerLog.listen();
    for (String path : List.of(SCRIPT, "", "api/health", "message/systemMessage", "imserver/1")) {
      String get = "GET /teaching/" + path + " HTTP/1.1";
      for (String host : List.of("localhost", "127.0.0.1:1", "[::1]:80", "school.example:8080")) {
        assertThat(RawAnswer.to(server, get, "Host: " + host).status())
            .as(path + " at " + host)
            .isNotIn(400, 421);
      }
      for (String host : List.of("evil.example", "localhost.evil.example", "10.0.0.1:8080")) {
        String post = get.replace("GET", "POST");
        assertThat(RawAnswer.to(server, post, "Host: " + host, "Content-Length: 0").status())
            .isEqualTo(421);
        assertThat(
                RawAnswer.to(server, post, "Host: " + host, "Content-Length: 4", "", "body")
                    .status())
            .as("what is dispatched anew after its body: " + path + " at " + host)
            .isEqualTo(421);
        RawAnswer answer = RawAnswer.to(server, get, "Host: " + host);
        assertThat(answer.status()).as(path + " at " + host).isEqualTo(421);
        assertThat(answer.body()).contains("IMSERVER_ALLOWED_ORIGINS");
      }
      assertThat(RawAnswer.to(server, "GET /teaching/" + path + " HTTP/1.0").status())
          .as("no host")
          .isIn(400, 421);
      assertThat(RawAnswer.to(server, get, "Host: localhost", "Host: evil.example").status())
          .as("two hosts")
          .isIn(400, 421);
    }
    for (String path : List.of("api/import", "api/files?name=a.txt")) { // kept as they arrive
      String line = "{\"id\":\"evil\",\"from\":71,\"to\":72,\"content\":\"evil\",\"sentAt\":0}";
      assertThat(
              RawAnswer.to(
                      server,
                      "POST /teaching/" + path + " HTTP/1.1",
                      "Host: evil.example",
                      "Authorization: Bearer " + (path.endsWith("import") ? 0 : 71),
                      "Content-Length: " + line.length(),
                      "",
                      line)
                  .status())
          .isEqualTo(421);
    }
    assertThat(new Api(server, 72).history(71, "")).isEmpty();
    String[] upgrade = {
      "GET /teaching/imserver/1 HTTP/1.1",
      "Host: evil.example",
      "Origin: http://evil.example",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };
    assertThat(RawAnswer.to(server, upgrade).status()).as("DNS rebinding").isEqualTo(421);
    upgrade[1] = "X-No: host";
    assertThat(RawAnswer.to(server, upgrade).status()).isIn(400, 421);
    upgrade[1] = "Host: localhost\r\nHost: evil.example";
    assertThat(RawAnswer.to(server, upgrade).status()).isIn(400, 421);
    await()
        .untilAsserted(
            () ->
                assertThat(log.lines())
                    .filteredOn(line -> line.contains("in open mode the server answers as"))
                    .hasSizeLessThanOrEqualTo(2)
                    .anyMatch(line -> line.contains("127.0.0.1")));
  }

  @Test
  @DisplayName("keeps no thread where clients ask for it again and again, and read nothing")
  void unread() throws Exception {
    URI server = SharedServer.address();
    List<SlowClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        String upgrade = i % 2 == 0 ? "" : "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        clients.add(SlowClient.pipeline(server, "openapi.yaml", upgrade, 90));
      }
      assertThat(new Api(server, null).get("api/health").status()).isEqualTo(200);
      assertThat(get().status()).isEqualTo(200);
      await()
          .atMost(Client.TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(Threads.of(SharedServer.running()))
                      .noneMatch(stack -> stack.contains("imserver.web.StaticFiles")));
    } finally {
      for (SlowClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @DisplayName("is kept by a browser, which asks each time whether it has changed")
  void caching() {
    Api.Answer script = get();
    assertThat(script.header("Cache-Control")).isEqualTo("no-cache");
    Api.Answer again = get("If-None-Match", script.header("ETag"));
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.header("Access-Control-Allow-Origin")).isEqualTo("*");
  }

  /** Of the web chat, as the script that pages name has it. */
  private String bundle() {
    Matcher named = Pattern.compile("bundle/im-chat-[A-Z0-9]{8}\\.js").matcher(text("im-chat.js"));
    assertThat(named.find()).isTrue();
    return named.group();
  }

  private String text(String path) {
    return new Api(SharedServer.address(), null).get(path).text();
  }

  private static HttpResponse<byte[]> bytes(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(SharedServer.address().resolve("/teaching/" + path))
            .version(HttpClient.Version.HTTP_1_1);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return String.join(", ", answer.headers().allValues(name));
  }

  @Test
  @DisplayName("that is named after its content is kept for ever")
  void immutable() throws Exception {
    for (String path : List.of(bundle(), bundle() + ".map")) {
      HttpResponse<byte[]> answer = bytes(path);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(header(answer, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    }
    HttpResponse<byte[]> script = bytes(bundle());
    assertThat(header(script, "Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(header(script, "Content-Type")).matches("(text|application)/javascript.*");
    assertThat(header(script, "X-Content-Type-Options")).isEqualTo("nosniff");
    for (String path : List.of("", "index.html", "page.css", "im-chat.js", "chat/texts.js")) {
      assertThat(header(bytes(path), "Cache-Control")).as(path).isEqualTo("no-cache");
    }
  }

  @Test
  @DisplayName("that a server of another release has named is this one's own, which is not kept")
  void otherRelease() throws Exception {
    String other = bundle().replaceFirst("-[A-Z0-9]{8}", "-AAAAAAAA");
    HttpResponse<byte[]> answer = bytes(other);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(bytes(bundle()).body());
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
    for (String path : List.of("bundle/nothing-AAAAAAAA.js", "bundle/im-chat.js", "bundle/")) {
      assertThat(bytes(path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  @DisplayName("leads from a folder's name without its slash to the page in it")
  void folder() throws Exception {
    HttpResponse<byte[]> answer = bytes("moderation");
    assertThat(answer.statusCode()).isIn(301, 302); // Payara does so itself, for ever
    assertThat(answer.uri().resolve(header(answer, "Location")))
        .isEqualTo(answer.uri().resolve("moderation/"));
    assertThat(bytes("moderation/").statusCode()).isEqualTo(200);
    assertThat(bytes("chat/").statusCode()).isEqualTo(404); // a folder without a page
  }

  @Test
  @DisplayName("and every other file, is compressed for who takes that, each form by its own ETag")
  void compressed() throws Exception {
    for (String path :
        List.of(bundle(), "imserver-client-modules.js", "", "page.css", "openapi.yaml")) {
      HttpResponse<byte[]> plain = bytes(path);
      HttpResponse<byte[]> gzip = bytes(path, "Accept-Encoding", "br, gzip");
      assertThat(header(plain, "Content-Encoding")).as(path).isEmpty();
      assertThat(header(gzip, "Content-Encoding")).as(path).isEqualTo("gzip");
      assertThat(header(plain, "Vary")).contains("Accept-Encoding");
      assertThat(header(gzip, "Vary")).contains("Accept-Encoding");
      assertThat(header(gzip, "Content-Type")).isEqualTo(header(plain, "Content-Type"));
      try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
        assertThat(in.readAllBytes()).as(path).isEqualTo(plain.body());
      }
      assertThat(gzip.body().length).isLessThan(plain.body().length);
      assertThat(header(gzip, "ETag")).isNotEqualTo(header(plain, "ETag"));
      String known = header(gzip, "ETag");
      HttpResponse<byte[]> again =
          bytes(path, "Accept-Encoding", "gzip", "If-None-Match", "W/" + known);
      assertThat(again.statusCode()).as(path).isEqualTo(304);
      assertThat(header(again, "Vary")).contains("Accept-Encoding");
      assertThat(bytes(path, "If-None-Match", known).statusCode())
          .as("the other form of " + path)
          .isEqualTo(200);
    }
  }
}
