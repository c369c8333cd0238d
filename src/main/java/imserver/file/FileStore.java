package imserver.file;

/**
 * Where the bytes of files are written as they come. Every method waits, throws {@link
 * imserver.database.StorageException}, and may be called by several threads, but for one variant of
 * one file by one at a time that writes.
 */
interface FileStore extends KeptFiles {

  /**
   * Keeps bytes. What was there from {@code offset} on, as of an upload that was not taken note of,
   * is replaced. A failure of the database or of power may take the last ones away again until
   * {@link #sync} has returned; where it has, nothing more is appended.
   *
   * @param offset how many bytes are before them, in whole pieces as they were appended
   */
  void append(long fileId, FileVariant variant, long offset, byte[] bytes, int length);

  /**
   * Keeps a part of a resumable upload, and takes note of it in its row, if it has come as far as
   * {@code offset}: also where two servers are given a part at once.
   *
   * @return false where the row says something else; nothing that was noted is lost then
   */
  boolean appendPart(FileTable table, long fileId, long offset, byte[] bytes, int length);

  /**
   * Returns when all that was appended outlasts a failure of power; throws where it is not there.
   *
   * @param size how many bytes it is
   */
  void sync(long fileId, FileVariant variant, long size);

  /** Gives what was kept as one variant to another, in place of what that was. */
  void move(long fileId, FileVariant from, FileVariant to);

  /** Forgets a variant, if it is there. */
  void delete(long fileId, FileVariant variant);
}
