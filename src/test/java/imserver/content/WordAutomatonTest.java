package imserver.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The automaton of words")
class WordAutomatonTest {

  private static List<String> find(Iterable<String> words, String text) {
    List<String> all = new ArrayList<>();
    words.forEach(all::add);
    List<String> found = new ArrayList<>();
    WordAutomaton.of(all)
        .find(text, (start, last) -> found.add(start + text.substring(start, last + 1)));
    return found;
  }

  @Test
  @DisplayName("finds words within words, and those that overlap")
  void within() {
    assertThat(find(List.of("he", "she", "his", "hers"), "ushers"))
        .containsExactly("1she", "2he", "2hers");
    assertThat(find(List.of("aaa", "a"), "aaaa")).hasSize(6);
    assertThat(find(List.of(), "text")).isEmpty();
  }

  @Test
  @DisplayName("finds what a search for each word finds")
  void asOneByOne() {
    Random random = new Random(22);
    for (int round = 0; round < 300; round++) {
      TreeSet<String> words = new TreeSet<>();
      int count = 1 + random.nextInt(200);
      IntStream.range(0, count).forEach(i -> words.add(text(random, 1 + random.nextInt(6))));
      String text = text(random, random.nextInt(200));
      List<String> expected = new ArrayList<>();
      for (String word : words) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
          expected.add(at + word);
        }
      }
      assertThat(find(words, text)).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static String text(Random random, int length) {
    return random
        .ints(length, 0, 4)
        .mapToObj(i -> "a\u5582\uffff\u0000".substring(i, i + 1))
        .reduce("", String::concat);
  }

  @Test
  @DisplayName("takes very many long words")
  void many() {
    Random random = new Random(22);
    List<String> words =
        IntStream.range(0, 100_000)
            .mapToObj(
                i ->
                    random
                        .ints(64, 0x4E00, 0x9FFF)
                        .collect(
                            StringBuilder::new,
                            StringBuilder::appendCodePoint,
                            StringBuilder::append)
                        .toString())
            .toList();
    List<Integer> found = new ArrayList<>();
    WordAutomaton.of(words)
        .find("x" + words.get(77_777) + "y", (start, last) -> found.add(last - start));
    assertThat(found).containsExactly(63);
  }
}
