/**
 * What the server says over HTTP, under {@code /teaching/api}: around the live socket a front end
 * needs the list of conversations, the history and the unread counts, and can send without a
 * socket; the host application fills the directory and sends notices.
 *
 * <p>Rules: a message or a read-ack that comes in here goes through the same {@link
 * imserver.message.Intake} as the socket's packets, so that there is one set of rules, one order
 * and one delivery: {@link imserver.rest.Requests}. What goes wrong is a {@link
 * imserver.rest.Problem}, thrown where it is found and answered in one place. What is read is
 * checked by {@link imserver.rest.JsonBody} and {@link imserver.rest.Parameters}, what is written
 * is a record.
 *
 * <p>A user sees only what was sent by or to that user, by construction: each query has the user of
 * the credential in it, and no id of a request can replace that.
 */
@NullMarked
package imserver.rest;

import org.jspecify.annotations.NullMarked;
