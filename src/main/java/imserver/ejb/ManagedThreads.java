package imserver.ejb;

import jakarta.enterprise.concurrent.ManageableThread;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads in which the classes of this application are found. The caller that asks for one also
 * ends it.
 */
final class ManagedThreads implements ManagedThreadFactory {

  private static final AtomicInteger COUNT = new AtomicInteger();

  @Override
  public Thread newThread(Runnable task) {
    return named(new ManagedThread(task));
  }

  @Override
  public ForkJoinWorkerThread newThread(ForkJoinPool pool) {
    return named(ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool));
  }

  private static <T extends Thread> T named(T thread) {
    thread.setName("imserver-" + COUNT.incrementAndGet());
    thread.setDaemon(true);
    thread.setContextClassLoader(ManagedThreads.class.getClassLoader());
    return thread;
  }

  private static final class ManagedThread extends Thread implements ManageableThread {

    ManagedThread(Runnable task) {
      super(task);
    }

    @Override
    public boolean isShutdown() {
      return false; // the caller that asked for it ends it
    }
  }
}
