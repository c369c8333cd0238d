package imserver.soak;

import imserver.server.Client;
import imserver.server.Packet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A device of a user: it keeps a socket to one server or another, connects again when that ends,
 * and knows what it has been told. What must hold for each socket and over all of them is checked
 * with each message that comes.
 */
final class Device implements AutoCloseable {

  /** How a device behaves. */
  enum Habit {
    /** Stays connected. */
    STEADY,
    /** Connects anew every few seconds, to any server. */
    RESTLESS,
    /** Takes its time with each message. */
    SLOW
  }

  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** When the client may take it that a read-ack is done: PROTOCOL.md, section 5. */
  private static final long ACK_DONE = TimeUnit.SECONDS.toNanos(6);

  /**
   * When a failure comes no more. One that comes after the time of the protocol is noted, and
   * heeded all the same: a server that hangs, or a machine that has too much to do, is late.
   */
  private static final long ACK_FORGOTTEN = TimeUnit.SECONDS.toNanos(60);

  private static final int SLOW_MILLIS = 15;

  private final Reader user;
  private final String name;
  private final Habit habit;
  private final List<Node> nodes;
  private final HttpClient http;
  private final ScheduledExecutorService timer;
  private final Journal journal;
  private final Random random;
  private final Set<Long> received = ConcurrentHashMap.newKeySet();

  // guarded by this
  private final List<Told> told = new ArrayList<>();
  private long last;
  private @Nullable Socket socket;
  private boolean connecting;
  private boolean closed;
  private int acks;

  Device(
      Reader user,
      int number,
      Habit habit,
      List<Node> nodes,
      HttpClient http,
      ScheduledExecutorService timer,
      Journal journal,
      long seed) {
    this.user = user;
    this.name = "device %d (%s) of user %d".formatted(number, habit, user.id());
    this.habit = habit;
    this.nodes = nodes;
    this.http = http;
    this.timer = timer;
    this.journal = journal;
    this.random = new Random(seed);
    connect(nodes.get(number % nodes.size()));
    if (habit == Habit.RESTLESS) {
      leaveLater();
    }
  }

  /** The ids of all messages that it has been told. */
  Set<Long> received() {
    return received;
  }

  /** Whether a message came to its user while a socket was open, and later ones came by that. */
  synchronized boolean wasPassedOver(long id) {
    return Stream.concat(told.stream(), Stream.ofNullable(socket).map(Socket::told))
        .anyMatch(each -> each.above() < id && id < each.upTo());
  }

