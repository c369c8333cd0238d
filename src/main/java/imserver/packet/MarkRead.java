package imserver.packet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code type} 1, a read-ack: the client has shown these messages to its user.
 *
 * @param fromId who the client says it is; null where it left that to its credential
 * @param messageIds positive ids, at most {@value #MAX_IDS}, perhaps repeated, perhaps not the
 *     user's own
 * @param timestamp the client's mark, for a failure's answer; "" for none
 */
public record MarkRead(@Nullable Long fromId, List<Long> messageIds, String timestamp)
    implements Request {

  /** The most ids in one read-ack (PROTOCOL.md, section 7, {@code BAD_READ_ACK}). */
  public static final int MAX_IDS = 1000;

  /** Copies the ids. */
  public MarkRead {
    messageIds = List.copyOf(messageIds);
  }

  @Override
  public void accept(Handler handler) {
    handler.markRead(this);
  }
}
