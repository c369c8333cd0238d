package imserver.file;

import imserver.database.StorageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Moves complete files between where they were uploaded and the object storage. A file never
 * changes, and is taken away from one place when all of it is in the other; so it can be read all
 * the while, and what is broken off is done again. Several servers may move the same one. Every
 * method waits and throws {@link StorageException}. Safe for use by several threads.
 */
final class FileMover {

  private static final System.Logger LOG = System.getLogger(FileMover.class.getName());

  private static final int BUFFER = 256 * 1024;

  private final FileTable table;
  private final FileStore local;
  private final ObjectStore remote;

  FileMover(FileTable table, FileStore local, ObjectStore remote) {
    this.table = table;
    this.local = local;
    this.remote = remote;
  }

  /**
   * Moves a file to the object storage, where it is complete.
   *
   * @return whether it is all there now
   */
  boolean toStorage(long fileId) {
    Optional<StoredFile> row = table.find(fileId).filter(StoredFile::isComplete);
    if (row.isEmpty() || !putContent(fileId, row.get().file().size()) || !putPreview(fileId)) {
      return false;
    }
    local.delete(fileId);
    return true;
  }

  private boolean putContent(long fileId, long size) {
    if (!isLocal(fileId, FileVariant.CONTENT)) {
      return true; // it was moved before
    }
    try (InputStream bytes = new StoreInput(local, fileId, FileVariant.CONTENT)) {
      remote.put(fileId, FileVariant.CONTENT, bytes, size);
      return true;
    } catch (IOException e) {
      throw new StorageException(e);
    } catch (StorageException e) {
      if (!isLocal(fileId, FileVariant.CONTENT)) {
        return false; // another server has moved or deleted it meanwhile
      }
      throw e;
    }
  }

  /** The row does not say how large it is: it is all of it if it is still there when it is read. */
  private boolean putPreview(long fileId) {
    if (!isLocal(fileId, FileVariant.PREVIEW)) {
      return true;
    }
    byte[] preview = preview(fileId);
    if (!isLocal(fileId, FileVariant.PREVIEW)) {
      return false;
    }
    remote.put(fileId, FileVariant.PREVIEW, new ByteArrayInputStream(preview), preview.length);
    return true;
  }

  private boolean isLocal(long fileId, FileVariant variant) {
    return local.read(fileId, variant, 0, new byte[1], 1) != KeptFiles.END;
  }

  private byte[] preview(long fileId) {
    try (InputStream bytes = new StoreInput(local, fileId, FileVariant.PREVIEW)) {
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  /**
   * Brings a file back from the object storage, where it is complete.
   *
   * @return whether it is all here now
   */
  boolean fromStorage(long fileId) {
    Optional<StoredFile> row = table.find(fileId).filter(StoredFile::isComplete);
    if (row.isEmpty() || !get(row.get(), FileVariant.CONTENT, row.get().file().size())) {
      return false;
    }
    long size = remote.size(fileId, FileVariant.PREVIEW);
    if (row.get().file().hasPreview() && size >= 0) {
      if (!get(row.get(), FileVariant.PREVIEW, size)) {
        return false;
      }
    }
    remote.delete(fileId);
    return true;
  }

  /** Whole at once: the place of what has been uploaded is free when a file is complete. */
  private boolean get(StoredFile row, FileVariant variant, long size) {
    long fileId = row.file().fileId();
    if (isLocal(fileId, variant)) {
      return true;
    }
    long done = 0;
    byte[] bytes = new byte[BUFFER];
    int count = remote.read(fileId, variant, 0, bytes, BUFFER);
    while (count != KeptFiles.END) {
      local.append(fileId, FileVariant.INCOMING, done, bytes, count);
      done += count;
      count = remote.read(fileId, variant, done, bytes, BUFFER);
    }
    if (done != size || size == 0) {
      LOG.log(
          Level.ERROR, "file {0} has {1} bytes in the object storage, not {2}", fileId, done, size);
      return false;
    }
    local.sync(fileId, FileVariant.INCOMING, done);
    local.move(fileId, FileVariant.INCOMING, variant);
    return true;
  }
}
