package imserver.session;

import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The messages on their way to one connection: its backlog first, then what arrives, none twice
 * (see the package). Starts in the backlog. Safe for use by several threads; the connection gets
 * the packets in the order of the calls.
 */
public final class MessageStream {

  private final Connection connection;
  private final int maxHeld;
  private final Queue<Incoming> held = new ArrayDeque<>();
  private boolean live;
  private long replayedUpTo;
  private int replayed;

  /**
   * A stream that waits for its backlog.
   *
   * @param maxHeld how many live messages may wait for the end of the backlog; one more closes the
   *     connection
   */
  MessageStream(Connection connection, int maxHeld) {
    this.connection = connection;
    this.maxHeld = maxHeld;
  }

  /** Where the messages go. */
  public Connection connection() {
    return connection;
  }

  /** The id of the last message of the backlog that was sent; 0 before the first. */
  public synchronized long replayedUpTo() {
    return replayedUpTo;
  }

  /** How many messages of the backlog were sent. */
  public synchronized int replayed() {
    return replayed;
  }

  /**
   * Sends the next part of the backlog.
   *
   * @param page messages in ascending order of their ids, all above {@link #replayedUpTo}
   */
  public synchronized void replay(List<Incoming> page) {
    for (Incoming message : page) {
      connection.send(message);
      replayedUpTo = message.messageId();
    }
    replayed += page.size();
  }

  /** Ends the backlog: what was held back goes out now, what arrives goes out as it comes. */
  public synchronized void goLive() {
    live = true;
    held.forEach(this::sendUnlessReplayed);
    held.clear();
  }

  /** Takes a message that was just stored. */
  synchronized void deliver(Incoming message) {
    if (live) {
      sendUnlessReplayed(message);
    } else if (held.size() < maxHeld) {
      held.add(message);
    } else {
      held.clear();
      connection.close(CloseCode.TOO_SLOW);
    }
  }

  private void sendUnlessReplayed(Incoming message) {
    if (message.messageId() > replayedUpTo) {
      connection.send(message);
    }
  }
}
