/**
 * Who the users are: name and avatar, as the host application has set them, else as the tokens tell
 * with which they connect. Each of the two by itself, and whichever was there first.
 *
 * <p>Rules: a message never waits or fails for want of an entry; an unknown user is shown by its
 * id. Profiles are kept in memory for a bounded time, so that delivering a message costs no
 * look-up. A row is changed under its lock, and what is kept of it in memory too, so that a token
 * that tells an old name never takes the place of one that was just set.
 */
@NullMarked
package imserver.directory;

import org.jspecify.annotations.NullMarked;
