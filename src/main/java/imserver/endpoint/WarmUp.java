package imserver.endpoint;

import imserver.message.StoreWarmUp;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * Goes the way of a message some times before the first one comes, and stores none: what is loaded,
 * linked, prepared and compiled then is not waited for by users. The application answers when it is
 * done.
 */
@WebListener
public class WarmUp implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

  private static final int ROUNDS = 20;

  /** After so long no further round begins. */
  private static final long ENOUGH = TimeUnit.SECONDS.toNanos(2);

  @Inject private StoreWarmUp store;

  /** For the container, which injects the rest. */
  public WarmUp() {}

  WarmUp(StoreWarmUp store) {
    this.store = store;
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    run();
  }

  /** That the database does not take part is logged, and no reason not to start. */
  void run() {
    long begin = System.nanoTime();
    int rounds = 0;
    while (rounds < ROUNDS && System.nanoTime() - begin < ENOUGH && round()) {
      rounds++;
    }
    LOG.log(
        Level.INFO,
        "warmed up: {0} rounds in {1} ms",
        rounds,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
  }

  private boolean round() {
    PacketWarmUp.run();
    return store.tryOnce();
  }
}
