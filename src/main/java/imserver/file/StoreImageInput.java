package imserver.file;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Reads what is kept of a file for a decoder, which may go back; until a moment, so that no decoder
 * goes on for ever. For one thread.
 */
final class StoreImageInput extends ImageInputStreamImpl {

  private static final int BUFFER = 64 * 1024;

  private final FileStore store;
  private final long fileId;
  private final FileVariant variant;
  private final long deadline;
  private final byte[] buffer = new byte[BUFFER];
  private long start;
  private int filled;

  /**
   * A stream.
   *
   * @param deadline by {@link System#nanoTime}
   */
  StoreImageInput(FileStore store, long fileId, FileVariant variant, long deadline) {
    this.store = store;
    this.fileId = fileId;
    this.variant = variant;
    this.deadline = deadline;
  }

  private boolean fill() throws IOException {
    if (System.nanoTime() - deadline > 0) {
      throw new IOException("the image takes too long");
    }
    if (streamPos >= start && streamPos < start + filled) {
      return true;
    }
    int count = store.read(fileId, variant, streamPos, buffer, BUFFER);
    start = streamPos;
    filled = Math.max(count, 0);
    return count != FileStore.END;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    if (!fill()) {
      return -1;
    }
    int b = buffer[(int) (streamPos - start)] & 0xff;
    streamPos++;
    return b;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int from = (int) (streamPos - start);
    int count = Math.min(length, filled - from);
    System.arraycopy(buffer, from, target, offset, count);
    streamPos += count;
    return count;
  }
}
