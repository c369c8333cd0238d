package imserver.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.TimeoutError;
import imserver.server.Api;
import imserver.server.ServerProcess;
import imserver.server.SharedServer;
import imserver.server.TestEnvironment;
import imserver.server.Users;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Alice has two browsers and a phone, and bob has one, all with their conversation open; carol and
 * dave write to alice. What each page shows is compared with the others and with REST whenever
 * nothing goes on.
 */
@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("Four browsers of two users on two servers")
class FourBrowsersIT {

  private static final int ACTIONS = 8;

  /** What a page shows, a line for each conversation and each message. */
  private static final String SHOWN =
      """
      () => {
        const chat = document.querySelector("im-chat").shadowRoot;
        const list = chat.querySelector("im-chat-list").shadowRoot;
        const view = chat.querySelector("im-chat-conversation").shadowRoot;
        const textOf = (element) => element?.textContent.trim() ?? "";
        const conversations = [...list.querySelectorAll(".item")].map((item) => {
          const unread = textOf(item.querySelector(".badge [aria-hidden]")) || 0;
          return `${item.dataset.user} ${unread} ${textOf(item.querySelector(".last"))}`;
        });
        const messages = [...view.querySelector("im-chat-messages").shadowRoot.querySelectorAll(".row")].map((row) => {
          if (row.matches(".recalled")) return textOf(row.querySelector("span"));
          const tick = row.querySelector(".state")?.ariaLabel;
          return (tick ? `mine, ${tick}: ` : "theirs: ") + textOf(row.querySelector(".text"));
        });
        return [...conversations, ...messages];
      }\
      """;

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();
  private final long dave = Users.next();

  private final Random random = new Random(20261127);
  private final List<Gate> gates = new ArrayList<>();
  private final List<ChatPage> pages = new ArrayList<>();

  private EmbeddedPostgres database;
  private ServerProcess one;
  private ServerProcess other;
  private ChatPage desk;
  private ChatPage laptop;
  private ChatPage phone;
  private ChatPage bobs;
  private int written;

  @BeforeAll
  void start(Browser browser) throws IOException {
    SharedServer.stop(); // to have the machine for these
    database = TestEnvironment.database().start();
    one = server("one");
    other = server("other");
    desk = open(browser, ChatPage.english(), one, alice, bob);
    laptop = open(browser, ChatPage.english(), other, alice, bob);
    phone =
        open(
            browser,
            ChatPage.english().setViewportSize(360, 740).setHasTouch(true).setIsMobile(true),
            other,
            alice,
            bob);
    bobs = open(browser, ChatPage.english(), one, bob, alice);
    pages.forEach(page -> page.awaitConnection().awaitHistory());
  }

  private ServerProcess server(String name) throws IOException {
    return ServerProcess.start(
        TestEnvironment.freePort(),
        TestEnvironment.folder(name + "-" + System.nanoTime()),
        Map.of("IMSERVER_DB_URL", database.getJdbcUrl("postgres", "postgres")));
  }

  private ChatPage open(
      Browser browser,
      Browser.NewContextOptions options,
      ServerProcess server,
      long user,
      long with)
      throws IOException {
    Gate gate = new Gate(server.address());
    gates.add(gate);
    ChatPage page = ChatPage.open(browser, options, ChatPage.address(gate.address(), user, with));
    pages.add(page);
    return page;
  }

  @AfterAll
  void stop() throws IOException {
    pages.forEach(ChatPage::close);
    for (Gate gate : gates) {
      gate.close();
    }
    for (ServerProcess server : new ServerProcess[] {one, other}) {
      if (server != null) {
        server.close();
      }
    }
    if (database != null) {
      database.close();
    }
  }

