package imserver.conversation;

import imserver.directory.UserProfile;

/**
 * A conversation as one of its two users sees it in the list.
 *
 * @param other the other user
 * @param last the newest message
 * @param unread how many messages of the other user are unread
 */
public record ConversationSummary(UserProfile other, StoredMessage last, long unread) {}
