package imserver.database;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import java.util.Locale;

/** The databases that the product knows. */
public enum Vendor {
  /** For production. */
  POSTGRESQL,
  /** In a file of this machine, in its mode that understands much of PostgreSQL's SQL. */
  H2;

  /**
   * Whose SQL the configured database speaks.
   *
   * @throws InvalidConfigException if the product does not know it
   */
  public static Vendor of(Config.Storage storage) {
    String url = storage.url();
    if (url == null || url.startsWith("jdbc:h2:")) {
      return H2;
    }
    if (url.startsWith("jdbc:postgresql:")) {
      return POSTGRESQL;
    }
    throw new InvalidConfigException(
        "IMSERVER_DB_URL must begin with jdbc:postgresql: (or jdbc:h2:)");
  }

  /** The folder of its own migrations. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
