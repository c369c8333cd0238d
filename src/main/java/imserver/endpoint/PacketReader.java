package imserver.endpoint;

import imserver.endpoint.JsonField.Unreadable;
import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkRead;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one packet, liberally, as PROTOCOL.md, section 2, says: its fields in any order, ids as
 * numbers or digits, {@code timestamp} as text or number, a read-ack's {@code content} as text or
 * array, {@code Describe} as text or object. A field that stands twice makes the packet ambiguous,
 * and it is refused.
 */
final class PacketReader {

  private @Nullable JsonField fromId;
  private @Nullable JsonField toId;
  private @Nullable JsonField type;
  private @Nullable JsonField content;
  private @Nullable JsonField timestamp;
  private @Nullable JsonField describe;

  private PacketReader() {}

  /** What {@code text} asks for. */
  static Request read(String text) {
    PacketReader reader = new PacketReader();
    try {
      JsonField.readAll(text, FailureCode.BAD_PACKET, "packet", reader::take);
      return reader.request();
    } catch (Unreadable e) {
      return new MalformedRequest(e.code(), e.reason(), reader.echo());
    } catch (RuntimeException e) {
      // of the parser: not JSON, or nested deeper than it goes; its text stays here
      return new MalformedRequest(
          FailureCode.BAD_PACKET, "the packet is not a JSON object", reader.echo());
    }
  }

  private void take(String name, @Nullable JsonField value) throws Unreadable {
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

  private static @Nullable Long id(@Nullable JsonField field, String name) throws Unreadable {
    if (field == null || (field.kind() == Event.VALUE_STRING && field.text().isEmpty())) {
      return null;
    }
    if (!field.isNumberOrString()) {
      throw bad(name + " is neither a number nor digits");
    }
    return integer(field.text(), name);
  }

  private static long integer(String text, String name) throws Unreadable {
    Long integer = JsonField.integer(text);
    if (integer == null) {
      throw bad(name + " is not a 64-bit integer");
    }
    return integer;
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
        describe.kind() == Event.VALUE_STRING
            ? JsonField.parse(describe.text())
            : describe.structure();
    if (value instanceof JsonObject object) {
      return object;
    }
    throw bad("Describe is not a JSON object");
  }

  private List<Long> messageIds() throws Unreadable {
    JsonValue value = null;
    if (content != null) {
      value =
          content.kind() == Event.VALUE_STRING
              ? JsonField.parse(content.text())
              : content.structure();
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

  private static String storable(String text, String name) throws Unreadable {
    return JsonField.storable(text, FailureCode.BAD_PACKET, name);
  }

  private static Unreadable bad(String reason) {
    return new Unreadable(FailureCode.BAD_PACKET, reason);
  }

  private static Unreadable badReadAck(String reason) {
    return new Unreadable(FailureCode.BAD_READ_ACK, reason);
  }
}
