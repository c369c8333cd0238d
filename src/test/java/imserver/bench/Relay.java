package imserver.bench;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the container does by the standard API: acknowledges a message and forwards it, at once and
 * without storing it. With {@code -Dbench.relay.unscheduled=true} it rids Tyrus of what it
 * schedules for each message.
 */
@ServerEndpoint("/imserver/{user}")
public class Relay {

  private static final Map<String, Outbox> USERS = new ConcurrentHashMap<>();

  /** For the container. */
  public Relay() {}

  @OnOpen
  public void open(Session session, @PathParam("user") String user) {
    if (Boolean.getBoolean("bench.relay.unscheduled")) {
      Unscheduled.apply(session.getContainer());
    }
    session.setMaxIdleTimeout(0);
    USERS.put(user, new Outbox(session));
  }

  @OnMessage
  public void message(String packet, @PathParam("user") String user) {
    String to = between(packet, "\"toId\":", ",");
    String content = between(packet, "\"content\":\"", "\"");
    String timestamp = between(packet, "\"timestamp\":\"", "\"");
    USERS
        .get(user)
        .send(
            "{\"fromId\":0,\"toId\":"
                + user
                + ",\"type\":0,\"content\":\"\",\"timestamp\":\""
                + timestamp
                + "\",\"Describe\":\"\"}");
    Outbox recipient = USERS.get(to);
    if (recipient != null) {
      recipient.send(
          "{\"fromId\":"
              + user
              + ",\"toId\":"
              + to
              + ",\"type\":2,\"content\":\""
              + content
              + "\",\"timestamp\":\""
              + timestamp
              + "\",\"Describe\":\"{\\\"userName\\\":\\\""
              + user
              + "\\\",\\\"headURL\\\":\\\"\\\",\\\"messageId\\\":\\\"1000000\\\"}\"}");
    }
  }

  private static String between(String packet, String before, String after) {
    int from = packet.indexOf(before) + before.length();
    return packet.substring(from, packet.indexOf(after, from));
  }

  @OnClose
  public void close(@PathParam("user") String user) {
    USERS.remove(user);
  }

  /** One send on its way, as every container allows; the others wait. */
  private static final class Outbox {

    private final Session session;
    private final Queue<String> waiting = new ArrayDeque<>();
    private boolean sending;

    Outbox(Session session) {
      this.session = session;
    }

    void send(String packet) {
      synchronized (waiting) {
        waiting.add(packet);
        if (sending) {
          return;
        }
        sending = true;
      }
      sendNext();
    }

    private void sendNext() {
      boolean more = true;
      while (more) {
        String packet;
        synchronized (waiting) {
          packet = waiting.poll();
          sending = packet != null;
        }
        more = packet != null && isWrittenAtOnce(packet);
      }
    }

    private boolean isWrittenAtOnce(String packet) {
      AtomicBoolean met = new AtomicBoolean(); // set by the call or the report, whichever is first
      session.getAsyncRemote().sendText(packet, result -> written(result, met));
      return !met.compareAndSet(false, true);
    }

    private void written(SendResult result, AtomicBoolean met) {
      if (!met.compareAndSet(false, true) && result.isOK()) {
        sendNext();
      }
    }
  }
}
