package imserver.file;

import java.util.List;

/**
 * Where the bytes of files are. What a file is, and whether it is complete, is for {@link
 * FileTable}: bytes without a row are left over, and are deleted. Every method waits, throws {@link
 * imserver.database.StorageException}, and may be called by several threads.
 */
interface KeptFiles {

  /** What {@link #read} returns at the end, and where there is nothing. */
  int END = -1;

  /**
   * Reads some bytes.
   *
   * @param target filled from its beginning
   * @return how many, at least one; or {@link #END}
   */
  int read(long fileId, FileVariant variant, long offset, byte[] target, int length);

  /** Forgets all variants, after the row of the file. */
  void delete(long fileId);

  /**
   * Files of which something is kept, whether or not they have a row.
   *
   * @return ids above one, ascending
   */
  List<Long> kept(long aboveId, int limit);
}
