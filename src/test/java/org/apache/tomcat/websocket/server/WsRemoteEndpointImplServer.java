package org.apache.tomcat.websocket.server;

import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.websocket.WsRemoteEndpointImplBase;

/** Stands for Tomcat's class of this name: only its field matters. */
public final class WsRemoteEndpointImplServer extends WsRemoteEndpointImplBase {

  /** Read by its name. */
  private final SocketWrapperBase socketWrapper;

  /** Over a socket. */
  public WsRemoteEndpointImplServer(SocketWrapperBase socketWrapper) {
    this.socketWrapper = socketWrapper;
  }

  @Override
  public String toString() {
    return "the end of " + socketWrapper;
  }
}
