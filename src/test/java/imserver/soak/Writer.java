package imserver.soak;

import imserver.server.Client;
import imserver.server.Packet;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends numbered messages of one user, a few in flight, and keeps the rule of PROTOCOL.md: what was
 * not acknowledged is sent again, first and in its order. It does so at any server, as a client
 * behind a proxy does.
 */
final class Writer implements AutoCloseable {

  private static final int WINDOW = 8;
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** PROTOCOL.md, section 5. */
  private static final Duration ANSWER = Duration.ofSeconds(6);

  private static final Duration BACKOFF = Duration.ofMillis(200);

  /** One text in so many is too long for the bus. */
  private static final int LONG_ONES = 100;

  private final long from;
  private final List<Node> nodes;
  private final LongSupplier recipients;
  private final HttpClient http;
  private final Journal journal;
  private final Random random;
  private final Duration pause;
  private final Thread thread;

  // guarded by this
  private final Map<String, Text> unanswered = new LinkedHashMap<>();
  private final List<Text> sent = new ArrayList<>();
  private @Nullable Conversation current;
  private boolean fresh = true;
  private boolean closed;

  /**
   * Starts to send.
   *
   * @param pause between two messages
   */
  Writer(
      long from,
      List<Node> nodes,
      LongSupplier recipients,
      HttpClient http,
      Journal journal,
      long seed,
      Duration pause) {
    this.from = from;
    this.nodes = nodes;
    this.recipients = recipients;
    this.http = http;
    this.journal = journal;
    this.random = new Random(seed);
    this.pause = pause;
    this.thread = new Thread(this::run, "writer-" + from);
    thread.start();
  }

  /** All that it has sent so far, acknowledged or not. */
  synchronized List<Text> sent() {
    return List.copyOf(sent);
  }

  /** Whether it sends anything new, or only goes on with what was not acknowledged. */
  synchronized void sendNew(boolean is) {
    fresh = is;
  }

  /** Whether everything that was sent is acknowledged. */
  synchronized boolean isDone() {
    return unanswered.isEmpty();
  }

  @Override
  public synchronized String toString() {
    return "writer %d with %d unanswered%s"
        .formatted(from, unanswered.size(), current == null ? "" : " at " + current.node);
  }

  private void run() {
    try {
      while (!isClosed()) {
        Node node = nodes.get(random.nextInt(nodes.size()));
        try {
          converse(node);
        } catch (CompletionException e) { // it is down: another one
          pause(BACKOFF);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void converse(Node node) throws InterruptedException {
    Conversation conversation = new Conversation(node);
    WebSocket socket =
        http.newWebSocketBuilder()
            .connectTimeout(CONNECT)
            .buildAsync(Client.address(node.address(), from), conversation)
            .join();
    synchronized (this) {
      current = conversation;
    }
    try {
      for (Text text : unansweredNow()) {
        if (!conversation.awaitRoom()) {
          return;
        }
        conversation.send(socket, text);
      }
      while (conversation.awaitRoom()) {
        if (isClosed()) {
          return;
        }
        Text text = next();
        if (text != null) {
          conversation.send(socket, text);
        }
        pause(pause);
      }
    } finally {
      socket.abort();
      synchronized (this) {
        current = null;
      }
    }
    pause(BACKOFF);
  }

  private synchronized List<Text> unansweredNow() {
    return List.copyOf(unanswered.values());
  }

  private synchronized @Nullable Text next() {
    if (!fresh) {
      return null;
    }
    Text text =
        new Text(
            from, sent.size(), recipients.getAsLong(), random.nextInt(LONG_ONES) == LONG_ONES - 1);
    sent.add(text);
    unanswered.put(String.valueOf(text.number()), text);
    return text;
  }

  private synchronized void answered(Packet packet) {
    Text text = unanswered.get(packet.timestamp());
    if (packet.isSuccess()) {
      unanswered.remove(packet.timestamp());
      if (text != null) {
        journal.acknowledge(text.key());
      }
    } else if (!packet.retryable()) {
      journal.violation("writer " + from + " was told " + packet.code() + " of " + text);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void pause(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toNanos();
    while (!closed && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
  }

  /** Ends it, and waits for that. */
  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
    thread.join();
  }

  /** What is said by one connection. */
  private final class Conversation implements WebSocket.Listener {

    private final Node node;
    private final StringBuilder text = new StringBuilder();
    private long lastId;

    // guarded by this
    private int inFlight;
    private long progress;
    private boolean over;

    Conversation(Node node) {
      this.node = node;
    }

    /** Waits until one more may be sent. False where the connection is of no use any more. */
    synchronized boolean awaitRoom() throws InterruptedException {
      while (!over && !isStuck() && inFlight >= WINDOW) {
        TimeUnit.MILLISECONDS.timedWait(this, 100);
      }
      return !over && !isStuck();
    }

    private boolean isStuck() {
      return inFlight > 0 && System.nanoTime() - progress > ANSWER.toNanos();
    }

    void send(WebSocket socket, Text message) {
      synchronized (this) {
        if (inFlight == 0) {
          progress = System.nanoTime();
        }
        inFlight++;
      }
      socket
          .sendText(message.packet(), true)
          .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS)
          .join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket socket, CharSequence data, boolean isLast) {
      text.append(data);
      if (isLast) {
        Packet packet = Packet.parse(text.toString());
        text.setLength(0);
        if (packet.isMessage()) {
          take(packet.messageId());
        } else {
          answered(packet);
          synchronized (this) {
            inFlight--;
            progress = System.nanoTime();
            over |= packet.isFailure(); // to another server with it
            notifyAll();
          }
        }
      }
      socket.request(1);
      return null;
    }

    private void take(long id) {
      if (id <= lastId) {
        journal.violation(
            "writer %d: message %d after %d on one socket".formatted(from, id, lastId));
      }
      lastId = id;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      end();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      end();
    }

    private synchronized void end() {
      over = true;
      notifyAll();
    }
  }
}
