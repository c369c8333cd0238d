package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import imserver.server.Api;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Chromium.class)
@WithServer
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The web chat beside version 1 of the protocol")
class VersionOneIT {

  /** The server of this test would choose version 2. */
  private static final String NO_VERSION_2 =
      """
      globalThis.WebSocket = class extends WebSocket {
        constructor(address, protocols) {
          super(address, protocols.filter((one) => one !== "imserver.v2"));
          this.addEventListener("open", () => (globalThis.version = this.protocol));
        }
      };
      """;

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();

  private Browser browser;
  private URI server;

  @BeforeAll
  void start(Browser installed) {
    browser = installed;
    server = SharedServer.address();
  }

  private Api as(long user) {
    return new Api(server, user);
  }

  private static Locator tick(ChatPage page, String text) {
    return page.message(text).locator(".state");
  }

  private static void recall(ChatPage page, String text) {
    page.message(text).locator(".more").press("Enter");
    menu(page).getByText("Recall").click();
    assertThat(page.message(text)).hasCount(0);
  }

  private static Locator menu(ChatPage page) {
    return page.page().locator("im-chat-messages [role=menu]");
  }

  private static void assertShown(ChatPage page, String... texts) {
    assertThat(page.page().locator("im-chat-messages .row .text")).hasText(texts);
  }

  @Test
  @DisplayName("talks with the original front end: ticks, answers that are lost, recalls")
  void originalOfTheOther() {
    long alice = Users.next();
    long bob = Users.next();
    try (ChatPage hers = ChatPage.open(browser, server, alice, bob);
        OriginalPage his = OriginalPage.open(browser, server, bob, alice)) {
      hers.awaitConnection().awaitHistory().write("one").awaitSent("one");
      his.awaitMessage("one");
      assertThat(tick(hers, "one")).hasAttribute("aria-label", "Read");
      his.loseNextPacket();
      his.send("two").awaitLoss();
      hers.awaitMessage("two");
      his.passTimeForAnswer();
      his.awaitSent("two");
      hers.awaitThat(() -> as(alice).unread() == 0);

      his.goAway();
      hers.write("three").awaitSent("three");
      hers.write("four").awaitSent("four");
      assertThat(tick(hers, "three")).hasAttribute("aria-label", "Sent");
      recall(hers, "three");
      his.comeBack().awaitMessage("four");
      assertThat(tick(hers, "four")).hasAttribute("aria-label", "Read");
      assertThat(his.messages()).hasText(new String[] {"one", "two", "four"});
      assertShown(hers, "one", "two", "four");
      hers.page().reload();
      hers.awaitConnection().awaitHistory();
      assertShown(hers, "one", "two", "four");
      assertThat(hers.page().locator("im-chat-messages .recalled")).hasCount(1);
      assertThat(as(bob).unread()).isZero();
      assertThat(hers.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("agrees with the original front end of the same user on what is sent and read")
  void originalOfTheSame() {
    long alice = Users.next();
    long bob = Users.next();
    long carol = Users.next();
    try (ChatPage chat = ChatPage.open(browser, server, alice, carol);
        OriginalPage original = OriginalPage.open(browser, server, alice, bob)) {
      chat.awaitConnection().awaitHistory();
      as(bob).sendMessage(alice, "to both");
      original.awaitMessage("to both");
      assertThat(chat.conversation(bob)).containsText("to both");
      assertThat(chat.conversation(bob).locator(".badge")).hasCount(0);
      original.send("from the original").awaitSent("from the original");
      assertThat(chat.conversation(bob)).containsText("You: from the original");

      original.goAway();
      as(bob).sendMessage(alice, "unread");
      as(carol).sendMessage(alice, "read by the chat");
      chat.awaitMessage("read by the chat");
      assertThat(chat.conversation(bob).locator(".badge")).containsText("1");
      assertThat(chat.page()).hasTitle(Pattern.compile("^\\(1\\) "));
      original.comeBack().awaitMessage("unread");
      assertThat(chat.conversation(bob).locator(".badge")).hasCount(0);
      assertThat(chat.page()).hasTitle(Pattern.compile("^[^(]"));
      chat.awaitThat(() -> as(alice).unread() == 0);

      chat.conversation(bob).click();
      chat.awaitHistory();
      assertShown(chat, "to both", "from the original", "unread");
      assertThat(tick(chat, "from the original")).hasAttribute("aria-label", "Sent");
      long last = as(alice).sendMessage(bob, "the last");
      as(bob).post("api/conversations/" + alice + "/read", "{\"upTo\":" + last + "}");
      assertThat(tick(chat, "from the original")).hasAttribute("aria-label", "Read");
      assertShown(chat, "to both", "from the original", "unread", "the last");
      assertThat(original.messages())
          .hasText(new String[] {"to both", "from the original", "unread"});
      assertThat(chat.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("sends, receives and reads by version 1 itself, and shows nothing that it lacks")
  void versionOne() {
    List<String> frames = Collections.synchronizedList(new ArrayList<>());
    try (ChatPage hers =
            ChatPage.open(
                browser,
                ChatPage.english(),
                ChatPage.address(server, alice, bob),
                blank -> {
                  blank.addInitScript(NO_VERSION_2);
                  blank.onWebSocket(
                      socket -> {
                        socket.onFrameSent(frame -> frames.add(frame.text()));
                        socket.onFrameReceived(frame -> frames.add(frame.text()));
                      });
                });
        ChatPage his = ChatPage.open(browser, server, bob, alice)) {
      his.awaitConnection().awaitHistory();
      hers.awaitConnection().awaitHistory().write("by version 1").awaitSent("by version 1");
      assertThat(hers.page().evaluate("version")).isEqualTo("imserver.v1");
      his.awaitMessage("by version 1");
      hers.awaitThat(() -> as(bob).unread() == 0);
      his.write("by version 2").awaitSent("by version 2");
      hers.awaitMessage("by version 2");
      assertThat(tick(his, "by version 2")).hasAttribute("aria-label", "Read");

      as(carol).sendMessage(alice, "from carol");
      assertThat(hers.conversation(carol).locator(".badge")).containsText("1");
      assertThat(hers.page()).hasTitle(Pattern.compile("^\\(1\\) "));
      hers.conversation(carol).click();
      hers.awaitMessage("from carol");
      assertThat(hers.conversation(carol).locator(".badge")).hasCount(0);
      hers.awaitThat(() -> as(alice).unread() == 0);

      recall(his, "by version 2");
      hers.conversation(bob).click();
      for (int i = 0; i < 2; i++) {
        hers.awaitConnection().awaitHistory().awaitMessage("by version 1");
        assertThat(tick(hers, "by version 1")).hasAttribute("aria-label", "Sent");
        hers.message("by version 1").locator(".more").press("Enter");
        assertThat(menu(hers).getByRole(AriaRole.MENUITEM)).hasText(new String[] {"Copy"});
        hers.page().keyboard().press("Escape");
        hers.page().reload();
      }
      assertShown(hers, "by version 1"); // what was recalled is gone when it is loaded anew
      assertThat(hers.page().locator("im-chat-messages .recalled")).hasCount(1);
      hers.write("after the reload").awaitSent("after the reload");
      his.awaitMessage("after the reload");
      assertShown(his, "by version 1", "after the reload");
      assertThat(frames).isNotEmpty().noneMatch(frame -> frame.contains("\"op\""));
      assertThat(hers.complaints()).isEmpty();
    }
  }
}
