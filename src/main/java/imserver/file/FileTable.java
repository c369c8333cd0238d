package imserver.file;

import imserver.database.Vendor;
import imserver.file.FileRefusedException.Reason;
import imserver.packet.Attachment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of files, as they are uploaded and looked for. Every method waits and throws {@link
 * imserver.database.StorageException}. Safe for use by several threads.
 */
final class FileTable {

  /** After which what was not sent goes, and uploads do not count any more. */
  static final Duration DAY = Duration.ofDays(1);

  /** After which nobody goes on with what was begun, if no part of it was noted or has a name. */
  private static final Duration BROKEN_OFF = Duration.ofHours(2);

  private static final String COLUMNS =
      """
      select f.owner_id, f.announced, f.received, f.is_complete, f.client_file_id, f.id, f.name,
             f.type, f.size, f.width, f.height, f.duration, f.waveform, f.has_preview
      from file f
      """;

  private static final String BY_ID = COLUMNS + "where f.id = ?";

  private static final String BY_NAME = COLUMNS + "where f.owner_id = ? and f.client_file_id = ?";

  /** Its owner, and who sees a message that carries it; of what is silenced its sender alone. */
  private static final String SEEN =
      COLUMNS
          + """
          where f.id = ? and f.is_complete and (f.owner_id = ? or exists (
            select 1 from attachment a join message m on m.id = a.message_id
            where a.file_id = f.id and (m.sender_id = ? or m.recipient_id = ?)))
          """;

  /** In a message, or not yet in one. */
  private static final String SENT =
      COLUMNS
          + """
          where f.id = ? and f.is_complete and (
            exists (select 1 from attachment a where a.file_id = f.id)
            or f.created_at > ?
               and not exists (select 1 from reported_attachment r where r.file_id = f.id))
          """;

  private static final String SEALED =
      COLUMNS
          + """
          where f.id = ? and f.is_complete
            and exists (select 1 from reported_attachment r where r.file_id = f.id)
          """;

  private static final String COUNT =
      """
      select count(*), count(case when u.is_failed then 1 end) from upload u
      where u.owner_id = ? and u.created_at > ?
      """;

  private static final String FAILED =
      """
      update upload set is_failed = true where file_id = ?
        and owner_id = (select f.owner_id from file f where f.id = ? and not f.is_complete)
      """;

