package imserver.database;

import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;

/**
 * Turns what a session bean's database work throws into a {@link StorageException}; not our own
 * faults, which nobody shall take for a database that is down.
 */
public class StorageExceptionTranslator {

  /** Goes on, and translates. */
  @AroundInvoke
  public Object translate(InvocationContext call) throws Exception {
    try {
      return call.proceed();
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      if (StorageException.isFault(e)) {
        throw e;
      }
      throw new StorageException(e);
    }
  }
}
