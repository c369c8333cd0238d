package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import imserver.server.Api;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages are {@code embedded/*.html} of the test resources: how a team would write them, with a
 * strict policy of their own and styles that must not reach into the chat. Their origin is another
 * port of loopback, which open mode allows by itself.
 */
@ExtendWith(Chromium.class)
@WithServer
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The web chat in a page of a foreign origin")
class EmbeddedChatIT {

  private static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  private static final Map<String, String> LIBRARIES =
      Map.of(
          "/react.js", "react/umd/react.production.min.js",
          "/react-dom.js", "react-dom/umd/react-dom.production.min.js",
          "/vue.js", "vue/dist/vue.runtime.global.prod.js");

  private static final Map<String, String> TYPES =
      Map.of("html", "text/html;charset=UTF-8", "js", "text/javascript", "css", "text/css");

  private final long alice = Users.next();
  private final long bob = Users.next();

  private Browser browser;
  private URI server;
  private HttpServer host;

  @BeforeAll
  void start(Browser installed) throws IOException {
    browser = installed;
    host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server = SharedServer.address();
    host.createContext("/", this::serve);
    host.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = read(path).getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .set("Content-Type", TYPES.getOrDefault(path.replaceFirst(".*\\.", ""), "text/plain"));
    exchange.getResponseHeaders().set("Content-Security-Policy", policy());
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Of a strict page: it may use the chat's server besides its own, and nothing is inline. */
  private String policy() {
    String chat = server.toString();
    return "default-src 'none'; script-src 'self' %1$s; connect-src %1$s %2$s; style-src 'self'; img-src http: https: data: blob:; media-src %1$s blob:"
        .formatted(chat, chat.replaceFirst("http", "ws"));
  }

  private String origin() {
    return "http://127.0.0.1:" + host.getAddress().getPort();
  }

  private String read(String path) throws IOException {
    String library = LIBRARIES.get(path);
    if (library != null) {
      return Files.readString(
          Path.of(System.getProperty("imserver.test.webjars")).resolve(library));
    }
    try (InputStream file =
        EmbeddedChatIT.class.getResourceAsStream("/imserver/browser/embedded" + path)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .replace("$CHAT", server.resolve("/teaching/").toString())
          .replace("$USER", String.valueOf(alice))
          .replace("$OTHER", String.valueOf(bob));
    }
  }

  @AfterAll
  void stop() {
    if (host != null) {
      host.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "react", "vue"})
  @DisplayName(
      "is loaded by one script tag, talks to its own server, and tells the page what is unread:")
  void embedded(String page) {
    URI address = URI.create(origin() + "/" + page + ".html");
    try (ChatPage chat = ChatPage.open(browser, ChatPage.english(), address)) {
      String text = "from " + page;
      chat.awaitConnection().write(text).awaitSent(text);
      new Api(server, bob).sendMessage(alice, "to " + page);
      chat.awaitMessage("to " + page);
      new Api(server, Users.next()).sendMessage(alice, "unread");
      assertThat(chat.page().locator("#unread")).not().hasText("0");
      assertThat(chat.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("sends files to the server of another origin, in parts too, and shows them in full")
  void files() {
    URI address = URI.create(origin() + "/plain.html");
    FilePayload[] chosen = {
      new FilePayload("pixel.png", "image/png", Base64.getDecoder().decode(PIXEL)),
      new FilePayload("large.bin", "application/octet-stream", new byte[6_000_000])
    };
    try (ChatPage chat = ChatPage.open(browser, ChatPage.english(), address)) {
      chat.awaitConnection();
      chat.page().locator("im-chat-composer input[type=file]").setInputFiles(chosen);
      chat.write("with files").awaitSent("with files");
      chat.page().reload();
      chat.awaitConnection().awaitMessage("with files");
      chat.message("with files").locator(".picture").click();
      Locator image = chat.page().locator("im-chat-messages dialog img");
      chat.awaitThat(
          () ->
              image
                  .evaluate("one => one.naturalWidth === 1 && one.src.includes('/content')")
                  .equals(true));
      assertThat(chat.complaints()).isEmpty();
    }
  }
}
