/**
 * What users read: the list of their conversations, the history of each, what is unread.
 *
 * <p>{@link imserver.conversation.ConversationService} has a method for each question, in a
 * transaction of its own; {@link imserver.conversation.ConversationRepository} has the queries.
 *
 * <p>Rules: nothing here writes, and nothing here marks a message as read. A user is shown only
 * what was sent by or to that user: each query has the user's id in it. The rows that are read are
 * those of {@code imserver.message}, which alone writes them; whoever calls says how many rows it
 * wants at most.
 *
 * <h2>Reading while messages are being stored</h2>
 *
 * <p>Nobody waits for what is on its way: it will have higher ids. But where a page is put together
 * from two queries, one for each direction or side, something may come in between, which the second
 * sees and the first has not. So whoever reads in pages takes the last id first, as it is then, and
 * goes no further ({@link imserver.conversation.ConversationService}).
 *
 * <p>What is unread is found in {@code unread} in the order of ids. Unread messages of one sender
 * are found among all of the reader's, if these are few, else among those that this sender has sent
 * and that lie above what is read up to: so what others flood a reader with makes it no slower. A
 * second index would cost every message a tenth more. Only who has a thousand unread, and has read
 * a million messages of one sender but an older one, waits for a second or two; a reading looks at
 * 10,000 at most.
 */
@NullMarked
package imserver.conversation;

import org.jspecify.annotations.NullMarked;
