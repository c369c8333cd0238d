package imserver.packet;

import org.jspecify.annotations.Nullable;

/**
 * {@code sync}: what has changed for the user since a change.
 *
 * @param since the number of a change, 0 for all
 * @param epoch which the client has got with it; null for none
 * @param limit the most conversations that it wants, 1 to {@value #MAX_LIMIT}
 * @param requestId the client's name for the request, as JSON; null for none
 */
public record Synchronize(long since, @Nullable String epoch, int limit, @Nullable String requestId)
    implements Request {

  /** The most conversations in one answer (PROTOCOL-2.md, section 3). */
  public static final int MAX_LIMIT = 200;

  @Override
  public void accept(Handler handler) {
    handler.synchronize(this);
  }
}
