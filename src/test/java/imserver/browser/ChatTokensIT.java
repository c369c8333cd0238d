package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
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

  private static final int HOUR = 3600; // seconds
  private static final int SOON = 10;

  private final long alice = Users.next();
  private final long bob = Users.next();

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
