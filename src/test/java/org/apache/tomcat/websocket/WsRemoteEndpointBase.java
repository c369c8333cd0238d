package org.apache.tomcat.websocket;

import jakarta.websocket.RemoteEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Stands for Tomcat's class of this name: only its field matters, and what it inherits. */
public abstract class WsRemoteEndpointBase implements RemoteEndpoint {

  /** Read by its name. */
  private final WsRemoteEndpointImplBase base;

  WsRemoteEndpointBase(WsRemoteEndpointImplBase base) {
    this.base = base;
  }

  @Override
  public final void setBatchingAllowed(boolean allowed) throws IOException {
    throw new UnsupportedOperationException("waits for the client: " + base);
  }

  @Override
  public final boolean getBatchingAllowed() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void flushBatch() throws IOException {
    throw new UnsupportedOperationException("waits for the client");
  }

  @Override
  public final void sendPing(ByteBuffer data) {
    throw new UnsupportedOperationException("waits for the client");
  }

  @Override
  public final void sendPong(ByteBuffer data) {
    throw new UnsupportedOperationException("waits for the client");
  }
}
