package imserver.message;

import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.Request;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.session.Connection;

/** A request that was let in, and the connection that waits for its answer. */
sealed interface Submission {

  /** Who asked. */
  Connection connection();

  /** What was asked. */
  Request request();

  /** Answers with a failure. */
  default void fail(FailureCode code) {
    long user = connection().user().userId();
    connection().send(new Failure(user, request().timestamp(), code, code.message()));
  }

  /** A message to be stored. */
  record Post(Connection connection, SendMessage request) implements Submission {}

  /** Messages to be marked as read. */
  record ReadAck(Connection connection, MarkRead request) implements Submission {}
}
