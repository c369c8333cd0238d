package imserver.cluster;

import imserver.cluster.Change.ConversationSet;
import imserver.cluster.Change.MessageRecalled;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Change.Typing;
import imserver.cluster.Change.Untold;
import imserver.cluster.Frame.Kind;
import imserver.packet.Attachment;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Frames as text: an object with the version {@code v}, the node {@code n}, and either the number
 * {@code f} with the changes {@code c}, or the number {@code b} of a beat. Frames for a user have
 * no {@code f}. Every version has {@code v}, {@code n}, {@code f} and {@code b}, so that a server
 * knows of a frame that it cannot read whose it is.
 */
final class FrameCodec {

  private static final int VERSION = 4;

  /** In bytes of a sealed frame. PostgreSQL takes less than 8,000 (NOTIFY). */
  static final int MAX_SEALED_BYTES = 7900;

  /** In bytes of UTF-8. */
  static final int MAX_BYTES = FrameSeal.capacity(MAX_SEALED_BYTES);

  /** What surrounds the changes: two numbers of nineteen digits, and names. */
  private static final int HEADER_BYTES = 80;

  private static final JsonProvider JSON = JsonProvider.provider();
  private static final JsonReaderFactory READERS = JSON.createReaderFactory(Map.of());

  private FrameCodec() {}

  /**
   * As few frames as hold the changes, in their order.
   *
   * @param numbers gives each frame its number, or {@link Frame#UNNUMBERED}
   */
  static List<String> encode(long node, LongSupplier numbers, List<? extends Change> changes) {
    List<String> frames = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    int bytes = HEADER_BYTES;
    for (Change change : changes) {
      String text = fitting(change);
      int length = bytes(text) + 1;
      if (bytes + length > MAX_BYTES) {
        frames.add(frame(node, numbers.getAsLong(), body));
        body.setLength(0);
        bytes = HEADER_BYTES;
      }
      body.append(body.isEmpty() ? "" : ",").append(text);
      bytes += length;
    }
    if (!body.isEmpty()) {
      frames.add(frame(node, numbers.getAsLong(), body));
    }
    return frames;
  }

  /** A beat. */
  static String beat(long node, long number) {
    return "{\"v\":" + VERSION + ",\"n\":" + node + ",\"b\":" + number + "}";
  }

  private static String frame(long node, long number, CharSequence body) {
    String numbered = number == Frame.UNNUMBERED ? "" : ",\"f\":" + number;
    return "{\"v\":" + VERSION + ",\"n\":" + node + numbered + ",\"c\":[" + body + "]}";
  }

