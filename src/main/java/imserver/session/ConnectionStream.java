package imserver.session;

import imserver.packet.Response.Incoming;
import java.util.List;

/**
 * What one connection is told of what its user sees, by the {@code UserStream} of the user. Safe
 * for use by several threads; no method waits.
 */
public sealed interface ConnectionStream permits MessageStream, ChangeStream {

  /** The connection that is told. */
  Connection connection();

  /** To whom the answers to what this connection asks are to be given. */
  Requester requester();

  /**
   * Changes were committed.
   *
   * @param changes in the order of their numbers, each one above the one before
   * @param messages to the user, in ascending order of their ids, each for the first time: those of
   *     {@code changes}, and such as were found in the database
   */
  void deliver(List<UserChange> changes, List<Incoming> messages);

  /** Changes up to this number were committed that are not told one by one. */
  void missed(long head);
}
