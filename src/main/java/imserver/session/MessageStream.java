package imserver.session;

import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages for one connection: its replay first, then those that arrive, none twice (see the
 * package). Starts in the replay. Safe for use by several threads; the connection gets the packets
 * in the order of the calls.
 */
public final class MessageStream implements ConnectionStream {

  private final Connection connection;
  private final int maxHeld;
  private final List<Incoming> held = new ArrayList<>();
  private boolean live;
  private long replayedUpTo;
  private int replayed;

  /**
   * A stream that waits for its replay.
   *
   * @param maxHeld how many live messages may wait for the end of the replay; one more closes the
   *     connection
   */
  MessageStream(Connection connection, int maxHeld) {
    this.connection = connection;
    this.maxHeld = maxHeld;
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Requester requester() {
    return connection;
  }

  /** The id of the last message of the replay that was sent; 0 before the first. */
  public synchronized long replayedUpTo() {
    return replayedUpTo;
  }

  /** How many messages of the replay were sent. */
  public synchronized int replayed() {
    return replayed;
  }

  /**
   * Sends the next part of the replay.
   *
   * @param page messages in ascending order of their ids, all above {@link #replayedUpTo}
   */
  public synchronized void replay(List<Incoming> page) {
    if (!page.isEmpty()) {
      connection.send(page);
      replayedUpTo = page.get(page.size() - 1).messageId();
      replayed += page.size();
    }
  }

  /** Ends the replay: what was held back goes out now, what arrives goes out as it comes. */
  public synchronized void goLive() {
    live = true;
    sendUnlessReplayed(held);
    held.clear();
  }

  @Override
  public synchronized void deliver(List<UserChange> changes, List<Incoming> messages) {
    if (live) {
      sendUnlessReplayed(messages);
    } else if (held.size() + messages.size() <= maxHeld) {
      held.addAll(messages);
    } else {
      held.clear();
      connection.close(CloseCode.TOO_SLOW);
    }
  }

  /** What was missed is read from the database, and delivered. */
  @Override
  public void missed(long head) {}

  /** Of messages in ascending order of their ids. */
  private void sendUnlessReplayed(List<Incoming> messages) {
    int from = 0;
    while (from < messages.size() && messages.get(from).messageId() <= replayedUpTo) {
      from++;
    }
    if (from < messages.size()) {
      connection.send(messages.subList(from, messages.size()));
    }
  }
}
