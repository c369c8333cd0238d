package imserver.database;

import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;

/**
 * An interceptor that turns what a session bean throws into a {@link StorageException}, except for
 * faults of the program ({@link StorageException#isFault}), which must not be taken for a database
 * that is down.
 */
public class StorageExceptionTranslator {

  /** Calls the method, and translates what it throws. */
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
