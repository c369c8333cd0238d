package imserver.database;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;

/** How the tables of a database are made and looked at. */
final class Migrations {

  /** Some of the databases keep what was made until then. */
  private static final String MAKE_AGAIN =
      "drop the database, make it again, and give its user all rights on it";

  private Migrations() {}

  /** The settings of Flyway for a database, with long time-outs. */
  static FluentConfiguration of(DatabaseAddress address) {
    return of(new EnvironmentDataSource(address.forMigrations()), address.vendor());
  }

  /** Those for one whose time-outs are long already. */
  static FluentConfiguration of(DataSource source, Vendor vendor) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(source)
        .callbacks(new SupportedVersions())
        // A file "flyway.location" is in each folder, without which Flyway finds none of them on
        // Open Liberty.
        .locations("classpath:db/migration/" + vendor.folder())
        .failOnMissingLocations(true);
  }

  /** In one line, without Flyway's advice ("repair", "baseline"), which would damage the tables. */
  static String reason(FlywayException e) {
    if (e instanceof FlywayValidateException) {
      return String.valueOf(e.getMessage()).contains("Detected failed migration")
          ? "a start before this one could not make all tables: " + MAKE_AGAIN
          : "its tables are of another version of imserver, from which there is no upgrade"
              + " (CHANGELOG.md): take an empty database";
    }
    if (e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
      return "it has tables that are not imserver's: take an empty database";
    }
    String cause = String.valueOf(new StorageException(e).getMessage());
    return e instanceof FlywayMigrateException
        ? "its tables could not be made (" + cause + "): " + MAKE_AGAIN
        : cause;
  }
}
