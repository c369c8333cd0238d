package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.Outcome.Stored;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The deltas of new messages")
class ConversationDeltasTest {

  private static NewMessage newMessage(long from, long to) {
    return new NewMessage(
        new DedupeKey(from, from + "-" + to), to, "text", "", OffsetDateTime.MIN, null);
  }

  /** Two from 7 to 5, one back, one to himself, one of the system. */
  private final ConversationDeltas deltas =
      ConversationDeltas.of(
          List.of(
              newMessage(7, 5),
              newMessage(5, 7),
              newMessage(7, 5),
              newMessage(5, 5),
              newMessage(0, 7)));

  @Test
  @DisplayName("counts for each user, ascending, changes and messages received; not for the system")
  void users() {
    assertThat(deltas.users()).containsExactly(5, 7);
    assertThat(deltas.changes()).containsExactly(4, 4);
    assertThat(deltas.received()).containsExactly(3, 2);
  }

  @Test
  @DisplayName("counts for each conversation, in order, what comes to its two sides")
  void conversations() {
    assertThat(deltas.lows()).containsExactly(0, 5, 5);
    assertThat(deltas.highs()).containsExactly(7, 5, 7);
    assertThat(deltas.lowLasts()).containsExactly(5, 4, 3);
    assertThat(deltas.highLasts()).containsExactly(5, 4, 3);
    assertThat(deltas.silencedOfLows()).isNull();
    assertThat(deltas.toLows()).containsExactly(0, 0, 2);
    assertThat(deltas.toHighs()).containsExactly(1, 1, 1);
  }

  @Test
  @DisplayName("knows which change of each user the last one of a conversation is")
  void lastChanges() {
    assertThat(deltas.lowPositions()).containsExactly(0, 1, 1);
    assertThat(deltas.highPositions()).containsExactly(2, 1, 2);
    assertThat(deltas.lowLaters()).containsExactly(0, 0, 1);
    assertThat(deltas.highLaters()).containsExactly(0, 0, 1);
    long[] heads = {104, 1004};
    assertThat(deltas.lowChanges(heads)).containsExactly(0, 104, 103);
    assertThat(deltas.highChanges(heads)).containsExactly(1004, 104, 1003);
  }

  @Test
  @DisplayName(
      "numbers the changes of each user without a gap, and counts what is unread, when it knows both")
  void numbers() {
    assertThat(
            deltas.stored(
                new long[] {11, 12, 13, 14, 15},
                new long[] {104, 1004},
                new long[] {0, 21, 0, 31, 42, 51}))
        .containsExactly(
            new Stored(11, 1001, 101, 41),
            new Stored(12, 102, 1002, 51),
            new Stored(13, 1003, 103, 42),
            new Stored(14, 104, 104, 31),
            new Stored(15, 0, 1004, 21));
  }
}
