package imserver.endpoint;

import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkRead;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import imserver.packet.StorableText;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one packet, liberally, as PROTOCOL.md, section 2, says: its fields in any order, ids as
 * numbers or digits, {@code timestamp} as text or number, a read-ack's {@code content} as text or
 * array, {@code Describe} as text or object. A field that stands twice makes the packet ambiguous,
 * and it is refused.
 */
final class PacketReader {

  private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

  /** Longer than any 64-bit number, sign and leading zeros included, that a client would write. */
  private static final int MAX_DIGITS = 32;

  /** The value of a field: what it was written as, and for numbers and strings its characters. */
  private record Field(Event kind, String text, @Nullable JsonValue structure) {

    boolean isNumberOrString() {
      return kind == Event.VALUE_NUMBER || kind == Event.VALUE_STRING;
    }
  }

  /** Ends the reading of a packet that cannot be understood. */
  private static final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;
    private final FailureCode code;

    Unreadable(FailureCode code, String reason) {
      super(reason, null, false, false);
      this.code = code;
    }
  }

  private @Nullable Field fromId;
  private @Nullable Field toId;
  private @Nullable Field type;
  private @Nullable Field content;
  private @Nullable Field timestamp;
  private @Nullable Field describe;

  private PacketReader() {}

  /** What {@code text} asks for. */
  static Request read(String text) {
    PacketReader reader = new PacketReader();
    try {
      reader.readFields(text);
      return reader.request();
    } catch (Unreadable e) {
      return new MalformedRequest(e.code, String.valueOf(e.getMessage()), reader.echo());
    } catch (RuntimeException e) {
      // of the parser: not JSON, or nested deeper than it goes; its text stays here
      return new MalformedRequest(
          FailureCode.BAD_PACKET, "the packet is not a JSON object", reader.echo());
    }
  }

  private void readFields(String text) throws Unreadable {
    Set<String> seen = new HashSet<>();
    try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
      if (parser.next() != Event.START_OBJECT) {
        throw bad("the packet is not a JSON object");
      }
      while (parser.next() == Event.KEY_NAME) {
        String name = parser.getString();
        if (!seen.add(name)) {
          throw bad("a field stands twice");
        }
        take(name, field(parser));
      }
      if (parser.hasNext()) {
        throw bad("something follows the JSON object");
      }
    }
  }

  /** Null where the packet says null: that is as if the field were absent. */
  private static @Nullable Field field(JsonParser parser) {
    Event kind = parser.next();
    return switch (kind) {
      case VALUE_STRING, VALUE_NUMBER -> new Field(kind, parser.getString(), null);
      case START_OBJECT -> new Field(kind, "", parser.getObject());
      case START_ARRAY -> new Field(kind, "", parser.getArray());
      case VALUE_NULL -> null;
      default -> new Field(kind, "", null);
    };
  }

  private void take(String name, @Nullable Field value) throws Unreadable {
    switch (name) {
      case "fromId" -> fromId = value;
      case "toId" -> toId = value;
      case "type" -> type = value;
      case "content" -> content = value;
      case "timestamp" -> timestamp = value;
      case "Describe", "describe" -> {
        if (describe != null) {
          throw bad("Describe stands twice");
        }
        describe = value;
      }
      default -> {} // unknown fields are ignored
    }
  }

  private Request request() throws Unreadable {
    String mark = timestamp();
    String clientMessageId = clientMessageId();
    Long from = id(fromId, "fromId");
    Long kind = id(type, "type");
    boolean readAck = kind != null && kind == 1;
    Long to = readAck ? null : id(toId, "toId"); // that of a read-ack is ignored
    if (kind == null || kind < 0 || kind > 1) {
      throw new Unreadable(FailureCode.UNKNOWN_TYPE, FailureCode.UNKNOWN_TYPE.message());
    }
    return readAck
        ? new MarkRead(from, messageIds(), mark)
        : new SendMessage(from, to == null ? 0 : to, text(), mark, clientMessageId);
  }

  /** The timestamp as far as it can be read, for the answer to a packet that cannot. */
  private String echo() {
    try {
      return timestamp();
    } catch (Unreadable e) {
      return "";
    }
  }

  private String timestamp() throws Unreadable {
    if (timestamp == null) {
      return "";
    }
    if (!timestamp.isNumberOrString()) {
      throw bad("timestamp is neither text nor a number");
    }
    if (timestamp.text().length() > SendMessage.MAX_TIMESTAMP) {
      throw bad("timestamp is longer than " + SendMessage.MAX_TIMESTAMP + " characters");
    }
    return storable(timestamp.text(), "timestamp");
  }

  private String text() throws Unreadable {
    if (content == null) {
      return "";
    }
    if (content.kind() != Event.VALUE_STRING) {
      throw bad("content is not text");
    }
    return storable(content.text(), "content");
  }

  private static @Nullable Long id(@Nullable Field field, String name) throws Unreadable {
    if (field == null || (field.kind() == Event.VALUE_STRING && field.text().isEmpty())) {
      return null;
    }
    if (!field.isNumberOrString()) {
      throw bad(name + " is neither a number nor digits");
    }
    return integer(field.text(), name);
  }

  private static long integer(String text, String name) throws Unreadable {
    boolean digits =
        text.length() <= MAX_DIGITS
            && !text.startsWith("+")
            && text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    try {
      if (digits) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // out of range, or a minus sign within; answered below
    }
    throw bad(name + " is not a 64-bit integer");
  }

  private @Nullable String clientMessageId() throws Unreadable {
    JsonObject object = describeObject();
    JsonValue value = object == null ? null : object.get("clientMessageId");
    if (value == null || value == JsonValue.NULL) {
      return null;
    }
    String text;
    if (value instanceof JsonString string) {
      text = string.getString();
    } else if (value instanceof JsonNumber number) {
      text = number.toString();
    } else {
      throw bad("clientMessageId is not text");
    }
    if (text.length() > SendMessage.MAX_CLIENT_MESSAGE_ID) {
      throw bad(
          "clientMessageId is longer than " + SendMessage.MAX_CLIENT_MESSAGE_ID + " characters");
    }
    return text.isEmpty() ? null : storable(text, "clientMessageId");
  }

  private @Nullable JsonObject describeObject() throws Unreadable {
    if (describe == null || (describe.kind() == Event.VALUE_STRING && describe.text().isBlank())) {
      return null;
    }
    JsonValue value =
        describe.kind() == Event.VALUE_STRING ? parse(describe.text()) : describe.structure();
    if (value instanceof JsonObject object) {
      return object;
    }
    throw bad("Describe is not a JSON object");
  }

  private List<Long> messageIds() throws Unreadable {
    JsonValue value = null;
    if (content != null) {
      value = content.kind() == Event.VALUE_STRING ? parse(content.text()) : content.structure();
    }
    if (!(value instanceof JsonArray array)) {
      throw badReadAck(FailureCode.BAD_READ_ACK.message());
    }
    if (array.size() > MarkRead.MAX_IDS) {
      throw badReadAck("content holds more than " + MarkRead.MAX_IDS + " ids");
    }
    List<Long> ids = new ArrayList<>(array.size());
    for (JsonValue element : array) {
      ids.add(messageId(element));
    }
    return ids;
  }

  private static long messageId(JsonValue element) throws Unreadable {
    String text;
    if (element instanceof JsonString string) {
      text = string.getString();
    } else if (element instanceof JsonNumber number) {
      text = number.toString();
    } else {
      throw badReadAck(FailureCode.BAD_READ_ACK.message());
    }
    try {
      long id = integer(text, "an id");
      if (id > 0) {
        return id;
      }
    } catch (Unreadable e) {
      // answered below, with the code of a read-ack
    }
    throw badReadAck("content holds something that is not a message id");
  }

  /** The value that a text within the packet spells, all of it, or null. */
  private static @Nullable JsonValue parse(String text) {
    try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
      parser.next();
      JsonValue value = parser.getValue();
      return parser.hasNext() ? null : value;
    } catch (RuntimeException e) {
      return null;
    }
  }

  private static String storable(String text, String name) throws Unreadable {
    if (!StorableText.isStorable(text)) {
      throw bad(name + " holds U+0000 or half of a surrogate pair");
    }
    return text;
  }

  private static Unreadable bad(String reason) {
    return new Unreadable(FailureCode.BAD_PACKET, reason);
  }

  private static Unreadable badReadAck(String reason) {
    return new Unreadable(FailureCode.BAD_READ_ACK, reason);
  }
}
