package imserver.database;

/**
 * The connection broke before the database had answered: it has done nothing of what it was asked,
 * or all of it.
 */
public class UnansweredException extends StorageException {

  private static final long serialVersionUID = 1L;

  /** With the first cause's text. */
  public UnansweredException(Throwable cause) {
    super(cause);
  }
}
