package imserver.session;

import imserver.auth.UserPrincipal;
import imserver.packet.Response;
import java.util.List;

/**
 * Who made a request and is told what became of it: a socket, or whoever waits for the answer to an
 * HTTP request. Any thread may call, and no method waits.
 */
public interface Requester {

  /** Who is behind it. */
  UserPrincipal user();

  /** Tells it a success or a failure. */
  void send(Response answer);

  /** Tells it several, in this order: for a connection cheaper than one by one. */
  default void send(List<? extends Response> answers) {
    answers.forEach(this::send);
  }

  /**
   * Tells it that what it wanted to be marked as read is. A socket passes nothing on (PROTOCOL.md,
   * section 4).
   */
  default void marked() {}
}
