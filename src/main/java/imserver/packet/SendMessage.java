package imserver.packet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code type} 0, a private message that a client wants delivered. Its form is right; whether the
 * sender may send it and the content fits is for {@code MessageRules} to check.
 *
 * @param fromId who the client says it is; null where it left that to its credential
 * @param toId the recipient; 0 where the packet named none
 * @param content the text; "" where the packet carried none
 * @param timestamp the client's mark, at most {@value #MAX_TIMESTAMP} characters, "" for none
 * @param clientMessageId the client's name for this message, 1 to {@value #MAX_CLIENT_MESSAGE_ID}
 *     characters, by which a retry is recognized; null for none
 * @param requestId the client's name for the request, as JSON; null for none
 * @param files the ids of the files that it carries, in their order; version 1 knows none
 */
public record SendMessage(
    @Nullable Long fromId,
    long toId,
    String content,
    String timestamp,
    @Nullable String clientMessageId,
    @Nullable String requestId,
    List<Long> files)
    implements Request {

  /** The longest {@code timestamp}, in characters (PROTOCOL.md, section 2). */
  public static final int MAX_TIMESTAMP = 32;

  /** The longest {@code clientMessageId}, in characters (PROTOCOL.md, section 7). */
  public static final int MAX_CLIENT_MESSAGE_ID = 64;

  /** Copies the list. */
  public SendMessage {
    files = List.copyOf(files);
  }

  /** Without files. */
  public SendMessage(
      @Nullable Long fromId,
      long toId,
      String content,
      String timestamp,
      @Nullable String clientMessageId,
      @Nullable String requestId) {
    this(fromId, toId, content, timestamp, clientMessageId, requestId, List.of());
  }

  /** Of a request without a name. */
  public SendMessage(
      @Nullable Long fromId,
      long toId,
      String content,
      String timestamp,
      @Nullable String clientMessageId) {
    this(fromId, toId, content, timestamp, clientMessageId, null);
  }

  @Override
  public void accept(Handler handler) {
    handler.sendMessage(this);
  }
}
