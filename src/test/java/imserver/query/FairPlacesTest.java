package imserver.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Places that are shared out fairly")
class FairPlacesTest {

  private final FairPlaces<String> places = new FairPlaces<>(12);

  private int takeAll(String who) {
    int taken = 0;
    while (places.take(who)) {
      taken++;
    }
    return taken;
  }

  @Test
  @DisplayName("go to one by a half, and to each next by what is fair, who finds some whoever came")
  void shares() {
    assertThat(takeAll("a")).isEqualTo(6);
    assertThat(takeAll("b")).isEqualTo(3);
    assertThat(takeAll("c")).isEqualTo(2);
    assertThat(takeAll("d")).isEqualTo(1);
    assertThat(places.take("e")).isFalse();
  }

  @Test
  @DisplayName("are free again when they are given back")
  void givenBack() {
    takeAll("a");
    takeAll("b");
    for (int i = 0; i < 6; i++) {
      places.giveBack("a");
    }
    assertThat(takeAll("c")).isEqualTo(5);
  }
}
