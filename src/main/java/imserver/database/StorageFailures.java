package imserver.database;

import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;

/** Turns what a session bean's database work throws into a {@link StorageException}. */
public class StorageFailures {

  /** Goes on, and translates. */
  @AroundInvoke
  public Object translate(InvocationContext call) throws Exception {
    try {
      return call.proceed();
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(e);
    }
  }
}
