/**
 * The names and avatars of users: as the host application has set them, else as they are in the
 * tokens with which users connect. Name and avatar are decided each by itself, in whatever order
 * the two sources come.
 *
 * <p>{@link imserver.directory.UserDirectory} is the way in; {@code ProfileCache} keeps entries in
 * memory for a bounded time, so that delivering a message mostly needs no query.
 *
 * <p>Rules: a message never fails because a user has no entry; an unknown user is shown by the id.
 * A row is changed under its lock, and its cached entry with it, so that a token with an old name
 * never replaces one that was just set.
 */
@NullMarked
package imserver.directory;

import org.jspecify.annotations.NullMarked;
