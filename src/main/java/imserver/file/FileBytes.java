package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.sql.DataSource;

/**
 * The bytes of all files of a database on which no server is, to be copied into another ({@code
 * imserver.transfer}). Every method waits, and throws {@link imserver.database.StorageException}.
 */
public final class FileBytes {

  private final FileStore store;

  private FileBytes(FileStore store) {
    this.store = store;
  }

  /**
   * Those of a database.
   *
   * @param folder where they are where the database does not keep them itself
   */
  public static FileBytes of(DataSource database, Vendor vendor, Path folder) {
    return new FileBytes(store(database, vendor, new WriteTurn(), folder));
  }

  /** Where a database of a vendor keeps them. */
  static FileStore store(DataSource database, Vendor vendor, WriteTurn turn, Path folder) {
    return vendor == Vendor.H2
        ? new FolderStore(folder)
        : new ChunkStore(new FileDatabase(database, vendor, turn));
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return store.kept(0, 1).isEmpty();
  }

  /** Forgets all. */
  public void clear() {
    for (var ids = store.kept(0, 500); !ids.isEmpty(); ids = store.kept(0, 500)) {
      ids.forEach(store::delete);
    }
  }

  /**
   * Copies what is kept of a file, whose row is in the target already, and reads it there anew.
   *
   * @return how many bytes
   * @throws IllegalStateException if other bytes are read there
   */
  public long copyTo(FileBytes target, long fileId) {
    long copied = 0;
    for (FileVariant variant : FileVariant.values()) {
      MessageDigest read = sha256();
      byte[] chunk = new byte[Upload.CHUNK];
      long offset = 0;
      int count = store.read(fileId, variant, offset, chunk, chunk.length);
      while (count != FileStore.END) {
        read.update(chunk, 0, count);
        target.store.append(fileId, variant, offset, chunk, count);
        offset += count;
        count = store.read(fileId, variant, offset, chunk, chunk.length);
      }
      if (offset > 0) {
        target.store.sync(fileId, variant, offset);
        if (!Arrays.equals(read.digest(), target.digest(fileId, variant))) {
          throw new IllegalStateException(
              "file " + fileId + " has other bytes where it was copied");
        }
      }
      copied += offset;
    }
    return copied;
  }

  /** Whether there is as much of a file as its row says. */
  public boolean has(long fileId, long size) {
    byte[] last = new byte[1];
    if (size == 0) {
      return true;
    }
    return store.read(fileId, FileVariant.CONTENT, size - 1, last, 1) == 1
        && store.read(fileId, FileVariant.CONTENT, size, last, 1) == FileStore.END;
  }

  private byte[] digest(long fileId, FileVariant variant) {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[Upload.CHUNK];
    long offset = 0;
    int count = store.read(fileId, variant, offset, chunk, chunk.length);
    while (count != FileStore.END) {
      digest.update(chunk, 0, count);
      offset += count;
      count = store.read(fileId, variant, offset, chunk, chunk.length);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java platform has SHA-256", e);
    }
  }
}
