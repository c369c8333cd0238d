package imserver.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.IOException;

/**
 * What Tyrus writes to. Tyrus flushes after each frame; while packets are gathered they stay in the
 * container's buffer until the last of them. Safe for use by several threads, as Tyrus's own writer
 * is, of which this knows nothing.
 */
final class FlushConsolidatingOutput extends ServletOutputStream {

  private final ServletOutputStream output;
  private boolean consolidating;
  private volatile boolean backedUp;

  FlushConsolidatingOutput(ServletOutputStream output) {
    this.output = output;
  }

  /** Keeps in the buffer what is written from now on. */
  synchronized void gather() {
    consolidating = true;
  }

  /** Writes what is gathered, and gathers no more. */
  void flush(SendHandler handler) {
    SendResult result;
    try {
      release();
      result = new SendResult();
    } catch (IOException | RuntimeException e) {
      result = new SendResult(e);
    }
    handler.onResult(result);
  }

  /** Writes what is gathered, if anything, and gathers no more. */
  synchronized void release() throws IOException {
    if (consolidating) {
      consolidating = false;
      output.flush();
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (!consolidating) {
      output.flush();
    }
  }

  @Override
  public synchronized void write(int oneByte) throws IOException {
    output.write(oneByte);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    output.write(bytes, from, length);
  }

  @Override
  public synchronized void close() throws IOException {
    output.close();
  }

  /** Tyrus asks before each write, and queues what it is to write while the answer is no. */
  @Override
  public boolean isReady() {
    boolean ready = output.isReady();
    backedUp = !ready;
    return ready;
  }

  /** Whether the client was not taking any more when Tyrus last wanted to write. */
  boolean isBackedUp() {
    return backedUp;
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    output.setWriteListener(listener);
  }
}
