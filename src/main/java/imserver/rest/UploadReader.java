package imserver.rest;

import imserver.file.Upload;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hands a body over as it arrives, as a file or an import, chunk by chunk; no thread waits for the
 * client, and none of the container for the disk. While a chunk is being kept nothing is read, so
 * that one is in memory at a time. Where the body is refused the rest is read to be dropped: a
 * browser that is answered before it has sent all shows no answer, but a broken connection.
 */
final class UploadReader<T> implements ReadListener, AsyncListener {

  /** Takes what came of it, at most once. */
  @FunctionalInterface
  interface Completion<T> {
    /**
     * Answers.
     *
     * @param result null where it is refused
     * @param body without bytes; says whether all of it was read, and why it is refused
     */
    void accept(@Nullable T result, RequestBody body) throws IOException;
  }

  private static final System.Logger LOG = System.getLogger(UploadReader.class.getName());

  /** How often {@link #watch} is to be called. */
  static final Duration WATCH = Duration.ofSeconds(5);

  /** A client is watched for so many of these at a time. */
  private static final int WATCHED = 2;

  private enum State {
    READING,
    DROPPING,
    KEEPING,
    ENDED
  }

  private final ServletInputStream in;
  private final long length;
  private final BodySink<T> sink;
  private final Completion<T> then;
  private final Runnable atEnd;
  private final Runnable onBreak;
  private final byte[] chunk;

  private State state = State.READING;
  private int filled;
  private boolean isAllThere;
  private long read;
  private long readBefore;
  private int watched;
  private @Nullable Problem problem;

  /**
   * A reader, to be set as the listener of {@code in} and of its asynchronous request.
   *
   * @param length bytes of the body, as the client has announced; -1 where it has not
   * @param atEnd run once, also where nothing is reported
   * @param onBreak ends the request where its connection breaks while the container does not look
   */
  UploadReader(
      ServletInputStream in,
      long length,
      BodySink<T> sink,
      Completion<T> then,
      Runnable atEnd,
      Runnable onBreak) {
    this.in = in;
    this.length = length;
    this.sink = sink;
    this.then = then;
    this.atEnd = atEnd;
    this.onBreak = onBreak;
    this.chunk = new byte[Upload.CHUNK];
  }

  @Override
  public void onDataAvailable() throws IOException {
    pump();
  }

  private synchronized void pump() throws IOException {
    while ((state == State.READING || state == State.DROPPING) && hasMore()) {
      boolean dropping = state == State.DROPPING;
      int start = dropping ? 0 : filled;
      int count = in.read(chunk, start, chunk.length - start);
      if (count < 0) {
        endOfBody();
        return;
      }
      read += count;
      filled = dropping ? 0 : filled + count;
      if (read > sink.maxBytes()) {
        report(null, problem == null ? sink.tooLarge() : problem, false);
      } else if (in.isFinished() && in.available() == 0) {
        endOfBody(); // now, since Payara would report it on another thread
      } else if (filled == chunk.length) {
        keep();
      }
    }
    if (isAllThere && (state == State.READING || state == State.DROPPING)) {
      endOfBody();
    }
  }

  private boolean hasMore() throws IOException {
    return isAllThere ? in.available() > 0 : in.isReady();
  }

  /**
   * Said once, also while a chunk is being kept. On Payara it only means that all has arrived: a
   * part of it may have to be read.
   */
  @Override
  public synchronized void onAllDataRead() throws IOException {
    isAllThere = true;
    pump();
  }

  /**
   * Nothing where the end was seen before: of a body in chunks Tomcat says so, on this thread,
   * while it is asked whether there is more.
   */
  private void endOfBody() throws IOException {
    if (state != State.READING && state != State.DROPPING) {
      return;
    }
    if (length >= 0 && read != length && problem == null) {
      problem = Problem.timeout(); // it is not all there: what comes of it must not be taken for it
    }
    if (problem != null) {
      report(null, problem, true);
    } else if (filled > 0) {
      state = State.KEEPING;
      var unused = sink.write(chunk, filled).whenComplete((kept, error) -> last(error));
    } else {
      state = State.KEEPING;
      last(null);
    }
  }

  /** What came last is kept. */
  private void last(@Nullable Throwable error) {
    synchronized (this) {
      filled = 0;
    }
    if (error != null) {
      tryReport(null, ProblemMapper.of(error));
      return;
    }
    var unused =
        sink.finish()
            .whenComplete(
                (result, failure) ->
                    tryReport(result, failure == null ? null : ProblemMapper.of(failure)));
  }

  private void tryReport(@Nullable T result, @Nullable Problem why) {
    try {
      report(result, why, true);
    } catch (IOException | RuntimeException e) {
      broken(e);
    }
  }

  private void keep() {
    state = State.KEEPING;
    var unused = sink.write(chunk, filled).whenComplete((kept, error) -> kept(error));
  }

  private void kept(@Nullable Throwable error) {
    try {
      synchronized (this) {
        if (state == State.ENDED) {
          return;
        }
        filled = 0;
        problem = error == null ? null : ProblemMapper.of(error);
        state = error == null ? State.READING : State.DROPPING;
      }
      pump();
    } catch (IOException | RuntimeException e) {
      broken(e);
    }
  }

  private void broken(Throwable error) {
    LOG.log(Level.DEBUG, "an upload broke off: {0}", error.toString());
    onError(error);
    onBreak.run();
  }

  /** Ends a client that sends nothing, or too little; does not wait. */
  void watch() {
    try {
      synchronized (this) {
        boolean waits = state == State.READING || state == State.DROPPING;
        watched = waits ? watched + 1 : 0;
        if (watched < WATCHED) {
          readBefore = watched == 0 ? read : readBefore;
          return;
        }
        boolean slow = read - readBefore < sink.slowest() * WATCHED * WATCH.toSeconds();
        readBefore = read;
        watched = 0;
        if (!slow) {
          return;
        }
        LOG.log(Level.DEBUG, "an upload is too slow: {0} bytes by now", read);
      }
      report(null, Problem.timeout(), false);
    } catch (IOException | RuntimeException e) {
      broken(e);
    }
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    report(null, Problem.timeout(), false);
  }

  @Override
  public void onError(Throwable error) {
    tryEnd();
  }

  @Override
  public void onError(AsyncEvent event) {
    tryEnd();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    tryEnd();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}

  private void report(@Nullable T result, @Nullable Problem why, boolean complete)
      throws IOException {
    if (tryEnd()) {
      then.accept(result, new RequestBody(new byte[0], complete, why));
    }
  }

  /** Ends it. Returns false where it has ended before. */
  private boolean tryEnd() {
    boolean wasReading;
    synchronized (this) {
      if (state == State.ENDED) {
        return false;
      }
      wasReading = state == State.READING; // else the chunk is being kept, or was refused
      state = State.ENDED;
    }
    if (wasReading) {
      keepWhatCame();
    }
    sink.close();
    atEnd.run();
    return true;
  }

  /** Of a resumable upload also what came last, so that it need not be sent again. */
  private void keepWhatCame() {
    if (sink.keepsParts() && filled > 0) {
      var unused = sink.write(chunk, filled);
    }
  }
}
