package imserver.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What Tyrus writes to. Tyrus writes and flushes each frame under locks of its own, which are no
 * place to call the container from (see the package). So that only fills a buffer; who has no such
 * lock then has it written: {@link #flushOwed} after each call of Tyrus that may have written a
 * frame, {@link #flush(SendHandler)} for the packets that were gathered.
 *
 * <p>Safe for use by several threads. One of them writes at a time, and none waits for the client,
 * nor for another thread but in {@link #abandon}: what comes meanwhile, or while the container has
 * no room, is written later by a thread of ours.
 */
final class FlushConsolidatingOutput extends ServletOutputStream {

  private static final System.Logger LOG =
      System.getLogger(FlushConsolidatingOutput.class.getName());

  /**
   * In bytes, several times what is gathered. Above it the engine has to wait: what is left to
   * another thread to write must not grow with what is sent meanwhile.
   */
  static final int MOST = 64 * 1024;

  /** In bytes: two or three packets. */
  private static final int FEW = 512;

  /** How long the end of a connection waits for a write, which waits for nobody. */
  private static final Duration LAST_WRITE = Duration.ofSeconds(1);

  private final ServletOutputStream output;
  private final Executor later;
  private final Runnable onFailure;

  /** What is to be written; null for nothing, so that an idle connection keeps no memory for it. */
  private @Nullable ByteArrayOutputStream buffer;

  /** Whether packets are gathered, which are flushed when they are all there. */
  private boolean consolidating;

  /** Whether the buffer is to be written although packets may be gathered. */
  private boolean owed;

  /** Who is writing; null for nobody. */
  private @Nullable Thread writer;

  /** Whether the engine waits until there is less in the buffer. */
  private boolean full;

  /** Why nothing is written any more; null while something is. */
  private @Nullable Exception failure;

  /** What follows the last write; null until that is known, and after it. */
  private @Nullable Runnable atEnd;

  private volatile boolean backedUp;

  /** The engine's; null until the engine has had to wait for room. */
  private volatile @Nullable WriteListener engine;

  /**
   * Writes to the container's output.
   *
   * @param later runs what is left to do, soon and in a thread that holds no lock
   * @param onFailure run by it once something could not be written, after which nothing is
   */
  FlushConsolidatingOutput(ServletOutputStream output, Executor later, Runnable onFailure) {
    this.output = output;
    this.later = later;
    this.onFailure = onFailure;
    output.setWriteListener(new Room());
  }

  /** Keeps in the buffer what is written from now on. */
  synchronized void gather() {
    consolidating = true;
  }

  /** Writes what is gathered, gathers no more, and reports that. */
  void flush(SendHandler handler) {
    flushAll();
    Exception failed = failure();
    handler.onResult(failed == null ? new SendResult() : new SendResult(failed));
  }

  private synchronized @Nullable Exception failure() {
    return failure;
  }

  /** Writes what the engine has flushed, unless it is being gathered. */
  void flushOwed() {
    write(take());
  }

  /** Writes all that there is, and gathers no more. */
  void flushAll() {
    gatherNoMore();
    write(take());
  }

  private synchronized void gatherNoMore() {
    consolidating = false;
    owed = buffer != null;
  }

  /**
   * Writes what the container still takes, and nothing after it.
   *
   * @param then run when that is over; by this thread, or by a later one where another one writes
   */
  void end(Runnable then) {
    synchronized (this) {
      gatherNoMore();
      atEnd = then;
    }
    finish();
  }

  private void finish() {
    write(take());
    Runnable then = takeEnd();
    if (then != null) {
      then.run();
    }
  }

  private synchronized @Nullable Runnable takeEnd() {
    if (writer != null) {
      return null; // it sees to that
    }
    Runnable then = atEnd;
    if (then != null) {
      atEnd = null;
      fail(new IOException("the connection has ended"));
    }
    return then;
  }

  /**
   * Asks nothing more of the container, which gives its output to another connection next. Waits
   * for a thread that is writing, for a second at most, unless it is this one.
   */
  synchronized void abandon() {
    fail(new IOException("the container has ended the connection"));
    long end = System.nanoTime() + LAST_WRITE.toNanos();
    try {
      long left = LAST_WRITE.toMillis();
      while (writer != null && writer != Thread.currentThread() && left > 0) {
        wait(left);
        left = Duration.ofNanos(end - System.nanoTime()).toMillis();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(Exception why) {
    failure = why;
    buffer = null;
  }

  /**
   * Takes what this thread is to write; null for nothing. Without room nothing is taken, since a
   * write would wait then; the container says when there is room again.
   */
  private synchronized @Nullable ByteArrayOutputStream take() {
    if (!owed || writer != null || buffer == null || !isRoom()) {
      return null;
    }
    ByteArrayOutputStream taken = buffer;
    buffer = null;
    owed = false;
    writer = Thread.currentThread();
    return taken;
  }

  private boolean isRoom() {
    try {
      return output.isReady();
    } catch (RuntimeException e) { // the container has ended it, and has not said so yet
      fail(e);
      later.execute(onFailure);
      return false;
    }
  }

  private void write(@Nullable ByteArrayOutputStream taken) {
    if (taken == null) {
      return;
    }
    Exception failed = new IOException("the write was broken off");
    try {
      taken.writeTo(output);
      failed = failure(); // of the end of the connection, which may come within the call
      if (failed == null) {
        output.flush();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the client is gone: {0}", e.toString());
      failed = e;
    } finally {
      endWriting(failed);
    }
  }

  private synchronized void endWriting(@Nullable Exception failed) {
    writer = null;
    notifyAll();
    if (failed != null && failure == null) {
      fail(failed);
      later.execute(onFailure);
    }
    if (atEnd != null) {
      later.execute(this::finish);
    } else if (full) {
      full = false;
      later.execute(this::writePossible);
    } else if (owed && buffer != null) {
      later.execute(this::flushOwed);
    }
  }

  /** Of the engine, after each frame. */
  @Override
  public synchronized void flush() {
    owed |= !consolidating;
  }

  @Override
  public synchronized void write(int oneByte) throws IOException {
    buffer().write(oneByte);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    buffer().write(bytes, from, length);
  }

  private ByteArrayOutputStream buffer() throws IOException {
    if (failure != null) {
      throw new IOException("nothing is written any more", failure);
    }
    if (buffer == null) {
      buffer = new ByteArrayOutputStream(FEW);
    }
    return buffer;
  }

  /**
   * Tyrus asks before it writes a frame, and queues the frame where the answer is no. Once nothing
   * is written any more the answer is yes, so that the frame fails.
   */
  @Override
  public synchronized boolean isReady() {
    boolean waits = failure == null && (isFull() || !isRoom());
    backedUp = waits && failure == null; // the question may have failed
    return !backedUp;
  }

  private boolean isFull() {
    if (buffer == null || buffer.size() < MOST) {
      return false;
    }
    full = true;
    owed = true;
    later.execute(this::flushOwed);
    return true;
  }

  /** Whether the client was not taking any more when Tyrus last wanted to write. */
  boolean isBackedUp() {
    return backedUp;
  }

  /** The engine calls this under locks of its own. */
  @Override
  public void setWriteListener(WriteListener listener) {
    engine = listener;
    later.execute(this::writePossible); // the container may have called before
  }

  private void writePossible() {
    WriteListener listener = engine;
    try {
      if (listener != null) {
        listener.onWritePossible();
      }
    } catch (IOException e) {
      listener.onError(e);
    }
    flushOwed();
  }

  /** Learns from the container, which holds a lock then, that it has room. */
  private final class Room implements WriteListener {

    @Override
    public void onWritePossible() {
      if (engine != null || isOwed()) {
        later.execute(FlushConsolidatingOutput.this::writePossible);
      }
    }

    @Override
    public void onError(Throwable error) {
      failLater(error);
      WriteListener listener = engine;
      if (listener != null) {
        later.execute(() -> listener.onError(error));
      }
    }
  }

  private synchronized void failLater(Throwable error) {
    fail(new IOException("the container cannot write", error));
    later.execute(onFailure);
  }

  private synchronized boolean isOwed() {
    return owed;
  }
}
