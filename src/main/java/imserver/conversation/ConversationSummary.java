package imserver.conversation;

import imserver.directory.UserProfile;
import imserver.message.ConversationSettings;

/**
 * A conversation as one of its two users sees it in the list.
 *
 * @param other the other user
 * @param last the newest message
 * @param unread how many messages of the other user are unread
 * @param stranger whether the user has never written to the other one
 * @param settings what the user has set
 */
public record ConversationSummary(
    UserProfile other,
    StoredMessage last,
    long unread,
    boolean stranger,
    ConversationSettings settings) {}
