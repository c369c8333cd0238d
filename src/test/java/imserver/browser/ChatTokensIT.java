package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.WebSocketRoute;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import imserver.server.Api;
import imserver.server.ServerProcess;
import imserver.server.TestEnvironment;
import imserver.server.Users;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The web chat of a server that takes tokens")
class ChatTokensIT {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private static final String HOST = "http://host.example/";
  private static final int HOUR = 3600; // seconds
  private static final int SOON = 20;

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();

  private Browser browser;
  private ServerProcess server;

  @BeforeAll
  void start(Browser installed) throws IOException {
    browser = installed;
    server =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("tokens-" + System.nanoTime()),
            Map.of("IMSERVER_AUTH_MODE", "jwt", "IMSERVER_JWT_SECRET", SECRET));
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static String token(long user, int seconds) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .subject(String.valueOf(user))
            .claim("name", "Bob")
            .expirationTime(Date.from(Instant.now().plusSeconds(seconds)))
            .build();
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      jwt.sign(new MACSigner(SECRET));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
    return jwt.serialize();
  }

  private ChatPage open(String fragment) {
    URI address = server.address().resolve("/teaching/" + fragment);
    return ChatPage.open(browser, ChatPage.english(), address);
  }

  private static Locator form(ChatPage page) {
    return page.page().locator(".sign-in");
  }

  private static void paste(ChatPage page, String token) {
    form(page).locator("textarea").fill(token);
    page.button("Connect").click();
  }

  @Test
  @DisplayName("asks for one, and says that it is refused")
  void refused() {
    try (ChatPage page = open("")) {
      assertThat(page.barriers()).isEmpty();
      paste(page, "no.real.token");
      assertThat(form(page).getByText("expired or is not valid")).isVisible();
      assertThat(page.banner()).containsText("expired or was refused");
      paste(page, token(alice, HOUR));
      page.awaitConnection();
      assertThat(form(page)).hasCount(0);
    }
  }

  @Test
  @DisplayName("takes one from the address, and removes it from there")
  void address() {
    try (ChatPage page = open("#token=" + token(alice, HOUR))) {
      assertThat(page.page().locator("im-chat-list .note, im-chat-list .item").first())
          .isAttached();
      assertThat(page.page().url()).doesNotContain("token");
      page.awaitConnection();
    }
  }

  /** A page of another origin, which the server was not told of, with the chat in it. */
  private ChatPage foreign(String attributes, String provider) {
    String html =
        """
        <!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>A host</title><h1>A host</h1>
        <script type="module" src="/teaching/im-chat.js"></script>
        <im-chat %s></im-chat>
        <script type="module">document.querySelector("im-chat").tokenProvider = %s;</script>\
        """
            .formatted(attributes, provider);
    return ChatPage.open(
        browser,
        ChatPage.english(),
        URI.create(HOST),
        page -> page.route(HOST + "**", route -> serve(route, html)));
  }

  private void serve(Route route, String html) {
    String path = URI.create(route.request().url()).getPath();
    if (path.equals("/")) {
      route.fulfill(new Route.FulfillOptions().setContentType("text/html").setBody(html));
    } else {
      String address = server.address().resolve(path).toString();
      // The server may close an idle connection just when it is used again.
      APIResponse script = route.fetch(new Route.FetchOptions().setUrl(address).setMaxRetries(3));
      route.fulfill(new Route.FulfillOptions().setResponse(script));
    }
  }

  private String at(URI address) {
    return "server='%s'".formatted(address.resolve("/teaching/"));
  }

  @Test
  @DisplayName("says that the page's origin is not allowed, and how it would be")
  void foreignOrigin() {
    String token = token(alice, HOUR);
    try (ChatPage page = foreign(at(server.address()), "() => '%s'".formatted(token))) {
      assertThat(page.banner()).containsText("does not accept this page");
      assertThat(page.banner())
          .containsText("allow http://host.example (IMSERVER_ALLOWED_ORIGINS)");
      assertThat(page.barriers()).isEmpty();
    }
  }

  @Test
  @DisplayName("says that there was no token where the page's function has got a login page")
  void loginPage() {
    try (ChatPage page = foreign(at(server.address()), "async () => '<!DOCTYPE html><p>Sign in'")) {
      assertThat(page.banner()).containsText("Your sign-in for this chat could not be fetched");
    }
  }

  @Test
  @DisplayName("says that the server cannot be reached, where it never could")
  void unreachable() throws IOException {
    URI nobody = URI.create("http://127.0.0.1:" + TestEnvironment.freePort());
    String token = token(alice, HOUR);
    try (ChatPage page = foreign(at(nobody), "() => '%s'".formatted(token))) {
      assertThat(page.banner()).containsText("The chat server cannot be reached");
    }
  }

  @Test
  @DisplayName("sends, shows and keeps nothing of one user in the name of the next in this browser")
  void nextUser() {
    AtomicReference<WebSocketRoute> connection = new AtomicReference<>();
    AtomicBoolean arrives = new AtomicBoolean();
    URI address = server.address().resolve("/teaching/try.html");
    String html =
        """
        <!DOCTYPE html><meta charset="utf-8">
        <script type="module" src="/teaching/im-chat.js"></script>
        <im-chat></im-chat>
        <script type="module">
          document.querySelector("im-chat").tokenProvider = () => localStorage.getItem("token");
        </script>\
        """;
    new Api(server.address(), token(bob, HOUR)).sendMessage(alice, "for alice");
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            address,
            blank -> {
              blank.route(
                  address.toString(),
                  route ->
                      route.fulfill(
                          new Route.FulfillOptions().setContentType("text/html").setBody(html)));
              blank.addInitScript("localStorage.token ??= '%s'".formatted(token(alice, HOUR)));
              blank.routeWebSocket(
                  ChatPage.SOCKETS,
                  route -> {
                    WebSocketRoute onward = route.connectToServer();
                    route.onMessage(
                        frame -> {
                          if (arrives.get() || !frame.text().contains("of alice")) {
                            onward.send(frame.text());
                          }
                        });
                    connection.set(route);
                  });
            })) {
      page.conversation(bob).click();
      page.awaitMessage("for alice");
      page.write("of alice").awaitState("of alice", "sending").composer().fill("draft of alice");
      page.page().evaluate("token => { localStorage.token = token; }", token(carol, HOUR));
      arrives.set(true);
      connection.get().close(new WebSocketRoute.CloseOptions().setCode(4401));
      assertThat(page.page().getByText("No conversations yet")).isVisible();
      page.page().evaluate("id => document.querySelector('im-chat').open(id)", String.valueOf(bob));
      page.awaitConnection();
      assertThat(page.composer()).hasValue("");
      assertThat(page.messages()).hasCount(0);
      page.write("of carol").awaitSent("of carol");
      assertThat(Api.contents(new Api(server.address(), token(carol, HOUR)).history(bob, "")))
          .containsExactly("of carol");
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("does not send what lies in the store under no user's name")
  void nobodys() {
    long dave = Users.next();
    URI root = server.address().resolve("/teaching/");
    String left =
        """
        localStorage.setItem("imserver.outbox.%s .message.x", JSON.stringify({ clientMessageId: "x", toId: "%d",
          content: "somebody's", timestamp: "1", since: Date.now(), state: "sending", code: null, message: null, owner: "o" }))\
        """
            .formatted(root, bob);
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            root.resolve("#token=" + token(dave, HOUR)),
            blank -> blank.addInitScript(left))) {
      page.awaitConnection();
      page.search().fill(String.valueOf(bob));
      page.search().press("Enter");
      page.write("mine").awaitSent("mine");
      assertThat(Api.contents(new Api(server.address(), token(dave, HOUR)).history(bob, "")))
          .contains("mine")
          .doesNotContain("somebody's");
    }
  }

  @Test
  @DisplayName("goes on with a newer one after its own has expired, and keeps what was written")
  void expired() {
    new Api(server.address(), token(bob, HOUR)).sendMessage(alice, "before");
    try (ChatPage page = open("#token=" + token(alice, SOON))) {
      page.conversations().first().click();
      page.awaitMessage("before");
      assertThat(form(page).getByText("expired or is not valid")).isVisible();
      page.write("meanwhile").awaitState("meanwhile", "sending");
      new Api(server.address(), token(bob, HOUR)).sendMessage(alice, "missed");
      paste(page, token(alice, HOUR));
      page.awaitSent("meanwhile").awaitMessage("missed").awaitMessage("before");
    }
  }
}
