package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import imserver.server.SharedServer;
import imserver.server.Users;
import imserver.server.WithServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Chromium.class)
@WithServer
@DisplayName("Files in the web chat")
class ChatFilesIT {

  private static final Pattern UPLOADS = Pattern.compile(".*/teaching/api/files(\\?.*)?");
  private static final Pattern FILES = Pattern.compile(".*/teaching/api/files.*");
  private static final int TOO_LARGE = 30_000_000;

  /** Gives files to the page, by pasting or dropping them. */
  private static final String GIVE_FILES =
      """
      (element, [type, files]) => {
        const data = new DataTransfer();
        for (const [name, type, size] of files) data.items.add(new File([new Uint8Array(size)], name, { type }));
        const init = { bubbles: true, composed: true, cancelable: true };
        const event = type === "paste"
          ? new ClipboardEvent(type, { ...init, clipboardData: data })
          : new DragEvent(type, { ...init, dataTransfer: data });
        return !element.dispatchEvent(event);
      }""";

  /** A microphone that hears a tone. */
  private static final String MICROPHONE =
      """
      navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext();
        const tone = context.createOscillator();
        const microphone = context.createMediaStreamDestination();
        tone.connect(microphone);
        tone.start();
        globalThis.microphone = microphone.stream;
        return microphone.stream;
      };""";

  private final URI server = SharedServer.address();
  private final long alice = Users.next();
  private final long bob = Users.next();

  private ChatPage open(Browser browser, long user, long other) {
    return ChatPage.open(browser, server, user, other).awaitConnection();
  }

  private ChatPage open(Browser browser, Consumer<Page> before) {
    URI address = ChatPage.address(server, alice, bob);
    return ChatPage.open(browser, ChatPage.english(), address, before).awaitConnection();
  }

