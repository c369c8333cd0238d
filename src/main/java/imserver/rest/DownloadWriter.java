package imserver.rest;

import imserver.file.Download;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file as the client takes it, with one piece of it in memory; no thread waits for the
 * client, and none of the container for the disk.
 */
final class DownloadWriter implements WriteListener {

  private static final System.Logger LOG = System.getLogger(DownloadWriter.class.getName());

  /** How often {@link #watch} is to be called. */
  static final Duration WATCH = Duration.ofSeconds(10);

  /** A client that takes nothing for so many of these is cut off, */
  private static final int MAX_IDLE = 3;

  /** and one that takes longer than so many, and for each byte as if it took 4 KiB a second. */
  private static final int MAX_WATCHES = 6;

  private static final long SLOWEST = 4 * 1024 * WATCH.toSeconds();

  private static final int PIECE = 64 * 1024;

  private final ServletOutputStream out;
  private final Download file;
  private final Runnable complete;
  private final Runnable breakOff;
  private final Runnable atEnd;
  private final long end;
  private final byte[] piece = new byte[PIECE];

  private long position;
  private int from;
  private int filled;
  private boolean isReading;
  private int idle;
  private long watchesLeft;
  private boolean flushed;
  private boolean ended;

  /**
   * A writer, to be set as the listener of {@code out}; {@link #stop} is to be called at the end of
   * the request.
   *
   * @param range of the bytes
   * @param complete run when all has left, at most once
   * @param breakOff run where the rest cannot be had, at most once
   * @param atEnd run once, in any case
   */
  DownloadWriter(
      ServletOutputStream out,
      Download file,
      ByteRange range,
      Runnable complete,
      Runnable breakOff,
      Runnable atEnd) {
    this.out = out;
    this.file = file;
    this.position = range.first();
    this.end = range.end();
    this.watchesLeft = MAX_WATCHES + (range.end() - range.first()) / SLOWEST;
    this.complete = complete;
    this.breakOff = breakOff;
    this.atEnd = atEnd;
  }

  @Override
  public void onWritePossible() throws IOException {
    pump();
  }

  private synchronized void pump() throws IOException {
    while (!ended && !isReading && out.isReady()) {
      if (from < filled) {
        out.write(piece, from, filled - from);
        from = filled;
        idle = 0;
      } else if (position < end) {
        read();
      } else if (!flushed) {
        flushed = true;
        out.flush(); // on Tomcat a thread would wait for what completing has to flush
      } else {
        end();
        complete.run();
      }
    }
  }

  /** Cuts a client off that does not read; does not wait. */
  void watch() {
    synchronized (this) {
      if (ended || (++idle < MAX_IDLE && --watchesLeft > 0)) {
        return;
      }
    }
    if (end()) {
      LOG.log(Level.DEBUG, "a client does not read, or too slowly: {0} bytes by now", position);
      breakOff.run();
    }
  }

  private void read() {
    isReading = true;
    int length = (int) Math.min(PIECE, end - position);
    var unused =
        file.read(position, piece, length)
            .whenComplete((count, error) -> filled(count == null ? 0 : count, error));
  }

  private void filled(int count, @Nullable Throwable error) {
    if (error != null || count <= 0) {
      LOG.log(Level.DEBUG, "a file cannot be read to its end: {0}", String.valueOf(error));
      if (end()) {
        breakOff.run();
      }
      return;
    }
    try {
      synchronized (this) {
        isReading = false;
        from = 0;
        filled = count;
        position += count;
      }
      pump();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a client left before it had a file: {0}", e.toString());
      if (end()) {
        breakOff.run();
      }
    }
  }

  @Override
  public void onError(Throwable error) {
    end();
  }

  /** The request has ended. */
  void stop() {
    end();
  }

  /** Ends it. Returns false where it has ended before. */
  private boolean end() {
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
