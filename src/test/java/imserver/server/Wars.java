package imserver.server;

import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR as it was built, with the settings of a test class. */
final class Wars {

  /** What bounds how much a user does in a time. */
  static final List<String> RATES =
      List.of(
          "IMSERVER_RATE",
          "IMSERVER_READ_RATE",
          "IMSERVER_REQUEST_RATE",
          "IMSERVER_SEARCH_RATE",
          "IMSERVER_CONNECT_RATE");

  private Wars() {}

  /**
   * The WAR, to be deployed with these settings and the database of this run. Limits by rate are
   * off unless they are named, so that tests may be quick.
   *
   * @param settings by the names of their environment variables
   */
  static WebArchive with(Map<String, String> settings) {
    settings().keySet().forEach(System::clearProperty);
    set("IMSERVER_AUTH_MODE", "open");
    RATES.forEach(rate -> set(rate, "0"));
    set("IMSERVER_DATA", TestEnvironment.folder("data-" + System.nanoTime()).toString());
    if (TestEnvironment.onPostgres()) {
      set("IMSERVER_DB_URL", TestEnvironment.postgresUrl());
    }
    settings.forEach(Wars::set);
    return ShrinkWrap.createFromZipFile(
        WebArchive.class, new File(System.getProperty("imserver.test.war")));
  }

  /** The settings that are in force, by the names of their system properties. */
  static Map<String, String> settings() {
    return System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("imserver.") && !name.startsWith("imserver.test."))
        .collect(Collectors.toMap(Function.identity(), System::getProperty));
  }

  /** The environment variable for a system property. */
  static String keyOf(String property) {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static void set(String key, String value) {
    System.setProperty(key.toLowerCase(Locale.ROOT).replace('_', '.'), value);
  }
}
