package imserver.database;

import imserver.config.Configs;
import javax.sql.DataSource;

/** Connections as the product makes them, without a pool. */
public final class TestDataSource {

  private TestDataSource() {}

  /** To a database. */
  public static DataSource of(String url, String user, String password) {
    return new EnvironmentDataSource(
        DatabaseAddress.of(
            Configs.with(
                    "IMSERVER_DB_URL",
                    url,
                    "IMSERVER_DB_USER",
                    user,
                    "IMSERVER_DB_PASSWORD",
                    password)
                .storage()));
  }
}
