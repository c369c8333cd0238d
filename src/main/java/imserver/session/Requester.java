package imserver.session;

import imserver.auth.UserPrincipal;
import imserver.packet.Response;
import java.util.List;

/**
 * Who made a request and gets its answer: the connection of a socket, or what waits for the answer
 * to an HTTP request. Any thread may call, and no method waits.
 */
public interface Requester {

  /** The user, or the host application. */
  UserPrincipal user();

  /** Answers with a success or a failure. */
  void send(Response answer);

  /** Sends several answers, in this order: for a connection cheaper than one by one. */
  default void send(List<? extends Response> answers) {
    answers.forEach(this::send);
  }

  /**
   * Answers that messages are marked as read. A socket sends nothing (PROTOCOL.md, section 4).
   *
   * @param marks what that has changed for the user, perhaps together with other requests of this
   *     user; one for each sender at most
   */
  default void marked(List<Mark> marks) {}
}
