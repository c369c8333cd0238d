package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import imserver.server.Api;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.net.URI;
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
@DisplayName("axe finds no barrier by WCAG 2.2 AA in the web chat")
class ChatAccessibilityIT {

  private static final String LOOKS =
      """
      LIGHT, 1280, en-GB
      DARK,  1280, zh-CN
      LIGHT, 360,  zh-CN
      DARK,  360,  en-GB""";

  private Browser browser;
  private URI server;

  @BeforeAll
  void start(Browser installed) {
    browser = installed;
    server = SharedServer.address();
  }

  private ChatPage open(ColorScheme scheme, int width, String language, String fragment) {
    URI address = server.resolve("/teaching/" + fragment);
    Browser.NewContextOptions look =
        new Browser.NewContextOptions()
            .setColorScheme(scheme)
            .setViewportSize(width, 720)
            .setLocale(language);
    return ChatPage.open(browser, look, address);
  }

  @ParameterizedTest
  @CsvSource(textBlock = LOOKS)
  @DisplayName("with its list, empty and filled, and with the search in it")
  void list(ColorScheme scheme, int width, String language) {
    long alice = Users.next();
    long bob = Users.next();
    try (ChatPage page = open(scheme, width, language, "#user=" + alice)) {
      page.awaitConnection();
      assertThat(page.page().locator("im-chat-list .empty")).isVisible();
      assertThat(page.barriers()).isEmpty();
      new Api(server, bob).sendMessage(alice, "hello");
      assertThat(page.conversations().locator(".badge")).containsText("1");
      assertThat(page.barriers()).isEmpty();
      page.page().locator("im-chat-list header .icon-button").first().click();
      Locator sound = page.page().locator("im-chat-list [role=menuitemcheckbox]").last();
      assertThat(sound).hasAttribute("aria-checked", "false");
      assertThat(page.barriers()).isEmpty();
      page.page().keyboard().press("Escape");
      assertThat(sound).isHidden();
      page.search().fill("7");
      assertThat(page.conversations()).hasCount(2);
      assertThat(page.barriers()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = LOOKS)
  @DisplayName("with a conversation: what is new, sent, being sent, failed, too long, and offline")
  void conversation(ColorScheme scheme, int width, String language) {
    long alice = Users.next();
    long bob = Users.next();
    new Api(server, bob).sendMessage(alice, "see https://school.example/ and 你好");
    try (ChatPage page = open(scheme, width, language, "#user=" + alice + "&with=" + bob)) {
      page.awaitMessage("school.example").awaitConnection();
      assertThat(page.page().locator("im-chat-messages .new")).isVisible();
      assertThat(page.barriers()).isEmpty();
      page.write("an answer").awaitSent("an answer").write("x".repeat(4001));
      assertThat(page.composer()).hasAttribute("aria-invalid", "true");
      assertThat(page.barriers()).isEmpty();
      page.setOffline(true);
      assertThat(page.banner()).isVisible();
      page.write("offline").awaitState("offline", "sending");
      assertThat(page.barriers()).isEmpty();
    }
  }

  @Test
  @DisplayName("unless one is put there")
  void oneThatIsThere() {
    long alice = Users.next();
    long bob = Users.next();
    new Api(server, bob).sendMessage(alice, "hello");
    try (ChatPage page = open(ColorScheme.LIGHT, 1280, "en-GB", "#user=" + alice)) {
      page.conversations().first().evaluate("row => row.append(new Image(9, 9))");
      assertThat(page.barriers()).singleElement().asString().startsWith("image-alt");
    }
  }

  @Test
  @DisplayName(
      "where the system chooses the colours, with bubbles, selection and badge to be told apart")
  void forcedColours() {
    long alice = Users.next();
    long bob = Users.next();
    long carol = Users.next();
    new Api(server, bob).sendMessage(alice, "hello");
    new Api(server, carol).sendMessage(alice, "hello");
    URI address = server.resolve("/teaching/#user=" + alice + "&with=" + bob);
    Browser.NewContextOptions look = ChatPage.english().setForcedColors(ForcedColors.ACTIVE);
    try (ChatPage page = ChatPage.open(browser, look, address)) {
      page.awaitMessage("hello").write("an answer").awaitSent("an answer");
      assertThat(style(page.message("hello").locator(".bubble"), "borderTopWidth"))
          .isNotEqualTo("0px")
          .isNotEqualTo(style(page.message("an answer").locator(".bubble"), "borderTopWidth"));
      Locator other = page.conversation(carol);
      String background = style(other, "backgroundColor");
      assertThat(style(page.conversation(bob), "backgroundColor")).isNotEqualTo(background);
      assertThat(style(other.locator(".badge"), "backgroundColor")).isNotEqualTo(background);
      assertThat(page.barriers()).isEmpty();
    }
  }

  private static String style(Locator element, String property) {
    return (String)
        element.evaluate("(element, name) => getComputedStyle(element)[name]", property);
  }

  @ParameterizedTest
  @CsvSource(textBlock = LOOKS)
  @DisplayName("with a message that was not sent")
  void failed(ColorScheme scheme, int width, String language) {
    long alice = Users.next();
    try (ChatPage page = open(scheme, width, language, "#user=" + alice + "&with=9")) {
      page.awaitConnection().awaitHistory();
      // The element takes 4001 characters, the server does not.
      page.page().locator("im-chat").first().evaluate("chat => { chat.maxLength = 5000; }");
      page.write("x".repeat(4001)).awaitState("xxx", "failed");
      assertThat(page.barriers()).isEmpty();
    }
  }
}
