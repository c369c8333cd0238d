package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import imserver.server.Api;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Chromium.class)
@WithServer
@DisplayName("The menus of the web chat")
class ChatMenusIT {

  private static final String REPORTS = "**/teaching/api/reports";
  private static final String SETTINGS = "**/teaching/api/users/me/settings";

  private final URI server = SharedServer.address();
  private final long alice = Users.next();
  private final long bob = Users.next();

  private ChatPage open(Browser browser, ColorScheme scheme, int width, String language) {
    return open(browser, scheme, width, language, page -> {});
  }

  private ChatPage open(
      Browser browser, ColorScheme scheme, int width, String language, Consumer<Page> before) {
    Browser.NewContextOptions look =
        new Browser.NewContextOptions()
            .setColorScheme(scheme)
            .setViewportSize(width, 640)
            .setLocale(language);
    return ChatPage.open(browser, look, ChatPage.address(server, alice, bob), before);
  }

  /**
   * Has requests go wrong while something does not work. To be set before the page is opened: one
   * that is sent just after a page's first route is set may pass it.
   */
  private static Consumer<Page> unless(
      AtomicBoolean works, String requests, Consumer<Route> goesWrong) {
    return page ->
        page.route(
            requests,
            route -> {
              if (works.get()) {
                route.resume();
              } else {
                goesWrong.accept(route);
              }
            });
  }

  private static void press(ChatPage page, String... keys) {
    for (String key : keys) {
      page.page().keyboard().press(key);
    }
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1280, en-GB", "DARK, 320, zh-CN"})
  @DisplayName("report a message, by keys, with no barrier, and say where that went wrong")
  void report(ColorScheme scheme, int width, String language, Browser browser) {
    boolean chinese = language.startsWith("zh");
    new Api(server, bob).sendMessage(alice, "buy this");
    String text = "for money " + alice;
    AtomicBoolean works = new AtomicBoolean();
    Consumer<Page> before =
        unless(works, REPORTS, route -> route.fulfill(new Route.FulfillOptions().setStatus(503)));
    try (ChatPage page = open(browser, scheme, width, language, before)) {
      page.awaitConnection().awaitMessage("buy this");
      Locator button = page.message("buy this").locator(".more");
      button.focus();
      press(page, "Enter", "End", "Enter");
      Locator dialog = page.page().locator("im-chat-report dialog");
      assertThat(dialog).isVisible();
      assertThat(dialog.locator("[value=spam]")).isFocused();
      assertThat(page.barriers()).isEmpty();
      press(page, "Escape");
      assertThat(dialog).isHidden();
      assertThat(button).isFocused();
      assertThat(page.composer()).isVisible();
      press(page, "Enter", "End", "Enter");
      assertThat(dialog).isVisible();
      press(page, "Space", "ArrowDown", "ArrowDown", "ArrowDown", "Tab");
      page.page().keyboard().type(text);
      press(page, "Tab", "Tab", "Enter");
      assertThat(dialog.locator(".problem"))
          .containsText(chinese ? "举报失败" : "could not be reported");
      assertThat(page.barriers()).isEmpty();
      works.set(true);
      press(page, "Enter");
      assertThat(dialog).isHidden();
      assertThat(button).isFocused();
      page.awaitThat(
          () ->
              page.page()
                  .locator("im-chat .chat > [role=status]")
                  .textContent()
                  .contains(chinese ? "已举报" : "was reported"));
      assertThat(Api.service(server).get("api/moderation/reports?state=open").text())
          .contains("\"fraud\"", text);
      press(page, "Enter", "End", "Enter");
      assertThat(dialog).isVisible();
      press(page, "Space", "Enter"); // for another reason
      assertThat(dialog.locator(".problem")).containsText(chinese ? "已举报过" : "before");
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("offer no report of what the user or the system has said")
  void notReported(Browser browser) {
    try (ChatPage page = open(browser, ColorScheme.LIGHT, 1280, "en-GB")) {
      page.awaitConnection().write("mine").awaitSent("mine");
      page.message("mine").locator(".more").click();
      assertThat(page.page().locator("im-chat-messages [role=menuitem]"))
          .hasText(new String[] {"Copy", "Recall"});
    }
  }

  @Test
  @DisplayName("set what strangers may send, by keys, and show what is set")
  void strangers(Browser browser) {
    AtomicBoolean works = new AtomicBoolean(true);
    Consumer<Page> before = unless(works, SETTINGS, Route::abort);
    try (ChatPage page = open(browser, ColorScheme.LIGHT, 1280, "en-GB", before)) {
      page.awaitConnection();
      Locator settings = page.page().locator("im-chat-list header .icon-button").first();
      Locator choices = page.page().locator("im-chat-list [role=menuitemradio]");
      settings.focus();
      press(page, "Enter", "End", "Enter");
      assertThat(choices)
          .hasText(new String[] {"✓As many as this site allows", "One, until I answer", "None"});
      assertThat(page.barriers()).isEmpty();
      press(page, "ArrowDown", "Enter");
      assertThat(settings).isFocused();
      page.awaitThat(() -> rule().equals("quota:1"));
      new Api(server, alice).put("api/users/me/settings", "{\"strangers\":\"quota:5\"}");
      press(page, "Enter", "End", "Enter");
      assertThat(choices)
          .hasText(
              new String[] {
                "As many as this site allows", "One, until I answer", "✓5, until I answer", "None"
              });
      press(page, "Escape");
      assertThat(settings).isFocused();
      works.set(false);
      press(page, "Enter", "End", "Enter");
      assertThat(page.page().locator("im-chat-list .note[role=status]"))
          .hasText("This could not be loaded.");
    }
  }

  private String rule() {
    return new Api(server, alice).get("api/users/me/settings").json().getString("strangers", "");
  }
}
