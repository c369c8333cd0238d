package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.message.Outcome.Duplicate;
import imserver.message.Outcome.Reused;
import imserver.message.Outcome.Stored;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The outcomes of a batch")
class OutcomesTest {

  private static NewMessage newMessage(String key, String content) {
    return new NewMessage(new DedupeKey(1, key), 2, content, "", OffsetDateTime.MIN, null);
  }

  private static final NewMessage A = newMessage("a", "a");
  private static final NewMessage A_AGAIN = newMessage("a", "a");
  private static final NewMessage OTHER_A = newMessage("a", "other");
  private static final NewMessage B = newMessage("b", "b");

  @Test
  @DisplayName("ask for the first of each key, and judge the others by it")
  void first() {
    Outcomes outcomes = new Outcomes(List.of(A, OTHER_A, B, A_AGAIN));
    assertThat(outcomes.open()).containsExactly(A, B);
    outcomes.stored(List.of(new Stored(5, 1, 2, 1), new Stored(6, 3, 4, 1)));
    assertThat(outcomes.all())
        .containsExactly(
            new Stored(5, 1, 2, 1),
            new Reused(5),
            new Stored(6, 3, 4, 1),
            new Duplicate(5, OffsetDateTime.MIN));
  }

  @Test
  @DisplayName("ask for all of a key that is there, at once, and then for the rest")
  void known() {
    Outcomes outcomes = new Outcomes(List.of(OTHER_A, A, B, A_AGAIN));
    assertThat(outcomes.open()).containsExactly(OTHER_A, B);
    outcomes.existing(Map.of(0, new ExistingMessage(3, OffsetDateTime.MIN, false)));
    assertThat(outcomes.open()).containsExactly(A, B, A_AGAIN);
    outcomes.existing(
        Map.of(
            0,
            new ExistingMessage(3, OffsetDateTime.MIN, true),
            2,
            new ExistingMessage(3, OffsetDateTime.MIN, true)));
    assertThat(outcomes.open()).containsExactly(B);
    outcomes.stored(List.of(new Stored(6, 3, 4, 1)));
    assertThat(outcomes.open()).isEmpty();
    assertThat(outcomes.all())
        .containsExactly(
            new Reused(3),
            new Duplicate(3, OffsetDateTime.MIN),
            new Stored(6, 3, 4, 1),
            new Duplicate(3, OffsetDateTime.MIN));
  }

  @Test
  @DisplayName("are not complete while something is open")
  void open() {
    assertThatThrownBy(() -> new Outcomes(List.of(A)).all())
        .isInstanceOf(IllegalStateException.class);
  }
}
