package imserver.session;

import imserver.config.Config;

/** Registries for tests of other packages. */
public final class SessionRegistries {

  private SessionRegistries() {}

  /** One without connections, with the limits of a configuration. */
  public static SessionRegistry with(Config config) {
    return new SessionRegistry(config);
  }
}
