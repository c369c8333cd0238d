package imserver.session;

/**
 * What marking messages as read has changed for their reader.
 *
 * @param senderId whose messages these were, 0 for the system
 * @param change the number of this change for the reader
 * @param unread how many messages of the sender the reader has not read now
 * @param readUpTo up to which message of the sender all are read now, 0 for none
 */
public record Mark(long senderId, long change, long unread, long readUpTo) {}
