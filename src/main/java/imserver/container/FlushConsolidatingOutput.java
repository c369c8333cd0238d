package imserver.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What Tyrus writes to. Tyrus writes and flushes each frame under locks of its own, which are no
 * place to call the container from (see the package). So that only fills a buffer; who has no such
 * lock then has it written: {@link #flushOwed} after each call of Tyrus that may have written a
 * frame, {@link #flush(SendHandler)} for the packets that were gathered.
 *
 * <p>Safe for use by several threads. One of them writes at a time, and none waits, neither for
 * another nor for the client: what comes meanwhile, or while the container has no room, is written
 * later by a thread of ours.
 */
final class FlushConsolidatingOutput extends ServletOutputStream {

  private static final System.Logger LOG =
      System.getLogger(FlushConsolidatingOutput.class.getName());

  private final ServletOutputStream output;
  private final Executor later;
  private final Runnable onFailure;

  /** What is to be written; null for nothing, so that an idle connection keeps no memory for it. */
  private @Nullable ByteArrayOutputStream buffer;

  /** Whether packets are gathered, which are flushed when they are all there. */
  private boolean consolidating;

  /** Whether the buffer is to be written although packets may be gathered. */
  private boolean owed;

  private boolean writing;

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
    if (writing) {
      return null; // the thread that writes sees to it
    }
    Runnable then = atEnd;
    if (then != null) {
      atEnd = null;
      fail(new IOException("the connection has ended"));
    }
    return then;
  }

  /** Asks nothing more of the container, which gives its output to another connection next. */
  synchronized void abandon() {
    fail(new IOException("the container has ended the connection"));
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
    if (!owed || writing || buffer == null || !isRoom()) {
      return null;
    }
    ByteArrayOutputStream taken = buffer;
    buffer = null;
    owed = false;
    writing = true;
    return taken;
  }

  private boolean isRoom() {
    try {
      return output.isReady();
    } catch (RuntimeException e) { // the container has ended it, and has not said so yet
      fail(e);
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
      output.flush();
      failed = null;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the client is gone: {0}", e.toString());
      failed = e;
    } finally {
      endWriting(failed);
    }
  }

  private synchronized void endWriting(@Nullable Exception failed) {
    writing = false;
    if (failed != null) {
      fail(failed);
      later.execute(onFailure);
    }
    if (atEnd != null) {
      later.execute(this::finish);
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
      buffer = new ByteArrayOutputStream();
    }
    return buffer;
  }

  /** Tyrus asks before it writes a frame, and queues the frame where the answer is no. */
  @Override
  public synchronized boolean isReady() {
    boolean ready = output.isReady();
    backedUp = !ready;
    return ready;
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
      WriteListener listener = engine;
      if (listener != null) {
        listener.onError(error);
      }
    }
  }

  private synchronized boolean isOwed() {
    return owed;
  }
}
