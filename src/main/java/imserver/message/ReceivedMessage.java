package imserver.message;

import imserver.directory.UserProfile;
import imserver.packet.AttachedText;
import imserver.packet.MessageFile;
import imserver.packet.Response.Incoming;
import java.util.List;

/**
 * A stored message that its recipient has not read.
 *
 * @param id positive, below 2^53
 * @param senderId 0 for the system
 * @param recipientId positive
 * @param content as it is stored ({@link AttachedText})
 * @param timestamp the sender's mark, "" for none
 */
public record ReceivedMessage(
    long id, long senderId, long recipientId, String content, String timestamp) {

  /** The message as its recipient gets it, with its files. */
  Incoming from(UserProfile sender, List<MessageFile> files) {
    return new Incoming(
        id,
        senderId,
        recipientId,
        AttachedText.text(content, files.size()),
        timestamp,
        sender.displayName(),
        sender.headUrl(),
        files);
  }
}
