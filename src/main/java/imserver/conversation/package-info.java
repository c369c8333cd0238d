/**
 * What users read: the list of their conversations, the history of each, what is unread.
 *
 * <p>{@link imserver.conversation.ConversationService} has a method for each, in a transaction of
 * its own; {@link imserver.conversation.ConversationRepository} has the queries.
 *
 * <p>{@link imserver.conversation.Synchronization} is what the socket asks: what has changed since
 * a number, which is {@code ConversationService.changesSince}, and marking as read up to a message,
 * which goes on to the {@code Intake}, since that is where read-acks are taken in.
 *
 * <p>Rules: nothing here writes, and nothing here marks a message as read. A user is shown only
 * what was sent by or to that user: each query has the user's id in it, or ids that such a query
 * has found. The entities are those of {@code imserver.message}, which writes the rows; the caller
 * of a method gives the most rows that it wants.
 *
 * <h2>Reading while messages are being stored</h2>
 *
 * <p>No query waits for messages that are being stored: they will have higher ids. But where a page
 * is put together from two queries, one for each direction or side, a message may be stored in
 * between, which the second sees and the first does not. So a method that reads a page reads the
 * last id first, and bounds this page or the following ones by it.
 *
 * <p>What is unread is found in {@code unread} in the order of ids. Unread messages of one sender
 * are found among all of the reader's, if these are few, else among those that this sender has sent
 * and that lie above what is read up to: so what others flood a reader with makes it no slower. A
 * second index would cost every message a tenth more. Only a user who has more than a thousand
 * unread messages, and has read a million of one sender above one that is unread, waits for a
 * second or two. Marking as read looks at 10,000 at most.
 */
@NullMarked
package imserver.conversation;

import org.jspecify.annotations.NullMarked;
