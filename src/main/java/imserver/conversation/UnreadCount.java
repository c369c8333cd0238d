package imserver.conversation;

/**
 * How many messages a user has not read.
 *
 * @param total all of them
 * @param notices those of the system among them
 */
public record UnreadCount(long total, long notices) {

  /** Those of other users. */
  public long messages() {
    return total - notices;
  }
}
