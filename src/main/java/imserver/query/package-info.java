/**
 * Queries of users wait for the database here, on threads of ours and in turns: {@link
 * imserver.query.DatabaseExecutor}. Those who ask over HTTP and over the socket share them, so that
 * a limit of a user holds for both together.
 */
@NullMarked
package imserver.query;

import org.jspecify.annotations.NullMarked;
