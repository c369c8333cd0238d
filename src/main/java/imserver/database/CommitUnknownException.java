package imserver.database;

/**
 * The connection broke before all was answered: the database has done nothing of what it was asked,
 * or all of it.
 */
public class CommitUnknownException extends StorageException {

  private static final long serialVersionUID = 1L;

  /** With the first cause's text. */
  public CommitUnknownException(Throwable cause) {
    super(cause);
  }
}
