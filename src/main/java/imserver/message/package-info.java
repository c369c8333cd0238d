/**
 * Messages: taken in, stored, acknowledged, delivered, and pushed again until they are read.
 *
 * <h2>Taking in</h2>
 *
 * <p>{@link imserver.message.Intake} judges a request and puts it into one of a few {@link
 * imserver.message.Lane}s, without ever waiting. Each lane has one thread that takes all that has
 * queued up, stores it in one transaction, and only then sends the success packets and delivers.
 * While one batch is being committed the next gathers: the cost of a commit is shared by as many as
 * are waiting, and a lone message waits for nobody. Where more is waiting, a second thread of the
 * lane tells of one batch while the first stores the next ({@link imserver.message.Telling}): a
 * tenth more messages on two cores.
 *
 * <p>By default there is one lane: on two cores a second makes batches smaller, and that costs as
 * much as it brings.
 *
 * <h2>Nobody at another's cost</h2>
 *
 * <p>What waits is bounded: in all lanes together by {@code IMSERVER_INTAKE}, and of one user by
 * what is still free of it: one alone gets a half at most, nine together leave a tenth, and there
 * is always room for another. Whoever is over it gets {@code SERVER_BUSY}. Fifty ids in read-acks
 * of one reader take the room of one message, and 5,000 wait at most. Notices of the host
 * application are taken in by portions of a tenth, one at a time.
 *
 * <p>A lane takes from the users in turn, one message of each, and makes no more than an eighth of
 * a batch of one, or his share where fewer wait, which is half of it where he is alone ({@link
 * imserver.message.FairQueue}); of one reader it takes an eighth of a batch in ids of read-acks, or
 * one part of a larger one ({@link imserver.message.ReadAckParts}). So a message waits for the
 * batch that is being stored and, as long as fewer users are waiting than a batch has places, is in
 * the next, or the next but one. The messages of one user leave in the order in which they came,
 * whatever connection they came by, so each connection's order to each recipient is kept; between
 * users there is no order but that of the ids, which are given when a batch is stored.
 *
 * <h2>One lane for each recipient</h2>
 *
 * <p>The lane is chosen by the recipient, spread evenly whatever the ids have in common. Ids are
 * handed out in ascending order within this process, so for one recipient the order of the ids is
 * the order of the commits and of the deliveries. The hand-over from backlog to live (see {@code
 * imserver.session}) stands on that: choosing the lane by the sender, which also keeps each
 * sender's order, would let a page of unread messages be overtaken by a smaller id from another
 * lane that commits later. A read-ack goes into the lane of the reader, who is the recipient of
 * what it marks.
 *
 * <h2>Once</h2>
 *
 * <p>Every message has a {@link imserver.message.DedupeKey} that the database holds unique for its
 * sender. A batch is one insert that passes over the keys that are there, or that another lane is
 * about to commit, for which it waits; these messages are then looked up for the answer, and one
 * with another text, recipient or headline is no retry but a name used twice. On PostgreSQL the
 * keys are not looked for, unless there was a retry lately: the insert fails if one is there, and
 * is done again with looking, within the same statement ({@link imserver.message.MessageInserter}).
 * A batch that fails is stored again message by message, so that one bad message fails alone. Ids
 * are given before the first attempt, so that an attempt whose commit succeeded although its answer
 * was lost is recognised as our own; {@link imserver.message.Doubts} has its recipient told of it.
 *
 * <h2>What is kept beside the messages</h2>
 *
 * <p>The list of conversations and the unread counts are written in the transaction that stores
 * messages or marks them as read, put together over the batch: by {@link imserver.message.Tally},
 * or on PostgreSQL by the statement that stores ({@link imserver.message.MessageInserter}). A
 * conversation is one row, which both directions change, so lanes can meet there: every transaction
 * locks conversations first and totals after them, each in ascending order ({@link
 * imserver.message.Dialect}; {@link imserver.message.ConversationService#recount} too), and no two
 * wait for each other.
 *
 * <p>The list is in the order of last messages, but its indexes know that order by {@link
 * imserver.message.Conversation#bucket} only: a row whose index entries stay as they are is cheaper
 * to write (a tenth of what PostgreSQL needs for a batch of 200 messages in 50 conversations).
 *
 * <h2>Reading while messages are being stored</h2>
 *
 * <p>Ids are given in order, but lanes commit when they are ready: a message can be there while one
 * with a smaller id is still on its way. Who pages by ids must not pass that one by. So each lane
 * tells what it is storing, {@link imserver.message.InFlight}, and a reading begins when all is
 * stored that had its id by then, {@link imserver.message.Intake#settle()}: about a commit later
 * where something is on its way, and at once where nothing is. It ends there too. Who was told that
 * a message is stored finds it: to answer first and let the reading end before what is on its way
 * would hide what was acknowledged.
 *
 * <h2>When the database is down</h2>
 *
 * <p>Who asked for something is answered within 5 s, also while the database hangs and does not
 * answer at all ({@code Intake.OVERDUE}): what still waits for its turn is dropped then, what the
 * database has been given may be stored after all.
 *
 * <p>What could not be stored is answered with {@code STORAGE_UNAVAILABLE} and forgotten; the
 * client keeps it and sends it again. Nothing is kept in memory in the hope of better times, since
 * it would be lost with the process.
 */
@NullMarked
package imserver.message;

import org.jspecify.annotations.NullMarked;
