package imserver.rest;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import org.jspecify.annotations.Nullable;

/**
 * Beans, for what JAX-RS makes by itself: not every container injects into that. Safe for use by
 * several threads.
 */
public final class Beans {

  /**
   * Looked up once: Weld on Tomcat looks through the stack for it, and through all archives, which
   * was a third of the processor time of the shortest requests (2026-11-29).
   */
  private static volatile @Nullable BeanManager manager;

  private Beans() {}

  /**
   * The bean of this type, which is no dependent one: each call would make another of these.
   *
   * @throws IllegalStateException if CDI has not started; once it has ended, what the container
   *     throws
   */
  public static <T> T get(Class<T> type) {
    BeanManager known = manager;
    if (known == null) {
      known = CDI.current().getBeanManager();
      manager = known;
    }
    return known.createInstance().select(type).get();
  }
}
