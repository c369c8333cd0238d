package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("docs/PROTOCOL.md, with docs/PROTOCOL-2.md,")
class CatalogueTest {

  private static final List<Path> PROTOCOLS =
      List.of(Path.of("docs", "PROTOCOL.md"), Path.of("docs", "PROTOCOL-2.md"));

  /** {@code | `BAD_PACKET` | when | no |}, also with several codes in the first cell. */
  private static final Pattern FAILURE_ROW =
      Pattern.compile(
          "^\\| *((?:`[A-Z_]+`(?:, *)?)+) *\\|.*\\| *(yes|no) *\\|$", Pattern.MULTILINE);

  /** {@code | 4401 | when | the client should |}, also with several numbers in the first cell. */
  private static final Pattern CLOSE_ROW =
      Pattern.compile("^\\| *((?:`?\\d{4}`?(?:, *)?)+) *\\|", Pattern.MULTILINE);

  private static String text = "";

  @BeforeAll
  static void read() throws IOException {
    for (Path protocol : PROTOCOLS) {
      text += Files.readString(protocol, StandardCharsets.UTF_8);
    }
  }

  private static Set<String> all(Pattern pattern, String in) {
    return pattern
        .matcher(in)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("names each failure code in a row, and whether to try again:")
  void failure(FailureCode code) {
    assertThat(FAILURE_ROW.matcher(text).results())
        .as("a row \"| `%s` | when | %s |\"", code, code.retryable() ? "yes" : "no")
        .filteredOn(row -> row.group(1).contains("`" + code + "`"))
        .isNotEmpty()
        .allMatch(row -> row.group(2).equals(code.retryable() ? "yes" : "no"));
  }

  @Test
  @DisplayName("has no row of a failure code that does not exist")
  void noOtherFailure() {
    Set<String> rows =
        FAILURE_ROW
            .matcher(text)
            .results()
            .flatMap(row -> all(Pattern.compile("[A-Z_]+"), row.group(1)).stream())
            .collect(Collectors.toSet());
    assertThat(rows).isSubsetOf(Arrays.stream(FailureCode.values()).map(Enum::name).toList());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("names each close code in a row:")
  void close(CloseCode code) {
    assertThat(CLOSE_ROW.matcher(text).results())
        .as("a row \"| %d | when | the client should |\"", code.code())
        .anyMatch(row -> row.group(1).contains(Integer.toString(code.code())));
  }

  @Test
  @DisplayName("has no other number of the form 4xxx than the close codes")
  void noOtherClose() {
    Set<String> known =
        Arrays.stream(CloseCode.values())
            .map(code -> Integer.toString(code.code()))
            .collect(Collectors.toSet());
    known.add("4000"); // IMSERVER_MAX_CONTENT
    assertThat(all(Pattern.compile("(?<!\\d)4\\d{3}(?!\\d)"), text)).isSubsetOf(known);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("need not say more than a close frame may, whose reasons are short and ASCII:")
  void reason(CloseCode code) {
    assertThat(code.reason()).isNotBlank().matches("\\p{ASCII}{1,123}");
  }
}
