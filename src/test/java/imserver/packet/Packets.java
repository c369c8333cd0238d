package imserver.packet;

import imserver.packet.Response.Success;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Packets as tests compare them. */
public final class Packets {

  private Packets() {}

  /** What a client of version 1 sees of a success. */
  public static Success success(
      long toId, String timestamp, long messageId, @Nullable String clientMessageId) {
    return new Success(toId, timestamp, messageId, clientMessageId, null, 0, Instant.EPOCH, null);
  }
}
