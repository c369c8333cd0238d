package imserver.endpoint;

import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.Success;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.Consumer;

/**
 * {@link Response} to text of version 1: exactly six fields, always in the same order and of the
 * same types. Written by JSON-P's stream: JSON-B's reflection was a tenth of the server's processor
 * time.
 */
final class PacketEncoder {

  private static final JsonGeneratorFactory JSON = Json.createGeneratorFactory(Map.of());
  private static final int SPACE = 256; // most packets fit
  private static final long SERVER = 0;
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int MESSAGE = 2;

  private PacketEncoder() {}

  static String encode(Response response) {
    if (response instanceof Success success) {
      return packet(SERVER, success.toId(), SUCCESS, "", success.timestamp(), describe(success));
    }
    if (response instanceof Failure failure) {
      return packet(SERVER, failure.toId(), FAILURE, "", failure.timestamp(), describe(failure));
    }
    Incoming message = (Incoming) response;
    return packet(
        message.fromId(),
        message.toId(),
        MESSAGE,
        message.asText(),
        message.timestamp(),
        describe(message));
  }

  private static String packet(
      long fromId, long toId, int type, String content, String timestamp, String describe) {
    return object(
        json ->
            json.write("fromId", fromId)
                .write("toId", toId)
                .write("type", type)
                .write("content", content)
                .write("timestamp", timestamp)
                .write("Describe", describe));
  }

  /** With something only for a client that names its messages. */
  private static String describe(Success success) {
    String name = success.clientMessageId();
    return name == null
        ? ""
        : object(
            json ->
                json.write("clientMessageId", name)
                    .write("messageId", Long.toString(success.messageId())));
  }

  private static String describe(Failure failure) {
    return object(
        json ->
            json.write("code", failure.code().name())
                .write("message", failure.message())
                .write("retryable", failure.code().retryable()));
  }

  private static String describe(Incoming message) {
    return object(
        json ->
            json.write("userName", message.userName())
                .write("headURL", message.headUrl())
                .write("messageId", Long.toString(message.messageId())));
  }

  private static String object(Consumer<JsonGenerator> fields) {
    StringWriter text = new StringWriter(SPACE);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.accept(json);
      json.writeEnd();
    }
    return text.toString();
  }
}
