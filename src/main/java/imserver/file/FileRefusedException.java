package imserver.file;

import jakarta.ejb.ApplicationException;

/** A file is not taken. An ordinary answer: no stack trace, and none of the container's. */
@ApplicationException
public final class FileRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** It has more bytes than may be. */
    TOO_LARGE("the file is too large"),
    /** It has none. */
    EMPTY("the file is empty"),
    /** Its owner has uploaded too many within a day. */
    QUOTA("you have uploaded too many files within a day"),
    /** The name is that of another file of its owner. */
    REUSED_ID("clientFileId is that of another file"),
    /** The scanner has found something. */
    REFUSED("the file is refused here"),
    /** It comes too slowly. */
    TIMEOUT("the body did not arrive in time"),
    /** Too much is being done at once. */
    BUSY("the server is busy, try again"),
    /** Too many uploads of this user at once. */
    TOO_MANY("too many files of this user are on their way"),
    /** There is no such upload. */
    UNKNOWN("there is no such upload"),
    /** The bytes do not follow on those that are there. */
    CONFLICT("the upload is at another offset"),
    /** It cannot be read, as a form that is none. */
    MALFORMED("the body cannot be read");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }

  private final Reason reason;

  /** For a reason. */
  public FileRefusedException(Reason reason) {
    super(reason.text, null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
