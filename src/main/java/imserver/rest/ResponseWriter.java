package imserver.rest;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/**
 * Writes an answer as the client takes it; no thread waits for that. Where the time is over the
 * container ends the request with an error, and with it the connection: to complete it would have a
 * thread wait until the rest is written.
 */
final class ResponseWriter implements WriteListener, AsyncListener {

  private static final int CHUNK = 16 * 1024;

  private final ServletOutputStream out;
  private final byte[] answer;
  private final Runnable complete;
  private final Runnable atEnd;
  private int written;
  private boolean flushed;
  private boolean ended;

  /**
   * A writer, to be set as the listener of {@code out} and of its asynchronous request.
   *
   * @param complete run when all has left, at most once
   * @param atEnd run once, whether or not it has
   */
  ResponseWriter(ServletOutputStream out, byte[] answer, Runnable complete, Runnable atEnd) {
    this.out = out;
    this.answer = answer;
    this.complete = complete;
    this.atEnd = atEnd;
  }

  @Override
  public synchronized void onWritePossible() throws IOException {
    while (!ended && out.isReady()) {
      if (written < answer.length) {
        int count = Math.min(CHUNK, answer.length - written);
        out.write(answer, written, count);
        written += count;
      } else if (!flushed) {
        flushed = true;
        out.flush(); // on Tomcat a thread would wait for what completing has to flush
      } else {
        end();
        complete.run();
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

  private void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    atEnd.run();
  }
}
