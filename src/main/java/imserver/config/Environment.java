package imserver.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** Gives the rest of the application what comes from outside it: the settings and the time. */
@ApplicationScoped
public class Environment {

  private static final System.Logger LOG = System.getLogger(Environment.class.getName());

  /** Read by the build, not by the server. */
  private static final Set<String> OF_THE_BUILD = Set.of("IMSERVER_PORT");

  /**
   * The settings of this process.
   *
   * @throws InvalidConfigException if one cannot be used
   */
  @Produces
  @Singleton
  public Config config() {
    warnOfUnknownKeys();
    return read();
  }

  /** The settings of this process, for code that runs before there is injection. */
  public static Config read() {
    try {
      return new ConfigReader(System::getenv, System::getProperty).read();
    } catch (InvalidConfigException e) {
      LOG.log(Level.ERROR, "imserver cannot start: {0}", e.getMessage());
      throw e;
    }
  }

  /** The folder of the embedded database, absolute. */
  public static Path dataFolder(Config.Storage storage) {
    Path folder =
        storage.data() == null ? InstanceFolder.of(System::getProperty) : Path.of(storage.data());
    return folder.toAbsolutePath().normalize();
  }

  /** The time. */
  @Produces
  @Singleton
  public Clock clock() {
    return Clock.systemUTC();
  }

  private static void warnOfUnknownKeys() {
    List<String> known = ConfigReader.keys();
    System.getenv().keySet().stream()
        .filter(key -> key.startsWith("IMSERVER_"))
        .filter(key -> !known.contains(key) && !OF_THE_BUILD.contains(key))
        .forEach(key -> LOG.log(Level.WARNING, "{0} is set, but no setting has that name", key));
  }
}
