package imserver.packet;

import org.jspecify.annotations.Nullable;

/** A packet to a client. */
public sealed interface Response {

  /**
   * {@code type} 0: the message is committed to the database.
   *
   * @param toId the sender of the message, who gets this answer
   * @param timestamp the request's
   * @param messageId positive, below 2^53
   * @param clientMessageId the request's, null for none: then a socket does not get the message id
   */
  record Success(long toId, String timestamp, long messageId, @Nullable String clientMessageId)
      implements Response {}

  /**
   * {@code type} 1: nothing was stored, as far as this server knows.
   *
   * @param toId the connected user
   * @param timestamp the request's where it could be read, else ""
   * @param code from the catalogue
   * @param message one sentence in English for the developer of the client
   */
  record Failure(long toId, String timestamp, FailureCode code, String message)
      implements Response {}

  /**
   * {@code type} 2: a message for the connected user.
   *
   * @param messageId positive, below 2^53
   * @param fromId who sent it; 0 is the system
   * @param toId the recipient
   * @param content the text
   * @param timestamp the sender's mark, "" for none
   * @param userName the sender's name, or the sender's id in digits where none is known
   * @param headUrl the address of the sender's avatar, "" where none is known
   */
  record Incoming(
      long messageId,
      long fromId,
      long toId,
      String content,
      String timestamp,
      String userName,
      String headUrl)
      implements Response {}
}
