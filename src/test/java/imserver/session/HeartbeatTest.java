package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.Revocations;
import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import imserver.packet.CloseCode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The heartbeat")
class HeartbeatTest {

  private static final Instant END = Instant.parse("2026-01-02T03:04:05Z");

  private final FakeClock clock = new FakeClock(END);
  private final SessionRegistry registry = new SessionRegistry(Configs.with());
  private final Revocations revocations =
      new Revocations(Configs.with("IMSERVER_AUTH_MODE", "jwt"), clock);
  private final Heartbeat heartbeat = new Heartbeat(clock, registry, revocations);

  @Nested
  @DisplayName("of a connection whose token ends")
  class Expiry {

    private final FakeConnection connection =
        new FakeConnection(new UserPrincipal(1, null, null, END));

    @Test
    @DisplayName("closes it with 4401 at that instant, and not a nanosecond before")
    void exact() {
      registry.open(connection);
      clock.now = END.minusNanos(1);
      heartbeat.closeExpired();
      assertThat(connection.isOpen()).isTrue();
      clock.now = END;
      heartbeat.closeExpired();
      assertThat(connection.closes).containsExactly(CloseCode.TOKEN_EXPIRED);
    }

    @Test
    @DisplayName("leaves the others alone")
    void others() {
      FakeConnection endless = new FakeConnection(1);
      registry.open(endless);
      registry.open(connection);
      clock.now = Instant.MAX;
      heartbeat.closeExpired();
      assertThat(endless.isOpen()).isTrue();
      assertThat(connection.isOpen()).isFalse();
    }
  }

  @Nested
  @DisplayName("of a connection whose token is revoked")
  class Revoked {

    private FakeConnection issuedAt(Instant issued) {
      FakeConnection connection =
          new FakeConnection(
              new UserPrincipal(1, "1", null, null, issued, null, false, false, false, false));
      registry.open(connection);
      return connection;
    }

    @Test
    @DisplayName("closes it with 4403, and none with a newer token or of another user")
    void closes() {
      FakeConnection old = issuedAt(END.minusSeconds(1));
      FakeConnection unknown = issuedAt(null);
      FakeConnection inMilliseconds = issuedAt(END.plusSeconds(61));
      FakeConnection newer = issuedAt(END);
      FakeConnection ofAnother = new FakeConnection(2);
      registry.open(ofAnother);
      heartbeat.closeRevoked();
      assertThat(registry.connections()).allMatch(Connection::isOpen);
      revocations.revoke(1, END);
      revocations.revoke(1, END.minusSeconds(5));
      heartbeat.closeRevoked();
      for (FakeConnection closed : List.of(old, unknown, inMilliseconds)) {
        assertThat(closed.closes).containsExactly(CloseCode.ACCESS_ENDED);
      }
      assertThat(newer.isOpen()).isTrue();
      assertThat(ofAnother.isOpen()).isTrue();
    }
  }

  @Nested
  @DisplayName("of a connection that")
  class Pings {

    private final FakeConnection connection = new FakeConnection(1);

    @Test
    @DisplayName("left fewer than two pings unanswered pings it")
    void alive() {
      registry.open(connection);
      for (int unanswered = 0; unanswered < 2; unanswered++) {
        connection.unansweredPings = unanswered;
        heartbeat.pingAll();
      }
      assertThat(connection.pings).isEqualTo(2);
      assertThat(connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("left two pings unanswered closes it with 4408")
    void dead() {
      registry.open(connection);
      connection.unansweredPings = 2;
      heartbeat.pingAll();
      assertThat(connection.pings).isZero();
      assertThat(connection.closes).containsExactly(CloseCode.NO_PONG);
    }
  }
}
