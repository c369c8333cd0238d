package imserver.message;

import imserver.directory.UserProfile;
import imserver.packet.Response.Incoming;

/**
 * A stored message that its recipient has not read.
 *
 * @param id positive, below 2^53
 * @param senderId 0 for the system
 * @param recipientId positive
 * @param content the text
 * @param timestamp the sender's mark, "" for none
 */
public record ReceivedMessage(
    long id, long senderId, long recipientId, String content, String timestamp) {

  /** The message as its recipient gets it. */
  Incoming from(UserProfile sender) {
    return new Incoming(
        id, senderId, recipientId, content, timestamp, sender.displayName(), sender.headUrl());
  }
}
