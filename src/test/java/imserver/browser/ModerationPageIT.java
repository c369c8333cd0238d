package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import imserver.server.Api;
import imserver.server.ServerProcess;
import imserver.server.SharedServer;
import imserver.server.TestEnvironment;
import imserver.server.Users;
import imserver.server.WithServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Chromium.class)
@WithServer
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The page of the moderators")
class ModerationPageIT {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private Browser browser;
  private URI server;

  @BeforeAll
  void start(Browser installed) {
    browser = installed;
    server = SharedServer.address();
  }

  private ChatPage open(Browser.NewContextOptions look, String fragment) {
    return open(look, fragment, page -> {});
  }

  private ChatPage open(Browser.NewContextOptions look, String fragment, Consumer<Page> before) {
    return ChatPage.open(browser, look, server.resolve("/teaching/moderation/" + fragment), before);
  }

  /** Has bob report what alice has sent; the id of the report. */
  private long report(long alice, long bob, String content) {
    long id = new Api(server, alice).sendMessage(bob, content);
    return new Api(server, bob)
        .post(
            "api/reports",
            "{\"messageIds\":[%d],\"reason\":\"abuse\",\"text\":\"look at that\"}".formatted(id))
        .ok()
        .getJsonNumber("reportId")
        .longValueExact();
  }

  private static Locator said(ChatPage page) {
    return page.page().locator("#said");
  }

  private static Locator message(ChatPage page, String text) {
    return page.page().locator(".message", new Page.LocatorOptions().setHasText(text));
  }

