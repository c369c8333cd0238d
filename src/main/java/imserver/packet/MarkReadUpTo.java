package imserver.packet;

import org.jspecify.annotations.Nullable;

/**
 * {@code read}: the user has been shown what another has sent, up to a message.
 *
 * @param senderId the other one, 0 for the system
 * @param upToId positive
 * @param requestId the client's name for the request, as JSON; null for none
 */
public record MarkReadUpTo(long senderId, long upToId, @Nullable String requestId)
    implements Request {

  @Override
  public void accept(Handler handler) {
    handler.markReadUpTo(this);
  }
}
