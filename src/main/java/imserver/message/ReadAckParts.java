package imserver.message;

import imserver.auth.UserPrincipal;
import imserver.message.Submission.ReadAck;
import imserver.packet.MarkRead;
import imserver.packet.Response;
import imserver.session.Mark;
import imserver.session.Requester;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requester of the parts of a large read-ack, which is stored part by part, so that other users
 * need not wait for all of it. Answers the requester of the whole when the last part is done: with
 * the first failure, if there was one. Safe for use by several threads.
 */
final class ReadAckParts implements Requester {

  private final Requester whole;
  private int open;
  private @Nullable Response failure;

  /** The last one of each sender. */
  private final Map<Long, Mark> marks = new HashMap<>();

  private ReadAckParts(Requester whole, int parts) {
    this.whole = whole;
    this.open = parts;
  }

  /** The read-ack, or its parts where it is large. */
  static List<ReadAck> of(ReadAck ack) {
    MarkRead request = ack.request();
    List<Long> ids = request.messageIds();
    int most = FairQueue.IDS_PER_PERMIT;
    if (ids.size() <= most) {
      return List.of(ack);
    }
    ReadAckParts requester = new ReadAckParts(ack.requester(), (ids.size() + most - 1) / most);
    List<ReadAck> parts = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += most) {
      List<Long> part = ids.subList(from, Math.min(from + most, ids.size()));
      parts.add(new ReadAck(requester, new MarkRead(request.fromId(), part, request.timestamp())));
    }
    return parts;
  }

  @Override
  public UserPrincipal user() {
    return whole.user();
  }

  @Override
  public void send(Response answer) {
    partIsDone(answer, List.of());
  }

  @Override
  public void marked(List<Mark> some) {
    partIsDone(null, some);
  }

  private void partIsDone(@Nullable Response failed, List<Mark> some) {
    Response answer;
    List<Mark> all;
    synchronized (this) {
      failure = failure == null ? failed : failure;
      some.forEach(
          mark -> marks.merge(mark.senderId(), mark, (a, b) -> a.change() > b.change() ? a : b));
      open--;
      if (open > 0) {
        return;
      }
      answer = failure;
      all = List.copyOf(marks.values());
    }
    if (answer == null) {
      whole.marked(all);
    } else {
      whole.send(answer);
    }
  }
}
