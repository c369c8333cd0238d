package imserver.session;

import imserver.auth.UserPrincipal;
import imserver.packet.CloseCode;
import imserver.packet.Response;
import imserver.packet.Response.Answer;
import imserver.packet.Response.Behind;
import imserver.packet.Response.Incoming;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * The changes for one connection whose client keeps a cursor among them: a welcome first, then each
 * change in the order of the numbers, none twice; and where some cannot be told one by one, that
 * the client is to ask for them.
 *
 * <p>It is the requester of what its client asks. The answer to a request that was a change is told
 * in its place among the changes, where the other connections of the user are told the change
 * itself; other answers are told at once.
 *
 * <p>Safe for use by several threads; the connection gets the packets in the order of the calls.
 */
public final class ChangeStream implements ConnectionStream, Requester {

  private final Connection connection;

  /** By the numbers of changes that are not told yet. */
  private final NavigableMap<Long, List<Answer>> answers = new TreeMap<>();

  private final int maxHeld;

  /** What is to be said after the welcome. */
  private final List<Response> held = new ArrayList<>();

  private boolean welcomed;

  /** The number up to which changes were told, or are for the client to ask for. */
  private long told;

  /**
   * A stream that waits for its welcome.
   *
   * @param maxHeld how many answers may wait for it; one more closes the connection
   */
  ChangeStream(Connection connection, int maxHeld) {
    this.connection = connection;
    this.maxHeld = maxHeld;
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Requester requester() {
    return this;
  }

  @Override
  public UserPrincipal user() {
    return connection.user();
  }

  /**
   * Begins.
   *
   * @param head the number of the last change that is not told here
   * @param welcome what the client is told of it
   */
  synchronized void welcome(long head, LongFunction<? extends Response> welcome) {
    welcomed = true;
    told = Math.max(told, head);
    connection.send(welcome.apply(head));
    connection.send(held);
    held.clear();
    answerUpTo(told);
  }

  @Override
  public synchronized void deliver(List<UserChange> changes, List<Incoming> messages) {
    List<Response> packets = new ArrayList<>(changes.size());
    for (UserChange change : changes) {
      told = change.number();
      List<Answer> own = answers.remove(told);
      Response event = change.event();
      if (own != null) {
        packets.addAll(own);
      } else if (welcomed) {
        packets.add(event == null ? new Behind() : event);
      }
    }
    say(packets);
  }

  /** At once, or after the welcome, which is the first that the client is told. */
  private void say(List<? extends Response> packets) {
    if (packets.isEmpty()) {
      return;
    }
    if (welcomed) {
      connection.send(packets);
    } else if (held.size() + packets.size() <= maxHeld) {
      held.addAll(packets);
    } else {
      held.clear();
      connection.close(CloseCode.TOO_SLOW);
    }
  }

  @Override
  public synchronized void missed(long head) {
    if (head > told) {
      told = head;
      answerUpTo(head);
      if (welcomed) {
        connection.send(new Behind());
      }
    }
  }

  private void answerUpTo(long number) {
    NavigableMap<Long, List<Answer>> due = answers.headMap(number, true);
    due.values().forEach(this::say);
    due.clear();
  }

  @Override
  public void send(Response answer) {
    send(List.of(answer));
  }

  @Override
  public synchronized void send(List<? extends Response> packets) {
    List<Response> atOnce = new ArrayList<>(packets.size());
    for (Response packet : packets) {
      if (packet instanceof Answer answer && answer.change() > told) {
        answers.computeIfAbsent(answer.change(), number -> new ArrayList<>()).add(answer);
      } else {
        atOnce.add(packet);
      }
    }
    say(atOnce);
  }
}
