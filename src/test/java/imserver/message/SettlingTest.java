package imserver.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Who waits for what is being stored")
class SettlingTest {

  @Test
  @DisplayName("does not wait for ever")
  void bounded() {
    assertThatThrownBy(() -> new Settling(Duration.ofMillis(1)).await(() -> false))
        .isInstanceOf(StorageException.class);
  }

  @Test
  @DisplayName("does not wait where there is nothing to wait for")
  void atOnce() {
    new Settling(Duration.ZERO).await(() -> true);
  }
}
