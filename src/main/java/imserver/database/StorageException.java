package imserver.database;

import jakarta.ejb.ApplicationException;

/**
 * The database did not do what it was asked, and the transaction is rolled back. An application
 * exception, so that the container does not log a stack trace for every message while the database
 * is down.
 */
@ApplicationException(rollback = true)
public class StorageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the first cause's text, which is what tells the operator something. */
  public StorageException(Throwable cause) {
    super(root(cause).toString(), cause);
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
