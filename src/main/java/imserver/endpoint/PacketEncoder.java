package imserver.endpoint;

import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.Success;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbPropertyOrder;
import jakarta.websocket.Encoder;

/** {@link Response} to text: exactly six fields, always in the same order and of the same types. */
public class PacketEncoder implements Encoder.Text<Response> {

  private static final Jsonb JSONB = JsonbBuilder.create();
  private static final long SERVER = 0;
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int MESSAGE = 2;

  /** For the container. */
  public PacketEncoder() {}

  @Override
  public String encode(Response response) {
    return JSONB.toJson(packet(response));
  }

  private static Packet packet(Response response) {
    if (response instanceof Success success) {
      return new Packet(
          SERVER, success.toId(), SUCCESS, "", success.timestamp(), describe(success));
    }
    if (response instanceof Failure failure) {
      return new Packet(
          SERVER,
          failure.toId(),
          FAILURE,
          "",
          failure.timestamp(),
          JSONB.toJson(new FailureDescribe(failure)));
    }
    Incoming message = (Incoming) response;
    return new Packet(
        message.fromId(),
        message.toId(),
        MESSAGE,
        message.content(),
        message.timestamp(),
        JSONB.toJson(new MessageDescribe(message)));
  }

  private static String describe(Success success) {
    String name = success.clientMessageId();
    return name == null ? "" : JSONB.toJson(new ReceiptDescribe(name, success.messageId()));
  }

  /** The six fields. */
  @JsonbPropertyOrder({"fromId", "toId", "type", "content", "timestamp", "Describe"})
  public static final class Packet {
    public final long fromId;
    public final long toId;
    public final int type;
    public final String content;
    public final String timestamp;

    @JsonbProperty("Describe")
    public final String describe;

    Packet(long fromId, long toId, int type, String content, String timestamp, String describe) {
      this.fromId = fromId;
      this.toId = toId;
      this.type = type;
      this.content = content;
      this.timestamp = timestamp;
      this.describe = describe;
    }
  }

  /** {@code Describe} of a success, for a client that names its messages. */
  @JsonbPropertyOrder({"clientMessageId", "messageId"})
  public static final class ReceiptDescribe {
    public final String clientMessageId;
    public final String messageId;

    ReceiptDescribe(String clientMessageId, long messageId) {
      this.clientMessageId = clientMessageId;
      this.messageId = Long.toString(messageId);
    }
  }

  /** {@code Describe} of a failure. */
  @JsonbPropertyOrder({"code", "message", "retryable"})
  public static final class FailureDescribe {
    public final String code;
    public final String message;
    public final boolean retryable;

    FailureDescribe(Failure failure) {
      code = failure.code().name();
      message = failure.message();
      retryable = failure.code().retryable();
    }
  }

  /** {@code Describe} of a message. */
  @JsonbPropertyOrder({"userName", "headURL", "messageId"})
  public static final class MessageDescribe {
    public final String userName;
    public final String headURL;
    public final String messageId;

    MessageDescribe(Incoming message) {
      userName = message.userName();
      headURL = message.headUrl();
      messageId = Long.toString(message.messageId());
    }
  }
}
