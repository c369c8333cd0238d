package imserver.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.auth.Revocations;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.StorageException;
import imserver.packet.CloseCode;
import imserver.session.Connection;
import imserver.session.FakeClock;
import imserver.session.FakeConnection;
import imserver.session.FakeWorkers;
import imserver.session.SessionRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The end of a user's access")
class UserAccessTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.600Z");
  private static final Instant NEXT_SECOND = Instant.parse("2026-01-02T03:04:06Z");

  private final Map<Long, Instant> rows = new HashMap<>();
  private boolean databaseIsDown;
  private int puts;

  private final RevocationStore store =
      new RevocationStore() {
        @Override
        public void put(long userId, Instant moment) {
          puts++;
          failIfDown();
          rows.merge(userId, moment, (one, other) -> one.isAfter(other) ? one : other);
        }

        @Override
        public Written writtenSince(long asOf) {
          failIfDown();
          return new Written(Map.copyOf(rows), asOf + 1);
        }
      };

  private void failIfDown() {
    if (databaseIsDown) {
      throw new StorageException(new IllegalStateException("down"));
    }
  }

  private final Config config =
      Configs.with(
          "IMSERVER_AUTH_MODE", "jwt", "IMSERVER_JWT_SECRET", "0123456789abcdef0123456789abcdef");
  private final FakeClock clock = new FakeClock(NOW);
  private final FakeWorkers workers = new FakeWorkers();
  private final Revocations revocations = new Revocations(config, clock);
  private final UserPrincipal alice = new UserPrincipal(1, null, null, null);
  private final FakeConnection connection = new FakeConnection(alice);
  private final SessionRegistry registry =
      new SessionRegistry() {
        @Override
        public Stream<Connection> connections(long userId) {
          return Stream.of(connection);
        }
      };
  private final UserAccess access =
      new UserAccess(config, clock, workers, registry, revocations, store);

  /** Has the server look after its records as it does every other second. */
  private void poll() {
    boolean down = databaseIsDown;
    databaseIsDown = false;
    access.start();
    databaseIsDown = down;
    workers.runLater();
    workers.runSoon();
  }

  @Test
  @DisplayName("holds at once, and is in the database when that has been asked")
  void ends() {
    UserAccess.Ended ended = access.end(1);
    assertThat(ended).isEqualTo(new UserAccess.Ended(1, NEXT_SECOND));
    assertThat(connection.closes).containsExactly(CloseCode.ACCESS_ENDED);
    assertThat(revocations.cover(alice)).isTrue();
    access.keep(1, ended);
    assertThat(rows).containsEntry(1L, NEXT_SECOND);
    int before = puts;
    poll();
    assertThat(puts).as("nothing is left to be kept").isEqualTo(before);
  }

  @Test
  @DisplayName(
      "is whole also where the database does not take it: it holds here, and is kept when it can")
  void databaseDown() {
    databaseIsDown = true;
    UserAccess.Ended ended = access.end(1);
    assertThatThrownBy(() -> access.keep(1, ended)).isInstanceOf(StorageException.class);
    assertThat(connection.closes).containsExactly(CloseCode.ACCESS_ENDED);
    assertThat(revocations.cover(alice)).isTrue();
    poll();
    assertThat(rows).isEmpty();
    databaseIsDown = false;
    poll();
    assertThat(rows).containsEntry(1L, NEXT_SECOND);
  }

  @Test
  @DisplayName("is kept also where nobody came to ask the database, since that hung")
  void neverAsked() {
    var unused = access.end(1);
    poll();
    assertThat(rows).containsEntry(1L, NEXT_SECOND);
  }
}
