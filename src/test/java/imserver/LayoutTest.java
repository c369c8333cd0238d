package imserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a formatter would see to, of files of which the formatters that there are make less than
 * they were: each artifact of XML on many lines, the columns of SQL gone. Spotless asks of these
 * files what it can ask of any: no trailing blanks, no tabs, an end of the last line.
 */
@DisplayName("The layout of")
class LayoutTest {

  /** A comment, a tag, or what is neither and has angle brackets. */
  private static final Pattern MARKUP =
      Pattern.compile(
          "(?s)<!--.*?-->|<!\\[CDATA\\[.*?]]>|<[?!][^>]*>"
              + "|<(/?)[\\w.:-]+(?:\"[^\"]*\"|[^>\"])*?(/?)>");

  /** Comments and texts, which may say what they like. */
  private static final Pattern NO_CODE = Pattern.compile("--.*|'[^'\n]*'");

  private static final Pattern CAPITALS =
      Pattern.compile(
          "\\b(AND|AS|BEGIN|BY|CREATE|DELETE|ELSE|END|FROM|GROUP|IF|INDEX|INSERT|INTO|JOIN|LOOP"
              + "|NOT|NULL|ON|OR|ORDER|SELECT|SET|TABLE|THEN|UPDATE|VALUES|WHERE|WITH)\\b");

  private static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> root = Files.list(Path.of(""));
        Stream<Path> sources = Files.walk(Path.of("src"));
        Stream<Path> examples = Files.walk(Path.of("examples"))) {
      return Stream.of(root, sources, examples)
          .flatMap(paths -> paths)
          .filter(path -> path.toString().endsWith(suffix))
          .filter(path -> !path.toString().contains("target"))
          .toList();
    }
  }

  private static List<Path> xml() throws IOException {
    return files(".xml");
  }

  private static List<Path> sql() throws IOException {
    return files(".sql");
  }

  @ParameterizedTest
  @MethodSource("xml")
  @DisplayName("XML: what begins a line is two spaces further in than what it is in:")
  void indented(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> misplaced = new ArrayList<>();
    int depth = 0;
    for (Matcher markup = MARKUP.matcher(text); markup.find(); ) {
      boolean isTag = markup.group(1) != null;
      boolean isEnd = isTag && !markup.group(1).isEmpty();
      depth -= isEnd ? 1 : 0;
      String before = text.substring(text.lastIndexOf('\n', markup.start()) + 1, markup.start());
      if (before.isBlank() && before.length() != 2 * depth) {
        misplaced.add(markup.group().lines().findFirst().orElseThrow());
      }
      depth += isTag && !isEnd && markup.group(2).isEmpty() ? 1 : 0;
    }
    assertThat(misplaced).isEmpty();
    assertThat(depth).isZero();
  }

  @ParameterizedTest
  @MethodSource("sql")
  @DisplayName("SQL: keywords are in small letters:")
  void small(Path file) throws IOException {
    String code = NO_CODE.matcher(Files.readString(file)).replaceAll("");
    assertThat(CAPITALS.matcher(code).results().map(word -> word.group())).isEmpty();
  }
}
