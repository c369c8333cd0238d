package imserver.file;

import imserver.database.StorageException;
import java.util.List;

/**
 * Where the bytes of files are. What a file is, and whether it is complete, is for {@link
 * FileTable}: bytes without a row are left over, and are deleted. Every method waits, throws {@link
 * StorageException}, and may be called by several threads, but for one variant of one file by one
 * at a time that writes.
 */
interface FileStore {

  /** What {@link #read} returns at the end, and where there is nothing. */
  int END = -1;

  /**
   * Keeps bytes. What was there from {@code offset} on, as of an upload that was not taken note of,
   * is replaced.
   *
   * @param offset how many bytes are before them
   */
  void append(long fileId, FileVariant variant, long offset, byte[] bytes, int length);

  /**
   * Keeps a part of a resumable upload, and takes note of it in its row, if it has come as far as
   * {@code offset}: also where two servers are given a part at once.
   *
   * @return false where the row says something else; nothing that was noted is lost then
   */
  boolean appendPart(FileTable table, long fileId, long offset, byte[] bytes, int length);

  /** Returns when all that was appended outlasts a failure of power. */
  void sync(long fileId, FileVariant variant);

  /**
   * Reads some bytes.
   *
   * @param target filled from its beginning
   * @return how many, at least one; or {@link #END}
   */
  int read(long fileId, FileVariant variant, long offset, byte[] target, int length);

  /** Gives what was kept as one variant to another, in place of what that was. */
  void move(long fileId, FileVariant from, FileVariant to);

  /** Forgets a variant, if it is there. */
  void delete(long fileId, FileVariant variant);

  /** Forgets all variants, after the row of the file. */
  void delete(long fileId);

  /**
   * Files of which something is kept, whether or not they have a row.
   *
   * @return ids above one, ascending
   */
  List<Long> kept(long aboveId, int limit);
}