  private static FilePayload picture(String name, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.ORANGE);
    graphics.fillOval(0, 0, width, height);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FilePayload(name, "image/png", bytes.toByteArray());
  }

  private static FilePayload text(String name, int size) {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    return new FilePayload(name, "application/octet-stream", bytes);
  }

  private static void choose(ChatPage page, FilePayload... files) {
    page.page().locator("im-chat-composer input[type=file]").setInputFiles(files);
    assertThat(chosen(page)).hasCount(files.length);
  }

  private static Locator chosen(ChatPage page) {
    return page.page().locator("im-chat-composer .tray li");
  }

  private static Locator send(ChatPage page) {
    return page.page().locator("im-chat-composer .send");
  }

  private static Locator pictures(ChatPage page) {
    return page.page().locator("im-chat-messages .picture img");
  }

  private static void awaitLoaded(ChatPage page, int count) {
    assertThat(pictures(page)).hasCount(count);
    page.awaitThat(
        () ->
            pictures(page)
                .evaluateAll("all => all.every(one => one.complete && one.naturalWidth > 0)")
                .equals(true));
  }

  private static void awaitSent(ChatPage page) {
    assertThat(page.messages().last()).hasClass(Pattern.compile("\\bsent\\b"));
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1280, en-GB", "DARK, 390, zh-CN"})
  @DisplayName("pictures are seen at once by who sends them, and by the other one, with no barrier")
  void pictures(ColorScheme scheme, int width, String language, Browser browser) {
    Browser.NewContextOptions look =
        new Browser.NewContextOptions()
            .setColorScheme(scheme)
            .setViewportSize(width, 844)
            .setLocale(language);
    boolean chinese = language.startsWith("zh");
    AtomicReference<Route> held = new AtomicReference<>();
    try (ChatPage page =
            ChatPage.open(
                browser,
                look,
                ChatPage.address(server, alice, bob),
                blank -> blank.route(UPLOADS, route -> hold(held, route)));
        ChatPage other = open(browser, bob, alice)) {
      page.awaitConnection();
      choose(page, picture("假期.png", 900, 600));
      assertThat(page.barriers()).isEmpty();
      send(page).click();
      awaitLoaded(page, 1);
      assertThat(page.page().locator("im-chat-messages .uploading")).isVisible();
      assertThat(page.barriers()).isEmpty();
      page.awaitThat(() -> held.get() != null);
      page.page().unroute(UPLOADS);
      held.get().resume();
      awaitSent(page);
      assertThat(chosen(page)).hasCount(0);
      awaitLoaded(other, 1);
      assertThat(page.conversation(bob).locator(".last"))
          .containsText(chinese ? "[图片]" : "[Picture]");
      assertThat(other.conversation(alice).locator(".last")).containsText("[Picture]");
      choose(page, picture("a.png", 400, 400), picture("b.png", 300, 900));
      page.write("two more");
      awaitSent(page);
      awaitLoaded(other, 3);
      assertThat(other.message("two more").locator(".picture")).hasCount(2);
      page.page().reload();
      page.awaitConnection();
      awaitLoaded(page, 3);
      assertThat(page.barriers()).isEmpty();
      assertThat(page.complaints()).isEmpty();
      assertThat(other.complaints()).isEmpty();
    }
  }

  private static void hold(AtomicReference<Route> held, Route route) {
    if (!held.compareAndSet(null, route)) {
      route.resume();
    }
  }

  @Test
  @DisplayName("a picture has its place before it is there, so that nothing moves when it comes")
  void reserved(Browser browser) {
    try (ChatPage page = open(browser, alice, bob)) {
      choose(page, picture("wide.png", 1200, 500));
      send(page).click();
      awaitSent(page);
    }
    AtomicReference<Route> held = new AtomicReference<>();
    Pattern images = Pattern.compile(".*/files/\\d+/(content|preview).*");
    Browser.NewContextOptions look = ChatPage.english();
    URI address = ChatPage.address(server, bob, alice);
    try (ChatPage page =
        ChatPage.open(
            browser, look, address, blank -> blank.route(images, route -> hold(held, route)))) {
      page.awaitConnection();
      page.awaitThat(() -> held.get() != null);
      double before = height(page);
      assertThat(before).isGreaterThan(100);
      page.page().unroute(images);
      held.get().resume();
      awaitLoaded(page, 1);
      assertThat(height(page)).isBetween(before - 1, before + 1);
    }
  }

  private static double height(ChatPage page) {
    return page.messages().last().boundingBox().height;
  }

  @Test
  @DisplayName("pictures are seen in full, by keys, one after the other, with no barrier")
  void viewer(Browser browser) {
    try (ChatPage page = open(browser, alice, bob)) {
      choose(page, picture("one.png", 800, 600), picture("two.png", 600, 800));
      send(page).click();
      awaitSent(page);
      page.page().reload();
      page.awaitConnection();
      awaitLoaded(page, 2);
      Locator first = page.page().locator("im-chat-messages .picture").first();
      assertThat(first).hasAttribute("aria-label", "Picture 1 of 2: one.png");
      first.focus();
      page.page().keyboard().press("Enter");
      Locator dialog = page.page().locator("im-chat-messages dialog[aria-label*='.png']");
      Locator image = dialog.locator("img");
      assertThat(image).hasAttribute("alt", "Picture 1 of 2: one.png");
      assertThat(dialog.locator("a")).hasAttribute("download", "one.png");
      assertThat(page.barriers()).isEmpty();
      page.page().keyboard().press("ArrowRight");
      assertThat(image).hasAttribute("alt", "Picture 2 of 2: two.png");
      page.awaitThat(
          () ->
              image
                  .evaluate("one => one.naturalHeight === 800 && one.src.includes('/content')")
                  .equals(true));
      page.page().keyboard().press("ArrowRight");
      assertThat(image).hasAttribute("alt", "Picture 2 of 2: two.png");
      page.page().keyboard().press("ArrowLeft");
      assertThat(image).hasAttribute("alt", "Picture 1 of 2: one.png");
      swipe(page, -200);
      assertThat(image).hasAttribute("alt", "Picture 2 of 2: two.png");
      swipe(page, 200);
      assertThat(image).hasAttribute("alt", "Picture 1 of 2: one.png");
      page.page().keyboard().press("+");
      swipe(page, -200); // moves what is larger than the window
      assertThat(image).hasAttribute("alt", "Picture 1 of 2: one.png");
      page.page().keyboard().press("Escape");
      assertThat(dialog).hasCount(0);
      assertThat(first).isFocused();
      assertThat(page.composer()).isVisible();
      assertThat(page.complaints()).isEmpty();
    }
  }

  private static void swipe(ChatPage page, int distance) {
    var mouse = page.page().mouse();
    mouse.move(640, 400);
    mouse.down();
    mouse.move(640 + distance, 402, new Mouse.MoveOptions().setSteps(5));
    mouse.up();
  }

  @Test
  @DisplayName("a large file goes in parts, on after a cut, and is downloaded as it was")
  void large(Browser browser) throws IOException {
    FilePayload large = text("slides 1.bin", 6_000_000);
    AtomicBoolean isCut = new AtomicBoolean();
    try (ChatPage page =
            open(
                browser,
                blank ->
                    blank.route(
                        FILES,
                        route -> {
                          String offset = route.request().headers().get("upload-offset");
                          boolean isPart = route.request().method().equals("PATCH");
                          if (isPart && !"0".equals(offset) && isCut.compareAndSet(false, true)) {
                            route.abort();
                          } else {
                            route.resume();
                          }
                        }));
        ChatPage other = open(browser, bob, alice)) {
      choose(page, large);
      send(page).click();
      awaitSent(page);
      assertThat(isCut).isTrue();
      Locator file = other.page().locator("im-chat-messages a.file");
      assertThat(file).hasAttribute("aria-label", "Download slides 1.bin, BIN, 6 MB");
      var download = other.page().waitForDownload(file::click);
      assertThat(Files.readAllBytes(download.path())).isEqualTo(large.buffer);
      assertThat(download.suggestedFilename()).isEqualTo("slides 1.bin");
      assertThat(other.conversation(alice).locator(".last")).hasText("[File] slides 1.bin");
    }
  }

  @Test
  @DisplayName("what is not uploaded outlives the page, and is sent by the next one")
  void reload(Browser browser) {
    AtomicBoolean works = new AtomicBoolean();
    try (ChatPage page =
        open(
            browser,
            blank ->
                blank.route(
                    UPLOADS,
                    route -> {
                      if (works.get()) {
                        route.resume(); // else it is not answered
                      }
                    }))) {
      choose(page, picture("kept.png", 200, 100));
      page.write("after the reload");
      page.awaitState("after the reload", "sending");
      page.page().waitForFunction(KEPT, 1);
      works.set(true);
      page.page().reload();
      page.awaitConnection().awaitSent("after the reload");
      awaitLoaded(page, 1);
      page.page().waitForFunction(KEPT, 0);
      assertThat(page.complaints()).isEmpty();
    }
  }

  /** Whether so many files are kept in the browser. */
  private static final String KEPT =
      """
      async count => {
        const request = indexedDB.open("imserver-files");
        const database = await new Promise(resolve => (request.onsuccess = () => resolve(request.result)));
        const all = database.transaction("files").objectStore("files").count();
        const found = await new Promise(resolve => (all.onsuccess = () => resolve(all.result)));
        database.close();
        return found === count;
      }""";

  @Test
  @DisplayName("a message that is being uploaded is cancelled, and a failed one tried again")
  void cancel(Browser browser) {
    AtomicReference<Integer> status = new AtomicReference<>();
    try (ChatPage page =
        open(
            browser,
            blank ->
                blank.route(
                    UPLOADS,
                    route -> {
                      if (status.get() == null) {
                        return; // it is not answered
                      }
                      if (status.get() == 200) {
                        route.resume();
                      } else {
                        route.fulfill(
                            new Route.FulfillOptions()
                                .setStatus(status.get())
                                .setBody("{\"title\":\"x\",\"code\":\"REFUSED_FILE\"}"));
                      }
                    }))) {
      choose(page, picture("a.png", 100, 100));
      page.write("not this");
      page.page().locator("im-chat-messages .uploading button").click();
      assertThat(page.messages()).hasCount(0);
      status.set(422);
      choose(page, picture("a.png", 100, 100));
      page.write("but this");
      page.awaitState("but this", "failed");
      assertThat(page.message("but this").locator(".failure")).containsText("harmful");
      status.set(200);
      page.button("Try again").click();
      page.awaitSent("but this");
      assertThat(page.messages()).hasCount(1);
    }
  }

  @Test
  @DisplayName("are pasted and dropped, and what cannot be sent is said in words before")
  void given(Browser browser) {
    try (ChatPage page = open(browser, alice, bob)) {
      Locator said = page.page().locator("im-chat-composer .files");
      give(page.composer(), "paste", List.of("x.bin", "", 5));
      assertThat(chosen(page)).hasCount(1);
      Locator messages = page.page().locator("im-chat-messages .scroller");
      give(messages, "drop", List.of("y.bin", "", 5), List.of("z.bin", "", 5));
      assertThat(chosen(page)).hasCount(3);
      assertThat(said).hasText("");
      give(messages, "drop", List.of("film.mp4", "video/mp4", TOO_LARGE), List.of("no.txt", "", 0));
      assertThat(said).containsText("film.mp4 is too large: at most 7 MB.");
      assertThat(said).containsText("no.txt is empty");
      assertThat(chosen(page)).hasCount(3);
      List<Object> more = List.of("m.bin", "", 5);
      give(messages, "drop", more, more, more, more, more, more, more);
      assertThat(chosen(page)).hasCount(9);
      assertThat(said).hasText("A message takes at most 9 files.");
      assertThat(page.barriers()).isEmpty();
      page.button("Remove y.bin").click();
      assertThat(chosen(page)).hasCount(8);
      assertThat(said).hasText("");
      assertThat(page.composer()).isFocused();
      page.composer().press("Enter");
      awaitSent(page);
      assertThat(page.page().locator("im-chat-messages .file")).hasCount(8);
    }
  }

  @SafeVarargs
  private static void give(Locator place, String type, List<Object>... files) {
    assertThat(place.evaluate(GIVE_FILES, List.of(type, List.of(files))))
        .as("the page is not left")
        .isEqualTo(true);
  }

  @Test
  @DisplayName("voice is recorded and heard by keys, with no barrier, and cancelled by Escape")
  void voice(Browser browser) {
    try (ChatPage page = open(browser, blank -> blank.addInitScript(MICROPHONE));
        ChatPage other = open(browser, bob, alice)) {
      Locator record = page.page().locator("im-chat-record .start");
      record.focus();
      page.page().keyboard().press("Enter");
      assertThat(page.page().locator("im-chat-record .done")).isFocused();
      assertThat(page.barriers()).isEmpty();
      page.page().keyboard().press("Escape");
      assertThat(record).isFocused();
      assertThat(page.composer()).isVisible();
      assertThat(page.page().evaluate("microphone.active")).isEqualTo(false);
      assertThat(page.messages()).hasCount(0);
      page.page().keyboard().press("Enter");
      assertThat(page.page().locator("im-chat-record .time")).hasText("0:01");
      page.page().keyboard().press("Enter");
      awaitSent(page);
      assertThat(page.page().evaluate("microphone.active")).isEqualTo(false);
      Locator player = other.page().locator("im-chat-voice .player");
      assertThat(player)
          .hasAttribute("aria-label", Pattern.compile("Voice message, [12] seconds?"));
      assertThat(other.barriers()).isEmpty();
      player.locator("button").focus();
      other.page().keyboard().press("Enter");
      other.page().waitForFunction(PLAYED);
      assertThat(other.page().locator("im-chat-voice .problem")).isHidden();
      assertThat(other.conversation(alice).locator(".last")).hasText("[Voice]");
      assertThat(page.complaints()).isEmpty();
      assertThat(other.complaints()).isEmpty();
    }
  }

  @Test
  @DisplayName("voice is recorded as long as the button is held, and dropped where that moves away")
  void held(Browser browser) {
    try (ChatPage page = open(browser, blank -> blank.addInitScript(MICROPHONE))) {
      Locator record = page.page().locator("im-chat-record .start");
      Locator hint = page.page().locator("im-chat-record .hint");
      Locator time = page.page().locator("im-chat-record .time");
      var mouse = page.page().mouse();
      record.hover();
      mouse.down();
      assertThat(time).hasText("0:01");
      mouse.move(600, 300);
      assertThat(hint).hasText("Release to cancel");
      mouse.up();
      assertThat(hint).hasCount(0);
      assertThat(page.messages()).hasCount(0);
      record.hover();
      mouse.down();
      assertThat(time).hasText("0:01");
      mouse.up();
      awaitSent(page);
      assertThat(page.page().locator("im-chat-voice")).hasCount(1);
      assertThat(page.complaints()).isEmpty();
    }
  }

  /** Whether the recording is heard, or was. */
  private static final String PLAYED =
      """
      () => {
        const deep = root => [...root.querySelectorAll("*")].flatMap(one => [one, ...(one.shadowRoot ? deep(one.shadowRoot) : [])]);
        const input = deep(document).find(one => one.matches?.("input[type=range]"));
        globalThis.most = Math.max(globalThis.most ?? 0, Number(input?.value ?? 0));
        return globalThis.most > 0;
      }""";

  @Test
  @DisplayName("have a new address where theirs is refused, and say so where they are gone")
  void addresses(Browser browser) {
    try (ChatPage page = open(browser, alice, bob)) {
      choose(page, picture("a.png", 100, 100));
      send(page).click();
      awaitSent(page);
    }
    Pattern images = Pattern.compile(".*/files/\\d+/(content|preview).*");
    AtomicBoolean isRefused = new AtomicBoolean(true);
    try (ChatPage page =
        open(
            browser,
            blank ->
                blank.route(
                    images,
                    route -> {
                      if (isRefused.getAndSet(false)) {
                        route.fulfill(new Route.FulfillOptions().setStatus(403));
                      } else {
                        route.resume();
                      }
                    }))) {
      awaitLoaded(page, 1);
      assertThat(isRefused).isFalse();
    }
    try (ChatPage page =
        open(
            browser,
            blank ->
                blank.route(
                    FILES, route -> route.fulfill(new Route.FulfillOptions().setStatus(404))))) {
      assertThat(page.page().locator("im-chat-messages .gone")).hasText("No longer available");
      assertThat(page.barriers()).isEmpty();
    }
  }

  @Test
  @DisplayName("are not offered where the server takes none, which is said where one is pasted")
  void off(Browser browser) {
    try (ChatPage page =
        open(
            browser,
            blank ->
                blank.routeWebSocket(
                    ChatPage.SOCKETS,
                    route -> {
                      var toServer = route.connectToServer();
                      toServer.onMessage(
                          frame -> route.send(frame.text().replace(",\"files\"", "")));
                    }))) {
      Locator messages = page.page().locator("im-chat-messages .scroller");
      Locator refusal = page.page().getByText("Pictures and files cannot be sent here.");
      for (Locator place : List.of(page.composer(), messages)) {
        String type = place == messages ? "drop" : "paste";
        give(place, type, List.of("x.png", "image/png", 5));
        assertThat(refusal).isVisible();
        page.composer().fill("a text after " + type);
        assertThat(refusal).isHidden();
      }
      assertThat(page.page().locator("im-chat-composer :is(.attach, im-chat-record, .tray)"))
          .hasCount(0);
    }
  }
}