  @Test
  @DisplayName(
      "leads from a report to its messages, to what is done about it, and says so; by keys")
  void report() {
    long alice = Users.next();
    long bob = Users.next();
    String bad = "<img src=x onerror=alert(1)> bad";
    long reportId = report(alice, bob, bad);
    try (ChatPage page = open(ChatPage.english(), "")) {
      Locator link = page.page().locator("a[href='#report=" + reportId + "']");
      link.focus();
      page.page().keyboard().press("Enter");
      assertThat(page.page().locator("h2")).hasText("Report " + reportId + ": abuse");
      assertThat(page.page().locator("h2")).isFocused();
      assertThat(page.page().locator(".facts").first()).containsText("look at that");
      assertThat(message(page, bad)).containsText("reported");

      message(page, bad).locator("summary").focus();
      page.page().keyboard().press("Enter");
      page.page().keyboard().press("Tab");
      page.page().keyboard().type("as it insults");
      page.page().keyboard().press("Enter");
      assertThat(said(page)).hasText("Done.");
      assertThat(message(page, bad)).isVisible(); // the copy stays
      assertThat(new Api(server, bob).history(alice, "").get(0).getBoolean("recalled")).isTrue();

      page.page().locator("select[name=duration]").selectOption("week");
      page.button("Suspend").focus();
      page.page().keyboard().press("Enter");
      assertThat(said(page)).hasText("Done.");
      assertThat(
              new Api(server, alice)
                  .post(
                      "api/conversations/" + bob + "/messages", "{\"content\":\"I cannot write\"}")
                  .status())
          .isEqualTo(403);

      page.page().locator("input[name=note]").fill("suspended for a week");
      page.button("Close the report").click();
      assertThat(page.button("Close the report")).hasCount(0);
      assertThat(page.page().locator(".facts").first()).containsText("it was right");
      assertThat(page.page().locator(".facts").first()).containsText("suspended for a week");

      page.page().locator("nav a[href='#reports']").click();
      assertThat(link).hasCount(0);
      page.button("Closed").click();
      assertThat(link).isVisible();

      page.page().locator("nav a[href='#audit']").click();
      Locator entries = page.page().locator("main .card");
      assertThat(entries.nth(0)).containsText("closed a report");
      assertThat(entries.nth(1)).containsText("suspended a user");
      assertThat(entries.nth(2)).containsText("as it insults");
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("suspends a user by the id, and ends that again")
  void suspensions() {
    long alice = Users.next();
    try (ChatPage page = open(ChatPage.english(), "#suspensions")) {
      page.page().locator("input[name=user]").fill(Long.toString(alice));
      page.page().locator("select[name=scope]").selectOption("all");
      page.page().locator("select[name=duration]").selectOption("ever");
      page.page().locator("input[name=reason]").fill("spam");
      page.button("Suspend").click();
      Locator card =
          page.page()
              .locator("main li", new Page.LocatorOptions().setHasText(Long.toString(alice)));
      assertThat(card).containsText("everything");
      assertThat(new Api(server, alice).get("api/users/me").status()).isEqualTo(403);
      page.button("End the suspension of " + alice + " now").click();
      assertThat(card).hasCount(0);
      assertThat(new Api(server, alice).get("api/users/me").status()).isEqualTo(200);
      assertThat(page.complaints()).isEmpty();
    }
  }

  private static String token(long user, String role) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.HS256),
            new JWTClaimsSet.Builder()
                .subject(Long.toString(user))
                .claim("roles", List.of(role))
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                .build());
    jwt.sign(new MACSigner(SECRET));
    return jwt.serialize();
  }

  @Test
  @DisplayName("asks for a token where one is needed, takes no user's, and keeps it in the page")
  void tokens() throws IOException, JOSEException {
    try (ServerProcess own =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("moderation-" + System.nanoTime()),
            Map.of("IMSERVER_AUTH_MODE", "jwt", "IMSERVER_JWT_SECRET", SECRET))) {
      long moderator = Users.next();
      URI address = own.address().resolve("/teaching/moderation/");
      try (ChatPage page = ChatPage.open(browser, ChatPage.english(), address)) {
        Locator field = page.page().locator(".sign-in textarea");
        assertThat(field).isVisible();
        assertThat(page.barriers()).isEmpty();
        field.fill("no.real.token");
        page.button("Sign in").click();
        assertThat(said(page)).containsText("expired or is not valid");
        field.fill(token(moderator, "teacher"));
        page.button("Sign in").click();
        assertThat(said(page)).containsText("not the credential of a moderator");
        field.fill(token(moderator, "imserver-moderator"));
        page.button("Sign in").click();
        assertThat(page.page().locator("main")).containsText("No reports.");
        page.page().locator("nav a[href='#suspensions']").click();
        page.page().locator("input[name=user]").fill(Long.toString(moderator));
        page.button("Suspend").click();
        assertThat(said(page)).containsText("did not understand"); // nobody suspends himself
        page.button("Sign out").click();
        assertThat(field).isVisible();
        assertThat(page.page().evaluate("localStorage.length + sessionStorage.length"))
            .isEqualTo(0);
      }
      URI withToken = address.resolve("#token=" + token(moderator, "imserver-moderator"));
      try (ChatPage page = ChatPage.open(browser, ChatPage.english(), withToken)) {
        assertThat(page.page().locator("main")).containsText("No reports.");
        assertThat(page.page().url()).doesNotContain("token");
      }
    }
  }

  @Test
  @DisplayName("shows the lists of words, and replaces one")
  void words() {
    try (ChatPage page = open(ChatPage.english(), "#words")) {
      Locator masked =
          page.page()
              .getByRole(
                  AriaRole.TEXTBOX,
                  new Page.GetByRoleOptions().setName("Mask with *").setExact(true));
      masked.fill(" 坏词丁 \n\n坏词丁\nbad thing");
      page.button("Save: Mask with *").click();
      assertThat(said(page)).hasText("Done.");
      assertThat(masked).hasValue("坏词丁\nbad thing");
      masked.fill("★");
      page.button("Save: Mask with *").click();
      assertThat(said(page)).hasAttribute("role", "alert");
      assertThat(masked).hasValue("★"); // what was entered stays
      masked.fill("");
      page.button("Save: Mask with *").click();
      assertThat(said(page)).hasText("Done.");
      page.page().locator("nav a[href='#audit']").click();
      assertThat(page.page().locator("main .card").first())
          .containsText("replaced a list of words");
      assertThat(page.complaints().stream().filter(line -> !line.contains("400"))).isEmpty();
    }
  }

  private static String text(Download download) throws IOException {
    return Files.readString(download.path(), StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("has all data of a user saved as one file, of however many pages; by keys")
  void export() throws IOException {
    long alice = Users.next();
    long bob = Users.next();
    Api ofAlice = new Api(server, alice);
    IntStream.range(0, 600) // more than a page has
        .forEach(i -> ofAlice.sendMessage(bob, "text " + i));
    long last = ofAlice.sendMessage(bob, "the last");
    long reportId = report(alice, bob, "一段文字");
    try (ChatPage page = open(ChatPage.english(), "#report=" + reportId)) {
      page.page().locator("main a[href='#data=" + alice + "']").press("Enter");
      assertThat(page.page().locator("h2")).hasText("Data of user " + alice);
      assertThat(page.page().locator("h2")).isFocused();
      Download download =
          page.page().waitForDownload(() -> page.button("Export as a file").press("Enter"));
      assertThat(download.suggestedFilename()).isEqualTo("user-" + alice + ".jsonl");
      List<String> lines = text(download).lines().toList();
      assertThat(said(page)).hasText("The file is complete: " + lines.size() + " lines.");
      assertThat(lines).filteredOn(line -> line.contains("\"type\":\"message\"")).hasSize(602);
      assertThat(lines).anyMatch(line -> line.contains("\"messageId\":" + last + ","));
      assertThat(lines).anyMatch(line -> line.contains("一段文字"));
      assertThat(lines).noneMatch(line -> line.contains("\"type\":\"next\""));
      assertThat(lines.get(lines.size() - 1)).contains("\"type\":\"end\"");
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("goes on with an export that the server has refused for the moment")
  void exportUnderLimit() throws IOException {
    long alice = Users.next();
    new Api(server, alice).sendMessage(Users.next(), "hello");
    AtomicInteger asked = new AtomicInteger();
    Consumer<Page> before = // a request just after the first route of an open page may pass it
        page ->
            page.route(
                url -> url.contains("/export"),
                route -> {
                  if (asked.incrementAndGet() == 1) {
                    route.fulfill(
                        new Route.FulfillOptions()
                            .setStatus(429)
                            .setContentType("application/problem+json")
                            .setBody("{\"code\":\"RATE_LIMITED\"}"));
                  } else {
                    route.resume();
                  }
                });
    try (ChatPage page = open(ChatPage.english(), "#data=" + alice, before)) {
      Download download =
          page.page().waitForDownload(() -> page.button("Export as a file").click());
      assertThat(text(download)).contains("hello");
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  @DisplayName("leaves the focus where the user has gone while something is loaded")
  void focus() {
    List<Route> asked = new ArrayList<>();
    Consumer<Page> before = page -> page.route(url -> url.endsWith("/erasure"), asked::add);
    try (ChatPage page = open(ChatPage.english(), "#data", before)) {
      page.page().locator("input[name=user]").fill(Long.toString(Users.next()));
      page.page().keyboard().press("Enter");
      Locator again = page.page().locator("input[name=again]");
      again.focus();
      page.awaitThat(() -> !asked.isEmpty());
      asked
          .get(0)
          .fulfill(
              new Route.FulfillOptions()
                  .setContentType("application/json")
                  .setBody(
                      "{\"state\":\"done\",\"messages\":3,\"startedAt\":\"2026-01-01T00:00:00Z\"}"));
      assertThat(page.page().locator(".erasure")).containsText("done");
      assertThat(again).isFocused();
    }
  }

  @Test
  @DisplayName("erases a user whose id is typed once more, and shows how far that is; by keys")
  void erase() {
    long alice = Users.next();
    long bob = Users.next();
    new Api(server, alice).sendMessage(bob, "to be erased");
    try (ChatPage page = open(ChatPage.english(), "#data")) {
      page.page().locator("input[name=user]").fill(Long.toString(alice));
      page.page().keyboard().press("Enter");
      Locator again = page.page().locator("input[name=again]");
      again.fill(Long.toString(bob));
      page.page().keyboard().press("Enter"); // nothing, as there is no reason
      page.page().locator("input[name=reason]").fill("account closed");
      page.page().keyboard().press("Enter");
      assertThat(said(page)).hasText("That is not the id of this user. Nothing was erased.");
      assertThat(said(page)).hasAttribute("role", "alert");
      assertThat(new Api(server, alice).get("api/users/me").status()).isEqualTo(200);

      again.fill(Long.toString(alice));
      page.button("Erase for good").press("Enter");
      Locator progress = page.page().locator(".erasure");
      assertThat(progress).containsText("running");
      assertThat(page.button("Erase for good")).hasCount(0);
      assertThat(said(page)).hasText("User " + alice + " is erased: 1 message.");
      assertThat(progress).containsText("done");
      assertThat(progress).containsText("Finished");
      assertThat(new Api(server, bob).history(alice, "").get(0).getBoolean("recalled")).isTrue();
      page.page().locator("nav a[href='#audit']").click();
      Locator entries = page.page().locator("main .card");
      assertThat(entries.nth(0)).containsText("finished erasing a user");
      assertThat(entries.nth(1)).containsText("account closed");
      assertThat(page.complaints()).isEmpty();
    }
    try (ChatPage page = open(ChatPage.english(), "#data=" + alice)) {
      assertThat(page.page().locator(".erasure")).containsText("done");
    }
  }

  @Test
  @DisplayName("says what the server has refused")
  void refused() {
    try (ChatPage page = open(ChatPage.english(), "#report=999999999")) {
      assertThat(said(page)).hasText("There is no such thing any more.");
      assertThat(said(page)).hasAttribute("role", "alert");
    }
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1280, en-GB", "DARK, 320, zh-CN", "LIGHT, 320, en-GB", "DARK, 1280, zh-CN"})
  @DisplayName("has no barrier by WCAG 2.2 AA, and nothing to scroll sideways:")
  void barriers(ColorScheme scheme, int width, String language) {
    long alice = Users.next();
    long bob = Users.next();
    long reportId = report(alice, bob, "x".repeat(300) + " 很长的一段文字");
    new Api(server, 0)
        .put(
            "api/moderation/users/" + alice + "/suspension",
            "{\"scope\":\"write\",\"until\":\"9999-01-01T00:00:00Z\",\"reason\":\"spam\"}");
    Browser.NewContextOptions look =
        new Browser.NewContextOptions()
            .setColorScheme(scheme)
            .setViewportSize(width, 720)
            .setLocale(language);
    for (String fragment :
        new String[] {
          "#reports", "#report=" + reportId, "#suspensions", "#words", "#data=" + alice, "#audit"
        }) {
      try (ChatPage page = open(look, fragment)) {
        assertThat(page.page().locator("main .card").first()).isVisible();
        if (fragment.startsWith("#report=")) {
          page.page().locator("summary").first().click();
        }
        assertThat(page.barriers()).as(fragment).isEmpty();
        assertThat(
                page.page().evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
            .as(fragment)
            .isEqualTo(true);
        assertThat(page.page().evaluate("document.documentElement.lang"))
            .isEqualTo(language.startsWith("zh") ? "zh-CN" : "en");
        assertThat(page.complaints()).isEmpty();
      }
    }
  }
}
