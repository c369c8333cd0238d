package imserver.session;

import imserver.auth.Revocations;
import imserver.config.Config;
import imserver.packet.CloseCode;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Ends connections whose token has expired or is revoked, or whose client no longer answers. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Heartbeat {

  /** Pings that may stay without a pong (PROTOCOL.md, section 9, close code 4408). */
  static final int MAX_UNANSWERED_PINGS = 2;

  private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private Workers workers;
  @Inject private SessionRegistry registry;
  @Inject private Revocations revocations;

  /** For the container, which injects the rest. */
  public Heartbeat() {}

  Heartbeat(Clock clock, SessionRegistry registry, Revocations revocations) {
    this.clock = clock;
    this.registry = registry;
    this.revocations = revocations;
  }

  @PostConstruct
  void start() {
    workers.runEvery(EXPIRY_CHECK, this::closeExpired);
    workers.runEvery(EXPIRY_CHECK, this::closeRevoked);
    workers.runEvery(Duration.ofSeconds(config.limits().pingInterval()), this::pingAll);
  }

  /** Closes every connection whose token has expired. */
  public void closeExpired() {
    Instant now = clock.instant();
    registry
        .connections()
        .filter(connection -> connection.user().isExpired(now))
        .forEach(connection -> connection.close(CloseCode.TOKEN_EXPIRED));
  }

  /**
   * Closes every connection whose token is revoked, also where that was asked of another server.
   */
  public void closeRevoked() {
    registry
        .connections()
        .filter(connection -> revocations.cover(connection.user()))
        .forEach(connection -> connection.close(CloseCode.ACCESS_ENDED));
  }

  /** Pings every connection, and closes those that left the last two pings unanswered. */
  public void pingAll() {
    registry.connections().forEach(Heartbeat::ping);
  }

  private static void ping(Connection connection) {
    if (connection.unansweredPings() >= MAX_UNANSWERED_PINGS) {
      connection.close(CloseCode.NO_PONG);
    } else {
      connection.ping();
    }
  }
}
