package imserver.rest;

import imserver.message.ImportOutcome;
import imserver.message.ImportedMessage;
import imserver.message.MessageImport;
import imserver.packet.BlankText;
import imserver.rest.ImportCounts.LineError;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an import: a JSON object each. What is wrong with one is counted, and concerns no
 * other. Lines are bounded, and stored by some hundred. For one thread at a time.
 */
final class ImportLines {

  /** The longest line, in bytes without its end. */
  static final int MAX_LINE = 1 << 20;

  /** So many errors are told of. */
  static final int MAX_ERRORS = 100;

  private static final int MAX_ID = 64;

  /** So many characters of messages wait at most for being stored. */
  private static final int MAX_WAITING = 1 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final int maxContent;
  private final Clock clock;
  private final Function<List<ImportedMessage>, List<ImportOutcome>> store;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean isTooLong;
  private long number;

  private final List<ImportedMessage> waiting = new ArrayList<>();
  private final List<Long> numbers = new ArrayList<>();
  private int characters;

  private long lines;
  private long imported;
  private long present;
  private long failed;
  private final List<LineError> errors = new ArrayList<>();

  /**
   * Lines of which none has come.
   *
   * @param maxContent the most code points of a message
   * @param store returns an outcome for each of at most {@link MessageImport#MAX_MESSAGES}, and
   *     waits for the database
   */
  ImportLines(
      int maxContent, Clock clock, Function<List<ImportedMessage>, List<ImportOutcome>> store) {
    this.maxContent = maxContent;
    this.clock = clock;
    this.store = store;
  }

  /** Takes the next bytes, and stores what lines are complete. */
  void take(byte[] bytes, int length) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        add(bytes, start, i - start);
        endOfLine();
        start = i + 1;
      }
    }
    add(bytes, start, length - start);
    flush();
  }

  /** All has come: the last line may have no end. */
  void end() {
    if (line.size() > 0 || isTooLong) {
      endOfLine();
    }
    flush();
  }

  /** What has become of the lines by now. */
  synchronized ImportCounts counts() {
    return new ImportCounts(lines, imported, present, failed, List.copyOf(errors));
  }

  private void add(byte[] bytes, int start, int length) {
    if (isTooLong || line.size() + length > MAX_LINE) {
      isTooLong |= length > 0;
      line.reset();
    } else {
      line.write(bytes, start, length);
    }
  }

  private void endOfLine() {
    number++;
    if (isTooLong) {
      count(1);
      fail(number, null, "LINE_TOO_LONG", "a line has at most " + MAX_LINE + " bytes");
      isTooLong = false;
      return;
    }
    byte[] bytes = line.toByteArray();
    line.reset();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      count(1);
      fail(number, null, "BAD_LINE", "the line is not UTF-8");
      return;
    }
    if (number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    if (!text.isBlank()) {
      count(1);
      parse(text);
    }
  }

  private void parse(String text) {
    String id = null;
    try {
      JsonBody body = JsonBodyReader.parse(text);
      id = required(body, "id", MAX_ID);
      ImportedMessage message = message(body, id);
      waiting.add(message);
      numbers.add(number);
      characters += message.content().length();
      if (waiting.size() == MessageImport.MAX_MESSAGES || characters > MAX_WAITING) {
        flush();
      }
    } catch (Problem problem) {
      fail(number, id, "BAD_LINE", problem.detail());
    }
  }

  private static String required(JsonBody body, String name, int maxLength) {
    String text = body.text(name, maxLength);
    if (text.isEmpty()) {
      throw Problem.badRequest(name + " is missing");
    }
    return text;
  }

  private ImportedMessage message(JsonBody body, String id) {
    long from = body.is("from", "0") || body.isZero("from") ? 0 : body.id("from");
    String content = required(body, "content", maxContent);
    if (BlankText.isBlank(content)) {
      throw Problem.badRequest("content is blank");
    }
    OffsetDateTime sentAt = body.time("sentAt");
    if (sentAt.toInstant().isAfter(clock.instant())) {
      throw Problem.badRequest("sentAt is yet to come");
    }
    if (sentAt.getYear() < 1970) {
      throw Problem.badRequest("sentAt is before 1970");
    }
    Boolean read = body.optionalFlag("read");
    return new ImportedMessage(from, body.id("to"), id, content, sentAt, read == null || read);
  }

  /** Stores what waits; the counts rise when that is done. */
  private void flush() {
    if (waiting.isEmpty()) {
      return;
    }
    List<ImportedMessage> messages = List.copyOf(waiting);
    List<Long> numbersOfThese = List.copyOf(numbers);
    waiting.clear();
    numbers.clear();
    characters = 0;
    List<ImportOutcome> outcomes = store.apply(messages);
    for (int i = 0; i < outcomes.size(); i++) {
      settle(numbersOfThese.get(i), messages.get(i), outcomes.get(i));
    }
  }

  private void settle(long line, ImportedMessage message, ImportOutcome outcome) {
    switch (outcome) {
      case IMPORTED -> stored();
      case PRESENT -> known();
      case REUSED_ID ->
          fail(
              line,
              message.importId(),
              outcome.name(),
              "another message of its sender was imported with this id");
      case OUT_OF_ORDER ->
          fail(
              line,
              message.importId(),
              outcome.name(),
              "its conversation has a message that was sent later");
      case ERASED_SENDER ->
          fail(line, message.importId(), outcome.name(), "its sender was erased here");
    }
  }

  private synchronized void count(int more) {
    lines += more;
  }

  private synchronized void stored() {
    imported++;
  }

  private synchronized void known() {
    present++;
  }

  private synchronized void fail(long line, @Nullable String id, String code, String detail) {
    failed++;
    if (errors.size() < MAX_ERRORS) {
      errors.add(new LineError(line, id, code, detail));
    }
  }
}
