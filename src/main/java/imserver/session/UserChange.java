package imserver.session;

import imserver.packet.Response.Incoming;
import org.jspecify.annotations.Nullable;

/**
 * A committed change of what a user sees.
 *
 * @param number of this change among the user's, each one above the one before
 * @param message what the user's connections get, null for nothing
 * @param mustBeRead whether there is a message that is to be read from the database
 */
public record UserChange(long number, @Nullable Incoming message, boolean mustBeRead) {

  /** A change with a message. */
  public static UserChange of(long number, Incoming message) {
    return new UserChange(number, message, false);
  }

  /** A change of which the user's connections get nothing. */
  public static UserChange silent(long number) {
    return new UserChange(number, null, false);
  }

  /** A change with a message that is to be read from the database. */
  public static UserChange toBeRead(long number) {
    return new UserChange(number, null, true);
  }
}
