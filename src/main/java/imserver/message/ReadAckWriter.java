package imserver.message;

import imserver.message.Submission.ReadAck;
import imserver.packet.FailureCode;
import imserver.session.Mark;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/** What a lane does with read-acks: mark a batch as read, then answer. For one thread at a time. */
final class ReadAckWriter {

  private static final System.Logger LOG = System.getLogger(ReadAckWriter.class.getName());

  private final MessageService service;
  private final Delivery delivery;
  private final Executor replies;

  /**
   * Marks by a service.
   *
   * @param delivery is told what was marked
   * @param replies runs the answers
   */
  ReadAckWriter(MessageService service, Delivery delivery, Executor replies) {
    this.service = service;
    this.delivery = delivery;
    this.replies = replies;
  }

  /** Marks what read-acks name, and answers them. */
  void process(List<ReadAck> acks) {
    Map<Long, Set<Long>> idsByReader = new HashMap<>();
    for (ReadAck ack : acks) {
      idsByReader
          .computeIfAbsent(ack.requester().user().userId(), reader -> new HashSet<>())
          .addAll(ack.request().messageIds());
    }
    List<ReadMark> marks;
    try {
      marks = markReadTryingTwice(idsByReader);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "{0} read-acks could not be stored: {1}", acks.size(), e.getMessage());
      replies.execute(() -> acks.forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE)));
      return;
    }
    replies.execute(
        () -> {
          try {
            acks.forEach(ack -> ack.marked(marksOf(ack, marks)));
          } finally {
            delivery.committed(marks.stream().map(ReadMark::asChange).toList());
          }
        });
  }

  private static List<Mark> marksOf(ReadAck ack, List<ReadMark> marks) {
    long reader = ack.requester().user().userId();
    return marks.stream().filter(mark -> mark.readerId() == reader).map(ReadMark::mark).toList();
  }

  /**
   * Once more after a failure, since marking is idempotent and the first attempt may have used a
   * connection that was dead.
   */
  private List<ReadMark> markReadTryingTwice(Map<Long, Set<Long>> idsByReader) {
    try {
      return service.markRead(idsByReader);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e); // the second attempt does not tell what the first has done
      return service.markRead(idsByReader);
    }
  }
}
