package imserver.database;

/**
 * It is not known whether a transaction was committed, for instance since the connection broke
 * before the answer: the database has done all of it or nothing, or is still about to do all of it.
 */
public class CommitUnknownException extends StorageException {

  private static final long serialVersionUID = 1L;

  /** With the text of the root cause. */
  public CommitUnknownException(Throwable cause) {
    super(cause);
  }
}
