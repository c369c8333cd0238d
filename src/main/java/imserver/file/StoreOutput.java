package imserver.file;

import java.io.OutputStream;

/** Keeps a variant of a file anew, in chunks. For one thread. */
final class StoreOutput extends OutputStream {

  private final FileStore store;
  private final long fileId;
  private final FileVariant variant;
  private final byte[] chunk = new byte[Upload.CHUNK];
  private int filled;
  private long kept;

  StoreOutput(FileStore store, long fileId, FileVariant variant) {
    this.store = store;
    this.fileId = fileId;
    this.variant = variant;
  }

  @Override
  public void write(int b) {
    chunk[filled++] = (byte) b;
    if (filled == chunk.length) {
      keep();
    }
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, chunk.length - filled);
      System.arraycopy(source, offset + done, chunk, filled, count);
      filled += count;
      done += count;
      if (filled == chunk.length) {
        keep();
      }
    }
  }

  private void keep() {
    store.append(fileId, variant, kept, chunk, filled);
    kept += filled;
    filled = 0;
  }

  /** Keeps the rest, durably; how many bytes it is. */
  long finish() {
    if (filled > 0 || kept == 0) {
      keep();
    }
    store.sync(fileId, variant, kept);
    return kept;
  }
}
