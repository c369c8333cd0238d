package imserver.session;

import imserver.packet.Response;
import imserver.packet.Response.Incoming;
import org.jspecify.annotations.Nullable;

/**
 * A committed change of what a user sees.
 *
 * @param number of this change among the user's, each one above the one before
 * @param message what connections get that get messages only, null for nothing
 * @param event what connections get that get each change; null where that is to be read from the
 *     database
 * @param mustBeRead whether there is a message that is to be read from the database
 */
public record UserChange(
    long number, @Nullable Incoming message, @Nullable Response event, boolean mustBeRead) {

  /** A change with a message. */
  public static UserChange of(long number, Incoming message, @Nullable Response event) {
    return new UserChange(number, message, event, false);
  }

  /** A change without a message. */
  public static UserChange withoutMessage(long number, @Nullable Response event) {
    return new UserChange(number, null, event, false);
  }

  /** A change with a message that is to be read from the database. */
  public static UserChange toBeRead(long number) {
    return new UserChange(number, null, null, true);
  }
}