  private synchronized void connect(Node node) {
    if (closed || connecting || socket != null) {
      return;
    }
    connecting = true;
    Socket next = new Socket(node);
    URI address = Client.address(node.address(), user.id());
    http.newWebSocketBuilder()
        .connectTimeout(CONNECT)
        .buildAsync(address, next)
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

  private synchronized void connectLater() {
    if (!closed) {
      Node node = nodes.get(random.nextInt(nodes.size()));
      int wait = 100 + random.nextInt(400);
      var unused = timer.schedule(() -> connect(node), wait, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void leaveLater() {
    if (!closed) {
      int wait = 2000 + random.nextInt(8000);
      var unused = timer.schedule(this::leave, wait, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void leave() {
    if (socket != null) {
      socket.leave(random.nextBoolean());
    }
    leaveLater();
  }

  /** Sends a read-ack, if it is connected; else that is to be done later. */
  synchronized void acknowledge(List<Long> ids) {
    if (socket == null) {
      user.markLater(ids);
      return;
    }
    socket.acknowledge("r" + acks++, ids);
  }

  /** Forgets read-acks to which no failure will come. */
  synchronized void forgetDoneAcks() {
    if (socket != null) {
      socket.forgetDoneAcks();
    }
  }

  /**
   * Sees whether the server is still there. The client of JDK 17 does not always notice that a
   * connection has ended where the next message is asked for only later, as a slow device does; it
   * notices when it sends.
   */
  synchronized void ping() {
    if (socket != null) {
      socket.ping();
    }
  }

  @Override
  public synchronized String toString() {
    return name + (socket == null ? ", not connected" : ", " + socket);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (socket != null) {
      socket.leave(false);
    }
  }

  /**
   * What a socket told while it was open.
   *
   * @param above ids above this were not known to anybody when it was opened
   * @param upTo the last id that it told
   */
  private record Told(long above, long upTo) {}

  /** Read-acks that are on their way. */
  private record Ack(List<Long> ids, long sent) {

    long age() {
      return System.nanoTime() - sent;
    }
  }

  /** One connection. Its fields are guarded by the device. */
  private final class Socket implements WebSocket.Listener {

    private final Node node;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, Ack> unsure = new HashMap<>();
    private long opened;
    private long above;
    private long lastOnSocket;
    private long lastHeard;
    private @Nullable WebSocket webSocket;

    Socket(Node node) {
      this.node = node;
    }

    @Override
    public void onOpen(WebSocket webSocket) {
      synchronized (Device.this) {
        connecting = false;
        opened = System.nanoTime();
        lastHeard = opened;
        above = journal.highestId();
        this.webSocket = webSocket;
        if (closed) {
          webSocket.abort();
          return;
        }
        socket = this;
      }
      webSocket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean isLast) {
      text.append(data);
      if (isLast) {
        Packet packet = Packet.parse(text.toString());
        text.setLength(0);
        take(packet);
      }
      if (habit == Habit.SLOW) {
        var unused = timer.schedule(() -> webSocket.request(1), SLOW_MILLIS, TimeUnit.MILLISECONDS);
      } else {
        webSocket.request(1);
      }
      return null;
    }

    private void take(Packet packet) {
      synchronized (Device.this) {
        if (socket != this) {
          return; // left
        }
        lastHeard = System.nanoTime();
        if (packet.isMessage()) {
          take(packet.messageId(), packet);
        } else {
          Ack failed = unsure.remove(packet.timestamp());
          if (failed != null) {
            journal.ackFailed(failed.age(), failed.age() > ACK_DONE);
            user.markLater(failed.ids());
          }
        }
      }
    }

    private void take(long id, Packet packet) {
      if (id <= lastOnSocket) {
        journal.violation(
            "%s: message %d after %d on one socket".formatted(Device.this, id, lastOnSocket));
      }
      lastOnSocket = id;
      if (packet.toId() != user.id()) {
        journal.violation(Device.this + ": a message to user " + packet.toId());
      }
      if (received.add(id)) {
        if (id < last) {
          journal.violation(
              "%s: message %d came only after %d, over sockets".formatted(Device.this, id, last));
        }
        last = Math.max(last, id);
        journal.arrive(id, Text.key(packet.content()), opened);
        user.told(id);
      }
    }

    Told told() {
      return new Told(above, lastOnSocket);
    }

    void acknowledge(String timestamp, List<Long> ids) {
      unsure.put(timestamp, new Ack(List.copyOf(ids), System.nanoTime()));
      if (webSocket != null) {
        var unused =
            webSocket
                .sendText(Packet.readAck(ids, timestamp), true)
                .exceptionally(
                    e -> {
                      end();
                      return null;
                    });
      }
    }

    void ping() {
      if (webSocket != null) {
        var unused =
            webSocket
                .sendPing(ByteBuffer.allocate(0))
                .exceptionally(
                    e -> {
                      if (e instanceof IOException) { // and not that one is on its way
                        end();
                      }
                      return null;
                    });
      }
    }

    void forgetDoneAcks() {
      unsure.values().removeIf(ack -> ack.age() > ACK_FORGOTTEN);
    }

    /** Ends it by itself. */
    void leave(boolean orderly) {
      if (webSocket != null) {
        if (orderly) {
          var unused = webSocket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(e -> null);
        } else {
          webSocket.abort();
        }
      }
      end();
    }

    private void end() {
      synchronized (Device.this) {
        if (socket == this) {
          socket = null;
          told.add(told());
          List<Long> again = new ArrayList<>();
          unsure.values().forEach(ack -> again.addAll(ack.ids()));
          unsure.clear();
          user.markLater(again);
          journal.reconnect();
          connectLater();
        }
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      end();
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      end();
    }

    @Override
    public String toString() {
      long now = System.nanoTime();
      return "at %s for %.1f s, last heard of it %.1f s ago"
          .formatted(node, (now - opened) / 1e9, (now - lastHeard) / 1e9);
    }
  }
}
