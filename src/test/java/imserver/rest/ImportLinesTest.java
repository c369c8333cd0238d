package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import imserver.message.ImportOutcome;
import imserver.message.ImportedMessage;
import imserver.message.MessageImport;
import imserver.rest.ImportCounts.LineError;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The lines of an import")
class ImportLinesTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  private final List<ImportedMessage> stored = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private ImportOutcome outcome = ImportOutcome.IMPORTED;

  private final ImportLines lines =
      new ImportLines(
          10,
          Clock.fixed(NOW, ZoneOffset.UTC),
          messages -> {
            stored.addAll(messages);
            sizes.add(messages.size());
            return Collections.nCopies(messages.size(), outcome);
          });

  private void take(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lines.take(bytes, bytes.length);
  }

  private ImportCounts all(String text) {
    take(text);
    lines.end();
    return lines.counts();
  }

  private static String line(String id) {
    return "{\"id\":\"%s\",\"from\":1,\"to\":\"2\",\"content\":\"hi\",\"sentAt\":\"2020-01-02T03:04:05+08:00\"}"
        .formatted(id);
  }

  private static String with(String member, String value) {
    return "{\"id\":\"x\",\"from\":1,\"to\":2,\"content\":\"hi\",\"sentAt\":0,\"read\":true,"
            .replaceFirst("\"" + member + "\":[^,]+,", "")
        + "\""
        + member
        + "\":"
        + value
        + "}\n";
  }

  @Test
  @DisplayName("are messages, also the last without an end, and however they are cut")
  void messages() {
    String text =
        "\uFEFF"
            + line("a")
            + "\r\n\n"
            + "{\"id\":\"😀\",\"from\":\"0\",\"to\":2,\"content\":\"你好😀\",\"sentAt\":1577934245001,\"read\":false}";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (byte each : bytes) {
      lines.take(new byte[] {each}, 1);
    }
    assertThat(stored).hasSize(1);
    lines.end();
    assertThat(stored)
        .containsExactly(
            new ImportedMessage(
                1, 2, "a", "hi", OffsetDateTime.parse("2020-01-01T19:04:05Z"), true),
            new ImportedMessage(
                0, 2, "😀", "你好😀", OffsetDateTime.parse("2020-01-02T03:04:05.001Z"), false));
    assertThat(lines.counts()).isEqualTo(new ImportCounts(2, 2, 0, 0, List.of()));
  }

  @Test
  @DisplayName("that are no messages are counted and named, and harm no other")
  void bad() {
    List<String> bad =
        List.of(
            "[]\n",
            "{\n",
            "{\"id\":\"x\",\"id\":\"y\"}\n",
            with("id", "\"\""),
            with("id", "\"" + "x".repeat(65) + "\""),
            with("from", "-1"),
            with("from", "null"),
            with("to", "0"),
            with("content", "\" \\u200b\""),
            with("content", "\"\\u0000\""),
            with("content", "\"\\ud83d\""),
            with("content", "\"" + "😀".repeat(11) + "\""),
            with("sentAt", "-1"),
            with("sentAt", "\"2026-01-02T03:04:05.679Z\""),
            with("sentAt", "\"2020-01-02 03:04:05\""),
            with("sentAt", "99999999999999999999"),
            with("sentAt", "null"),
            with("read", "1"));
    ImportCounts counts = all(String.join("", bad) + with("id", "\"good\""));
    assertThat(counts.errors())
        .extracting(LineError::line)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 18).boxed().toList());
    assertThat(counts.errors()).extracting(LineError::code).containsOnly("BAD_LINE");
    assertThat(counts.errors().get(5))
        .isEqualTo(new LineError(6, "x", "BAD_LINE", "from must be a positive integer"));
    assertThat(counts.failed()).isEqualTo(18);
    assertThat(stored).extracting(ImportedMessage::importId).containsExactly("good");
  }

  @Test
  @DisplayName("are bounded: what is longer is passed over to its end")
  void tooLong() {
    String longest = line("a") + " ".repeat(ImportLines.MAX_LINE - line("a").length());
    take(longest + "\n" + longest + " ");
    take("x".repeat(3 * ImportLines.MAX_LINE));
    byte[] malformed = {(byte) 0xC3, 0x28, '\n'};
    take("\n");
    lines.take(malformed, 3);
    ImportCounts counts = all(line("b"));
    assertThat(stored).extracting(ImportedMessage::importId).containsExactly("a", "b");
    assertThat(counts.errors())
        .extracting(LineError::line, LineError::code)
        .containsExactly(tuple(2L, "LINE_TOO_LONG"), tuple(3L, "BAD_LINE"));
  }

  @Test
  @DisplayName("are stored by some hundred, and told of by the first of them that failed")
  void many() {
    outcome = ImportOutcome.OUT_OF_ORDER;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2 * MessageImport.MAX_MESSAGES + 1; i++) {
      text.append(line("m" + i)).append('\n');
    }
    ImportCounts counts = all(text.toString());
    assertThat(sizes).containsExactly(MessageImport.MAX_MESSAGES, MessageImport.MAX_MESSAGES, 1);
    assertThat(counts.failed()).isEqualTo(2 * MessageImport.MAX_MESSAGES + 1);
    assertThat(counts.errors()).hasSize(ImportLines.MAX_ERRORS);
    assertThat(counts.errors().get(99).id()).isEqualTo("m99");
    assertThat(counts.errors().get(99).code()).isEqualTo("OUT_OF_ORDER");
  }
}
