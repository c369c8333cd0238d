package imserver.rest;

import imserver.file.Download;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file as the client takes it, with one piece of it in memory; no thread waits for the
 * client, and none of the container for the disk.
 */
final class DownloadWriter implements WriteListener, AsyncListener {

  private static final System.Logger LOG = System.getLogger(DownloadWriter.class.getName());

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
  private boolean flushed;
  private boolean ended;

  /**
   * A writer, to be set as the listener of {@code out} and of its asynchronous request.
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
  public void onTimeout(AsyncEvent event) {
    end();
  }

  @Override
  public void onError(Throwable error) {
    end();
  }

  @Override
  public void onError(AsyncEvent event) {
    end();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    end();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}

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
