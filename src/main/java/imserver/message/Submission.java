package imserver.message;

import imserver.content.Verdict;
import imserver.packet.Attachment;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.RecallMessage;
import imserver.packet.Request;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.session.Mark;
import imserver.session.Requester;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that was taken in, with its requester, who is to be answered. */
sealed interface Submission {

  /** Who asked. */
  Requester requester();

  /** What was asked. */
  Request request();

  /** How far it has come. */
  Progress progress();

  /** Answers with a failure, unless it was answered before. */
  default void fail(FailureCode code) {
    if (progress().tryAnswer()) {
      progress().answered(code.name());
      requester().send(failure(code));
    }
  }

  /** Takes note of its answer, for who was to give it; see {@link Progress#tryAnswer}. */
  default void answered(Response answer) {
    progress().answered(answer instanceof Failure failure ? failure.code().name() : null);
  }

  /** The answer for a failure. */
  default Failure failure(FailureCode code) {
    return failure(requester(), request(), code);
  }

  /** The same with a text of its own. */
  default Failure failure(FailureCode code, String message) {
    return new Failure(
        requester().user().userId(), request().timestamp(), code, message, request().requestId());
  }

  /** The same of a request that is no submission yet. */
  static Failure failure(Requester requester, Request request, FailureCode code) {
    return new Failure(
        requester.user().userId(), request.timestamp(), code, code.message(), request.requestId());
  }

  /**
   * A message to be stored; with a title and link where it is one of the system.
   *
   * @param verdict what is to become of it for what it says
   * @param exempt whether the rules for strangers do not apply to its sender
   * @param attachments what is known of its files, by the names that they are to have; none before
   *     they were looked for
   */
  record Send(
      Requester requester,
      SendMessage request,
      DedupeKey key,
      @Nullable NoticeDetails noticeDetails,
      Verdict verdict,
      boolean exempt,
      List<Attachment> attachments,
      Progress progress)
      implements Submission {

    /** The same, with another verdict. */
    Send with(Verdict other) {
      return new Send(requester, request, key, noticeDetails, other, exempt, attachments, progress);
    }

    /** Whether it is to carry files. */
    boolean isCarrying() {
      return !request.files().isEmpty();
    }

    /** The same, with what was found of its files. */
    Send with(List<Attachment> found) {
      return new Send(requester, request, key, noticeDetails, verdict, exempt, found, progress);
    }

    Send(Requester requester, SendMessage request, @Nullable NoticeDetails noticeDetails) {
      this(requester, request, noticeDetails, Verdict.of(request.content()));
    }

    Send(
        Requester requester,
        SendMessage request,
        @Nullable NoticeDetails noticeDetails,
        Verdict verdict) {
      this(
          requester,
          request,
          DedupeKey.of(requester.user().userId(), request),
          noticeDetails,
          verdict,
          requester.user().exempt(),
          List.of(),
          new Progress());
    }
  }

  /** Messages to be marked as read. */
  record ReadAck(Requester requester, MarkRead request, Progress progress) implements Submission {

    ReadAck(Requester requester, MarkRead request) {
      this(requester, request, new Progress());
    }

    /** Answers that it is done, unless it was answered before. */
    void marked(List<Mark> marks) {
      if (progress.tryAnswer()) {
        progress.answered(null);
        requester.marked(marks);
      }
    }
  }

  /** A message to be recalled. */
  record Recall(Requester requester, RecallMessage request, Progress progress)
      implements Submission {

    Recall(Requester requester, RecallMessage request) {
      this(requester, request, new Progress());
    }
  }
}
