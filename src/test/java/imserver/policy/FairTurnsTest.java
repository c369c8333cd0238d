package imserver.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Calls in turns")
class FairTurnsTest {

  private final FairTurns turns = new FairTurns(8);
  private final List<String> begun = new ArrayList<>();

  private void begin(long user, String name) {
    turns.begin(user, () -> begun.add(name));
  }

  @Test
  @DisplayName("run as many as there is room for, of one user a half, and leave room for others")
  void room() {
    for (int i = 0; i < 10; i++) {
      begin(1, "a" + i);
    }
    assertThat(begun).containsExactly("a0", "a1", "a2", "a3");
    for (int i = 0; i < 10; i++) {
      begin(2, "b" + i);
    }
    assertThat(begun.subList(4, begun.size())).containsExactly("b0", "b1");
    begin(3, "c");
    begin(4, "d");
    assertThat(begun.subList(6, begun.size())).containsExactly("c", "d");
    begin(5, "e");
    assertThat(begun).hasSize(8);
    turns.ended(3);
    assertThat(begun.get(8)).isEqualTo("e");
  }

  @Test
  @DisplayName("come user by user, those of one in their order")
  void order() {
    for (int i = 0; i < 6; i++) {
      begin(1, "a" + i);
    }
    for (int i = 0; i < 4; i++) {
      begin(2, "b" + i);
    }
    begun.clear();
    for (int i = 0; i < 4; i++) {
      turns.ended(1);
    }
    turns.ended(2);
    turns.ended(2);
    assertThat(begun).containsExactlyInAnyOrder("a4", "a5", "b2", "b3");
    assertThat(begun.indexOf("a4")).isLessThan(begun.indexOf("a5"));
    assertThat(begun.indexOf("b2")).isLessThan(begun.indexOf("a5"));
  }

  @Test
  @DisplayName("that have nothing to begin take no room, however many there are")
  void nothing() {
    for (int i = 0; i < 4; i++) {
      begin(1, "a");
    }
    for (int i = 0; i < 100_000; i++) {
      int number = i;
      turns.begin(1, () -> number < 0);
    }
    begin(1, "last");
    turns.ended(1);
    assertThat(begun.get(4)).isEqualTo("last");
  }

  @Test
  @DisplayName("are forgotten when nobody waits for them any more, whoever else does")
  void dropped() {
    for (int i = 0; i < 4; i++) {
      begin(1, "a");
    }
    BooleanSupplier dropped = () -> begun.add("dropped");
    turns.begin(1, dropped);
    begin(1, "last");
    turns.drop(1, dropped);
    turns.drop(1, dropped);
    turns.drop(9, dropped);
    turns.ended(1);
    assertThat(begun.subList(4, begun.size())).containsExactly("last");
    turns.begin(1, dropped);
    turns.drop(1, dropped);
    begin(1, "next");
    turns.ended(1);
    assertThat(begun.subList(5, begun.size())).containsExactly("next");
  }

  @Test
  @DisplayName("go on also after one could not be begun")
  void failing() {
    for (int i = 0; i < 20; i++) {
      try {
        turns.begin(
            1,
            () -> {
              throw new IllegalStateException("fault");
            });
      } catch (IllegalStateException e) {
        // its caller's
      }
    }
    begin(1, "next");
    assertThat(begun).containsExactly("next");
  }
}
