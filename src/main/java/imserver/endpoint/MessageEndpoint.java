package imserver.endpoint;

import imserver.auth.Revocations;
import imserver.auth.Suspensions;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.container.Transports;
import imserver.conversation.Synchronization;
import imserver.directory.UserDirectory;
import imserver.lifecycle.GracefulShutdown;
import imserver.message.ConnectionStart;
import imserver.message.Intake;
import imserver.monitoring.Meters;
import imserver.packet.CloseCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkRead;
import imserver.packet.MarkReadUpTo;
import imserver.packet.RecallMessage;
import imserver.packet.Request;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.packet.Synchronize;
import imserver.packet.Typing;
import imserver.session.ConnectionStream;
import imserver.session.Requester;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
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
    subprotocols = {"imserver.v2", "imserver.v1"},
    configurator = HandshakeConfigurator.class)
public class MessageEndpoint {

  private static final System.Logger LOG = System.getLogger(MessageEndpoint.class.getName());

  @Inject private Config config;
  @Inject private SessionRegistry registry;
  @Inject private UserDirectory directory;
  @Inject private ConnectionStart connectionStart;
  @Inject private Intake intake;
  @Inject private Synchronization synchronization;
  @Inject private Workers workers;
  @Inject private Transports transports;
  @Inject private Clock clock;
  @Inject private GracefulShutdown shutdown;
  @Inject private Revocations revocations;
  @Inject private Suspensions suspensions;

  private Intake directIntake;

  /** For the container, which injects the rest. */
  public MessageEndpoint() {}

  @PostConstruct
  void start() {
    directIntake = intake.direct();
  }

  /** Registers the connection and starts what it is told. */
  @OnOpen
  public void onOpen(Session session) throws IOException {
    if (shutdown.isOver()) {
      CloseCode stopping = CloseCode.GOING_AWAY;
      session.close(new CloseReason(CloseCodes.GOING_AWAY, stopping.reason()));
      return;
    }
    session.setMaxIdleTimeout(0); // pings tell whether the client lives
    ConnectingUser connecting = (ConnectingUser) session.getUserPrincipal();
    UserPrincipal user = connecting.user();
    WebSocketConnection connection =
        new WebSocketConnection(session, user, config.limits(), workers, transports.of(session));
    WebSocketConnection.attach(connection, session);
    Meters.opened(connection.version().number());
    connection.logging(
        () ->
            LOG.log(
                Level.INFO,
                "opened {0} user={1} from={2}",
                connection.id(),
                user.getName(),
                connecting.address()));
    directory.putClaims(user);
    ConnectionStream stream =
        connection.version() == ProtocolVersion.V1
            ? registry.open(connection)
            : registry.openForChanges(connection);
    connection.setRequester(stream.requester());
    if (revocations.cover(user)) { // since the handshake
      connection.close(CloseCode.ACCESS_ENDED);
    } else if (suspensions.isShutOut(user)) {
      connection.close(CloseCode.SUSPENDED);
    }
    connectionStart.start(stream);
  }

  /**
   * Passes a packet on when it is complete, or answers one that cannot be read. What comes after
   * the end of the token, or after any close was decided, has no effect: some containers hand over
   * what a client sends until it has answered the close frame.
   */
  @OnMessage
  public void onText(String part, boolean last, Session session) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection == null) {
      return;
    }
    String text = connection.complete(part, last);
    if (text == null) {
      return;
    }
    if (connection.user().isExpired(clock.instant())) {
      connection.close(CloseCode.TOKEN_EXPIRED);
    }
    if (!connection.takeRequest()) {
      return;
    }
    connection.version().read(text).accept(new RequestHandler(connection));
  }

  /** Passes a request on, with whom it comes from. */
  private final class RequestHandler implements Request.Handler {

    private final WebSocketConnection connection;
    private final Requester requester;

    RequestHandler(WebSocketConnection connection) {
      this.connection = connection;
      this.requester = connection.requester();
    }

    @Override
    public void sendMessage(SendMessage message) {
      directIntake.sendMessage(requester, message);
    }

    @Override
    public void markRead(MarkRead ack) {
      directIntake.markRead(requester, ack);
    }

    @Override
    public void markReadUpTo(MarkReadUpTo read) {
      synchronization.markReadUpTo(requester, read);
    }

    @Override
    public void recall(RecallMessage recall) {
      directIntake.recall(requester, recall);
    }

    @Override
    public void synchronize(Synchronize sync) {
      synchronization.synchronize(requester, sync);
    }

    @Override
    public void typing(Typing typing) {
      directIntake.typing(requester, typing);
      connection.needsNoAnswer();
    }

    @Override
    public void malformed(MalformedRequest malformed) {
      requester.send(
          new Failure(
              connection.user().userId(),
              malformed.timestamp(),
              malformed.code(),
              malformed.reason(),
              malformed.requestId()));
    }
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
    int code = connection.closeCodeOr(reason.getCloseCode().getCode());
    Meters.closed(CloseCode.countedAs(code, connection.isClosedByServer()));
    connection.logging(
        () ->
            LOG.log(
                Level.INFO,
                "closed {0} user={1} code={2}",
                connection.id(),
                connection.user().getName(),
                Integer.toString(code)));
  }

  /** Everything of ours was answered: this is the network's. */
  @OnError
  public void onError(Session session, Throwable error) {
    WebSocketConnection connection = WebSocketConnection.of(session);
    if (connection == null) {
      LOG.log(Level.DEBUG, "error on a connection that has ended: {0}", error.toString());
    } else {
      LOG.log(Level.DEBUG, "error on {0}: {1}", connection.id(), error.toString());
    }
  }
}
