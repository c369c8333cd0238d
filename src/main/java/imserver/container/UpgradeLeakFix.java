package imserver.container;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Payara and GlassFish keep their request objects for the next connections, and each refers to
 * whoever upgraded it last: to a class of ours, and by that to all of an application that may have
 * been undeployed long ago. There is no way to make them forget but their fields. Where these are
 * not as expected nothing is changed.
 */
final class UpgradeLeakFix {

  private static final System.Logger LOG = System.getLogger(UpgradeLeakFix.class.getName());

  private UpgradeLeakFix() {}

  /** The server's own object behind what a filter is given; null if it cannot be found. */
  static @Nullable Object serverRequest(ServletRequest request) {
    ServletRequest facade = request;
    while (facade instanceof ServletRequestWrapper wrapper) {
      facade = wrapper.getRequest();
    }
    try {
      return field(facade.getClass(), "request").get(facade);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a request is not as expected: {0}", e.toString());
      return null;
    }
  }

  /** Takes {@code handler} out of {@code request}, if it is there. */
  static void forget(@Nullable Object request, HttpUpgradeHandler handler) {
    if (request == null) {
      return;
    }
    try {
      Field field = field(request.getClass(), "httpUpgradeHandler");
      if (field.get(request) == handler) {
        field.set(request, null);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a request is not as expected: {0}", e.toString());
    }
  }

  /** A field of a class or of one that it extends, made accessible. */
  static Field field(Class<?> type, String name) throws NoSuchFieldException {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      Class<?> parent = type.getSuperclass();
      if (parent == null) {
        throw e;
      }
      return field(parent, name);
    }
  }
}
