package imserver.endpoint;

import imserver.packet.FailureCode;
import imserver.packet.StorableText;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The value of a field of a JSON object.
 *
 * @param kind what it was written as
 * @param text of a number or string its characters, else ""
 * @param structure of an object or array its value, else null
 */
record JsonField(Event kind, String text, @Nullable JsonValue structure) {

  private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

  /** Longer than any 64-bit number, sign and leading zeros included, that a client would write. */
  private static final int MAX_DIGITS = 32;

  /** Ends the reading of what cannot be understood. */
  static final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;
    private final FailureCode code;

    /**
     * For a failure.
     *
     * @param reason one sentence in English, without any text of the packet
     */
    Unreadable(FailureCode code, String reason) {
      super(reason, null, false, false);
      this.code = code;
    }

    FailureCode code() {
      return code;
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** Takes the fields of an object, one by one. */
  interface Consumer {

    /**
     * Takes one.
     *
     * @param value null where it is null: that is as if the field were absent
     */
    void take(String name, @Nullable JsonField value) throws Unreadable;
  }

  /**
   * Reads all fields of an object.
   *
   * @param code of the failure, where it is none, or a field stands twice
   * @param what the text is to be, for the reason
   * @throws RuntimeException of the parser: not JSON, or nested deeper than it goes
   */
  static void readAll(String text, FailureCode code, String what, Consumer fields)
      throws Unreadable {
    Set<String> seen = new HashSet<>();
    try (JsonParser parser = parser(text)) {
      if (parser.next() != Event.START_OBJECT) {
        throw new Unreadable(code, "the " + what + " is not a JSON object");
      }
      while (parser.next() == Event.KEY_NAME) {
        String name = parser.getString();
        if (!seen.add(name)) {
          throw new Unreadable(code, "a field stands twice");
        }
        fields.take(name, field(parser));
      }
      if (parser.hasNext()) {
        throw new Unreadable(code, "something follows the JSON object");
      }
    }
  }

  private static @Nullable JsonField field(JsonParser parser) {
    Event kind = parser.next();
    return switch (kind) {
      case VALUE_STRING, VALUE_NUMBER -> new JsonField(kind, parser.getString(), null);
      case START_OBJECT -> new JsonField(kind, "", parser.getObject());
      case START_ARRAY -> new JsonField(kind, "", parser.getArray());
      case VALUE_NULL -> null;
      default -> new JsonField(kind, "", null);
    };
  }

  private static JsonParser parser(String text) {
    return PARSERS.createParser(new StringReader(text));
  }

  /** The value that a text spells, all of it, or null. */
  static @Nullable JsonValue parse(String text) {
    try (JsonParser parser = parser(text)) {
      parser.next();
      JsonValue value = parser.getValue();
      return parser.hasNext() ? null : value;
    } catch (RuntimeException e) {
      return null;
    }
  }

  boolean isString() {
    return kind == Event.VALUE_STRING;
  }

  boolean isNumberOrString() {
    return kind == Event.VALUE_NUMBER || isString();
  }

  /** A plain integer of 64 bits; null where {@code text} is none. */
  static @Nullable Long integer(String text) {
    boolean digits =
        text.length() <= MAX_DIGITS
            && !text.startsWith("+")
            && text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    try {
      return digits ? Long.valueOf(text) : null;
    } catch (NumberFormatException e) { // out of range, or a minus sign within
      return null;
    }
  }

  /**
   * The same text.
   *
   * @throws Unreadable if no database could hold it
   */
  static String storable(String text, FailureCode code, String name) throws Unreadable {
    if (!StorableText.isStorable(text)) {
      throw new Unreadable(code, name + " holds U+0000 or half of a surrogate pair");
    }
    return text;
  }
}
