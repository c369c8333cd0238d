package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.options.AriaRole;
import imserver.server.Api;
import imserver.server.Client;
import imserver.server.ServerProcess;
import imserver.server.TestEnvironment;
import imserver.server.Users;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
@DisplayName("The web chat")
class ChatIT {

  private static final int LONG = 10_000;
  private static final int MOST_ROWS = 160;
  private static final int MANY = 500;
  private static final int PRESS = 30_000; // ms, as the list holds still for one at most

  private static final Pattern CLIENT_MESSAGE_ID =
      Pattern.compile("clientMessageId[\\\\\":]+[\\w-]+");

  private final long alice = Users.next();
  private final long bob = Users.next();

  private Browser browser;
  private int port;
  private Path folder;
  private ServerProcess server;

  @BeforeAll
  void start(Browser installed) throws IOException {
    browser = installed;
    port = TestEnvironment.freePort();
    folder = TestEnvironment.folder("chat-" + System.nanoTime());
    startServer();
  }

  private void startServer() throws IOException {
    server =
        ServerProcess.start(port, folder, Map.of("IMSERVER_MAX_CONTENT", String.valueOf(LONG)));
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private ChatPage open(long user, long other) {
    return ChatPage.open(browser, server.address(), user, other);
  }

  private Api as(long user) {
    return new Api(server.address(), user);
  }

  /** What the server has of a conversation, the oldest first. */
  private List<String> stored(long one, long other) {
    List<String> contents = new ArrayList<>(Api.contents(as(one).history(other, "limit=100")));
    Collections.reverse(contents);
    return contents;
  }

  @Test
  @DisplayName("lets two users talk, and shows each what is new and what was sent")
  void talk() {
    long alice = Users.next();
    long bob = Users.next();
    try (ChatPage hers = open(alice, bob);
        ChatPage his = open(bob, alice)) {
      hers.awaitConnection().write("你好，你在吗？").awaitSent("你好，你在吗？");
      his.awaitMessage("你好，你在吗？").write("Yes, here!").awaitSent("Yes, here!");
      hers.awaitMessage("Yes, here!");
      assertThat(hers.conversations().first()).containsText("Yes, here!");
      assertThat(his.conversations().first()).containsText("You: Yes, here!");
      hers.awaitThat(() -> as(alice).unread() == 0 && as(bob).unread() == 0);
      assertThat(hers.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("counts what is unread in the list, and marks where it begins when it is opened")
  void unread() {
    long carol = Users.next();
    as(bob).sendMessage(carol, "first");
    as(bob).sendMessage(carol, "second");
    try (ChatPage page =
        ChatPage.open(
            browser, ChatPage.english(), server.address().resolve("/teaching/#user=" + carol))) {
      Locator item = page.conversations().first();
      assertThat(item.locator(".badge")).containsText("2");
      as(bob).sendMessage(carol, "third");
      assertThat(item.locator(".badge")).containsText("3");
      item.click();
      page.awaitMessage("third");
      assertThat(page.page().locator("im-chat-messages .new")).hasCount(1);
      assertThat(item.locator(".badge")).hasCount(0);
      page.awaitThat(() -> as(carol).unread() == 0);
    }
  }

  @Test
  @DisplayName("keeps what is written offline, and sends it once when the network is back")
  void offline() {
    long carol = Users.next();
    try (ChatPage page = open(alice, carol)) {
      page.awaitConnection().awaitHistory().setOffline(true);
      assertThat(page.banner()).containsText("You are offline");
      page.write("written offline").awaitState("written offline", "sending").setOffline(false);
      page.awaitSent("written offline").awaitConnection();
      assertThat(stored(alice, carol)).containsExactly("written offline");
    }
  }

  @Test
  @DisplayName("goes on by itself after the server was killed and started again")
  void restart() throws IOException {
    long carol = Users.next();
    try (ChatPage hers = open(alice, carol);
        ChatPage others = open(carol, alice)) {
      hers.awaitConnection().write("before").awaitSent("before");
      others.awaitMessage("before");
      server.kill();
      assertThat(others.banner()).containsText("The connection was lost");
      assertThat(others.banner().evaluate(SHOWN_AFTER)).isEqualTo("2000 ms");
      hers.write("meanwhile").awaitState("meanwhile", "sending");
      startServer();
      hers.awaitSent("meanwhile").awaitConnection();
      others.awaitMessage("meanwhile").write("and after").awaitSent("and after");
      hers.awaitMessage("and after");
      assertThat(stored(alice, carol)).containsExactly("before", "meanwhile", "and after");
    }
  }

  /** From when on a banner is shown: what is over before then shows nothing, and moves nothing. */
  private static final String SHOWN_AFTER =
      """
      banner => {
        const [animation] = banner.getAnimations();
        animation.pause();
        const isShownAt = (time) => {
          animation.currentTime = time;
          return banner.offsetHeight > 0;
        };
        const isLate = !isShownAt(0) && !isShownAt(1999) && isShownAt(2000);
        animation.play();
        return isLate ? "2000 ms" : "another time";
      }""";

  @Test
  @DisplayName("sends again what was not answered, and shows and stores it once")
  void lostAnswer() {
    long carol = Users.next();
    AtomicBoolean lost = new AtomicBoolean();
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            ChatPage.address(server.address(), alice, carol),
            blank ->
                blank.routeWebSocket(
                    ChatPage.SOCKETS,
                    route -> {
                      WebSocketRoute onward = route.connectToServer();
                      onward.onMessage(
                          frame -> {
                            boolean answer =
                                frame.text().contains("\"done\"")
                                    && frame.text().contains("\"messageId\"");
                            if (!answer || lost.getAndSet(true)) {
                              route.send(frame.text());
                            }
                          });
                    }))) {
      page.write("hello").awaitSent("hello");
      assertThat(lost).isTrue();
      page.awaitMessage("hello");
      assertThat(stored(alice, carol)).containsExactly("hello");
    }
  }

  @Test
  @DisplayName("says that a message was not sent, and tries again when it is told to")
  void tryAgain() {
    long carol = Users.next();
    AtomicBoolean refused = new AtomicBoolean();
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            ChatPage.address(server.address(), alice, carol),
            blank ->
                blank.routeWebSocket(
                    ChatPage.SOCKETS, route -> refuseOnce(route, refused, "UNKNOWN_RECIPIENT")))) {
      page.write("hello").awaitState("hello", "failed");
      assertThat(page.message("hello")).containsText("There is no such user.");
      page.button("Try again").click();
      page.awaitSent("hello").awaitMessage("hello");
      assertThat(stored(alice, carol)).containsExactly("hello");
    }
  }

