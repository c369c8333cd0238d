/**
 * The REST paths of the original back end, so that a front end that was written for it runs on this
 * server unchanged: {@code /teaching/message/…}. Off with {@code IMSERVER_ORIGINAL_PATHS=off}.
 *
 * <p>Rules: the names and forms are those of the original back end, with its misspelling ({@code
 * tittle}). Every answer is {@code {"code":0,"msg":"…","data":…}} with the HTTP status 200. A
 * failure too has status 200, and its {@code code} is the status that {@code imserver.rest} would
 * give; only where the body is not read to its end, or the client leaves too many answers unread,
 * is that the HTTP status too. Reading, sending and marking are done by the services of the
 * application and by {@code imserver.rest}.
 */
@NullMarked
package imserver.legacy;

import org.jspecify.annotations.NullMarked;
