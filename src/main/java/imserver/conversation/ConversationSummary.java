package imserver.conversation;

import imserver.directory.UserProfile;

/**
 * A conversation as one of the two sees it in the list.
 *
 * @param other the other one
 * @param last the newest message
 * @param unread how many messages of the other one are unread
 */
public record ConversationSummary(UserProfile other, StoredMessage last, long unread) {}
