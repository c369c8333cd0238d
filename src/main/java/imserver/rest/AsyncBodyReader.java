package imserver.rest;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Collects a body as it arrives, or drops it as it arrives; no thread waits for the rest. Reports
 * once what came of it: all of it, too much of it, or nothing more in time. Reports nothing where
 * the connection breaks.
 */
final class AsyncBodyReader implements ReadListener, AsyncListener {

  /** Takes what came of a body. */
  @FunctionalInterface
  interface Completion {
    void accept(RequestBody body) throws IOException;
  }

  /** More than this is not even read to be dropped. */
  static final int MAX_READ = 2 * BodyText.MAX_BYTES;

  private static final int CHUNK = 8192;

  private final ServletInputStream in;
  private final boolean keep;
  private final long maxRead;
  private final Completion then;
  private final Runnable atEnd;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long read;
  private boolean ended;

  /**
   * A reader, to be set as the listener of {@code in} and of its asynchronous request.
   *
   * @param keep false to drop what is read
   * @param then gets what came of it, at most once
   * @param atEnd run once, also where nothing is reported
   */
  AsyncBodyReader(ServletInputStream in, boolean keep, Completion then, Runnable atEnd) {
    this(in, keep, MAX_READ, then, atEnd);
  }

  /**
   * The same with another bound.
   *
   * @param maxRead more than this is not even read to be dropped
   */
  AsyncBodyReader(
      ServletInputStream in, boolean keep, long maxRead, Completion then, Runnable atEnd) {
    this.in = in;
    this.keep = keep;
    this.maxRead = maxRead;
    this.then = then;
    this.atEnd = atEnd;
  }

  @Override
  public void onDataAvailable() throws IOException {
    byte[] chunk = new byte[CHUNK];
    while (!hasEnded() && in.isReady()) {
      int count = in.read(chunk);
      if (count < 0) {
        onAllDataRead();
        return;
      }
      read += count;
      if (keep && bytes.size() <= BodyText.MAX_BYTES) {
        bytes.write(chunk, 0, count);
      }
      if (read > maxRead) {
        end(new RequestBody(new byte[0], false, BodyText.tooLarge()));
      } else if (in.isFinished() && in.available() == 0) {
        onAllDataRead(); // now, since Payara would report it on another thread
        return;
      }
    }
  }

  @Override
  public void onAllDataRead() throws IOException {
    end(
        keep && read > BodyText.MAX_BYTES
            ? new RequestBody(new byte[0], true, BodyText.tooLarge())
            : new RequestBody(bytes.toByteArray(), true, null));
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    end(new RequestBody(new byte[0], false, Problem.timeout()));
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

  private void end(RequestBody body) throws IOException {
    if (tryEnd()) {
      then.accept(body);
    }
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  /** Ends the reading. Returns false where it has ended before. */
  private boolean tryEnd() {
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
    }
    atEnd.run();
    return true;
  }
}
