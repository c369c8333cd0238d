package imserver.endpoint;

import imserver.endpoint.JsonField.Unreadable;
import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkReadUpTo;
import imserver.packet.RecallMessage;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import imserver.packet.Synchronize;
import imserver.packet.Typing;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one command of version 2 (PROTOCOL-2.md, section 3). Fields may come in any order, ids as
 * digits in strings or as numbers; a field that is null is as if it were absent.
 */
final class CommandReader {

  /** The longest {@code id} of a command, and the longest {@code epoch}, in characters. */
  private static final int MAX_NAME = 64;

  private static final int DEFAULT_LIMIT = 100;

  private final Map<String, JsonField> fields = new HashMap<>();

  private CommandReader() {}

  /** What {@code text} asks for. */
  static Request read(String text) {
    CommandReader reader = new CommandReader();
    try {
      JsonField.readAll(text, FailureCode.BAD_COMMAND, "command", reader::take);
      return reader.request();
    } catch (Unreadable e) {
      return new MalformedRequest(e.code(), e.reason(), "", reader.idIfReadable());
    } catch (RuntimeException e) {
      // of the parser: not JSON, or nested deeper than it goes; its text stays here
      return new MalformedRequest(
          FailureCode.BAD_COMMAND, "the command is not a JSON object", "", reader.idIfReadable());
    }
  }

  private void take(String name, @Nullable JsonField value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private Request request() throws Unreadable {
    String op = text("op", MAX_NAME, "");
    return switch (op) {
      case "send" ->
          new SendMessage(
              null,
              userId("to", 0),
              text("content", Integer.MAX_VALUE, ""),
              timestamp(),
              clientMessageId(),
              id(),
              files());
      case "read" -> new MarkReadUpTo(userId("with", -1), messageId("upTo"), id());
      case "recall" -> new RecallMessage(messageId("messageId"), id());
      case "sync" -> new Synchronize(since(), epoch(), limit(), id());
      case "typing" -> new Typing(typingTo());
      case "" -> throw bad("op is missing");
      default -> throw new Unreadable(FailureCode.UNKNOWN_OP, FailureCode.UNKNOWN_OP.message());
    };
  }

  /** The client's name for the command, as JSON. */
  private String id() throws Unreadable {
    JsonField id = fields.get("id");
    if (id == null) {
      throw bad("id is missing");
    }
    if (!id.isNumberOrString() || id.text().length() > MAX_NAME) {
      throw bad("id is not text or a number of at most " + MAX_NAME + " characters");
    }
    String text = storable(id.text(), "id");
    return id.isString() ? Json.createValue(text).toString() : text;
  }

  private @Nullable String idIfReadable() {
    try {
      return id();
    } catch (Unreadable e) {
      return null;
    }
  }

  /** Text, or {@code absent}. */
  private String text(String name, int most, String absent) throws Unreadable {
    JsonField field = fields.get(name);
    if (field == null) {
      return absent;
    }
    if (!field.isString()) {
      throw bad(name + " is not text");
    }
    if (field.text().length() > most) {
      throw bad(name + " is longer than " + most + " characters");
    }
    return storable(field.text(), name);
  }

  /** As in version 1. */
  private String timestamp() throws Unreadable {
    JsonField field = fields.get("timestamp");
    if (field == null) {
      return "";
    }
    if (!field.isNumberOrString()) {
      throw bad("timestamp is neither text nor a number");
    }
    if (field.text().length() > SendMessage.MAX_TIMESTAMP) {
      throw bad("timestamp is longer than " + SendMessage.MAX_TIMESTAMP + " characters");
    }
    return storable(field.text(), "timestamp");
  }

  /** Ids of files; none where the field is absent. */
  private List<Long> files() throws Unreadable {
    JsonField field = fields.get("attachments");
    if (field == null) {
      return List.of();
    }
    if (field.kind() != Event.START_ARRAY || !(field.structure() instanceof JsonArray array)) {
      throw bad("attachments is not an array of file ids");
    }
    List<Long> ids = new ArrayList<>(array.size());
    for (JsonValue value : array) {
      Long id =
          value instanceof JsonString text
              ? JsonField.integer(text.getString())
              : value instanceof JsonNumber ? JsonField.integer(value.toString()) : null;
      if (id == null || id <= 0) {
        throw bad("attachments is not an array of file ids");
      }
      ids.add(id);
    }
    return ids;
  }

  private String clientMessageId() throws Unreadable {
    String id = text("clientMessageId", SendMessage.MAX_CLIENT_MESSAGE_ID, "");
    if (id.isEmpty()) {
      throw bad("clientMessageId is missing");
    }
    return id;
  }

  /**
   * An id of 0 or more.
   *
   * @param absent what is returned where the field is; negative to refuse that
   */
  private long userId(String name, long absent) throws Unreadable {
    long id = number(name, absent);
    if (id < 0) {
      throw bad(name + " is not a user id");
    }
    return id;
  }

  private long messageId(String name) throws Unreadable {
    long id = number(name, 0);
    if (id <= 0) {
      throw bad(name + " is not a message id");
    }
    return id;
  }

  private long typingTo() throws Unreadable {
    long id = number("to", 0);
    if (id <= 0) {
      throw bad("to is not a user id");
    }
    return id;
  }

  private long since() throws Unreadable {
    long since = number("since", -1);
    if (since < 0) {
      throw bad("since is not the number of a change");
    }
    return since;
  }

  private @Nullable String epoch() throws Unreadable {
    String epoch = text("epoch", MAX_NAME, "");
    return epoch.isEmpty() ? null : epoch;
  }

  private int limit() throws Unreadable {
    long limit = number("limit", DEFAULT_LIMIT);
    if (limit < 1 || limit > Synchronize.MAX_LIMIT) {
      throw bad("limit is not from 1 to " + Synchronize.MAX_LIMIT);
    }
    return (int) limit;
  }

  private long number(String name, long absent) throws Unreadable {
    JsonField field = fields.get(name);
    if (field == null) {
      return absent;
    }
    Long number = field.isNumberOrString() ? JsonField.integer(field.text()) : null;
    if (number == null) {
      throw bad(name + " is not a 64-bit integer");
    }
    return number;
  }

  private static String storable(String text, String name) throws Unreadable {
    return JsonField.storable(text, FailureCode.BAD_COMMAND, name);
  }

  private static Unreadable bad(String reason) {
    return new Unreadable(FailureCode.BAD_COMMAND, reason);
  }
}
