package imserver.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What Tyrus writes to. Tyrus writes and flushes each frame under locks of its own, which are no
 * place to call the container from (see the package). So that only fills a buffer; who has no such
 * lock then has it written: {@link #flushOwed} after each call of Tyrus that may have written a
 * frame, {@link #flush(SendHandler)} for the packets that were gathered.
 *
 * <p>Safe for use by several threads. One of them writes at a time and none waits for it: what the
 * others want written it leaves to {@code later}, so that a client that makes the server answer
 * without end does not keep a thread that has other clients to serve.
 */
final class FlushConsolidatingOutput extends ServletOutputStream {

  private final ServletOutputStream output;
  private final Runnable later;

  /** What is to be written; null for nothing, so that an idle connection keeps no memory for it. */
  private @Nullable ByteArrayOutputStream buffer;

  /** Whether packets are gathered, which are flushed when they are all there. */
  private boolean consolidating;

  /** Whether the buffer is to be written although nobody gathers. */
  private boolean owed;

  private boolean writing;
  private volatile boolean backedUp;

  /**
   * Writes to the container's output.
   *
   * @param later has {@link #flushOwed} called soon, by another thread
   */
  FlushConsolidatingOutput(ServletOutputStream output, Runnable later) {
    this.output = output;
    this.later = later;
  }

  /** Keeps in the buffer what is written from now on. */
  synchronized void gather() {
    consolidating = true;
  }

  /** Writes what is gathered, and gathers no more. */
  void flush(SendHandler handler) {
    SendResult result;
    try {
      flushAll();
      result = new SendResult();
    } catch (IOException | RuntimeException e) {
      result = new SendResult(e);
    }
    handler.onResult(result);
  }

  /** Writes what the engine has flushed, unless it is being gathered. */
  void flushOwed() throws IOException {
    write(take(false));
  }

  /** Writes all that there is, and gathers no more. */
  void flushAll() throws IOException {
    write(take(true));
  }

  private synchronized @Nullable ByteArrayOutputStream take(boolean gathered) {
    if (gathered) {
      consolidating = false;
      owed = true;
    }
    if (!owed || writing || buffer == null) {
      return null;
    }
    ByteArrayOutputStream taken = buffer;
    buffer = null;
    owed = false;
    writing = true;
    return taken;
  }

  private void write(@Nullable ByteArrayOutputStream taken) throws IOException {
    if (taken == null) {
      return;
    }
    try {
      taken.writeTo(output);
      output.flush();
    } finally {
      if (written()) {
        later.run();
      }
    }
  }

  /** Returns whether more is to be written by now. */
  private synchronized boolean written() {
    writing = false;
    return owed && buffer != null;
  }

  /** Of the engine, after each frame. */
  @Override
  public synchronized void flush() {
    owed |= !consolidating;
  }

  @Override
  public synchronized void write(int oneByte) {
    buffer().write(oneByte);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    buffer().write(bytes, from, length);
  }

  private ByteArrayOutputStream buffer() {
    if (buffer == null) {
      buffer = new ByteArrayOutputStream();
    }
    return buffer;
  }

  @Override
  public void close() throws IOException {
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

  /** The container calls it with a lock of its own. */
  @Override
  public void setWriteListener(WriteListener listener) {
    output.setWriteListener(
        new WriteListener() {
          @Override
          public void onWritePossible() throws IOException {
            listener.onWritePossible();
            later.run();
          }

          @Override
          public void onError(Throwable error) {
            listener.onError(error);
          }
        });
  }
}
