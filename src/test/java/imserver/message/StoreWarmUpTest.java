package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.database.StorageException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The warm-up of the store")
class StoreWarmUpTest {

  private final List<NewMessage> rehearsed = new ArrayList<>();
  private boolean down;

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
  }

  @Test
  @DisplayName("says that the database did not take part")
  void databaseFails() {
    down = true;
    assertThat(warmUp.tryOnce()).isFalse();
  }
}
