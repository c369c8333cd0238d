package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitUntilState;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Chromium.class)
@WithServer
@DisplayName("A page with the web chat")
class BundleIT {

  private static final Pattern FILES = Pattern.compile(".*/teaching/(?!api/|imserver/)(.*)");
  private static final Pattern BUNDLES = Pattern.compile(".*/teaching/bundle/.*\\.js");

  private final URI server = SharedServer.address();
  private final List<String> files = new ArrayList<>();

  /** Notes which files are asked for, with the hashes left out. */
  private void note(Page page) {
    page.onRequest(
        request -> {
          var file = FILES.matcher(request.url());
          if (file.matches()) {
            files.add(file.group(1).replaceFirst("-[A-Z0-9]{8}|#.*", ""));
          }
        });
  }

  @Test
  @DisplayName("of the server loads three files, each once, as its policy allows")
  void page(Browser browser) {
    URI address = ChatPage.address(server, Users.next(), Users.next());
    try (ChatPage chat = ChatPage.open(browser, ChatPage.english(), address, this::note)) {
      chat.awaitConnection().write("bundled").awaitSent("bundled");
      assertThat(files).containsExactlyInAnyOrder("", "page.css", "bundle/page.js");
      assertThat(chat.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("of the server works with the modules in the place of its bundle, under its policy")
  void modules(Browser browser) {
    URI address = ChatPage.address(server, Users.next(), Users.next());
    try (ChatPage chat =
        ChatPage.open(
            browser,
            ChatPage.english(),
            address,
            page -> {
              note(page);
              page.route(
                  url -> url.endsWith("/teaching/"),
                  route -> {
                    var index = route.fetch();
                    route.fulfill(
                        new Route.FulfillOptions()
                            .setResponse(index)
                            .setBody(index.text().replaceFirst("bundle/page-[^\"]*", "page.js")));
                  });
            })) {
      chat.awaitConnection().write("in modules").awaitSent("in modules");
      assertThat(files)
          .contains("page.js", "im-chat-modules.js", "chat/texts.js", "lib/lit/lit-html.js")
          .noneMatch(file -> file.startsWith("bundle/"));
      assertThat(chat.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("of a team loads the script that it names, and the bundle")
  void embedded(Browser browser) {
    URI address = server.resolve("/teaching/host.html");
    String body =
        "<!DOCTYPE html><script type=module src=im-chat.js></script><im-chat user=%d with=%d>…</im-chat>"
            .formatted(Users.next(), Users.next());
    try (ChatPage chat =
        ChatPage.open(
            browser,
            ChatPage.english(),
            address,
            page -> {
              note(page);
              page.route(
                  address.toString(),
                  route ->
                      route.fulfill(
                          new Route.FulfillOptions().setContentType("text/html").setBody(body)));
            })) {
      chat.awaitConnection().write("embedded").awaitSent("embedded");
      assertThat(files).containsExactlyInAnyOrder("host.html", "im-chat.js", "bundle/im-chat.js");
    }
  }

  @Test
  @DisplayName(
      "and the client library loads two scripts and their bundles, which are as two tabs are")
  void withLibrary(Browser browser) {
    URI address = server.resolve("/teaching/host.html");
    long user = Users.next();
    long other = Users.next();
    String body =
        """
        <!DOCTYPE html>
        <script type=module src=im-chat.js></script>
        <im-chat user=%1$d with=%2$d>…</im-chat>
        <script type=module>
          import { ImClient, LocalOutbox } from "./imserver-client.js";
          const store = new LocalOutbox(new URL(".", location) + " %1$d"); // as the chat's
          globalThis.client = new ImClient({ credential: "%1$d", store });
          client.connect();
        </script>
        """
            .formatted(user, other);
    try (ChatPage chat =
        ChatPage.open(
            browser,
            ChatPage.english(),
            address,
            page -> {
              note(page);
              page.route(
                  address.toString(),
                  route ->
                      route.fulfill(
                          new Route.FulfillOptions().setContentType("text/html").setBody(body)));
            })) {
      chat.awaitConnection().write("of the chat").awaitSent("of the chat");
      chat.page()
          .evaluate(
              "to => client.send(to, 'of the library').then(() => client.send(to, ' ').catch(() => {}))",
              String.valueOf(other));
      chat.awaitSent("of the library");
      assertThat(chat.page().locator("im-chat-messages .row.failed")).hasCount(1);
      assertThat(files)
          .containsExactlyInAnyOrder(
              "host.html",
              "im-chat.js",
              "bundle/im-chat.js",
              "imserver-client.js",
              "bundle/imserver-client.js");
    }
  }

  @Test
  @DisplayName("of the server shows something until its script has come")
  void neverBlank(Browser browser) {
    URI address = ChatPage.address(server, Users.next(), Users.next());
    AtomicReference<Route> script = new AtomicReference<>();
    try (ChatPage chat =
        ChatPage.open(
            browser,
            ChatPage.english(),
            URI.create("about:blank"),
            page -> page.route(BUNDLES, script::set))) {
      // The script is held back, and with it the load event.
      chat.page()
          .navigate(
              address.toString(), new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
      var skeleton = chat.page().locator(".until-loaded");
      assertThat(chat.page().locator("header.until-loaded")).containsText("正在加载… Loading…");
      assertThat(chat.page().locator("main.until-loaded .frame").first()).isVisible();
      chat.awaitThat(() -> script.get() != null);
      script.get().resume();
      assertThat(skeleton).hasCount(0);
      chat.awaitConnection().write("at last").awaitSent("at last");
    }
  }
}
