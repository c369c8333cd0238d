package imserver.packet;

import org.jspecify.annotations.Nullable;

/**
 * {@code recall}: a message of the user is to be erased.
 *
 * @param messageId positive; perhaps not the user's own
 * @param requestId the client's name for the request, as JSON; null for none
 */
public record RecallMessage(long messageId, @Nullable String requestId) implements Request {

  @Override
  public void accept(Handler handler) {
    handler.recall(this);
  }
}
