package imserver.database;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import java.util.Locale;

/** The supported databases. */
public enum Vendor {
  /** For production. */
  POSTGRESQL,
  /** For production: MariaDB, or MySQL. */
  MARIADB,
  /** Embedded, in a file of this machine, in its PostgreSQL mode. */
  H2;

  /**
   * The database that is configured.
   *
   * @throws InvalidConfigException if it is not supported
   */
  public static Vendor of(Config.Storage storage) {
    ServerPool pool = ServerPool.of(storage);
    if (pool != null) {
      return pool.vendor();
    }
    String url = storage.url();
    if (url == null || url.startsWith("jdbc:h2:")) {
      return H2;
    }
    if (url.startsWith("jdbc:postgresql:")) {
      return POSTGRESQL;
    }
    if (url.startsWith("jdbc:mariadb:") || url.startsWith("jdbc:mysql:")) {
      return MARIADB;
    }
    throw new InvalidConfigException(
        "IMSERVER_DB_URL must begin with jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql: (or"
            + " jdbc:h2:)");
  }

  /** The folder of its migrations. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
