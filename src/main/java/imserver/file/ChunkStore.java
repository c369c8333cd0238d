package imserver.file;

import imserver.database.StorageException;
import imserver.database.Vendor;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Files in PostgreSQL or MariaDB, in chunks: right on several servers, and in the same backup as
 * the messages. What was appended is committed. On PostgreSQL it is not waited for until it is on
 * the disk: messages would wait behind it, who wait for the same log; all of it is there, or a
 * beginning, since the log is written in its order.
 */
final class ChunkStore implements FileStore {

  /** How much is before a place, if nothing is missing. */
  private static final String BEFORE =
      """
      coalesce((
        select c.position + octet_length(c.data) from file_chunk c
        where c.file_id = ? and c.variant = ? and c.position < ? order by c.position desc limit 1), 0)
      """;

  private static final String PRESENT_ON_MARIADB =
      "select f.id from file f where f.id = ? and " + BEFORE + " = ? lock in share mode";

  private static final String APPEND_ON_MARIADB =
      """
      insert into file_chunk (file_id, variant, position, data) values (?, ?, ?, ?)
      on duplicate key update data = values(data)
      """;

  private static final String APPEND =
      """
      with present as (select f.id from file f where f.id = ? for key share),
        before as (select %s as size),
        commit as materialized (select set_config('synchronous_commit', 'off', true) as mode)
      insert into file_chunk (file_id, variant, position, data)
      select p.id, ?, ?, ? from present p, before b, commit c where b.size = ? and c.mode = 'off'
      on conflict (file_id, variant, position) do update set data = excluded.data
      """
          .formatted(BEFORE);

  private static final String LAST =
      """
      select position, position + octet_length(data) from file_chunk
      where file_id = ? and variant = ? order by position desc limit 1
      """;

  /** So that there is something to wait for. */
  private static final String TOUCH =
      "update file_chunk set variant = variant where file_id = ? and variant = ? and position = ?";

  private static final String REPLACED =
      "delete from file_chunk where file_id = ? and variant = ? and position > ?";

  private static final String READ =
      """
      select substr(c.data, ? - c.position + 1, ?) from file_chunk c
      where c.file_id = ? and c.variant = ? and c.position <= ?
      order by c.position desc limit 1
      """;

  /**
   * So many chunks at a time: there may be gigabytes, and a statement has a few seconds. From the
   * first on: what has lost some is not taken for a whole.
   */
  private static final String DELETE =
      """
      delete from file_chunk where file_id = ? and variant = ? and position in (
        select c.position from file_chunk c where c.file_id = ? and c.variant = ?
        order by c.position limit 200)
      """;

  private static final String DELETE_ON_MARIADB =
      "delete from file_chunk where file_id = ? and variant = ? limit 200";

  private static final String KEPT_ON_MARIADB =
      "select distinct file_id from file_chunk where file_id > ? order by file_id limit ?";

  /** From file to file, and not from chunk to chunk. */
  private static final String KEPT =
      """
      with recursive kept (id) as (
        (select c.file_id from file_chunk c where c.file_id > ? order by c.file_id limit 1)
        union all
        select (select c.file_id from file_chunk c where c.file_id > k.id order by c.file_id limit 1)
        from kept k where k.id is not null)
      select k.id from kept k where k.id is not null limit ?
      """;

  private static final String MOVE =
      "update file_chunk set variant = ? where file_id = ? and variant = ?";

  private final FileDatabase database;

  ChunkStore(FileDatabase database) {
    this.database = database;
  }

  @Override
  public void append(long fileId, FileVariant variant, long offset, byte[] bytes, int length) {
    database.commit(
        connection -> {
          append(connection, fileId, variant, offset, bytes, length);
          return length;
        });
  }

  /** The row first, and in one transaction: who comes second finds that the offset is another. */
  @Override
  public boolean appendPart(FileTable table, long fileId, long offset, byte[] bytes, int length) {
    return database.commit(
        connection -> {
          if (!FileTable.received(connection, fileId, offset, offset + length)) {
            return false;
          }
          append(connection, fileId, FileVariant.INCOMING, offset, bytes, length);
          return true;
        });
  }

  private boolean isMariaDb() {
    return database.vendor() == Vendor.MARIADB;
  }

