package org.apache.tomcat.util.net;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.TimeUnit;

/** Stands for Tomcat's class of this name, a socket. Not for several threads. */
public class SocketWrapperBase {

  /** Read by its name. */
  public static final CompletionCheck COMPLETE_WRITE_WITH_COMPLETION = new CompletionCheck() {};

  /** Of a write that takes no account of others. */
  public enum BlockingMode {
    /** Read by its name. */
    NON_BLOCK,
    /** Not to be used: it waits for other writes. */
    SEMI_BLOCK
  }

  /** What has become of a write when its call returns. */
  public enum CompletionState {
    /** Some of it is still to be written. */
    PENDING,
    /** Another one has not ended; read by its name. */
    NOT_DONE,
    /** All is written. */
    INLINE,
    /** It failed. */
    ERROR
  }

  /** When to report. */
  public interface CompletionCheck {}

  /** What the next write is to come to. */
  public CompletionState next = CompletionState.INLINE;

  /** Whether the connector has {@code useAsyncIO}. */
  public boolean asyncIO = true;

  /** What was written. */
  public final ByteArrayOutputStream written = new ByteArrayOutputStream();

  /** For how long a write of Tomcat's may wait for another, in milliseconds; 0 for ever. */
  public long writeTimeout = 700;

  /** How many writes there were. */
  public int writes;

  private Runnable rest = () -> {};
  private Runnable failure = () -> {};

  /** An open socket. */
  public SocketWrapperBase() {}

  /** Called by its name. */
  public boolean hasAsyncIO() {
    return asyncIO;
  }

  /** Called by its name. */
  public void setWriteTimeout(long millis) {
    writeTimeout = millis;
  }

  /** Called by its name. */
  @SafeVarargs
  public final <A> CompletionState write(
      BlockingMode block,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionCheck check,
      CompletionHandler<Long, ? super A> handler,
      ByteBuffer... buffers) {
    if (block != BlockingMode.NON_BLOCK
        || timeout != 0
        || check != COMPLETE_WRITE_WITH_COMPLETION) {
      throw new IllegalArgumentException("may wait, or reports too early");
    }
    writes++;
    writeTimeout = timeout;
    switch (next) {
      case INLINE -> take(buffers, handler, attachment);
      case PENDING -> {
        rest = () -> take(buffers, handler, attachment);
        failure = () -> handler.failed(new EOFException("the client is gone"), attachment);
      }
      case ERROR -> handler.failed(new EOFException("the client is gone"), attachment);
      case NOT_DONE -> {
        // nothing is written, and nobody is told
      }
    }
    return next;
  }

  private <A> void take(
      ByteBuffer[] buffers, CompletionHandler<Long, ? super A> handler, A attachment) {
    for (ByteBuffer buffer : buffers) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      written.writeBytes(bytes);
    }
    handler.completed((long) written.size(), attachment);
  }

  /** The connection breaks while something is pending. */
  public void failTheRest() {
    failure.run();
  }

  /** The client reads again: takes what was pending. */
  public void takeTheRest() {
    rest.run();
  }
}
