package imserver.database;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** How the tables of a database are made and looked at. */
final class Migrations {

  private Migrations() {}

  /** The settings of Flyway for a database, with long time-outs. */
  static FluentConfiguration of(DatabaseAddress address) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(new EnvironmentDataSource(address.forMigrations()))
        .locations("classpath:db/migration/" + address.vendor().folder());
  }

  /** In one line, without Flyway's advice ("repair", "baseline"), which would damage the tables. */
  static String reason(FlywayException e) {
    if (e instanceof FlywayValidateException) {
      return "its tables are of another version of imserver, from which there is no upgrade"
          + " (CHANGELOG.md): take an empty database";
    }
    if (e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
      return "it has tables that are not imserver's: take an empty database";
    }
    return String.valueOf(new StorageException(e).getMessage());
  }
}