  private void append(
      Connection connection,
      long fileId,
      FileVariant variant,
      long offset,
      byte[] bytes,
      int length)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(REPLACED)) {
      delete.setLong(1, fileId);
      delete.setInt(2, variant.code());
      delete.setInt(3, Math.toIntExact(offset));
      delete.executeUpdate();
    }
    int position = Math.toIntExact(offset);
    if (isMariaDb()) {
      try (PreparedStatement present = connection.prepareStatement(PRESENT_ON_MARIADB)) {
        present.setLong(1, fileId);
        setBefore(present, fileId, variant, position);
        present.setInt(5, position);
        try (ResultSet rows = present.executeQuery()) {
          if (!rows.next()) {
            throw gone();
          }
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(isMariaDb() ? APPEND_ON_MARIADB : APPEND)) {
      insert.setLong(1, fileId);
      int at = 2;
      if (!isMariaDb()) {
        setBefore(insert, fileId, variant, position);
        at = 5;
        insert.setInt(8, position);
      }
      insert.setInt(at, variant.code());
      insert.setInt(at + 1, position);
      insert.setBinaryStream(at + 2, new ByteArrayInputStream(bytes, 0, length), length);
      if (insert.executeUpdate() == 0) {
        throw gone();
      }
    }
  }

  /** Of the parameters from the second on. */
  private static void setBefore(
      PreparedStatement statement, long fileId, FileVariant variant, int position)
      throws SQLException {
    statement.setLong(2, fileId);
    statement.setInt(3, variant.code());
    statement.setInt(4, position);
  }

  private static StorageException gone() {
    return new StorageException(new IllegalStateException("the file, or a part of it, is gone"));
  }

  /** By a commit that is waited for: what was committed before is on the disk then, too. */
  @Override
  public void sync(long fileId, FileVariant variant, long size) {
    database.commit(
        connection -> {
          int last = last(connection, fileId, variant, size);
          try (PreparedStatement touch = connection.prepareStatement(TOUCH)) {
            touch.setLong(1, fileId);
            touch.setInt(2, variant.code());
            touch.setInt(3, last);
            return touch.executeUpdate();
          }
        });
  }

  /** The position of the last chunk. */
  private static int last(Connection connection, long fileId, FileVariant variant, long size)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(LAST)) {
      select.setLong(1, fileId);
      select.setInt(2, variant.code());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next() || row.getLong(2) != size) {
          throw gone();
        }
        return row.getInt(1);
      }
    }
  }

  @Override
  public int read(long fileId, FileVariant variant, long offset, byte[] target, int length) {
    return database.read(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(READ)) {
            select.setInt(1, Math.toIntExact(offset));
            select.setInt(2, length);
            select.setLong(3, fileId);
            select.setInt(4, variant.code());
            select.setInt(5, Math.toIntExact(offset));
            try (ResultSet rows = select.executeQuery()) {
              byte[] found = rows.next() ? rows.getBytes(1) : new byte[0];
              System.arraycopy(found, 0, target, 0, found.length);
              return found.length == 0 ? END : found.length;
            }
          }
        });
  }

  @Override
  public void move(long fileId, FileVariant from, FileVariant to) {
    delete(fileId, to);
    database.commit(
        connection -> {
          try (PreparedStatement move = connection.prepareStatement(MOVE)) {
            move.setInt(1, to.code());
            move.setLong(2, fileId);
            move.setInt(3, from.code());
            return move.executeUpdate();
          }
        });
  }

  @Override
  public void delete(long fileId, FileVariant variant) {
    int deleted;
    do {
      deleted =
          database.commit(
              connection -> {
                try (PreparedStatement statement =
                    connection.prepareStatement(isMariaDb() ? DELETE_ON_MARIADB : DELETE)) {
                  statement.setLong(1, fileId);
                  statement.setInt(2, variant.code());
                  if (!isMariaDb()) {
                    statement.setLong(3, fileId);
                    statement.setInt(4, variant.code());
                  }
                  return statement.executeUpdate();
                }
              });
    } while (deleted > 0);
  }

  @Override
  public void delete(long fileId) {
    for (FileVariant variant : FileVariant.values()) {
      delete(fileId, variant);
    }
  }

  @Override
  public List<Long> kept(long aboveId, int limit) {
    return database.read(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(isMariaDb() ? KEPT_ON_MARIADB : KEPT)) {
            select.setLong(1, aboveId);
            select.setInt(2, limit);
            List<Long> found = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(rows.getLong(1));
              }
            }
            return found;
          }
        });
  }
}
