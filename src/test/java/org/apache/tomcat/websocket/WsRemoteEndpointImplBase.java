package org.apache.tomcat.websocket;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stands for Tomcat's class of this name, its end of a connection. Not for several threads. */
public final class WsRemoteEndpointImplBase {

  /** The frames that were started: opcode, bytes of payload, and whether batching was on. */
  public final List<String> started = new ArrayList<>();

  /** Thrown by the next start, if it is set. */
  public RuntimeException failure;

  /** Read by its name. */
  private final AtomicBoolean batchingAllowed = new AtomicBoolean();

  /** As at the opening of a session. */
  public WsRemoteEndpointImplBase() {}

  /** Whether Tomcat would gather what is written. */
  public boolean isBatching() {
    return batchingAllowed.get();
  }

  /** Called by its name. */
  void startMessage(byte opcode, ByteBuffer payload, boolean last, SendHandler handler) {
    if (failure != null) {
      throw failure;
    }
    started.add(
        "%02x of %s bytes, batching %s"
            .formatted(opcode, payload == null ? "no" : payload.remaining(), isBatching()));
    handler.onResult(new SendResult());
  }
}
