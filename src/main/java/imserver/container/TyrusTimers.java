package imserver.container;

import imserver.config.Config;
import imserver.config.Config.Switch;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.server.ServerContainer;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the cost out of a timer that Tyrus, the WebSocket engine of Payara and GlassFish, starts
 * anew with each message in and out, also where there is no idle timeout to be kept, as here. It
 * starts it on the server's managed executor, which captures the caller's context for each task:
 * two thirds of all processor time under load. Tyrus offers no setting for it; it takes the
 * executor from a field of its container, which belongs to this application alone. Where the field
 * is not as expected nothing is changed, and the log says so. {@code IMSERVER_TYRUS_TIMERS=off}
 * leaves it alone.
 */
@WebListener
public class TyrusTimers implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(TyrusTimers.class.getName());

  private static final String CONTAINER = "org.glassfish.tyrus.core.BaseContainer";
  private static final String FIELD = "managedScheduledExecutorService";

  @Inject private Config config;

  private final Timers timers = new Timers();

  /** For the container, which injects the rest. */
  public TyrusTimers() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    Object container = event.getServletContext().getAttribute(ServerContainer.class.getName());
    Class<?> type = container == null ? null : tyrus(container.getClass());
    if (type == null || config.server().tyrusTimers() == Switch.OFF) {
      return;
    }
    try {
      Field executor = type.getDeclaredField(FIELD);
      executor.setAccessible(true);
      executor.set(container, timers);
      LOG.log(Level.INFO, "the timers of Tyrus are replaced by cheaper ones");
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.WARNING, "the timers of Tyrus are left as they are, and slow: {0}", e);
    }
  }

  private static @Nullable Class<?> tyrus(Class<?> container) {
    Class<?> type = container;
    while (type != null && !type.getName().equals(CONTAINER)) {
      type = type.getSuperclass();
    }
    return type;
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    timers.shutdownNow();
  }

  /** Has no thread until something is to be done later, and does nothing that is due at once. */
  private static final class Timers extends ScheduledThreadPoolExecutor {

    Timers() {
      super(1, new DiscardPolicy());
      setRemoveOnCancelPolicy(true);
    }

    /** With a delay of 0 Tyrus means the idle timeout that there is not. */
    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      return delay <= 0 ? Nothing.INSTANCE : super.schedule(task, delay, unit);
    }
  }

  /** The future of a task that is not needed. */
  private static final class Nothing extends CompletableFuture<Object>
      implements ScheduledFuture<Object> {

    static final Nothing INSTANCE = new Nothing();

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(0, other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
