package imserver.transfer;

import imserver.config.Config;
import imserver.database.OfflineDatabase;
import imserver.database.Vendor;
import imserver.file.FileBytes;
import imserver.file.OfflineStorage;
import imserver.transfer.TableCopy.Copied;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One copy of one database into another. Says on {@code out} what it does. */
final class DatabaseCopy {

  /** A line for each so many rows. */
  private static final long PROGRESS = 100_000;

  private static final long FILES_OF_A_LINE = 1000;

  /** So many files are named that are not there. */
  private static final int NAMED = 10;

  /** Rises with all that users see. */
  private static final String CHANGES = "select coalesce(sum(head), 0) from user_state";

  private final OfflineDatabase source;
  private final OfflineDatabase target;
  private final Config.ObjectStorage objectStorage;
  private final boolean withoutMissingFiles;
  private final PrintStream out;

  /**
   * One that was not begun.
   *
   * @param objectStorage of the source, where files may be that stay there
   * @param withoutMissingFiles whether files whose bytes are not in the source are no reason to
   *     refuse it
   */
  DatabaseCopy(
      OfflineDatabase source,
      OfflineDatabase target,
      Config.ObjectStorage objectStorage,
      boolean withoutMissingFiles,
      PrintStream out) {
    this.objectStorage = objectStorage;
    this.withoutMissingFiles = withoutMissingFiles;
    this.source = source;
    this.target = target;
    this.out = out;
  }

  /**
   * Copies all of it.
   *
   * @throws CopyRefusedException or {@link IllegalStateException} if it is refused or fails, with a
   *     line that says why; else {@link SQLException} or {@code StorageException}
   */
  void run() throws SQLException, CopyRefusedException {
    try (Connection from = source.openExisting()) {
      source.requireThisVersion();
      Installation.requireUnused(from, source);
      if (OfflineDatabase.isUnfinishedCopy(from)) {
        throw new CopyRefusedException(
            source.description() + ": a copy into it was not finished, it is no source");
      }
      out.println("from " + source.description());
      try (Connection to = target.open()) {
        out.println("to   " + target.description());
        prepare(to);
        TableCopy.makeStreaming(from, source.vendor());
        to.setAutoCommit(false);
        Installation.begin(to);
        Map<String, Copied> copied = copyTables(from, to);
        copyFiles(to);
        verify(to, copied);
        continueSequences(to);
        requireUnchanged(from, to);
        Installation.finish(from, to);
        refreshStatistics(to);
      }
    }
    out.println("done: servers can be started on " + target.description());
  }

  private void prepare(Connection to) throws SQLException, CopyRefusedException {
    FileBytes files = files(to, target);
    target.migrate();
    Installation.requireUnused(to, target);
    if (OfflineDatabase.isUnfinishedCopy(to)) {
      out.println("an unfinished copy is removed from the target");
      target.remake();
      files.clear();
    }
    for (String table : Tables.COPIED) {
      if (!Tables.SEEDED.contains(table)
          && Installation.number(to, "select count(*) from (select 1 from " + table + " limit 1) t")
              > 0) {
        throw new CopyRefusedException(
            target.description() + ": it is not empty (" + table + "): take an empty database");
      }
    }
    if (!files.isEmpty()) {
      throw new CopyRefusedException(
          target.description() + ": there are files beside it: take an empty database");
    }
  }

  private static FileBytes files(Connection connection, OfflineDatabase database) {
    return FileBytes.of(
        OfflineDatabase.sharing(connection), database.vendor(), database.filesFolder());
  }

  private @Nullable OfflineStorage storage(Connection connection) {
    return objectStorage.isOn()
        ? new OfflineStorage(
            OfflineDatabase.sharing(connection),
            source.vendor(),
            source.filesFolder(),
            objectStorage)
        : null;
  }

  private Map<String, Copied> copyTables(Connection from, Connection to) throws SQLException {
    TableCopy copy = new TableCopy(from, to);
    Map<String, Copied> copied = new HashMap<>();
    for (String table : Tables.COPIED) {
      if (Tables.SEEDED.contains(table)) {
        try (Statement statement = to.createStatement()) {
          statement.executeUpdate("delete from " + table);
        }
      }
      long[] said = {0};
      Copied done =
          copy.copy(
              table,
              rows -> {
                if (rows - said[0] >= PROGRESS) {
                  said[0] = rows;
                  out.printf("  %s: %,d rows …%n", table, rows);
                }
              });
      out.printf("  %s: %,d rows%n", table, done.sum().rows());
      copied.put(table, done);
    }
    return copied;
  }

