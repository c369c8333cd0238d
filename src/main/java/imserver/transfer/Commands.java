package imserver.transfer;

import imserver.config.Config;
import imserver.config.CopySettings;
import imserver.config.InvalidConfigException;
import imserver.database.OfflineDatabase;
import imserver.database.StorageException;
import imserver.file.OfflineStorage;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The commands of the WAR. */
public final class Commands {

  static final String WITHOUT_MISSING_FILES = "--without-missing-files";

  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private static final Set<String> HELP = Set.of("help", "--help", "-h");

  private static final String USAGE =
      """
      java -jar WAR copy --to-url jdbc:postgresql://HOST:PORT/DATABASE [--to-user USER]
      java -jar WAR copy --to-data FOLDER

      Copies all of a database of imserver into an empty one. No server may run on either.

      The source is named by the settings of its server, in the environment: IMSERVER_DB_URL,
      IMSERVER_DB_USER and IMSERVER_DB_PASSWORD; for an embedded database by IMSERVER_DATA, the
      folder that the server names in its log. The target is named by the options, or by
      IMSERVER_TO_DB_URL, IMSERVER_TO_DB_USER and IMSERVER_TO_DATA. Its password is
      IMSERVER_TO_DB_PASSWORD; there is no option for it, since others on the machine would see it.

        --to-url URL               the target; without it an embedded database
        --to-user USER             the user of the target
        --to-data FOLDER           the folder of an embedded database
        --without-missing-files    copies also where bytes of files are gone

      A copy that was not finished is begun anew by the same command; until then no server starts
      on the target. Files in an object storage (IMSERVER_S3_BUCKET and so on) stay there.

      java -jar WAR fetch-files

      Brings files back from the object storage into the database, or the folder beside it. No
      server may run on it, which would move them again. Start them without IMSERVER_S3_BUCKET then.
      """;

  private Commands() {}

  /**
   * Runs one.
   *
   * @return 0 where it is done, 1 where it is not, 2 where the arguments say nothing that can be
   */
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    if (arguments.length == 1 && HELP.contains(arguments[0])) {
      out.print(USAGE);
      return DONE;
    }
    if (arguments.length == 1 && arguments[0].equals("fetch-files")) {
      return done(
          "not all fetched: ", err, () -> fetchFiles(CopySettings.databaseOf(System::getenv), out));
    }
    if (arguments.length > 0 && arguments[0].equals("copy")) {
      return done("not copied: ", err, () -> copy(arguments, out));
    }
    err.print(USAGE);
    return MISUSED;
  }

  private interface Command {
    int run() throws SQLException, CopyRefusedException;
  }

  private static int done(String failed, PrintStream err, Command command) {
    try {
      return command.run();
    } catch (InvalidConfigException e) {
      err.println(failed + e.getMessage());
      return MISUSED;
    } catch (SQLException e) {
      err.println(failed + new StorageException(e).getMessage());
      return FAILED;
    } catch (CopyRefusedException | IllegalStateException | StorageException e) {
      err.println(failed + e.getMessage());
      return FAILED;
    }
  }

  static int fetchFiles(Config config, PrintStream out) throws SQLException, CopyRefusedException {
    if (!config.objectStorage().isOn()) {
      throw new InvalidConfigException("IMSERVER_S3_BUCKET is not set");
    }
    OfflineDatabase database = new OfflineDatabase(config.storage());
    try (Connection connection = database.openExisting()) {
      database.requireThisVersion();
      Installation.requireUnused(connection, database);
      try (OfflineStorage storage =
          new OfflineStorage(
              OfflineDatabase.sharing(connection),
              database.vendor(),
              database.filesFolder(),
              config.objectStorage())) {
        return storage.fetchAll(out) == 0 ? DONE : FAILED;
      }
    }
  }

  private static int copy(String[] arguments, PrintStream out)
      throws SQLException, CopyRefusedException {
    Map<String, String> options = options(arguments);
    boolean withoutMissingFiles = options.remove(WITHOUT_MISSING_FILES) != null;
    CopySettings settings = CopySettings.read(options);
    new DatabaseCopy(
            new OfflineDatabase(settings.source()),
            new OfflineDatabase(settings.target()),
            settings.objectStorage(),
            withoutMissingFiles,
            out)
        .run();
    return DONE;
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < arguments.length; i++) {
      String name = arguments[i];
      if (name.equals(WITHOUT_MISSING_FILES)) {
        options.put(name, "");
        continue;
      }
      if (!CopySettings.OPTIONS.containsKey(name)) {
        throw new InvalidConfigException("there is no option " + name.split("=", 2)[0]);
      }
      if (++i == arguments.length || arguments[i].isBlank()) {
        throw new InvalidConfigException(name + " needs a text after it");
      }
      if (name.equals("--to-url") && arguments[i].matches("(?i).*[?&;](ssl)?password=.*")) {
        throw new InvalidConfigException(
            "others on this machine see a password in the arguments: it belongs into"
                + " IMSERVER_TO_DB_PASSWORD");
      }
      options.put(name, arguments[i]);
    }
    return options;
  }
}
