package imserver.endpoint;

import imserver.auth.Revocations;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.container.Transports;
import imserver.directory.UserDirectory;
import imserver.lifecycle.GracefulShutdown;
import imserver.message.Intake;
import imserver.message.UnreadReplay;
import imserver.packet.CloseCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkRead;
import imserver.packet.Request;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.session.MessageStream;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DecodeException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Clock;

/**
 * Where clients connect: {@code ws(s)://HOST/teaching/imserver/CREDENTIAL}. One instance serves all
 * connections.
 *
 * <p>Not proxied: containers still report connections that end when CDI has ended, and then its
 * proxies throw.
 */
@Singleton
@ServerEndpoint(
    value = "/imserver/{credential}",
    subprotocols = Credentials.SUBPROTOCOL,
    decoders = PacketDecoder.class,
    configurator = HandshakeConfigurator.class)
public class MessageEndpoint {

  private static final System.Logger LOG = System.getLogger(MessageEndpoint.class.getName());

  @Inject private Config config;
  @Inject private SessionRegistry registry;
  @Inject private UserDirectory directory;
  @Inject private UnreadReplay unreadReplay;
  @Inject private Intake intake;
  @Inject private Workers workers;
  @Inject private Transports transports;
  @Inject private Clock clock;
  @Inject private GracefulShutdown shutdown;
  @Inject private Revocations revocations;

  /** For the container, which injects the rest. */
  public MessageEndpoint() {}

  /** Registers the connection and starts to push its unread messages. */
  @OnOpen
  public void onOpen(Session session) throws IOException {
    if (shutdown.isOver()) {
      CloseCode stopping = CloseCode.GOING_AWAY;
      session.close(new CloseReason(CloseCodes.GOING_AWAY, stopping.reason()));
      return;
    }
    session.setMaxIdleTimeout(0); // pings tell whether the client lives
    session.setMaxTextMessageBufferSize(config.limits().maxFrame());
    ConnectingUser connecting = (ConnectingUser) session.getUserPrincipal();
    UserPrincipal user = connecting.user();
    WebSocketConnection connection =
        new WebSocketConnection(session, user, config.limits(), workers, transports.of(session));
    WebSocketConnection.attach(connection, session);
    LOG.log(
        Level.INFO,
        "opened {0} user={1} from={2}",
        connection.id(),
        user.getName(),
        connecting.address());
    directory.putClaims(user);
    MessageStream stream = registry.open(connection);
    if (revocations.cover(user)) { // since the handshake
      connection.close(CloseCode.ACCESS_ENDED);
    }
    unreadReplay.pushTo(stream);
  }

  /**
   * Passes a packet on, or answers one that cannot be read. What comes after the end of the token,
   * or after any close was decided, has no effect: some containers hand over what a client sends
   * until it has answered the close frame.
   */
  @OnMessage
  public void onText(Request request, Session session) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection == null) {
      return;
    }
    if (connection.user().isExpired(clock.instant())) {
      connection.close(CloseCode.TOKEN_EXPIRED);
    }
    if (!connection.takeRequest()) {
      return;
    }
    request.accept(
        new Request.Handler() {
          @Override
          public void sendMessage(SendMessage message) {
            intake.sendMessage(connection, message);
          }

          @Override
          public void markRead(MarkRead ack) {
            intake.markRead(connection, ack);
          }

          @Override
          public void malformed(MalformedRequest malformed) {
            connection.send(
                new Failure(
                    connection.user().userId(),
                    malformed.timestamp(),
                    malformed.code(),
                    malformed.reason()));
          }
        });
  }

  /** The protocol has no binary frames. */
  @OnMessage
  public void onBinary(ByteBuffer part, boolean last, Session session) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection != null) {
      connection.close(CloseCode.BINARY_FRAME);
    }
  }

  /** A sign of life. */
  @OnMessage
  public void onPong(PongMessage pong, Session session) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection != null) {
      connection.pong();
    }
  }

  /** Forgets the connection. */
  @OnClose
  public void onClose(Session session, CloseReason reason) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection == null) {
      return;
    }
    connection.ended();
    if (!shutdown.isOver()) {
      registry.close(connection);
    }
    LOG.log(
        Level.INFO,
        "closed {0} user={1} code={2}",
        connection.id(),
        connection.user().getName(),
        Integer.toString(connection.closeCodeOr(reason.getCloseCode().getCode())));
  }

  /**
   * A packet over the limit ends the connection; everything else was answered, or is the network's.
   */
  @OnError
  public void onError(Session session, Throwable error) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection == null) {
      LOG.log(Level.DEBUG, "error on a connection that has ended: {0}", error.toString());
    } else if (error instanceof DecodeException) {
      connection.close(CloseCode.FRAME_TOO_LARGE);
    } else {
      LOG.log(Level.DEBUG, "error on {0}: {1}", connection.id(), error.toString());
    }
  }
}
