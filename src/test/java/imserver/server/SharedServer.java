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

  /** As many at a time: one with the default settings, which most classes have, and another one. */
  private static final int AT_MOST = 2;

  /** By their settings, the one that was wanted last at the end. */
  private static final Map<List<String>, ServerProcess> RUNNING =
      new LinkedHashMap<>(AT_MOST + 1, 1, true);

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

  /** After the last class. */
  public static void stop() {
    while (!RUNNING.isEmpty()) {
      stopFirst();
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
