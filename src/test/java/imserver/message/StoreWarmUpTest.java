package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.database.Rehearsed;
import imserver.database.StorageException;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.packet.Response.Incoming;
import jakarta.ejb.EJBException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The warm-up of the store")
class StoreWarmUpTest {

  private final List<NewMessage> rehearsed = new ArrayList<>();
  private final Set<Long> connected = new HashSet<>();
  private boolean down;
  private boolean directoryIsDown;

  private final StoreWarmUp warmUp =
      new StoreWarmUp(
          new MessageService() {
            @Override
            public void rehearse(List<NewMessage> newMessages) {
              if (down) {
                throw new StorageException(new IllegalStateException("down"));
              }
              rehearsed.addAll(newMessages);
            }

            @Override
            public UserPosition position(long userId) {
              return new UserPosition(0, 0);
            }

            @Override
            public List<Incoming> unread(long userId, long afterId, int limit) {
              return List.of();
            }
          },
          new UserDirectory() {
            @Override
            public void rehearse(UserPrincipal principal) {
              connected.add(principal.userId());
              if (directoryIsDown) {
                throw new EJBException("the commit failed");
              }
              throw new Rehearsed();
            }

            @Override
            public void forget(long userId) {
              connected.remove(userId);
            }

            @Override
            public Profiles profiles(Set<Long> userIds) {
              return Profiles.NONE;
            }
          },
          Clock.systemUTC());

  @Test
  @DisplayName("takes users whom hardly a site has, and each time others")
  void users() {
    assertThat(warmUp.tryOnce()).isTrue();
    assertThat(warmUp.tryOnce()).isTrue();
    assertThat(rehearsed)
        .allSatisfy(
            message -> {
              assertThat(message.senderId()).isGreaterThanOrEqualTo(1L << 62);
              assertThat(message.recipientId()).isEqualTo(message.senderId() + 1);
            });
    assertThat(rehearsed.stream().map(NewMessage::senderId).distinct()).hasSize(2);
    assertThat(connected).as("in the cache").isEmpty();
  }

  @Test
  @DisplayName("says that the database did not take part")
  void databaseFails() {
    down = true;
    assertThat(warmUp.tryOnce()).isFalse();
  }

  @Test
  @DisplayName("says so also where the container says it, and leaves no user in the cache")
  void commitFails() {
    directoryIsDown = true;
    assertThat(warmUp.tryOnce()).isFalse();
    assertThat(connected).isEmpty();
    assertThat(rehearsed).isEmpty();
  }
}
