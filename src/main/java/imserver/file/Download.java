package imserver.file;

import imserver.packet.Attachment;
import java.util.concurrent.CompletableFuture;

/** What is downloaded of a file. Safe for use by several threads; no method waits. */
public final class Download {

  private final FileWorkers workers;
  private final KeptFiles store;
  private final long ownerId;
  private final Attachment file;
  private final FileVariant variant;
  private final String type;
  private final long size;

  private Download(
      FileWorkers workers,
      KeptFiles store,
      StoredFile stored,
      FileVariant variant,
      String type,
      long size) {
    this.workers = workers;
    this.store = store;
    this.ownerId = stored.ownerId();
    this.file = stored.file();
    this.variant = variant;
    this.type = type;
    this.size = size;
  }

  /** Of a complete file. Waits. */
  static Download of(FileWorkers workers, KeptFiles store, StoredFile stored, FileVariant variant) {
    Attachment file = stored.file();
    if (variant == FileVariant.CONTENT) {
      return new Download(workers, store, stored, variant, file.type(), file.size());
    }
    byte[] bytes = new byte[64 * 1024];
    long size = 0;
    String type = MediaTypes.UNKNOWN;
    int count = store.read(file.fileId(), variant, 0, bytes, bytes.length);
    while (count != KeptFiles.END) {
      if (size == 0) {
        type = bytes[0] == (byte) 0xff ? "image/jpeg" : "image/png";
      }
      size += count;
      count = store.read(file.fileId(), variant, size, bytes, bytes.length);
    }
    return new Download(workers, store, stored, variant, type, size);
  }

  /** Who has uploaded it. */
  public long ownerId() {
    return ownerId;
  }

  /** The file. */
  public Attachment file() {
    return file;
  }

  /** The media type of what is downloaded. */
  public String type() {
    return type;
  }

  /** How many bytes it has. */
  public long size() {
    return size;
  }

  /** A name for these bytes: they never change. */
  public String entityTag() {
    return "\"%d-%d\"".formatted(file.fileId(), variant.code());
  }

  /**
   * Reads some bytes.
   *
   * @param target filled from its beginning; not to be read until it is done
   * @return how many; -1 where it is gone
   */
  public CompletableFuture<Integer> read(long offset, byte[] target, int length) {
    return workers.fetch(() -> store.read(file.fileId(), variant, offset, target, length));
  }
}
