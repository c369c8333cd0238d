package imserver.file;

import java.io.IOException;
import java.io.InputStream;

/** Reads what is kept of a file, from its beginning to its end. For one thread. */
final class StoreInput extends InputStream {

  private static final int BUFFER = 64 * 1024;

  private final KeptFiles store;
  private final long fileId;
  private final FileVariant variant;
  private final byte[] buffer = new byte[BUFFER];
  private long position;
  private int next;
  private int end;

  StoreInput(KeptFiles store, long fileId, FileVariant variant) {
    this.store = store;
    this.fileId = fileId;
    this.variant = variant;
  }

  private boolean fill() {
    if (next < end) {
      return true;
    }
    int count = store.read(fileId, variant, position, buffer, BUFFER);
    next = 0;
    end = Math.max(count, 0);
    position += end;
    return count != KeptFiles.END;
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, end - next);
    System.arraycopy(buffer, next, target, offset, count);
    next += count;
    return count;
  }
}
