package org.apache.tomcat.websocket;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Semaphore;

/** Stands for Tomcat's class of this name, its end of a connection. Not for several threads. */
public class WsRemoteEndpointImplBase {

  /** The frames that Tomcat has written: opcode and payload. */
  public final List<String> started = new ArrayList<>();

  /** Whether nothing more can be written. */
  public boolean breaks;

  /** Whether the connection was ended. */
  public boolean ended;

  /** Read by its name. */
  protected final Semaphore messagePartInProgress = new Semaphore(1);

  /** Read by its name. */
  private volatile boolean closed;

  private boolean closesAfterNext;
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /** As at the opening of a session. */
  protected WsRemoteEndpointImplBase() {}

  /** Begins to write a pong. */
  public void beginPong() {
    messagePartInProgress.acquireUninterruptibly();
  }

  /** Has written it. */
  public void endPong() {
    endMessage(null, null);
  }

  /** Writes a close frame once the next frame is written. */
  public void closeAfterNext() {
    closesAfterNext = true;
  }

  /** Whether a frame is being written. */
  public boolean isWriting() {
    return messagePartInProgress.availablePermits() == 0;
  }

  /** Writes a close frame. */
  public void sendClose() {
    closed = true;
  }

  /** Called by its name. */
  void startMessage(byte opcode, ByteBuffer payload, boolean last, SendHandler handler) {
    Runnable write =
        () -> {
          if (closed) {
            throw new IllegalStateException("closed");
          }
          Object text = payload == null ? "" : StandardCharsets.UTF_8.decode(payload);
          String frame = "%02x %s".formatted(opcode, text);
          started.add(ended ? frame + ", into the void" : frame);
          closed = closesAfterNext;
          endMessage(handler, breaks ? new SendResult(new EOFException()) : new SendResult());
        };
    if (messagePartInProgress.tryAcquire()) {
      write.run();
    } else {
      waiting.add(write);
    }
  }

  /** Called by its name. */
  void endMessage(SendHandler handler, SendResult result) {
    Runnable next = waiting.poll();
    if (next == null) {
      messagePartInProgress.release();
    } else if (!closed) { // else it is dropped, and nobody writes any more
      next.run();
    }
    if (handler != null) {
      handler.onResult(result);
    }
  }

  /** Called by its name. */
  public final void close() {
    ended = true;
  }
}
