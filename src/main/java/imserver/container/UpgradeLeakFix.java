package imserver.container;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Takes the upgrade handler out of a request object of Payara or GlassFish when its connection has
 * ended. They keep these objects for later connections, and each refers to the handler that
 * upgraded it last: to a class of ours, and so to a whole application that may have been undeployed
 * since. Their API offers no way to clear it, so it is done by reflection. Where the fields are not
 * as expected nothing is changed.
 */
final class UpgradeLeakFix {

  private static final System.Logger LOG = System.getLogger(UpgradeLeakFix.class.getName());

  private UpgradeLeakFix() {}

  /** The server's own object behind what a filter is given; null if it cannot be found. */
  static @Nullable Object serverRequest(ServletRequest request) {
    return behind(facade(request));
  }

  /** What the server gave to the first filter. */
  static ServletRequest facade(ServletRequest request) {
    ServletRequest facade = request;
    while (facade instanceof ServletRequestWrapper wrapper) {
      facade = wrapper.getRequest();
    }
    return facade;
  }

  /** The server's own object, to which its facade refers; null if it cannot be found. */
  static @Nullable Object behind(Object facade) {
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