  /** By the rows that are in the target: bytes without a row are left over, and left behind. */
  private void copyFiles(Connection to) throws SQLException, CopyRefusedException {
    long copied = 0;
    long bytes = 0;
    List<Long> incomplete = new ArrayList<>();
    try (Connection ofSource = source.openExisting();
        Connection ofTarget = target.open();
        OfflineStorage storage = storage(ofSource)) {
      FileBytes from = files(ofSource, source);
      FileBytes into = files(ofTarget, target);
      for (List<long[]> page = filesAfter(to, 0);
          !page.isEmpty();
          page = filesAfter(to, page.get(page.size() - 1)[0])) {
        for (long[] file : page) {
          bytes += from.copyTo(into, file[0]);
          copied++;
          if (file[1] >= 0
              && !from.has(file[0], file[1])
              && (storage == null || !storage.has(file[0], file[1]))
              && incomplete.size() < NAMED) {
            incomplete.add(file[0]);
          }
          if (copied % FILES_OF_A_LINE == 0) {
            out.printf("  files: %,d, %,d bytes …%n", copied, bytes);
          }
        }
      }
    }
    to.commit(); // ends what was read
    out.printf("  files: %,d, %,d bytes%n", copied, bytes);
    if (!incomplete.isEmpty()) {
      incomplete(incomplete);
    }
  }

  private void incomplete(List<Long> files) throws CopyRefusedException {
    String what =
        "%s: not all bytes of files are there, as of %s".formatted(source.description(), files);
    if (!withoutMissingFiles) {
      throw new CopyRefusedException(
          what
              + (source.vendor() == Vendor.H2 ? ", in " + source.filesFolder() : "")
              + ": where they are lost, "
              + Commands.WITHOUT_MISSING_FILES
              + " copies the rest");
    }
    out.println(what);
  }

  /** Ids, each with its size where it is complete, else -1. */
  private static List<long[]> filesAfter(Connection connection, long id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select id, case when is_complete then size else -1 end from file where id > ? order by"
                + " id limit 500")) {
      select.setLong(1, id);
      try (ResultSet rows = select.executeQuery()) {
        List<long[]> found = new ArrayList<>();
        while (rows.next()) {
          found.add(new long[] {rows.getLong(1), rows.getLong(2)});
        }
        return found;
      }
    }
  }

  private void verify(Connection to, Map<String, Copied> copied)
      throws SQLException, CopyRefusedException {
    TableCopy.makeStreaming(to, target.vendor());
    out.println("compared, table by table: rows, and the sum of their hashes");
    for (String table : Tables.COPIED) {
      Copied expected = Objects.requireNonNull(copied.get(table), table);
      Checksum found = TableCopy.sum(to, table, expected.columns());
      if (!expected.sum().isSameAs(found)) {
        throw new CopyRefusedException(
            target.description() + ": what is in " + table + " is not what was copied");
      }
      out.printf("  %-20s %,12d  %s  same%n", table, found.rows(), found);
    }
    to.commit();
  }

  private void continueSequences(Connection to) throws SQLException {
    try (Connection drawing = source.openExisting()) {
      for (String sequence : Tables.SEQUENCES.keySet()) {
        Counter.of(to, sequence).continueAt(Counter.of(drawing, sequence).next());
      }
    }
    if (!to.getAutoCommit()) {
      to.commit();
    }
  }

  /** That no server is on the source, nor was for a while. */
  private void requireUnchanged(Connection from, Connection to)
      throws SQLException, CopyRefusedException {
    from.commit(); // to see what is there now
    if (Installation.lastBeat(from).isPresent()
        || Installation.number(from, CHANGES) != Installation.number(to, CHANGES)) {
      throw new CopyRefusedException(
          source.description()
              + ": a server was started on it meanwhile, the copy is not finished: stop it, and"
              + " copy again");
    }
  }

  /** So that the first queries are planned for what there is; others do that by themselves. */
  private void refreshStatistics(Connection to) throws SQLException {
    if (target.vendor() == Vendor.H2 || target.vendor() == Vendor.POSTGRESQL) {
      try (Statement statement = to.createStatement()) {
        statement.execute("analyze");
      }
      to.commit();
    }
  }
}