  @Test
  @DisplayName("agree with each other and with REST after sends, reads, recalls, cuts and a kill")
  void agree() {
    for (int i = 0; i < ACTIONS; i++) {
      act(pages);
    }
    atRest("without a fault");

    laptop.setOffline(true);
    gateOf(laptop).shut();
    laptop.write(next("written offline"));
    for (int i = 0; i < ACTIONS; i++) {
      act(List.of(desk, phone, bobs));
    }
    gateOf(laptop).open();
    laptop.setOffline(false);
    atRest("after one was offline");

    for (int i = 0; i < ACTIONS; i++) {
      gates.get(random.nextInt(gates.size())).cut();
      pages.get(random.nextInt(pages.size())).write(next("amid cuts"));
    }
    atRest("after cuts of all");

    laptop.write(next("before the kill"));
    phone.write(next("before the kill"));
    other.kill();
    List.of(laptop, phone).forEach(page -> page.write(next("with its server killed")));
    for (int i = 0; i < ACTIONS; i++) {
      act(List.of(desk, bobs));
    }
    List.of(laptop, phone).forEach(page -> gateOf(page).leadTo(one.address()));
    atRest("after a server was killed");
    for (int i = 0; i < ACTIONS; i++) {
      act(pages);
    }
    atRest("on the server that is left");
    pages.forEach(page -> assertThat(page.complaints()).isEmpty());
  }

  private Gate gateOf(ChatPage page) {
    return gates.get(pages.indexOf(page));
  }

  private String next(String what) {
    return what + " " + ++written;
  }

  /** Something, by one of these, which are connected. */
  private void act(List<ChatPage> by) {
    ChatPage page = by.get(random.nextInt(by.size()));
    switch (random.nextInt(5)) {
      case 0 -> recall(page);
      case 1 -> new Api(one.address(), carol).sendMessage(alice, next("from carol"));
      case 2 -> new Api(one.address(), dave).sendMessage(alice, next("from dave"));
      case 3 -> readCarols(by.get(0));
      default -> {
        String text = next("hello");
        page.write(text).awaitMessage(text);
      }
    }
  }

  /** The last message that is the page's own, where there is one. */
  private static void recall(ChatPage page) {
    Locator mine = page.page().locator("im-chat-messages .row.mine.sent");
    if (mine.count() == 0) {
      return;
    }
    String key = mine.last().getAttribute("data-key");
    Locator row = page.page().locator("im-chat-messages .row[data-key='" + key + "']");
    row.locator(".more").press("Enter");
    page.page().locator("im-chat-messages [role=menu]").getByText("Recall").click();
    row.and(page.page().locator(".recalled")).waitFor();
  }

  /** Opens carol's conversation for a moment, where it and the way back are in the list. */
  private void readCarols(ChatPage page) {
    if (page.conversation(carol).count() == 0 || page.conversation(bob).count() == 0) {
      return;
    }
    page.conversation(carol).click();
    page.awaitHistory();
    page.page().waitForCondition(() -> page.conversation(carol).locator(".badge").count() == 0);
    page.conversation(bob).click();
  }

  private void atRest(String when) {
    try {
      desk.awaitThat(() -> differences().isEmpty());
    } catch (TimeoutError e) {
      assertThat(differences()).as(when).isEmpty();
    }
  }

  /** Where what a page shows is not what REST says to its user, each with both. */
  private List<String> differences() {
    List<String> differences = new ArrayList<>();
    List<String> toAlice = stored(alice, bob);
    List<String> toBob = stored(bob, alice);
    for (ChatPage page : pages) {
      Object shown = page.page().evaluate(SHOWN);
      List<String> expected = page == bobs ? toBob : toAlice;
      if (!expected.equals(shown)) {
        differences.add(pages.indexOf(page) + " shows " + shown + " and not " + expected);
      }
    }
    return differences;
  }

  /** As a page would show it. */
  private List<String> stored(long user, long with) {
    URI server = one.address();
    Api api = new Api(server, user);
    List<String> lines = new ArrayList<>();
    for (JsonObject conversation : api.conversations()) {
      String last = line(conversation.getJsonObject("lastMessage"), user, "You: ", "");
      lines.add(
          "%s %d %s"
              .formatted(
                  conversation.getJsonObject("user").get("id"),
                  conversation.getInt("unread"),
                  last));
    }
    List<String> messages = new ArrayList<>();
    for (JsonObject message : api.history(with, "limit=100")) {
      String tick = message.getBoolean("read") ? "Read" : "Sent";
      messages.add(line(message, user, "mine, " + tick + ": ", "theirs: "));
    }
    Collections.reverse(messages);
    lines.addAll(messages);
    return lines;
  }

  private static String line(JsonObject message, long user, String mine, String theirs) {
    long from = message.getJsonNumber("fromId").longValueExact();
    if (message.containsKey("recalled")) {
      return (from == user ? "You" : "User " + from) + " recalled a message";
    }
    return (from == user ? mine : theirs) + message.getString("content");
  }
}
