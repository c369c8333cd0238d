package imserver.server;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.StringReader;
import java.util.List;

/**
 * A packet from the server. Reading it is strict: six fields, in their order, of their types.
 *
 * @param describe "" or the object in the text
 */
public record Packet(
    long fromId, long toId, int type, String content, String timestamp, String describe) {

  public static Packet parse(String text) {
    JsonObject json = object(text);
    if (!List.copyOf(json.keySet())
        .equals(List.of("fromId", "toId", "type", "content", "timestamp", "Describe"))) {
      throw new AssertionError("not the six fields in their order: " + text);
    }
    return new Packet(
        json.getJsonNumber("fromId").longValueExact(),
        json.getJsonNumber("toId").longValueExact(),
        json.getJsonNumber("type").intValueExact(),
        json.getString("content"),
        json.getString("timestamp"),
        json.getString("Describe"));
  }

  /** The packet as text. */
  String toJson() {
    return Json.createObjectBuilder()
        .add("fromId", fromId)
        .add("toId", toId)
        .add("type", type)
        .add("content", content)
        .add("timestamp", timestamp)
        .add("Describe", describe)
        .build()
        .toString();
  }

  public boolean isSuccess() {
    return type == 0;
  }

  public boolean isFailure() {
    return type == 1;
  }

  public boolean isMessage() {
    return type == 2;
  }

  /** The code of a failure. */
  public String code() {
    return object(describe).getString("code");
  }

  public boolean retryable() {
    return object(describe).getBoolean("retryable");
  }

  /** The id in the {@code Describe} of a message or a receipt. */
  public long messageId() {
    return Long.parseLong(object(describe).getString("messageId"));
  }

  String userName() {
    return object(describe).getString("userName");
  }

  String headUrl() {
    return object(describe).getString("headURL");
  }

  private static JsonObject object(String text) {
    try (var reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  /** A request, as the front ends of the note's time send it. */
  public static String message(long toId, String content, String timestamp) {
    return builder(toId, content, timestamp).build().toString();
  }

  /** A request that names itself. */
  public static String message(
      long toId, String content, String timestamp, String clientMessageId) {
    return builder(toId, content, timestamp)
        .add("Describe", Json.createObjectBuilder().add("clientMessageId", clientMessageId))
        .build()
        .toString();
  }

  static String readAck(Iterable<Long> ids) {
    return readAck(ids, "ack");
  }

  /** The same with a mark of its own, by which a failure names it. */
  public static String readAck(Iterable<Long> ids, String timestamp) {
    var array = Json.createArrayBuilder();
    ids.forEach(array::add);
    return Json.createObjectBuilder()
        .add("toId", 0)
        .add("type", 1)
        .add("content", array.build().toString())
        .add("timestamp", timestamp)
        .add("Describe", "")
        .build()
        .toString();
  }

  private static JsonObjectBuilder builder(long toId, String content, String timestamp) {
    return Json.createObjectBuilder()
        .add("toId", toId)
        .add("type", 0)
        .add("content", content)
        .add("timestamp", timestamp);
  }
}
