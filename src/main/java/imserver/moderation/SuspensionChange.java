package imserver.moderation;

import java.time.OffsetDateTime;

/**
 * A user was suspended, or is no more.
 *
 * @param until when it ends, or has ended
 * @param version of the user's suspension: the higher one is the newer
 */
public record SuspensionChange(
    long userId, SuspensionScope scope, OffsetDateTime until, long version) {}
