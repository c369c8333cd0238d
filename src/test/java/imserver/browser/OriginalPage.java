package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A front end of 2020 ({@code original.html}), which speaks version 1 of the protocol by itself.
 */
final class OriginalPage implements AutoCloseable {

  private static final Pattern ADDRESS = Pattern.compile(".*/teaching/original\\.html.*");

  private final Page page;

  private OriginalPage(Page page) {
    this.page = page;
  }

  /** Its page on the server, as one user, with the conversation with another shown. */
  static OriginalPage open(Browser browser, URI server, long user, long other) {
    OriginalPage opened = new OriginalPage(browser.newContext().newPage());
    opened.page.clock().install();
    opened.page.route(ADDRESS, OriginalPage::serve);
    opened.page.navigate(
        server.resolve("/teaching/original.html#user=" + user + "&with=" + other).toString());
    return opened.awaitConnection();
  }

  private static void serve(Route route) {
    try (InputStream html = OriginalPage.class.getResourceAsStream("original.html")) {
      route.fulfill(
          new Route.FulfillOptions()
              .setContentType("text/html")
              .setBody(new String(html.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  OriginalPage awaitConnection() {
    assertThat(page).hasTitle("connected");
    return this;
  }

  /** All that it shows, the oldest first. */
  Locator messages() {
    return page.locator("#messages li");
  }

  /** Does not wait for the answer. */
  OriginalPage send(String text) {
    page.evaluate("text => send(text)", text);
    return this;
  }

  OriginalPage awaitSent(String text) {
    assertThat(message(text)).hasClass("mine sent");
    return this;
  }

  OriginalPage awaitMessage(String text) {
    assertThat(message(text)).hasClass("theirs");
    return this;
  }

  Locator message(String text) {
    return messages().filter(new Locator.FilterOptions().setHasText(text));
  }

  /** The next answer, or the next packet of whatever kind, does not arrive. */
  void loseNextPacket() {
    page.evaluate(
        """
        () => {
          const { onmessage } = socket;
          socket.onmessage = () => {
            socket.onmessage = onmessage;
            document.title = "lost one";
          };
        }\
        """);
  }

  void awaitLoss() {
    assertThat(page).hasTitle("lost one");
  }

  /** Closes the connection, and opens none before {@link #comeBack}. */
  void goAway() {
    page.evaluate("socket.onclose = () => (document.title = 'away'); socket.close()");
    assertThat(page).hasTitle("away");
  }

  OriginalPage comeBack() {
    page.evaluate("connect()");
    return awaitConnection();
  }

  /** Has the page believe that the time for an answer is over. */
  void passTimeForAnswer() {
    page.clock().fastForward(6000);
  }

  @Override
  public void close() {
    page.context().close();
  }
}