  private static String fitting(Change change) {
    String text = encode(change);
    return change instanceof MessageStored message && bytes(text) + 1 + HEADER_BYTES > MAX_BYTES
        ? encode(message.withoutContent())
        : text;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String encode(Change change) {
    JsonArrayBuilder fields = JSON.createArrayBuilder();
    if (change instanceof MessageStored message) {
      fields
          .add("m")
          .add(message.messageId())
          .add(message.senderId())
          .add(message.senderChange())
          .add(message.recipientId())
          .add(message.recipientChange())
          .add(message.unread())
          .add(message.timestamp())
          .add(message.time().toEpochMilli())
          .add(text(message.content()))
          .add(text(message.clientMessageId()));
      boolean hasFiles = !message.attachments().isEmpty();
      if (message.title() != null || message.url() != null || hasFiles) {
        fields.add(text(message.title())).add(text(message.url()));
      }
      if (hasFiles) {
        fields.add(files(message.attachments()));
      }
    } else if (change instanceof MessagesRead read) {
      fields
          .add("r")
          .add(read.readerId())
          .add(read.senderId())
          .add(read.readerChange())
          .add(read.senderChange())
          .add(read.unread())
          .add(read.readUpTo());
    } else if (change instanceof MessageRecalled recalled) {
      fields
          .add("x")
          .add(recalled.messageId())
          .add(recalled.senderId())
          .add(recalled.senderChange())
          .add(recalled.recipientId())
          .add(recalled.recipientChange())
          .add(recalled.unread());
    } else if (change instanceof ConversationSet set) {
      fields
          .add("s")
          .add(set.userId())
          .add(set.change())
          .add(set.otherId())
          .add(set.blocked())
          .add(set.muted())
          .add(set.pinned())
          .add(set.hidden());
    } else if (change instanceof Untold untold) {
      fields.add("u").add(untold.userId()).add(untold.change());
    } else if (change instanceof Typing typing) {
      fields.add("t").add(typing.fromId()).add(typing.toId());
    } else if (change instanceof ProfileChanged profile) {
      fields.add("p").add(profile.userId());
    }
    return fields.build().toString();
  }

  private static JsonArrayBuilder files(List<Attachment> attachments) {
    JsonArrayBuilder files = JSON.createArrayBuilder();
    for (Attachment attachment : attachments) {
      files.add(
          JSON.createArrayBuilder()
              .add(attachment.fileId())
              .add(attachment.name())
              .add(attachment.type())
              .add(attachment.size())
              .add(number(attachment.width()))
              .add(number(attachment.height()))
              .add(number(attachment.duration()))
              .add(text(attachment.waveform()))
              .add(attachment.hasPreview()));
    }
    return files;
  }

  private static JsonValue number(@Nullable Integer number) {
    return number == null ? JsonValue.NULL : JSON.createValue(number);
  }

  private static JsonValue text(@Nullable String text) {
    return text == null ? JsonValue.NULL : JSON.createValue(text);
  }

  /**
   * Reads a frame.
   *
   * @throws IllegalArgumentException if it is none of any version
   */
  static Frame decode(String text) {
    try (JsonReader reader = READERS.createReader(new StringReader(text))) {
      JsonObject frame = reader.readObject();
      long node = frame.getJsonNumber("n").longValueExact();
      if (frame.containsKey("b")) {
        return new Frame(node, frame.getJsonNumber("b").longValueExact(), Kind.BEAT, List.of());
      }
      long number =
          frame.containsKey("f") ? frame.getJsonNumber("f").longValueExact() : Frame.UNNUMBERED;
      if (frame.getInt("v") != VERSION) {
        return new Frame(node, number, Kind.UNKNOWN, List.of());
      }
      List<Change> changes = frame.getJsonArray("c").getValuesAs(FrameCodec::change);
      return new Frame(node, number, Kind.CHANGES, changes);
    } catch (JsonException
        | ClassCastException
        | NullPointerException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("no frame", e);
    }
  }

  private static Change change(JsonValue value) {
    JsonArray fields = value.asJsonArray();
    return switch (fields.getString(0)) {
      case "m" ->
          new MessageStored(
              number(fields, 1),
              number(fields, 2),
              number(fields, 3),
              number(fields, 4),
              number(fields, 5),
              number(fields, 6),
              text(fields, 9),
              fields.getString(7),
              Instant.ofEpochMilli(number(fields, 8)),
              text(fields, 10),
              text(fields, 11),
              text(fields, 12),
              fields.size() <= 13
                  ? List.of()
                  : fields.getJsonArray(13).getValuesAs(FrameCodec::attachment));
      case "r" ->
          new MessagesRead(
              number(fields, 1),
              number(fields, 2),
              number(fields, 3),
              number(fields, 4),
              number(fields, 5),
              number(fields, 6));
      case "x" ->
          new MessageRecalled(
              number(fields, 1),
              number(fields, 2),
              number(fields, 3),
              number(fields, 4),
              number(fields, 5),
              number(fields, 6));
      case "s" ->
          new ConversationSet(
              number(fields, 1),
              number(fields, 2),
              number(fields, 3),
              fields.getBoolean(4),
              fields.getBoolean(5),
              fields.getBoolean(6),
              fields.getBoolean(7));
      case "u" -> new Untold(number(fields, 1), number(fields, 2));
      case "t" -> new Typing(number(fields, 1), number(fields, 2));
      case "p" -> new ProfileChanged(number(fields, 1));
      default -> throw new IllegalArgumentException("no change of this version");
    };
  }

  private static Attachment attachment(JsonValue value) {
    JsonArray fields = value.asJsonArray();
    return new Attachment(
        number(fields, 0),
        fields.getString(1),
        fields.getString(2),
        number(fields, 3),
        integer(fields, 4),
        integer(fields, 5),
        integer(fields, 6),
        text(fields, 7),
        fields.getBoolean(8));
  }

  private static @Nullable Integer integer(JsonArray fields, int index) {
    return fields.isNull(index) ? null : Integer.valueOf(fields.getInt(index));
  }

  /** Null where it is null, or left out. */
  private static @Nullable String text(JsonArray fields, int index) {
    return index >= fields.size() || fields.isNull(index) ? null : fields.getString(index);
  }

  private static long number(JsonArray fields, int index) {
    return fields.getJsonNumber(index).longValueExact();
  }
}
