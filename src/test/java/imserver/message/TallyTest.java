package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.Tally.Change;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A tally")
class TallyTest {

  private static Draft draft(long id, long from, long to) {
    OffsetDateTime now = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
    return new Draft(id, new DedupeKey(from, "k" + id), to, "x", "", now, null);
  }

  @Test
  @DisplayName("puts both directions of a conversation into one change")
  void bothDirections() {
    Tally tally = Tally.of(List.of(draft(1, 10, 20), draft(3, 20, 10), draft(2, 10, 20)));
    assertThat(tally.conversations()).isEqualTo(Map.of(new Pair(10, 20), new Change(3, 1, 2)));
    assertThat(tally.unread()).isEqualTo(Map.of(10L, 1L, 20L, 2L));
  }

  @Test
  @DisplayName("takes off what was read, of the reader's side")
  void read() {
    Tally tally = new Tally();
    tally.read(10, 20, 3);
    tally.read(20, 10, 1);
    tally.read(0, 20, 1);
    assertThat(tally.conversations())
        .isEqualTo(
            Map.of(new Pair(10, 20), new Change(0, -1, -3), new Pair(0, 20), new Change(0, 0, -1)));
    assertThat(tally.unread()).isEqualTo(Map.of(10L, -1L, 20L, -4L));
  }

  @Test
  @DisplayName("counts a message to oneself once")
  void oneself() {
    Tally tally = Tally.of(List.of(draft(1, 10, 10)));
    assertThat(tally.conversations()).isEqualTo(Map.of(new Pair(10, 10), new Change(1, 0, 1)));
    assertThat(tally.unread()).isEqualTo(Map.of(10L, 1L));
  }

  @Test
  @DisplayName(
      "names rows in one order, whoever comes first, so that no two transactions wait for each other")
  void order() {
    Tally tally = Tally.of(List.of(draft(1, 30, 20), draft(2, 10, 40), draft(3, 10, 5)));
    assertThat(tally.conversations().keySet())
        .containsExactly(new Pair(5, 10), new Pair(10, 40), new Pair(20, 30));
    assertThat(tally.unread().keySet()).containsExactly(5L, 20L, 40L);
  }
}
