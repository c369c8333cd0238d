package imserver.config;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Config} out of texts, by the {@link Setting}s on its components. */
public final class ConfigReader {

  private final UnaryOperator<@Nullable String> environment;
  private final UnaryOperator<@Nullable String> systemProperties;

  /**
   * A reader of two maps.
   *
   * @param environment the text of an environment variable, null if unset
   * @param systemProperties the text of a system property, null if unset
   */
  public ConfigReader(
      UnaryOperator<@Nullable String> environment,
      UnaryOperator<@Nullable String> systemProperties) {
    this.environment = environment;
    this.systemProperties = systemProperties;
  }

  /**
   * Reads all settings.
   *
   * @throws InvalidConfigException if one cannot be used, with a sentence that names its key
   */
  public Config read() {
    Config config = record(Config.class);
    config.storage().complete();
    config.webhook().complete();
    config.files().complete();
    config.objectStorage().complete();
    return config;
  }

  /** The keys of all settings, in the order of the record. */
  public static List<String> keys() {
    return settings().map(Setting::key).toList();
  }

  /** All settings, in the order of the record. */
  static Stream<Setting> settings() {
    return Arrays.stream(Config.class.getRecordComponents())
        .flatMap(group -> Arrays.stream(group.getType().getRecordComponents()))
        .map(component -> component.getAnnotation(Setting.class));
  }

  /** The name of the system property for the environment variable {@code key}. */
  static String propertyOf(String key) {
    return key.toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private <R extends Record> R record(Class<R> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(Arrays.stream(components).map(this::value).toArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("not a record of settings: " + type, e);
    }
  }

  private @Nullable Object value(RecordComponent component) {
    Class<?> type = component.getType();
    return type.isRecord() && !component.isAnnotationPresent(Setting.class)
        ? record(type.asSubclass(Record.class))
        : value(type, setting(component));
  }

  private static Setting setting(AnnotatedElement component) {
    Setting setting = component.getAnnotation(Setting.class);
    if (setting == null) {
      throw new LinkageError(component + " has no @Setting");
    }
    return setting;
  }

  private @Nullable Object value(Class<?> type, Setting setting) {
    String text = text(setting);
    if (type == int.class) {
      return number(setting, text);
    }
    if (type == ZoneId.class) {
      return zone(setting, text);
    }
    if (type == RedisUrl.class) {
      return text.isEmpty() ? null : RedisUrl.of(setting.key(), text);
    }
    if (type == URI.class) {
      return text.isEmpty() ? null : address(setting, text);
    }
    if (type == WebhookSecrets.class) {
      return text.isEmpty() ? null : WebhookSecrets.of(setting.key(), text);
    }
    if (type == StrangerRule.class) {
      return strangers(setting, text);
    }
    if (type.isEnum()) {
      return constant(type, setting, text);
    }
    return text.isEmpty() ? null : text;
  }

  private String text(Setting setting) {
    return Stream.of(
            systemProperties.apply(propertyOf(setting.key())), environment.apply(setting.key()))
        .filter(text -> text != null && !text.isBlank())
        .map(String::strip)
        .findFirst()
        .orElse(setting.fallback());
  }

  private static int number(Setting setting, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= setting.min() && number <= setting.max()) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below, with the range
    }
    throw new InvalidConfigException(
        "%s must be a number from %d to %d, not '%s'"
            .formatted(setting.key(), setting.min(), setting.max(), text));
  }

  private static ZoneId zone(Setting setting, String text) {
    try {
      return text.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new InvalidConfigException(
          "%s must be a time zone like Asia/Shanghai, not '%s'".formatted(setting.key(), text));
    }
  }

  /** Without the text, whose path or query may be a secret. */
  private static URI address(Setting setting, String text) {
    URI address = null;
    try {
      address = new URI(text);
    } catch (URISyntaxException e) {
      // reported below
    }
    if (address == null
        || address.getScheme() == null
        || !address.getScheme().matches("(?i)https?")
        || address.getHost() == null
        || address.getPort() > 65_535
        || address.getRawUserInfo() != null
        || address.getRawFragment() != null) {
      throw new InvalidConfigException(
          setting.key()
              + " must be an address like https://HOST/PATH, without a user, a password or a #");
    }
    return address;
  }

  private static StrangerRule strangers(Setting setting, String text) {
    try {
      return StrangerRule.of(text.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "%s %s, not '%s'".formatted(setting.key(), e.getMessage(), text));
    }
  }

  private static Object constant(Class<?> type, Setting setting, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.toString().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidConfigException(
                    "%s must be one of %s, not '%s'"
                        .formatted(
                            setting.key(),
                            Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT),
                            text)));
  }
}
