/**
 * Who the users are: name and avatar, learnt from the tokens with which they connect.
 *
 * <p>Rules: a message never waits or fails for want of an entry; an unknown user is shown by its
 * id. Profiles are kept in memory for a bounded time, so that delivering a message costs no
 * look-up.
 */
@NullMarked
package imserver.directory;

import org.jspecify.annotations.NullMarked;
