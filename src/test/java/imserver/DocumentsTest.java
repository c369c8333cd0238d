package imserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The documents")
class DocumentsTest {

  private static final Path README = Path.of("README.md");
  private static final Path README_ZH = Path.of("README.zh-CN.md");

  /** {@code [RestIT](src/test/java/imserver/server/RestIT.java)}. */
  private static final Pattern TEST = Pattern.compile("\\[(\\w+)]\\((src/test/java/[^)]+)\\)");

  /** A test in the middle of a sentence. */
  private static final Pattern NAMED = Pattern.compile("`([A-Za-z]+(?:Test|IT|Contract))`");

  /** The target of a link or of an image. */
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

  /** {@code docs/RULES.md, "Moderators"}, also as a link, and over the lines of a comment. */
  private static final Pattern SECTION =
      Pattern.compile("([\\w./-]+\\.md)\\)?,(?:\\s|\\*)+\"([A-Z][^\"]+)\"");

  /** Before commands: {@code run by RestIT}, or {@code not run by a test: why}. */
  private static final Pattern MARK = Pattern.compile("run by (\\w+)|not run by a test: .{10,}");

  /** What commands begin with: no block of another language may have them. */
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^\\s*(?:\\$ |(?:mvn|npx|npm|curl|java|export|openssl|nginx|mysql) )");

  private static List<Path> documents() throws IOException {
    try (Stream<Path> root = Files.list(Path.of(""));
        Stream<Path> docs = Files.walk(Path.of("docs"));
        Stream<Path> examples = Files.walk(Path.of("examples"), 2)) {
      return Stream.of(root, docs, examples)
          .flatMap(paths -> paths)
          .filter(path -> path.toString().endsWith(".md"))
          .toList();
    }
  }

  private static List<Path> javaFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      return files.filter(path -> path.toString().endsWith(".java")).toList();
    }
  }

  /** The lines of the table of promises, of which the two pages have one each. */
  private static List<String> promises(Path readme) throws IOException {
    return Files.readAllLines(readme).stream()
        .dropWhile(line -> !line.startsWith("| promise |") && !line.startsWith("| 承诺 |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }

  @Test
  @DisplayName("name for each promise of README a test that is there")
  void promised() throws IOException {
    assertThat(promises(README))
        .hasSizeGreaterThan(10)
        .allSatisfy(
            row -> {
              List<MatchResult> tests = TEST.matcher(row).results().toList();
              assertThat(tests).isNotEmpty();
              assertThat(tests)
                  .allSatisfy(
                      test -> {
                        Path file = Path.of(test.group(2));
                        assertThat(file).hasFileName(test.group(1) + ".java").isRegularFile();
                        assertThat(Files.readString(file)).containsPattern("@(Parameterized)?Test");
                      });
            });
  }

  @Test
  @DisplayName("promise the same in Chinese, row by row")
  void promisedInChinese() throws IOException {
    assertThat(promises(README_ZH).stream().map(DocumentsTest::tests).toList())
        .isEqualTo(promises(README).stream().map(DocumentsTest::tests).toList());
  }

  private static List<String> tests(String row) {
    return TEST.matcher(row).results().map(MatchResult::group).toList();
  }

  @ParameterizedTest
  @MethodSource("documents")
  @DisplayName("name no test that is not there:")
  void named(Path document) throws IOException {
    Set<String> there =
        javaFiles().stream()
            .map(file -> file.getFileName().toString().replace(".java", ""))
            .collect(Collectors.toSet());
    assertThat(NAMED.matcher(Files.readString(document)).results().map(name -> name.group(1)))
        .isSubsetOf(there);
  }

  @ParameterizedTest
  @MethodSource("documents")
  @DisplayName("have no link that leads to nothing:")
  void links(Path document) throws IOException {
    Set<String> dead =
        LINK.matcher(Files.readString(document))
            .results()
            .map(link -> link.group(1))
            .filter(target -> !target.contains(":") && !target.startsWith("#"))
            .filter(
                target -> !Files.exists(document.resolveSibling(target.replaceFirst("#.*", ""))))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(dead).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  @DisplayName("say of all commands which test runs them, or why none does:")
  void commands(Path document) throws IOException {
    String name = document.toString().replace('\\', '/');
    for (CodeBlock block : CodeBlock.in(document)) {
      assertThat(block.language()).as(block.text()).isNotEmpty();
      if (!block.isCommands()) {
        assertThat(block.text()).doesNotContainPattern(COMMAND);
        continue;
      }
      Matcher mark = MARK.matcher(block.mark());
      assertThat(mark.matches()).as("a mark of %s", block).isTrue();
      if (mark.group(1) != null) {
        assertThat(javaFiles().stream().filter(file -> file.endsWith(mark.group(1) + ".java")))
            .singleElement()
            .satisfies(test -> assertThat(test).content().contains("\"" + name + "\""));
      }
    }
  }

  @Test
  @DisplayName("have each section that another one, or a comment, names")
  void sections() throws IOException {
    List<String> named = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Path file : Stream.concat(documents().stream(), javaFiles().stream()).toList()) {
      SECTION
          .matcher(Files.readString(file))
          .results()
          .forEach(
              reference -> {
                named.add(reference.group());
                if (!isThere(file, reference)) {
                  missing.add(file + ": " + reference.group());
                }
              });
    }
    assertThat(missing).isEmpty();
    assertThat(named).hasSizeGreaterThan(4);
  }

  /** A link of a document says where from the document, a comment from the root. */
  private static boolean isThere(Path file, MatchResult reference) {
    String title = reference.group(2).replaceAll("\\s+(\\*\\s+)?", " ");
    return Stream.of(file.resolveSibling(reference.group(1)), Path.of(reference.group(1)))
        .filter(Files::isRegularFile)
        .anyMatch(page -> hasHeading(page, title));
  }

  private static boolean hasHeading(Path page, String title) {
    try (Stream<String> lines = Files.lines(page)) {
      return lines.anyMatch(line -> line.matches("#+ " + Pattern.quote(title)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
