package imserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a document between lines of three backticks.
 *
 * @param language what the first of these says; {@code sh} for commands
 * @param mark the comment right before it, which says of commands which test runs them, or why none
 *     does
 */
public record CodeBlock(String language, String mark, String text) {

  private static final Pattern BLOCK =
      Pattern.compile("(?ms)(?:^<!-- ([^\n]*) -->\n\n)?^```([^\n]*)\n(.*?)^```$");

  /** All of a document. */
  public static List<CodeBlock> in(Path document) throws IOException {
    List<CodeBlock> blocks = new ArrayList<>();
    for (Matcher block = BLOCK.matcher(Files.readString(document)); block.find(); ) {
      blocks.add(
          new CodeBlock(
              block.group(2), Objects.requireNonNullElse(block.group(1), ""), block.group(3)));
    }
    return blocks;
  }

  public boolean isCommands() {
    return language.equals("sh");
  }
}
