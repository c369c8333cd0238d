package imserver.server;

import java.io.IOException;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The server of {@link WithServer}: one at a time, which the next class takes over if it can. */
public final class SharedServer implements BeforeAllCallback {

  /**
   * Puts classes that can share a server side by side, after those that have servers of their own;
   * but first what JUnit's {@code Order} has first.
   */
  public static final class Order implements ClassOrderer {

    @Override
    public void orderClasses(ClassOrdererContext context) {
      context
          .getClassDescriptors() // the sort is stable
          .sort(Comparator.comparingInt(Order::place).thenComparing(Order::settings));
    }

    private static int place(ClassDescriptor test) {
      return test.findAnnotation(org.junit.jupiter.api.Order.class)
          .map(org.junit.jupiter.api.Order::value)
          .orElse(org.junit.jupiter.api.Order.DEFAULT);
    }

    private static String settings(ClassDescriptor test) {
      return test.findAnnotation(WithServer.class)
          .map(server -> String.join(",", server.value()))
          .orElse("");
    }
  }

  private static List<String> settings = List.of();
  private static @Nullable ServerProcess running;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    List<String> wanted =
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), WithServer.class)
            .map(server -> List.of(server.value()))
            .orElseThrow();
    if (running != null && !running.isAlive()) {
      throw new IllegalStateException("the server ended by itself; see " + running.log());
    }
    if (running == null || !wanted.equals(settings)) {
      stop();
      running =
          ServerProcess.start(
              TestEnvironment.freePort(),
              TestEnvironment.folder(
                  System.getProperty("imserver.test.server") + "-" + System.nanoTime()),
              environment(wanted));
      settings = wanted;
    }
  }

  private static Map<String, String> environment(List<String> settings) {
    Map<String, String> environment = new TreeMap<>(TestEnvironment.databaseSettings());
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    return environment;
  }

  /** The server that the tests of a class talk to. */
  static ServerProcess running() {
    return Optional.ofNullable(running).orElseThrow();
  }

  /** Its address. */
  public static URI address() {
    return running().address();
  }

  /** After the last class. */
  public static void stop() {
    ServerProcess last = running;
    running = null;
    if (last != null) {
      try {
        last.stop();
      } finally {
        last.close();
      }
    }
  }
}
