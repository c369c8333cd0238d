package imserver.soak;

import imserver.packet.Response;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.LastMessage;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.MessageRecalled;
import imserver.packet.Response.MessagesRead;
import imserver.server.Client;
import imserver.session.DeviceState;
import imserver.session.DeviceState.Place;
import imserver.session.DeviceState.View;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A device that speaks version 2: it keeps the rule for its cursor, over whatever connections, and
 * does things at random. What it asked and got no answer to it forgets: the cursor tells what
 * became of it. All of it is guarded by the object.
 */
final class SyncDevice implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final int SYNC_AGAIN_MILLIS = 500;

  /** A device that has heard nothing for so long connects anew. */
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(8);

  private final long user;
  private final List<Long> others;
  private final List<Node> nodes;
  private final HttpClient http;
  private final ScheduledExecutorService timer;
  private final Journal journal;
  private final Random random;
  private final DeviceState state;

  /** The ids of the messages that were acknowledged to any device. */
  private final Set<String> acknowledged;

  /** What was asked, as the change that it is to be; by its name. */
  private final Map<String, JsonObject> asked = new HashMap<>();

  private @Nullable Socket socket;
  private boolean connecting;
  private boolean closed;
  private boolean acting = true;
  private String epoch = "";
  private int count;

  /** The last message that it sent, "" for none. */
  private String lastSent = "";

  /** And to whom. */
  private long lastTo;

  /** Up to which change it is to be by the last {@code welcome}, or by a {@code behind}. */
  private boolean synchronizing;

  SyncDevice(
      long user,
      List<Long> others,
      List<Node> nodes,
      HttpClient http,
      ScheduledExecutorService timer,
      Journal journal,
      Set<String> acknowledged,
      long seed) {
    this.user = user;
    this.others = others;
    this.nodes = nodes;
    this.http = http;
    this.timer = timer;
    this.journal = journal;
    this.acknowledged = acknowledged;
    this.random = new Random(seed);
    this.state = new DeviceState(user);
    connect();
  }

  long user() {
    return user;
  }

  /** Whether it goes on doing things. */
  synchronized void act(boolean is) {
    acting = is;
  }

  /** What it knows now, by the other user; null while it is not connected, or asks. */
  synchronized @Nullable Map<Long, View> settled() {
    return socket == null || synchronizing || epoch.isEmpty() ? null : Map.copyOf(state.views());
  }

  /** How far it is. */
  synchronized long cursor() {
    return state.cursor();
  }

  private synchronized void connect() {
    if (closed || connecting || socket != null) {
      return;
    }
    connecting = true;
    Node node = nodes.get(random.nextInt(nodes.size()));
    Socket next = new Socket();
    var unused =
        http.newWebSocketBuilder()
            .connectTimeout(CONNECT)
            .subprotocols("imserver.v2")
            .buildAsync(Client.address(node.address(), user), next)
            .whenComplete(
                (webSocket, failure) -> {
                  if (failure != null) {
                    failed();
                  }
                });
  }

  private synchronized void failed() {
    connecting = false;
    connectLater();
  }

  private void connectLater() {
    var unused = timer.schedule(this::connect, 100L + random.nextInt(400), TimeUnit.MILLISECONDS);
  }

  /** Does something, at random; to be called again and again. */
  synchronized void doSomething() {
    if (socket == null) {
      return;
    }
    if (System.nanoTime() - socket.lastHeard > SILENCE) {
      socket.end(true);
      return;
    }
    socket.ping();
    if (!acting) {
      return;
    }
    long other = others.get(random.nextInt(others.size()));
    View view = state.views().get(other);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {
        String key = user + "/" + random.nextLong();
        ask("send", Map.of("to", "" + other, "content", key, "clientMessageId", key));
      }
      case 4, 5, 6 -> {
        if (view != null) {
          ask("read", Map.of("with", "" + other, "upTo", "" + Math.max(1, view.lastId())));
        }
      }
      case 7 -> {
        if (!lastSent.isEmpty()) {
          ask("recall", Map.of("messageId", lastSent, "with", "" + lastTo));
        }
      }
      case 8 -> {
        if (random.nextInt(8) == 0) {
          socket.end(true);
        }
      }
      default -> {
        // nothing
      }
    }
  }

  private void ask(String op, Map<String, String> fields) {
    String id = "c" + count++;
    var command = Json.createObjectBuilder().add("op", op).add("id", id);
    fields.forEach(command::add);
    JsonObject built = command.build();
    asked.put(id, built);
    send(built.toString());
  }

  private void synchronize() {
    synchronizing = true;
    var command =
        Json.createObjectBuilder()
            .add("op", "sync")
            .add("id", "sync")
            .add("since", state.cursor())
            .add("epoch", epoch)
            .add("limit", 1 + random.nextInt(4));
    send(command.build().toString());
  }

  private void send(String text) {
    Socket current = socket;
    if (current != null) {
      current.send(text);
    }
  }

  private void take(JsonObject said) {
    switch (said.getString("op")) {
      case "welcome" -> {
        if (!epoch.isEmpty() && !epoch.equals(said.getString("epoch"))) {
          journal.violation("user " + user + ": another epoch");
        }
        epoch = said.getString("epoch");
        synchronize();
      }
      case "behind" -> synchronize();
      case "reset" -> journal.violation("user %d: reset at %d".formatted(user, state.cursor()));
      case "fail" -> failed(said);
      case "done" -> done(said);
      case "message", "read", "recall" ->
          change(said.getJsonNumber("change").longValueExact(), event(said));
      default -> {
        // as the protocol has it
      }
    }
  }

  private void failed(JsonObject said) {
    String id = said.getString("id", "");
    asked.remove(id);
    if (id.equals("sync")) {
      Socket current = socket;
      var unused =
          timer.schedule(
              () -> {
                synchronized (this) {
                  if (socket == current) {
                    synchronize();
                  }
                }
              },
              SYNC_AGAIN_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  private void done(JsonObject said) {
    if (said.containsKey("conversations")) {
      state.synchronize(
          said.getJsonArray("conversations").getValuesAs(SyncDevice::conversation),
          said.getJsonNumber("next").longValueExact());
      synchronizing = false;
      if (said.getBoolean("more")) {
        synchronize();
      }
      return;
    }
    JsonObject command = asked.remove(said.getString("id"));
    if (command == null) {
      journal.violation("user %d: an answer to nothing: %s".formatted(user, said));
      return;
    }
    if (command.getString("op").equals("send")) {
      lastSent = said.getString("messageId");
      lastTo = number(command, "to");
      acknowledged.add(lastSent);
    }
    if (said.containsKey("change")) {
      change(said.getJsonNumber("change").longValueExact(), event(command, said));
    }
  }

  private void change(long change, Response event) {
    if (state.take(change, event) == Place.BEHIND) {
      synchronize();
    }
  }

  private static ConversationState conversation(jakarta.json.JsonValue value) {
    JsonObject entry = value.asJsonObject();
    JsonObject last = entry.getJsonObject("lastMessage");
    return new ConversationState(
        number(entry.getJsonObject("with"), "id"),
        "",
        "",
        new LastMessage(
            number(last, "messageId"),
            number(last, "from"),
            number(last, "to"),
            last.getString("content"),
            Instant.EPOCH,
            "",
            null,
            null),
        entry.getInt("unread"),
        number(entry, "readUpTo"),
        number(entry, "theyReadUpTo"),
        entry.containsKey("stranger"),
        Response.Settings.NONE,
        entry.getJsonNumber("change").longValueExact());
  }

  private static long number(JsonObject object, String name) {
    return Long.parseLong(object.getString(name));
  }

  private static @Nullable Long unread(JsonObject said) {
    return said.containsKey("unread") ? Long.valueOf(said.getInt("unread")) : null;
  }

  private static Response event(JsonObject said) {
    long change = said.getJsonNumber("change").longValueExact();
    long with = number(said, "with");
    return switch (said.getString("op")) {
      case "message" -> added(change, with, number(said, "messageId"), unread(said));
      case "read" ->
          new MessagesRead(change, with, number(said, "by"), number(said, "upTo"), unread(said));
      default -> new MessageRecalled(change, with, number(said, "messageId"), unread(said));
    };
  }

  /** The change that a command was. */
  private Response event(JsonObject command, JsonObject done) {
    long change = done.getJsonNumber("change").longValueExact();
    return switch (command.getString("op")) {
      case "send" -> added(change, number(command, "to"), number(done, "messageId"), null);
      case "read" ->
          new MessagesRead(
              change, number(command, "with"), user, number(done, "upTo"), unread(done));
      default ->
          new MessageRecalled(change, number(command, "with"), number(command, "messageId"), null);
    };
  }

  private static MessageAdded added(long change, long with, long messageId, @Nullable Long unread) {
    Incoming message = new Incoming(messageId, 0, 0, "", "", "", "");
    return new MessageAdded(change, with, message, Instant.EPOCH, unread, null, null, null);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (socket != null) {
      socket.end(true);
    }
  }

  @Override
  public synchronized String toString() {
    return "a device of user %d, at change %d%s"
        .formatted(user, state.cursor(), socket == null ? ", not connected" : "");
  }

  /** One connection. */
  private final class Socket implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();
    private long lastHeard = System.nanoTime();
    private @Nullable WebSocket webSocket;

    @Override
    public void onOpen(WebSocket opened) {
      synchronized (SyncDevice.this) {
        connecting = false;
        webSocket = opened;
        lastHeard = System.nanoTime();
        if (closed) {
          opened.abort();
          return;
        }
        socket = this;
        synchronizing = true; // until it has asked
      }
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        synchronized (SyncDevice.this) {
          if (socket == this) {
            lastHeard = System.nanoTime();
            try (JsonReader reader = Json.createReader(new StringReader(text.toString()))) {
              take(reader.readObject());
            }
          }
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
      synchronized (SyncDevice.this) {
        lastHeard = System.nanoTime();
      }
      from.request(1);
      return null;
    }

    void send(String command) {
      if (webSocket != null) {
        var unused =
            webSocket
                .sendText(command, true)
                .exceptionally(
                    e -> {
                      end(true);
                      return null;
                    });
      }
    }

    void ping() {
      if (webSocket != null) {
        var unused = webSocket.sendPing(ByteBuffer.allocate(0)).exceptionally(e -> null);
      }
    }

    void end(boolean abort) {
      synchronized (SyncDevice.this) {
        if (webSocket != null && abort) {
          webSocket.abort();
        }
        if (socket == this) {
          socket = null;
          asked.clear();
          connectLater();
        }
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      end(false);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      end(false);
    }
  }
}
