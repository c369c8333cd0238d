package imserver.endpoint;

import imserver.config.Config;
import imserver.config.Config.Switch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.Session;

/**
 * Finds out how a session's packets can be written several at once. One by one, each costs a system
 * call, and on Tomcat the hand-over of its report to another thread: more than all else that is
 * done for a message. {@code IMSERVER_WRITE_BATCHING=off} has each written by itself.
 */
@ApplicationScoped
public class Batches {

  @Inject private Config config;

  private final TomcatBatching.Maker tomcat = new TomcatBatching.Maker();

  /** For the container, which injects the rest. */
  public Batches() {}

  /** How packets are gathered for a session that is just being opened, by this thread. */
  Batching of(Session session) {
    if (config.server().writeBatching() == Switch.OFF) {
      return Batching.NONE;
    }
    Batching tyrus = FrameGuard.opening();
    return tyrus == null ? tomcat.of(session.getAsyncRemote()) : tyrus;
  }
}
