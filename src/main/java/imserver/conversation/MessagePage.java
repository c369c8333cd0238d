package imserver.conversation;

import java.util.List;

/**
 * A part of the history of a conversation.
 *
 * @param messages newest first
 * @param more whether there are more in the direction of reading
 */
public record MessagePage(List<StoredMessage> messages, boolean more) {}
