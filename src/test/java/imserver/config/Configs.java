package imserver.config;

import java.util.HashMap;
import java.util.Map;

/** Settings for tests: the defaults, but for what a test names. */
public final class Configs {

  private Configs() {}

  /** The defaults, with these keys of environment variables and their texts in their place. */
  public static Config with(String... keysAndTexts) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      environment.put(keysAndTexts[i], keysAndTexts[i + 1]);
    }
    return new ConfigReader(environment::get, key -> null).read();
  }
}
