package imserver.server;

import java.io.IOException;
import java.net.URI;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The servers of {@link WithServer}, which later classes with the same settings take over. */
public final class SharedServer implements BeforeAllCallback {

  /**
   * As many at a time, where each has a database of its own: one with the default settings, which
   * most classes have, and another one. Two on one database would tell each other what they do, and
   * most tests are about a server that is alone.
   */
  private static final int AT_MOST =
      TestEnvironment.onPostgres() || TestEnvironment.onMariaDb() ? 1 : 2;

  /** By their settings, the one that was wanted last at the end. */
  private static final Map<List<String>, ServerProcess> RUNNING = new LinkedHashMap<>(4, 1, true);

  /** The one that the class wants whose tests are run. */
  private static @Nullable ServerProcess wanted;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    List<String> settings =
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), WithServer.class)
            .map(server -> List.of(server.value()))
            .orElseThrow();
    ServerProcess server = RUNNING.get(settings);
    if (server != null && !server.isAlive()) {
      throw new IllegalStateException("the server ended by itself; see " + server.log());
    }
    if (server == null) {
      if (RUNNING.size() == AT_MOST) {
        stopFirst();
      }
      server =
          ServerProcess.start(
              TestEnvironment.freePort(),
              TestEnvironment.folder(
                  System.getProperty("imserver.test.server") + "-" + System.nanoTime()),
              environment(settings));
      RUNNING.put(settings, server);
    }
    wanted = server;
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
    return Optional.ofNullable(wanted).orElseThrow();
  }

  /** Its address. */
  public static URI address() {
    return running().address();
  }

  /** Stops all: after the last class, or where one wants the database for its own servers. */
  public static void stop() {
    wanted = null;
    try {
      if (!RUNNING.isEmpty()) {
        stopFirst();
      }
    } finally {
      if (!RUNNING.isEmpty()) {
        stop();
      }
    }
  }

  private static void stopFirst() {
    Iterator<ServerProcess> servers = RUNNING.values().iterator();
    try (ServerProcess first = servers.next()) {
      servers.remove();
      first.stop();
    }
  }
}
