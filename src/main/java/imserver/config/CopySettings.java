package imserver.config;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Between which databases {@code imserver.transfer} copies.
 *
 * @param source by the settings that a server on it has
 * @param target by the same with {@code IMSERVER_TO_} in the place of {@code IMSERVER_}, or by
 *     options
 * @param objectStorage of the source, where it has one
 */
public record CopySettings(
    Config.Storage source, Config.Storage target, Config.ObjectStorage objectStorage) {

  private static final String PREFIX = "IMSERVER_";
  private static final String TO_PREFIX = "IMSERVER_TO_";

  /**
   * What can be given as an option. A password cannot: others on the machine see the arguments of
   * its processes.
   */
  public static final Map<String, String> OPTIONS =
      Map.of(
          "--to-url", "IMSERVER_DB_URL",
          "--to-user", "IMSERVER_DB_USER",
          "--to-data", "IMSERVER_DATA");

  /**
   * Those of this process.
   *
   * @param options texts by the names of {@link #OPTIONS}, which count more than the environment
   * @throws InvalidConfigException if the target is not named
   */
  public static CopySettings read(Map<String, String> options) {
    return read(options, System::getenv);
  }

  static CopySettings read(
      Map<String, String> options, UnaryOperator<@Nullable String> environment) {
    Config.Storage target =
        databaseOf(
                key -> {
                  String text = option(options, key);
                  return text == null
                      ? environment.apply(TO_PREFIX + key.substring(PREFIX.length()))
                      : text;
                })
            .storage();
    if (target.url() == null && target.data() == null) {
      throw new InvalidConfigException(
          "the target is missing: --to-url jdbc:…, or --to-data FOLDER for an embedded database");
    }
    Config source = databaseOf(environment);
    return new CopySettings(source.storage(), target, source.objectStorage());
  }

  private static @Nullable String option(Map<String, String> options, String key) {
    return OPTIONS.entrySet().stream()
        .filter(each -> each.getValue().equals(key))
        .flatMap(each -> Stream.ofNullable(options.get(each.getKey())))
        .findFirst()
        .orElse(null);
  }

  /**
   * A database by the settings that a server on it has: those of the database and of the object
   * storage alone, since a wrong one elsewhere is no matter here.
   *
   * @param texts by the names of environment variables; null for what is not set
   * @throws InvalidConfigException if they name a data source that only a server has
   */
  public static Config databaseOf(UnaryOperator<@Nullable String> texts) {
    if (isSet(texts.apply("IMSERVER_JNDI")) && !isSet(texts.apply("IMSERVER_DB_URL"))) {
      throw new InvalidConfigException(
          "IMSERVER_JNDI is for servers: name the database by IMSERVER_DB_URL here");
    }
    UnaryOperator<@Nullable String> ofDatabase =
        key ->
            key != null
                    && (key.startsWith("IMSERVER_DB_")
                        || key.startsWith("IMSERVER_S3_")
                        || key.equals("IMSERVER_DATA"))
                ? texts.apply(key)
                : null;
    return new ConfigReader(ofDatabase, key -> null).read();
  }

  private static boolean isSet(@Nullable String text) {
    return text != null && !text.isBlank();
  }
}
