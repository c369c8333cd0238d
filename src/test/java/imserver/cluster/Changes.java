package imserver.cluster;

import imserver.cluster.Change.MessageStored;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Changes of tests. */
public final class Changes {

  private Changes() {}

  /** A stored message, of whose other properties the test says nothing. */
  public static MessageStored stored(
      long messageId,
      long senderId,
      long senderChange,
      long recipientId,
      long recipientChange,
      @Nullable String content,
      String timestamp) {
    return new MessageStored(
        messageId,
        senderId,
        senderChange,
        recipientId,
        recipientChange,
        1,
        content,
        timestamp,
        Instant.EPOCH,
        null,
        null,
        null);
  }
}
