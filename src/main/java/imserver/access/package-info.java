/**
 * How the host application ends a user's access at once: the user's sockets are closed, and the
 * tokens that were issued until then are refused.
 *
 * <p>{@link imserver.access.UserAccess} does it; {@link imserver.auth.Revocations} is what each
 * credential is checked against, in memory; a {@code Revocation} is its row, one for a user at
 * most, which outlives a restart and which other servers on the same database find within two
 * seconds.
 *
 * <p>Whole seconds: {@code iat} has no more, so that of two tokens of one second none is known to
 * be the older. What ends is therefore everything up to the end of the second in which it is asked
 * for, and the answer is given when that second is over: a token that is issued after the answer is
 * good, every one from before is not. That holds as far as the clocks of this server and of whoever
 * issues tokens agree.
 *
 * <p>Whatever the database does, it holds on this server at once: the sockets are closed and the
 * tokens refused before the database is used. While the row cannot be written the host application
 * gets a failure, and this server keeps trying to write it.
 *
 * <p>Rows go where {@code IMSERVER_JWT_MAX_LIFETIME} is set, as soon as every token with an {@code
 * iat} that they concern has expired by it. Otherwise nobody knows how long a token may live, and
 * they stay.
 */
@NullMarked
package imserver.access;

import org.jspecify.annotations.NullMarked;
