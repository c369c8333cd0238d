package imserver.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.WebSocketFrame;
import com.microsoft.playwright.WebSocketRoute;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** A page with nothing but the client library in it ({@code client.html}), and its connection. */
final class ClientPage implements AutoCloseable {

  /** What happens to packets on their way: how many copies of one arrive. */
  interface Fault {

    /** 0 to lose it, 2 to double it. */
    int copies(JsonObject packet);
  }

  /** Nothing happens. */
  static final Fault NONE = packet -> 1;

  private static final Map<String, Integer> IMPATIENT =
      Map.of(
          "answerAfter", 1000, "retries", 10, "backoff", 50, "backoffCap", 500, "quietAfter", 500);

  private static final Pattern SOCKETS = Pattern.compile(".*/teaching/imserver/.*");

  private final URI server;
  private final Page page;
  private final List<String> addresses = new ArrayList<>();

  /** Packets that the page sent while a fault was set, before it. */
  private final List<JsonObject> sent = new ArrayList<>();

  private WebSocketRoute connection;
  private boolean patient;

  private ClientPage(URI server, Page page) {
    this.server = server;
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.onWebSocket(socket -> addresses.add(socket.url()));
  }

  /** A page of the server's own origin, in a browser profile of its own. */
  static ClientPage open(Browser browser, URI server) {
    return open(browser.newContext(), server, server.resolve("/teaching/client.html"));
  }

  /** One more page of the same profile. */
  ClientPage openAnother() {
    return open(page.context(), server, server.resolve("/teaching/client.html"));
  }

  static ClientPage open(BrowserContext profile, URI server, URI address) {
    Page page = profile.newPage();
    page.route(address.toString(), ClientPage::serve);
    ClientPage opened = new ClientPage(server, page);
    page.navigate(address.toString());
    return opened;
  }

  private static void serve(Route route) {
    try (InputStream html = ClientPage.class.getResourceAsStream("client.html")) {
      route.fulfill(
          new Route.FulfillOptions()
              .setContentType("text/html")
              .setBody(new String(html.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From the next connection on. */
  ClientPage with(Fault toServer, Fault toPage) {
    page.routeWebSocket(SOCKETS, route -> pass(route, toServer, toPage));
    page.reload(); // what is there already has the true WebSocket
    return this;
  }

  private void pass(WebSocketRoute route, Fault toServer, Fault toPage) {
    connection = route;
    addresses.add(route.url());
    WebSocketRoute onward = route.connectToServer();
    route.onMessage(
        frame -> {
          JsonObject packet = json(frame);
          sent.add(packet);
          copy(frame, toServer.copies(packet), onward);
        });
    onward.onMessage(frame -> copy(frame, toPage.copies(json(frame)), route));
  }

  private static void copy(WebSocketFrame frame, int copies, WebSocketRoute to) {
    for (int i = 0; i < copies; i++) {
      to.send(frame.text());
    }
  }

  private static JsonObject json(WebSocketFrame frame) {
    try (var reader = Json.createReader(new StringReader(frame.text()))) {
      return reader.readObject();
    }
  }

  /** Closes the connection, as a server would. */
  void cut(int code) {
    connection.close(new WebSocketRoute.CloseOptions().setCode(code));
  }

  /** Has the page get a packet of the test's own; returns 0. */
  int push(String packet) {
    connection.send(packet);
    return 0;
  }

  /**
   * Before start(): time passes by {@link #passTime} alone, and the client is as patient as it is.
   */
  ClientPage haltTime() {
    page.clock().install();
    page.clock().pauseAt(System.currentTimeMillis() + 1000);
    patient = true;
    return this;
  }

  /** Lets time pass, with all that was to happen in it. */
  void passTime(long milliseconds) {
    if (milliseconds > 60_000) {
      page.clock().fastForward(milliseconds);
    } else {
      page.clock().runFor(milliseconds);
    }
  }

  /** Waits, while packets go through. */
  void awaitThat(BooleanSupplier condition) {
    page.waitForCondition(condition);
  }

  /**
   * Starts a client that is impatient: it sends again after a second, and more often than usual.
   */
  ClientPage start(Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    if (!patient) {
      all.putIfAbsent("timing", IMPATIENT);
    }
    page.waitForFunction("() => globalThis.start");
    page.evaluate(
        "([server, options]) => start(server, options)",
        List.of(server.resolve("/teaching/").toString(), all));
    return this;
  }

  /** In open mode. */
  ClientPage startAs(long user) {
    return start(Map.of("credential", String.valueOf(user)));
  }

  ClientPage awaitState(String state) {
    try {
      page.waitForFunction("state => globalThis.client?.state === state", state);
    } catch (TimeoutError e) {
      String states = String.valueOf(page.evaluate("JSON.stringify(globalThis.log?.state)"));
      throw new AssertionError("not " + state + " but " + states + " by " + addresses, e);
    }
    return this;
  }

  /** Does not wait for what becomes of it. */
  ClientPage send(long toId, String text) {
    page.evaluate("([toId, text]) => send(toId, text)", List.of(String.valueOf(toId), text));
    return this;
  }

  /** Waits for what became of a message: its code, {@code SENT} for one that was stored. */
  String outcome(String text) {
    page.waitForFunction("text => outcomes[text]", text);
    return (String) page.evaluate("text => outcomes[text].code", text);
  }

  /** Waits until that many messages have surfaced. */
  List<Object> messages(int count) {
    page.waitForFunction("count => log.message.length >= count", count);
    return list("log.message.map(({ content }) => content)");
  }

  @SuppressWarnings("unchecked")
  List<Object> list(String expression) {
    return (List<Object>) page.evaluate(expression);
  }

  Object evaluate(String expression) {
    return page.evaluate(expression);
  }

  /** Waits until it is true. */
  void await(String expression) {
    page.waitForFunction(expression);
  }

  /** Messages that it sent, attempt by attempt, while a fault was set; without their names. */
  List<JsonObject> sentMessages() {
    return sent.stream()
        .filter(ClientPage::isSend)
        .map(command -> Json.createObjectBuilder(command).remove("id").build())
        .toList();
  }

  /** Whether a command sends a message. */
  static boolean isSend(JsonObject command) {
    return command.getString("op").equals("send");
  }

  /** The addresses of its connections. */
  List<String> addresses() {
    return addresses;
  }

  void reload() {
    page.reload();
  }

  void setOffline(boolean offline) {
    page.context().setOffline(offline);
  }

  /** Closes this page, and not its profile. */
  void closePage() {
    page.close(new Page.CloseOptions().setRunBeforeUnload(false));
  }

  @Override
  public void close() {
    page.context().close();
  }
}
