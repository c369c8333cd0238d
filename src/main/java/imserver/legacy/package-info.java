/**
 * The REST paths of the original back end, so that a front end that was written for it runs on this
 * server unchanged: {@code /teaching/message/…}. Off with {@code IMSERVER_ORIGINAL_PATHS=off}.
 *
 * <p>Rules: the names and forms are the original's, with its misspelling ({@code tittle}); every
 * answer is {@code {"code":0,"msg":"…","data":…}} with the HTTP status 200, also a failure, whose
 * code is the HTTP status that {@code imserver.rest} would give; only where a body is not read to
 * its end, or too many answers are not read, is that the status of HTTP too. What is done is done
 * there.
 */
@NullMarked
package imserver.legacy;

import org.jspecify.annotations.NullMarked;
