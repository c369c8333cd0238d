package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A page with the web chat, seen as a user sees it, in a browser profile of its own. */
final class ChatPage implements AutoCloseable {

  static final Pattern SOCKETS = Pattern.compile(".*/teaching/imserver/.*");

  private static final int TIMEOUT_MILLIS = 60_000;
  private static final List<String> WCAG_22_AA =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

  private final Page page;
  private final List<String> complaints = new ArrayList<>();

  private ChatPage(Page page) {
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MILLIS);
    PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
    page.onPageError(complaints::add);
    page.onDialog(
        dialog -> {
          complaints.add(dialog.message());
          dialog.dismiss();
        });
    page.onConsoleMessage(
        message -> {
          if (message.text().contains("Content Security Policy")) {
            complaints.add(message.text());
          }
        });
  }

  /** English on a desktop, unless it is said otherwise. */
  static Browser.NewContextOptions english() {
    return new Browser.NewContextOptions().setLocale("en-GB").setViewportSize(1280, 720);
  }

  /** Opens an address. */
  static ChatPage open(Browser browser, Browser.NewContextOptions options, URI address) {
    return open(browser, options, address, page -> {});
  }

  /** The same, after something was done to the page that is still empty. */
  static ChatPage open(
      Browser browser, Browser.NewContextOptions options, URI address, Consumer<Page> before) {
    ChatPage opened = new ChatPage(browser.newContext(options).newPage());
    before.accept(opened.page);
    opened.page.navigate(address.toString());
    return opened;
  }

  /** The page of the server in open mode, as one user, with the conversation with another open. */
  static ChatPage open(Browser browser, URI server, long user, long other) {
    return open(browser, english(), address(server, user, other));
  }

  static URI address(URI server, long user, long other) {
    return server.resolve("/teaching/#user=" + user + "&with=" + other);
  }

  Page page() {
    return page;
  }

  // ---- What there is ----

  Locator messages() {
    return page.locator("im-chat-messages .row");
  }

  /** The message with a text. */
  Locator message(String text) {
    return messages().filter(new Locator.FilterOptions().setHasText(text));
  }

  Locator banner() {
    return page.locator("im-chat-banner .banner");
  }

  Locator conversations() {
    return page.locator("im-chat-list .item");
  }

  /** The one with a user, wherever it stands while the list still comes in. */
  Locator conversation(long user) {
    return page.locator("im-chat-list .item[data-user='" + user + "']");
  }

  Locator composer() {
    return page.locator("im-chat-composer textarea");
  }

  Locator search() {
    return page.getByRole(AriaRole.SEARCHBOX);
  }

  Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** The history is there. */
  ChatPage awaitHistory() {
    assertThat(page.locator("im-chat-messages [role=log]")).hasAttribute("aria-busy", "false");
    assertThat(page.locator("im-chat-messages .note", new Page.LocatorOptions().setHasText("…")))
        .hasCount(0);
    return this;
  }

  // ---- What a user does, and waits for ----

  ChatPage write(String text) {
    composer().fill(text);
    composer().press("Enter");
    return this;
  }

  ChatPage awaitMessage(String text) {
    assertThat(message(text)).hasCount(1);
    return this;
  }

  ChatPage awaitSent(String text) {
    return awaitState(text, "sent");
  }

  ChatPage awaitState(String text, String state) {
    assertThat(message(text)).hasClass(Pattern.compile("\\b" + state + "\\b"));
    return this;
  }

  /** It is connected, and says nothing about that. */
  ChatPage awaitConnection() {
    Locator banner = page.locator("im-chat-banner"); // shows nothing before it connects, either
    awaitThat(() -> banner.evaluate("banner => banner.connection.state").equals("open"));
    assertThat(banner()).hasCount(0);
    return this;
  }

  void setOffline(boolean offline) {
    page.context().setOffline(offline);
  }

  /** Waits, while packets go through. */
  void awaitThat(BooleanSupplier condition) {
    page.waitForCondition(condition);
  }

  /**
   * What axe has against the page by WCAG 2.2 AA, one line for each element. In axe's legacy mode,
   * which opens no further page to put together what frames report: a third of the time, and no
   * page here has a frame of a foreign origin.
   */
  List<String> barriers() {
    return new AxeBuilder(page)
        .setLegacyMode(true).withTags(WCAG_22_AA).analyze().getViolations().stream()
            .flatMap(ChatPage::lines)
            .toList();
  }

  private static java.util.stream.Stream<String> lines(Rule rule) {
    return rule.getNodes().stream()
        .map(node -> rule.getId() + " " + node.getTarget() + " " + node.getFailureSummary());
  }

  /** Errors, dialogs and violations of the policy, since it was opened. */
  List<String> complaints() {
    return complaints;
  }

  @Override
  public void close() {
    page.context().close();
  }
}
