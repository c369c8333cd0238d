package imserver.database;

import jakarta.ejb.ApplicationException;
import org.jspecify.annotations.Nullable;

/**
 * The database did not do what it was asked, and the transaction is rolled back (unless it is a
 * {@link CommitUnknownException}). An application exception, so that the container does not log a
 * stack trace for every message while the database is down.
 */
@ApplicationException(rollback = true)
public class StorageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * With the first line of the root cause, which is the useful one for an operator; PostgreSQL says
   * in further lines in which of our functions it was.
   */
  public StorageException(Throwable cause) {
    super(firstLine(root(cause).toString()), cause);
  }

  /** Whether this is a fault of the program, which a retry does not help. */
  public static boolean isFault(@Nullable Throwable error) {
    return error instanceof NullPointerException
        || error instanceof IllegalArgumentException
        || error instanceof ClassCastException
        || error instanceof IndexOutOfBoundsException;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
