package imserver.bench;

import java.lang.reflect.Field;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Takes from Tyrus the container's managed executor, which costs it more for each message than all
 * else together, and gives it a plain one.
 */
final class Unscheduled {

  private static final String FIELD = "managedScheduledExecutorService";

  private static boolean applied;

  private Unscheduled() {}

  static synchronized void apply(Object container) {
    if (applied) {
      return;
    }
    ScheduledThreadPoolExecutor plain =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "relay-idle");
              thread.setDaemon(true);
              return thread;
            });
    plain.setRemoveOnCancelPolicy(true);
    try {
      Field field = field(container.getClass());
      field.setAccessible(true);
      field.set(container, plain);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this container is not Tyrus as it was", e);
    }
    applied = true;
  }

  private static Field field(Class<?> type) throws NoSuchFieldException {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      try {
        return each.getDeclaredField(FIELD);
      } catch (NoSuchFieldException e) {
        continue;
      }
    }
    throw new NoSuchFieldException(FIELD + " of " + type);
  }
}
