package imserver.endpoint;

import imserver.message.StoreWarmUp;
import imserver.session.Workers;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Goes the way of a connection and of a message some times before the first ones come, and leaves
 * nothing of them: what is loaded, linked, prepared and connected then is not waited for by users.
 * The application answers when it is done, or has taken long enough.
 */
@WebListener
public class WarmUp implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

  /** Side by side, so that as many connections to the database are warm. */
  private static final int THREADS = 4;

  /** Of each thread. */
  private static final int ROUNDS = 8;

  /** After so long no further round begins, and after twice as long none is waited for. */
  private final Duration enough;

  @Inject private StoreWarmUp store;
  @Inject private Workers workers;

  /** For the container, which injects the rest. */
  public WarmUp() {
    enough = Duration.ofSeconds(2);
  }

  WarmUp(StoreWarmUp store, Workers workers, Duration enough) {
    this.store = store;
    this.workers = workers;
    this.enough = enough;
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    run();
  }

  /** Whatever fails is logged, and no reason not to start. */
  void run() {
    long begin = System.nanoTime();
    AtomicInteger done = new AtomicInteger();
    CountDownLatch running = new CountDownLatch(THREADS);
    for (int i = 0; i < THREADS; i++) {
      workers.run(
          () -> {
            try {
              rounds(begin, done);
            } finally {
              running.countDown();
            }
          });
    }
    try {
      running.await(2 * enough.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.log(
        Level.INFO,
        "warmed up: {0} rounds in {1} ms",
        done,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
  }

  private void rounds(long begin, AtomicInteger done) {
    for (int i = 0; i < ROUNDS && System.nanoTime() - begin < enough.toNanos(); i++) {
      PacketWarmUp.run();
      if (!store.tryOnce()) {
        return;
      }
      done.incrementAndGet();
    }
  }
}
