package imserver.message;

/**
 * How far the changes and messages of a user have come.
 *
 * @param head the number of the last change, 0 for none
 * @param lastId the id of the last message from or to the user, 0 for none
 */
public record UserPosition(long head, long lastId) {}