  @Test
  @DisplayName("sends under a new name what the server refused since the name was used before")
  void reusedId() {
    long carol = Users.next();
    List<String> names = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean refused = new AtomicBoolean();
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            ChatPage.address(server.address(), alice, carol),
            blank -> {
              blank.onWebSocket(socket -> {});
              blank.routeWebSocket(
                  ChatPage.SOCKETS, route -> refuseOnce(route, refused, "REUSED_ID", names));
            })) {
      page.write("hello").awaitState("hello", "failed");
      assertThat(page.message("hello")).containsText("Another message was sent under its name.");
      page.button("Try again").click();
      page.awaitSent("hello").awaitMessage("hello");
      assertThat(stored(alice, carol)).containsExactly("hello");
      assertThat(names).hasSize(2).doesNotHaveDuplicates();
    }
  }

  @Test
  @DisplayName("says that the access was ended, and does not connect again")
  void accessEnded() {
    AtomicInteger connections = new AtomicInteger();
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            ChatPage.address(server.address(), alice, bob),
            blank ->
                blank.routeWebSocket(
                    ChatPage.SOCKETS,
                    route -> {
                      connections.incrementAndGet();
                      route.send(WELCOME.formatted(alice));
                      route.onMessage(
                          frame -> route.close(new WebSocketRoute.CloseOptions().setCode(4403)));
                    }))) {
      page.write("hello");
      assertThat(page.banner()).containsText("Your access to this chat was ended");
      page.awaitState("hello", "failed");
      assertThat(connections).hasValue(1);
    }
  }

  @Test
  @DisplayName("names whom it opens by id before there is a message")
  void nameOfTheOpened() {
    long bob = Users.next();
    Api.service(server.address()).put("api/users/" + bob, "{\"name\":\"Bob\"}").ok();
    try (ChatPage page = open(Users.next(), bob)) {
      page.awaitConnection();
      assertThat(
              page.page().getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Bob")))
          .isVisible();
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("says to try again in a moment where the server wants no more searches, and does so")
  void busySearch() {
    AtomicInteger searches = new AtomicInteger();
    URI address = server.address().resolve("/teaching/#user=" + Users.next());
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english().setLocale("zh-CN"),
            address,
            blank ->
                blank.route(
                    Pattern.compile(".*/api/users\\?name=.*"),
                    route -> {
                      if (searches.getAndIncrement() > 0) {
                        route.resume();
                        return;
                      }
                      route.fulfill(
                          new Route.FulfillOptions()
                              .setStatus(429)
                              .setHeaders(Map.of("Retry-After", "2"))
                              .setContentType("application/problem+json")
                              .setBody("{\"code\":\"RATE_LIMITED\",\"status\":429}"));
                    }))) {
      page.awaitConnection().search().fill("zz");
      assertThat(page.page().getByText("搜索过于频繁，请稍后再试。")).isVisible();
      assertThat(page.page().getByText("没有找到用户，也可以输入用户号。")).isVisible();
      assertThat(searches).hasValue(2);
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("draws the list once a frame, however many messages come in at once")
  void flood() {
    long carol = Users.next();
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            server.address().resolve("/teaching/#user=" + carol),
            blank -> {
              blank.addInitScript(COUNTS);
              blank.routeWebSocket(
                  ChatPage.SOCKETS,
                  route -> {
                    route.send(WELCOME.formatted(carol));
                    for (int i = 1; i <= MANY; i++) {
                      route.send(incoming(1_000_000 + i, carol, i));
                    }
                  });
            })) {
      assertThat(page.conversations()).hasCount(MANY);
      assertThat((int) page.page().evaluate("Math.max(...counts.renders)")).isEqualTo(1);
      assertThat((int) page.page().evaluate("counts.segmenters")).isEqualTo(1);
      assertThat((int) page.page().evaluate("counts.failedAddresses")).isZero();
      assertThat(page.complaints()).isEmpty();
    }
  }

  /** Counts renderings of the list by the frame, segmenters, and exceptions of URL. */
  private static final String COUNTS =
      """
      globalThis.counts = { renders: [0], segmenters: 0, failedAddresses: 0 };
      const nextFrame = () => {
        counts.renders.push(0);
        requestAnimationFrame(nextFrame);
      };
      requestAnimationFrame(nextFrame);
      Intl.Segmenter = class extends Intl.Segmenter {
        constructor(...options) {
          super(...options);
          counts.segmenters++;
        }
      };
      globalThis.URL = class extends URL {
        constructor(...parts) {
          try {
            super(...parts);
          } catch (error) {
            counts.failedAddresses++;
            throw error;
          }
        }
      };
      const { define } = CustomElementRegistry.prototype;
      CustomElementRegistry.prototype.define = function (name, type, options) {
        if (name === "im-chat-list") {
          const { update } = type.prototype;
          type.prototype.update = function (changed) {
            counts.renders[counts.renders.length - 1]++;
            return update.call(this, changed);
          };
        }
        return define.call(this, name, type, options);
      };
      """;

  private static String incoming(long from, long to, int id) {
    return """
    {"op":"message","change":%1$d,"with":"%2$d","messageId":"%1$d","from":"%2$d","to":"%3$d","content":"hello",
    "time":"2026-11-27T01:02:03.123Z","timestamp":"1600000000000","name":"Name %1$d","avatar":"","unread":1}\
    """
        .formatted(id, from, to);
  }

  /** Of a server that has nothing of the user. */
  private static final String WELCOME =
      """
      {"op":"welcome","user":"%d","head":0,"epoch":"e","features":[],"limits":{"maxContent":4000,"recallSeconds":0}}\
      """;

  private static void refuseOnce(WebSocketRoute route, AtomicBoolean refused, String code) {
    refuseOnce(route, refused, code, new ArrayList<>());
  }

  /** Refuses the first message, and passes on what comes after it. */
  private static void refuseOnce(
      WebSocketRoute route, AtomicBoolean refused, String code, List<String> names) {
    WebSocketRoute onward = route.connectToServer();
    route.onMessage(
        frame -> {
          Matcher name = CLIENT_MESSAGE_ID.matcher(frame.text());
          if (!name.find()) {
            onward.send(frame.text());
            return;
          }
          names.add(name.group());
          if (refused.getAndSet(true)) {
            onward.send(frame.text());
          } else {
            String id = frame.text().replaceFirst(".*\"id\":\"(\\w+)\".*", "$1");
            route.send(
                """
                {"op":"fail","id":"%s","code":"%s","message":"","retryable":false}\
                """
                    .formatted(id, code));
          }
        });
  }

  @Test
  @DisplayName("shows markup as the text that it is, and makes links of nothing but web addresses")
  void markup() {
    long carol = Users.next();
    String text =
        "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) "
            + "（https://school.example/课程?a=1）。<b>";
    as(bob).sendMessage(carol, text);
    try (ChatPage page = open(carol, bob)) {
      Locator shown = page.message("alert(1)").locator(".text");
      assertThat(shown).hasText(text);
      assertThat(shown.locator("script, img, b")).hasCount(0);
      assertThat(shown.locator("a")).hasCount(1);
      assertThat(shown.locator("a")).hasText("https://school.example/课程?a=1");
      assertThat(shown.locator("a")).hasAttribute("rel", "noopener noreferrer nofollow");
      assertThat(page.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("says before sending that a text is too long, and shows one of 10 000 characters")
  void longTexts() {
    long carol = Users.next();
    String text = "长".repeat(LONG);
    as(bob).sendMessage(carol, text);
    try (ChatPage page = open(carol, bob)) {
      assertThat(page.message("长").locator(".text")).hasText(text);
      page.awaitThat(() -> as(carol).unread() == 0);
      page.write("😀".repeat(LONG + 1));
      assertThat(page.page().locator("im-chat-composer .count")).hasText("1 character too many");
      assertThat(page.composer()).hasAttribute("aria-invalid", "true");
      page.write("😀".repeat(LONG)).awaitSent("😀");
      assertThat(stored(carol, bob)).hasSize(2);
    }
  }

  @Test
  @DisplayName("scrolls through 2000 messages to the first, holding few of them in the page")
  void longHistory() {
    long carol = Users.next();
    fill(bob, carol, 2000);
    try (ChatPage page = open(carol, bob)) {
      Locator scroller = page.page().locator("im-chat-messages .scroller");
      page.awaitConnection().awaitHistory();
      scroller.press("End"); // it was opened where the unread ones begin
      assertThat(page.message("message 1999.")).isInViewport();
      Locator beginning = page.page().getByText("This is the beginning of your conversation");
      while (beginning.count() == 0) {
        String first = page.messages().first().getAttribute("data-key");
        scroller.evaluate("scroller => { scroller.scrollTop = 0; }");
        page.page()
            .waitForFunction(
                """
                first => {
                  const view = document.querySelector("im-chat").shadowRoot.querySelector("im-chat-conversation");
                  const list = view.shadowRoot.querySelector("im-chat-messages").shadowRoot;
                  return list.querySelector(".row").dataset.key !== first || /beginning/.test(list.textContent);
                }\
                """,
                first);
        assertThat(page.messages().count()).isLessThanOrEqualTo(MOST_ROWS);
      }
      page.awaitMessage("message 0.");
      Locator jump = page.page().locator(".jump");
      assertThat(jump.boundingBox().y)
          .as("covers no message")
          .isGreaterThanOrEqualTo(scroller.boundingBox().y + scroller.boundingBox().height);
      jump.click(); // its name counts what goes on to come
      assertThat(page.message("message 1999.")).isInViewport();
      assertThat(page.messages().count()).isLessThanOrEqualTo(MOST_ROWS);
    }
  }

  /** Over one connection, which keeps their order. */
  private void fill(long from, long to, int count) {
    try (Client client = Client.connect(server.address(), from)) {
      for (int i = 0; i < count; i++) {
        client.send(
            "{\"toId\":%d,\"type\":0,\"content\":\"message %d.\",\"timestamp\":\"%d\"}"
                .formatted(to, i, 1_600_000_000_000L + i));
      }
      await().atMost(Duration.ofMinutes(2)).until(() -> as(to).unread() == count);
    }
  }

  @Test
  @DisplayName("does not mark as read what comes in while nobody looks, until somebody does")
  void background() {
    long carol = Users.next();
    List<String> acks = Collections.synchronizedList(new ArrayList<>());
    try (ChatPage page =
        ChatPage.open(
            browser,
            ChatPage.english(),
            ChatPage.address(server.address(), carol, bob),
            blank -> {
              blank.onRequest(
                  request -> {
                    if (request.method().equals("POST")) {
                      acks.add(request.url());
                    }
                  });
              blank.onWebSocket(
                  socket ->
                      socket.onFrameSent(
                          frame -> {
                            if (frame.text().contains("\"op\":\"read\"")) {
                              acks.add(frame.text());
                            }
                          }));
              blank.addInitScript(
                  """
                  let shown = "visible";
                  Object.defineProperty(document, "visibilityState", { get: () => shown });
                  globalThis.setShown = (state) => {
                    shown = state;
                    document.dispatchEvent(new Event("visibilitychange"));
                  };
                  """);
            })) {
      page.awaitConnection().awaitHistory();
      page.page().evaluate("setShown('hidden')");
      as(bob).sendMessage(carol, "one");
      page.awaitMessage("one");
      as(bob).sendMessage(carol, "two");
      page.awaitMessage("two");
      page.write("an answer").awaitSent("an answer"); // what was to be sent before has been
      assertThat(acks).isEmpty();
      assertThat(as(carol).unread()).isEqualTo(2);
      page.page().evaluate("setShown('visible')");
      page.awaitThat(() -> as(carol).unread() == 0);
    }
  }

  /** Presses a row of the list, lets another one come to its top, and lets go at a place. */
  private void press(boolean besides, BiConsumer<ChatPage, Long> then) {
    long carol = Users.next();
    long dave = Users.next();
    long erin = Users.next();
    as(dave).sendMessage(carol, "the first of dave");
    as(erin).sendMessage(carol, "of erin");
    URI address = server.address().resolve("/teaching/#user=" + carol);
    try (ChatPage page = ChatPage.open(browser, ChatPage.english(), address)) {
      Locator announced = page.page().locator("im-chat .chat > [role=status]");
      page.awaitConnection();
      assertThat(page.conversations().first()).containsText("of erin");
      assertThat(announced).not().containsText(String.valueOf(dave));
      page.conversation(erin).hover();
      page.page().mouse().down();
      as(dave).sendMessage(carol, "the second of dave");
      assertThat(announced).containsText(String.valueOf(dave)); // by now the page has the message
      assertThat(page.conversations().first()).containsText("of erin");
      if (besides) {
        page.page().locator("im-chat-list h2").hover();
      }
      page.page().mouse().up();
      assertThat(page.conversations().first())
          .containsText("the second of dave", new ContainsTextOptions().setTimeout(PRESS / 2));
      then.accept(page, erin);
    }
  }

  @Test
  @DisplayName("opens the conversation that is pressed, though another one has a message meanwhile")
  void pressed() {
    press(
        false,
        (page, erin) -> assertThat(page.conversation(erin)).hasAttribute("aria-current", "true"));
  }

  @Test
  @DisplayName("opens none where the press ends elsewhere, and shows what has come meanwhile")
  void pressedAndLeft() {
    press(true, (page, erin) -> assertThat(page.page().locator("[aria-current=true]")).hasCount(0));
  }

  @Test
  @DisplayName("finds people by name and by user id, with the keyboard alone")
  void search() {
    long carol = Users.next();
    long dave = Users.next();
    String name = "搜索" + dave;
    Api.service(server.address())
        .put("api/users/" + dave, "{\"name\":\"%s\"}".formatted(name))
        .ok();
    try (ChatPage page =
        ChatPage.open(
            browser, ChatPage.english(), server.address().resolve("/teaching/#user=" + carol))) {
      page.awaitConnection().search().fill(name.substring(0, name.length() - 1));
      assertThat(page.conversations().first()).containsText(name);
      page.search().press("ArrowDown");
      page.page().keyboard().press("Enter");
      assertThat(page.composer()).isFocused();
      page.page().keyboard().type("by name");
      page.page().keyboard().press("Enter");
      page.awaitSent("by name");
      page.search().fill(String.valueOf(bob));
      page.search().press("Enter");
      page.write("by id").awaitSent("by id");
      assertThat(stored(carol, dave)).containsExactly("by name");
      assertThat(stored(carol, bob)).containsExactly("by id");
    }
  }

  @Test
  @DisplayName(
      "keeps what was begun to be written, in each conversation its own, when the tab is closed")
  void drafts() {
    long carol = Users.next();
    as(bob).sendMessage(carol, "hello");
    as(alice).sendMessage(carol, "hello");
    try (ChatPage page = open(carol, bob)) {
      page.awaitConnection().composer().fill("to be continued");
      page.conversation(alice).click();
      assertThat(page.composer()).hasValue("");
      assertThat(page.conversation(bob)).containsText("Draft to be continued");
      Page later = page.page().context().newPage();
      page.page().close();
      later.navigate(ChatPage.address(server.address(), carol, bob).toString());
      assertThat(later.locator("im-chat-composer textarea")).hasValue("to be continued");
    }
  }

  @Test
  @DisplayName("removes at the page's sign-out what the browser has kept, and begins anew")
  void clear() {
    long carol = Users.next();
    as(bob).sendMessage(carol, "hello");
    String kept =
        "Object.keys(localStorage).filter(key => /im-chat[.]draft|imserver/.test(key)).length";
    try (ChatPage page = open(carol, bob)) {
      page.awaitConnection().awaitMessage("hello");
      page.setOffline(true);
      page.write("not sent").awaitState("not sent", "sending");
      page.composer().fill("to be continued");
      page.page().waitForFunction(kept + " > 2");
      page.page().locator("im-chat").evaluate("chat => chat.clear()");
      assertThat(page.conversations()).hasCount(0);
      assertThat(page.page().evaluate(kept)).isEqualTo(0);
      page.setOffline(false);
      page.page().reload();
      page.awaitConnection().awaitMessage("hello").awaitHistory();
      assertThat(page.composer()).hasValue("");
      assertThat(page.message("not sent")).hasCount(0);
      assertThat(stored(carol, bob)).containsExactly("hello");
    }
  }

  @Test
  @DisplayName("shows one pane at phone width, and comes back from it to where one was")
  void phone() {
    long carol = Users.next();
    as(bob).sendMessage(carol, "hello");
    as(alice).sendMessage(carol, "hello");
    URI address = server.address().resolve("/teaching/#user=" + carol);
    Browser.NewContextOptions phone =
        ChatPage.english().setViewportSize(360, 740).setLocale("zh-CN");
    try (ChatPage page = ChatPage.open(browser, phone, address)) {
      page.conversation(bob).click();
      assertThat(page.composer()).isVisible();
      assertThat(page.conversations().first()).isHidden();
      page.button("返回会话列表").click();
      assertThat(page.conversation(bob)).isFocused();
      assertThat(page.conversations().first()).not().isFocused();
      page.page().keyboard().press("Enter");
      assertThat(page.composer()).isFocused();
      page.page().keyboard().press("Escape");
      assertThat(page.conversation(bob)).isFocused();
      assertThat(page.composer()).hasCount(0);
      assertThat(page.page()).hasTitle("(1) 私信");
      page.conversation(alice).click();
      assertThat(page.page()).hasTitle("私信");
      page.page().goBack();
      assertThat(page.composer()).hasCount(0);
      assertThat(page.conversation(alice)).isFocused();
      page.page().goForward();
      assertThat(page.composer()).isVisible();
      page.page().goBack();
      Object overflow = page.page().evaluate("document.documentElement.scrollWidth > innerWidth");
      assertThat(overflow).isEqualTo(false);
    }
  }

  @Test
  @DisplayName("opens the menu of a message by a long press of a finger")
  void longPress() {
    Browser.NewContextOptions phone =
        ChatPage.english().setViewportSize(390, 700).setHasTouch(true).setIsMobile(true);
    long alice = Users.next();
    long bob = Users.next();
    as(bob).sendMessage(alice, "hello");
    URI address = ChatPage.address(server.address(), alice, bob);
    try (ChatPage page =
        ChatPage.open(browser, phone, address, opened -> opened.clock().install())) {
      page.awaitMessage("hello");
      Locator menu = page.page().locator("im-chat-messages [role=menu]");
      var finger = page.page().context().newCDPSession(page.page());
      var text = page.message("hello").locator(".text").boundingBox();
      var at = new JsonObject();
      at.addProperty("x", text.x + text.width / 2);
      at.addProperty("y", text.y + text.height / 2);
      finger.send("Input.dispatchTouchEvent", touch("touchStart", at));
      page.page().clock().fastForward(500);
      finger.send("Input.dispatchTouchEvent", touch("touchEnd"));
      assertThat(menu.getByText("Copy")).isFocused();
      menu.getByText("Copy").tap();
      assertThat(menu).isHidden();
      assertThat(page.complaints()).isEmpty();
    }
  }

  private static JsonObject touch(String type, JsonObject... points) {
    var touch = new JsonObject();
    touch.addProperty("type", type);
    var all = new JsonArray();
    for (JsonObject point : points) {
      all.add(point);
    }
    touch.add("touchPoints", all);
    return touch;
  }

  @Test
  @DisplayName(
      "takes a message back on all devices, shows who has read what and who writes, and copies")
  void recall() {
    long alice = Users.next();
    long bob = Users.next();
    try (ChatPage hers = open(alice, bob);
        ChatPage second = open(alice, bob);
        ChatPage his = open(bob, alice)) {
      second.awaitConnection().awaitHistory();
      his.awaitConnection().awaitHistory();
      hers.awaitConnection().awaitHistory().write("to be recalled").awaitSent("to be recalled");
      Locator ticks = hers.message("to be recalled").locator(".state");
      assertThat(ticks).hasAttribute("aria-label", "Read");
      assertThat(second.message("to be recalled").locator(".state"))
          .hasAttribute("aria-label", "Read");
      his.composer().pressSequentially("abc");
      assertThat(hers.page().locator("im-chat-conversation header")).containsText("is typing…");
      assertThat(his.message("to be recalled").locator(".state")).hasCount(0);

      hers.message("to be recalled").locator(".more").press("Enter");
      Locator menu = hers.page().locator("im-chat-messages [role=menu]");
      assertThat(menu.getByRole(AriaRole.MENUITEM).first()).isFocused();
      assertThat(hers.barriers()).isEmpty();
      hers.page().keyboard().press("Escape");
      assertThat(menu).isHidden();
      assertThat(hers.message("to be recalled").locator(".more")).isFocused();
      hers.page().keyboard().press("Enter");
      hers.page().keyboard().press("ArrowDown");
      hers.page().keyboard().press("Enter");
      for (ChatPage page : List.of(hers, second)) {
        assertThat(page.messages().last()).containsText("You recalled a message");
        assertThat(page.conversations().first()).containsText("You recalled a message");
      }
      assertThat(his.messages().last()).containsText("recalled a message");
      assertThat(his.message("to be recalled")).hasCount(0);
      assertThat(second.button("Edit anew")).hasCount(0);
      assertThat(hers.button("Edit anew")).isFocused();
      hers.button("Edit anew").click();
      assertThat(hers.composer()).hasValue("to be recalled");
      assertThat(hers.composer()).isFocused();
      assertThat(hers.barriers()).isEmpty();

      hers.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      hers.write("to be copied").awaitSent("to be copied");
      hers.message("to be copied").hover();
      hers.message("to be copied").locator(".more").click();
      menu.getByText("Copy").click();
      assertThat(hers.page().getByText("Copied.")).isAttached();
      assertThat(hers.page().evaluate("navigator.clipboard.readText()")).isEqualTo("to be copied");
      assertThat(hers.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "mutes, pins, hides and blocks from the menu of a conversation, by keys, on all devices")
  void conversationMenu() {
    long alice = Users.next();
    long bob = Users.next();
    long carol = Users.next();
    as(bob).sendMessage(alice, "from bob");
    as(carol).sendMessage(alice, "from carol");
    try (ChatPage page = open(alice, bob);
        ChatPage second = open(alice, bob)) {
      second.awaitConnection().awaitHistory();
      page.awaitConnection().awaitHistory();
      Locator header = page.page().locator("im-chat-conversation header");
      Locator button = header.getByRole(AriaRole.BUTTON).last();
      Locator menu = page.page().locator("im-chat-conversation im-chat-menu [role=menu]").last();
      choose(button, menu, "Pin to the top");
      choose(button, menu, "Mute");
      for (ChatPage each : List.of(page, second)) {
        assertThat(each.conversations().first()).containsText("from bob");
        assertThat(each.conversations().first().locator(".mark")).hasCount(2);
      }
      button.press("Enter");
      assertThat(menu.getByText("Mute")).hasAttribute("aria-checked", "true");
      assertThat(page.barriers()).isEmpty();
      page.page().keyboard().press("Escape");
      assertThat(button).isFocused();
      choose(button, menu, "Block this user");
      for (ChatPage each : List.of(page, second)) {
        assertThat(each.composer()).hasCount(0);
        assertThat(each.page().getByText("You have blocked this user")).isVisible();
      }
      as(bob).sendMessage(alice, "silenced");
      second.button("Unblock").click();
      assertThat(page.composer()).isVisible();
      as(bob).sendMessage(alice, "heard");
      page.awaitMessage("heard");
      assertThat(page.message("silenced")).hasCount(0);
      choose(button, menu, "Hide until there is a new message");
      for (ChatPage each : List.of(page, second)) {
        assertThat(each.conversations()).hasCount(1);
        assertThat(each.conversations().first()).containsText("from carol");
      }
      assertThat(page.complaints()).isEmpty();
    }
  }

  /** By the keyboard alone. */
  private static void choose(Locator button, Locator menu, String item) {
    button.press("Enter");
    menu.getByText(item).press("Enter");
    assertThat(menu).isHidden();
  }

  @Test
  @DisplayName("shows a notice with its title, and where it leads, also when it is loaded anew")
  void notice() {
    long carol = Users.next();
    String notice =
        "{\"to\":[%1$d],\"title\":\"Course\",\"content\":\"At eight\",\"url\":\"/course/7\",\"clientMessageId\":\"%1$d\"}";
    try (ChatPage page = open(carol, 0)) {
      page.awaitConnection().awaitHistory();
      Api.service(server.address()).post("api/notices", notice.formatted(carol)).ok();
      for (int i = 0; i < 2; i++) {
        assertThat(page.message("At eight").locator(".title")).hasText("Course");
        assertThat(page.message("At eight").getByText("Open"))
            .hasAttribute("href", server.address().resolve("/course/7").toString());
        assertThat(page.conversations().first()).containsText("Course");
        page.page().reload();
      }
    }
  }

  @Test
  @DisplayName("is served with a policy under which no page runs what is inline, or is framed")
  void policy() {
    Api.Answer answer = new Api(server.address(), null).get("");
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for")
        .doesNotContain("unsafe");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
    try (ChatPage page = open(alice, bob)) {
      page.awaitConnection();
      Object ran =
          page.page()
              .evaluate(
                  """
                  () => {
                    const script = document.createElement("script");
                    try {
                      script.textContent = "globalThis.ran = true";
                      document.body.append(script);
                    } catch {
                      // so much the better
                    }
                    return globalThis.ran === true;
                  }\
                  """);
      assertThat(ran).isEqualTo(false);
    }
  }

  @Test
  @DisplayName("does not send while an input method composes")
  void composing() {
    long carol = Users.next();
    try (ChatPage page = open(alice, carol)) {
      page.awaitConnection().composer().fill("ni hao");
      page.composer()
          .evaluate(
              """
              area => area.dispatchEvent(new KeyboardEvent("keydown",
                { key: "Enter", isComposing: true, bubbles: true, composed: true, cancelable: true }))\
              """);
      assertThat(page.composer()).hasValue("ni hao");
      page.composer().press("Shift+Enter");
      assertThat(page.composer()).hasValue("ni hao\n");
      assertThat(page.messages()).hasCount(0);
    }
  }
}