  private static final String INSERT =
      """
      insert into file (id, owner_id, client_file_id, name, announced, duration, waveform, created_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String RECEIVED =
      "update file set received = ? where id = ? and received = ? and not is_complete";

  private static final String COMPLETE =
      """
      update file set is_complete = true, client_file_id = ?, name = ?, duration = ?, waveform = ?,
        announced = ?, received = ?, size = ?, type = ?, width = ?, height = ?, has_preview = ?
      where id = ? and not is_complete
      """;

  private static final String IS_OLD =
      """
      (created_at <= ?
        or created_at <= ? and not is_complete and client_file_id is null and received = 0)
      """;

  private static final String NEXT =
      """
      select f.id, %s
          and not exists (select 1 from attachment a where a.file_id = f.id)
          and not exists (select 1 from reported_attachment r where r.file_id = f.id)
      from file f where f.id > ? order by f.id limit ?
      """
          .formatted(IS_OLD);

  private static final String UNSENT =
      """
      delete from file where id = ? and %s
        and not exists (select 1 from attachment a where a.file_id = file.id)
        and not exists (select 1 from reported_attachment r where r.file_id = file.id)
      """
          .formatted(IS_OLD);

  /** Uploads that fail count only where there are so many times as many as may succeed. */
  private static final int FAILING = 4;

  /**
   * A file that may be deleted.
   *
   * @param isUnneeded whether it is old enough, and neither a message nor a report has it
   */
  record Candidate(long fileId, boolean isUnneeded) {}

  private final FileDatabase database;
  private final int perDay;

  /**
   * The table.
   *
   * @param perDay how many files an owner may upload within a day
   */
  FileTable(FileDatabase database, int perDay) {
    this.database = database;
    this.perDay = perDay;
  }

  /**
   * Begins an upload, and counts it.
   *
   * @param announced bytes, or as many as it may have
   * @param named whether the row has the owner's name for it from now on, so that the same name
   *     finds it before it is complete
   * @return a new row; or one that is complete, or was named, and has the same name
   */
  StoredFile begin(long owner, NewFile file, long announced, boolean named, OffsetDateTime now) {
    return database.commit(
        connection -> {
          database.lockOwner(connection, owner);
          Optional<StoredFile> known = byName(connection, owner, file.clientFileId());
          if (known.isPresent() && (named || known.get().isComplete())) {
            return known.get();
          }
          if (isQuotaSpent(connection, owner, now)) {
            throw new FileRefusedException(Reason.QUOTA);
          }
          long id =
              insert(
                  connection,
                  nextId(connection),
                  owner,
                  named ? file.clientFileId() : null,
                  file.name(),
                  announced,
                  file.duration(),
                  file.waveform(),
                  now);
          update(
              connection,
              "insert into upload (owner_id, file_id, created_at) values (?, ?, ?)",
              owner,
              id,
              now);
          return first(connection, BY_ID, id).orElseThrow();
        });
  }

  private static Optional<StoredFile> byName(
      Connection connection, long owner, @Nullable String clientFileId) throws SQLException {
    return clientFileId == null
        ? Optional.empty()
        : first(connection, BY_NAME, owner, clientFileId);
  }

  private boolean isQuotaSpent(Connection connection, long owner, OffsetDateTime now)
      throws SQLException {
    try (PreparedStatement count = prepared(connection, COUNT, owner, now.minus(DAY));
        ResultSet rows = count.executeQuery()) {
      rows.next();
      long failed = rows.getLong(2);
      return rows.getLong(1) - failed >= perDay || failed >= (long) FAILING * perDay;
    }
  }

  /** Null where the table draws the ids itself. */
  private @Nullable Long nextId(Connection connection) throws SQLException {
    if (database.vendor() == Vendor.MARIADB) {
      return null;
    }
    try (PreparedStatement next = connection.prepareStatement("select nextval('file_id')");
        ResultSet rows = next.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Returns the id. */
  private static long insert(Connection connection, @Nullable Long id, @Nullable Object... further)
      throws SQLException {
    @Nullable Object[] parameters = new @Nullable Object[further.length + 1];
    parameters[0] = id;
    System.arraycopy(further, 0, parameters, 1, further.length);
    int keys = id == null ? Statement.RETURN_GENERATED_KEYS : Statement.NO_GENERATED_KEYS;
    try (PreparedStatement statement = connection.prepareStatement(INSERT, keys)) {
      set(statement, parameters);
      statement.executeUpdate();
      if (id != null) {
        return id;
      }
      try (ResultSet drawn = statement.getGeneratedKeys()) {
        drawn.next();
        return drawn.getLong(1);
      }
    }
  }

  /**
   * Takes note that a resumable upload has come so far.
   *
   * @return false where another request was faster, or it is gone
   */
  boolean received(long fileId, long before, long after) {
    return database.commit(connection -> received(connection, fileId, before, after));
  }

  /** The same in a transaction of the caller's. */
  static boolean received(Connection connection, long fileId, long before, long after)
      throws SQLException {
    return update(connection, RECEIVED, after, fileId, before) > 0;
  }

  /**
   * Completes a file, whose bytes are durable.
   *
   * @param announced how many bytes came
   * @return the file; or one that has the same name and was complete before, so that this one is to
   *     be forgotten
   * @throws FileRefusedException if the name is that of another file
   */
  StoredFile complete(long fileId, long owner, NewFile file, long announced, Inspection found) {
    return database.commit(
        connection -> {
          database.lockOwner(connection, owner);
          Optional<StoredFile> known = byName(connection, owner, file.clientFileId());
          if (known.isPresent() && known.get().file().fileId() != fileId) {
            return same(known.get(), file, announced);
          }
          int rows =
              update(
                  connection,
                  COMPLETE,
                  file.clientFileId(),
                  file.name(),
                  found.hasDuration() ? file.duration() : null,
                  found.hasDuration() ? file.waveform() : null,
                  announced,
                  announced,
                  found.size(),
                  found.type(),
                  found.width(),
                  found.height(),
                  found.hasPreview(),
                  fileId);
          if (rows == 0) {
            throw new FileRefusedException(Reason.UNKNOWN);
          }
          return first(connection, BY_ID, fileId).orElseThrow();
        });
  }

  /**
   * One that has the same name, where it is the same.
   *
   * @throws FileRefusedException if it is not
   */
  static StoredFile same(StoredFile known, NewFile file, long announced) {
    if (!known.isComplete()
        || known.announced() != announced
        || !isName(known.file().name(), file.name())) {
      throw new FileRefusedException(Reason.REUSED_ID);
    }
    return known;
  }

  /** Whether a name may be that of a file, which may have been masked when it was sent. */
  static boolean isName(String known, String said) {
    int[] kept = known.codePoints().toArray();
    int[] other = said.codePoints().toArray();
    return kept.length == other.length
        && IntStream.range(0, kept.length).allMatch(i -> kept[i] == other[i] || kept[i] == '*');
  }

  /** A file, complete or not. */
  Optional<StoredFile> find(long fileId) {
    return database.read(connection -> first(connection, BY_ID, fileId));
  }

  /** A complete file, where a user may see it. */
  Optional<StoredFile> seenBy(long fileId, long user) {
    return database.read(connection -> first(connection, SEEN, fileId, user, user, user));
  }

  /** A complete file that is downloaded by its address. */
  Optional<StoredFile> served(long fileId, boolean sealed, OffsetDateTime now) {
    return database.read(
        connection ->
            sealed
                ? first(connection, SEALED, fileId)
                : first(connection, SENT, fileId, now.minus(DAY)));
  }

  /** Forgets what was not completed, and that it counted; whether it was there. */
  boolean abandon(long fileId) {
    return database.commit(
        connection -> {
          update(connection, FAILED, fileId, fileId);
          return update(connection, "delete from file where id = ? and not is_complete", fileId)
              > 0;
        });
  }

  /** The next files, in the order of their ids. */
  List<Candidate> next(long aboveId, int limit, OffsetDateTime now) {
    return database.read(
        connection -> {
          try (PreparedStatement select =
                  prepared(
                      connection, NEXT, now.minus(DAY), now.minus(BROKEN_OFF), aboveId, limit);
              ResultSet rows = select.executeQuery()) {
            List<Candidate> found = new ArrayList<>();
            while (rows.next()) {
              found.add(new Candidate(rows.getLong(1), rows.getBoolean(2)));
            }
            return found;
          }
        });
  }

  /** Deletes one that nothing needs; false where something does by now. */
  boolean deleteUnneeded(long fileId, OffsetDateTime now) {
    return database.commit(
        connection ->
            update(connection, UNSENT, fileId, now.minus(DAY), now.minus(BROKEN_OFF)) > 0);
  }

  /** Forgets uploads that do not count any more. */
  void forgetUploads(OffsetDateTime now) {
    database.commit(
        connection ->
            update(connection, "delete from upload where created_at <= ?", now.minus(DAY)));
  }

  private static Optional<StoredFile> first(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement select = prepared(connection, sql, parameters);
        ResultSet row = select.executeQuery()) {
      return row.next() ? Optional.of(file(row)) : Optional.empty();
    }
  }

  private static StoredFile file(ResultSet row) throws SQLException {
    return new StoredFile(
        row.getLong("owner_id"),
        row.getLong("announced"),
        row.getLong("received"),
        row.getBoolean("is_complete"),
        row.getString("client_file_id"),
        new Attachment(
            row.getLong("id"),
            row.getString("name"),
            row.getString("type"),
            row.getLong("size"),
            number(row, "width"),
            number(row, "height"),
            number(row, "duration"),
            row.getString("waveform"),
            row.getBoolean("has_preview")));
  }

  private static @Nullable Integer number(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? null : number;
  }

  private static int update(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement update = prepared(connection, sql, parameters)) {
      return update.executeUpdate();
    }
  }

  private static PreparedStatement prepared(
      Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    set(statement, parameters);
    return statement;
  }

  private static void set(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
