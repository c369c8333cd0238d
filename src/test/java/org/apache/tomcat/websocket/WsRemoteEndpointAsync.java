package org.apache.tomcat.websocket;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;

/** Stands for Tomcat's class of this name: sends nothing by itself. */
public final class WsRemoteEndpointAsync extends WsRemoteEndpointBase
    implements RemoteEndpoint.Async {

  /** Over Tomcat's end of a connection. */
  public WsRemoteEndpointAsync(WsRemoteEndpointImplBase base) {
    super(base);
  }

  @Override
  public long getSendTimeout() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setSendTimeout(long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendText(String text, SendHandler completion) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> sendText(String text) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> sendBinary(ByteBuffer data) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendBinary(ByteBuffer data, SendHandler completion) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<Void> sendObject(Object data) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sendObject(Object data, SendHandler handler) {
    throw new UnsupportedOperationException();
  }
}
