package org.apache.tomcat.websocket;

import jakarta.websocket.Session;

/** Stands for Tomcat's class of this name: what it has beside the standard. */
public interface WsSession extends Session {

  /** Called by its name. */
  void checkCloseTimeout();

  /** Called by its name. */
  boolean isClosed();
}
