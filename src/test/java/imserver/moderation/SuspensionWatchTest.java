package imserver.moderation;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.Suspensions;
import imserver.auth.UserPrincipal;
import imserver.database.StorageException;
import imserver.moderation.ModerationStep.Action;
import imserver.packet.CloseCode;
import imserver.session.Connection;
import imserver.session.FakeClock;
import imserver.session.FakeConnection;
import imserver.session.FakeWorkers;
import imserver.session.SessionRegistry;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Suspensions reach memory and sockets")
class SuspensionWatchTest {

  private static final OffsetDateTime NOW =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  private final List<Suspension> rows = new ArrayList<>();
  private final List<OffsetDateTime> deletedBefore = new ArrayList<>();
  private boolean databaseIsDown;

  private final SuspensionStore store =
      new SuspensionStore() {
        @Override
        public Written writtenSince(long asOf) {
          if (databaseIsDown) {
            throw new StorageException(new IllegalStateException("down"));
          }
          return new Written(List.copyOf(rows), asOf + 1);
        }

        @Override
        public void deleteEndedBefore(OffsetDateTime moment) {
          deletedBefore.add(moment);
        }
      };

  private final FakeClock clock = new FakeClock(NOW.toInstant());
  private final FakeWorkers workers = new FakeWorkers();
  private final Suspensions suspensions = new Suspensions(clock);
  private final FakeConnection connection = new FakeConnection(1);
  private final FakeConnection ofHost =
      new FakeConnection(
          new UserPrincipal(1, "1", null, null, null, null, true, false, false, false));
  private final SessionRegistry registry =
      new SessionRegistry() {
        @Override
        public Stream<Connection> connections(long userId) {
          return userId == 1 ? Stream.of(connection, ofHost) : Stream.empty();
        }
      };
  private final SuspensionWatch watch =
      new SuspensionWatch(clock, workers, registry, suspensions, store);

  private Suspension suspension(SuspensionScope scope, long databaseTime) {
    Suspension suspension = new Suspension(1);
    ModerationStep step =
        ModerationStep.of(new UserPrincipal(7, null, null, null), NOW, Action.SUSPEND, "spam");
    suspension.impose(scope, NOW.plusMinutes(1), step, databaseTime);
    return suspension;
  }

  @Test
  @DisplayName("at the start, also such as others have written")
  void start() {
    rows.add(suspension(SuspensionScope.ALL, 5));
    watch.start();
    assertThat(suspensions.isShutOut(1)).isTrue();
    assertThat(deletedBefore).containsExactly(NOW.minusDays(1));
  }

  @Test
  @DisplayName("at once where this server has written them: the user's sockets, not the host's")
  void apply() {
    watch.apply(suspension(SuspensionScope.WRITE, 5).asChange());
    assertThat(suspensions.isSilent(1)).isTrue();
    assertThat(connection.closes).isEmpty();
    watch.apply(suspension(SuspensionScope.ALL, 6).asChange());
    assertThat(connection.closes).containsExactly(CloseCode.SUSPENDED);
    assertThat(ofHost.closes).isEmpty();
  }

  @Test
  @DisplayName("with the next reading where another server has, also after the database was down")
  void read() {
    watch.start();
    databaseIsDown = true;
    rows.add(suspension(SuspensionScope.ALL, 5));
    workers.runLater();
    workers.runSoon();
    assertThat(connection.closes).isEmpty();
    databaseIsDown = false;
    watch.start();
    workers.runLater();
    workers.runSoon();
    assertThat(connection.closes).contains(CloseCode.SUSPENDED);
  }

  @Test
  @DisplayName("and no older one in place of a newer one")
  void older() {
    Suspension ended = suspension(SuspensionScope.ALL, 5);
    rows.add(suspension(SuspensionScope.ALL, 5));
    ended.end(NOW, 0);
    watch.apply(ended.asChange());
    watch.start();
    assertThat(suspensions.isShutOut(1)).isFalse();
    assertThat(connection.closes).isEmpty();
  }
}
