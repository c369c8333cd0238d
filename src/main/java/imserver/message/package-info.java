/**
 * Messages: taken in, stored, acknowledged, delivered, and pushed again until they are read.
 *
 * <h2>Taking in</h2>
 *
 * <p>{@link imserver.message.Intake} judges a request and puts it into one of a few {@link
 * imserver.message.Lane}s, without ever waiting. Each lane is one thread that takes all that has
 * queued up, stores it in one transaction, and only then sends the success packets and delivers.
 * While one batch is being committed the next gathers: the cost of a commit is shared by as many as
 * are waiting, and a lone message waits for nobody.
 *
 * <h2>One lane for each recipient</h2>
 *
 * <p>The lane is chosen by the recipient. Ids are handed out in ascending order within this
 * process, so for one recipient the order of the ids is the order of the commits and of the
 * deliveries. The hand-over from backlog to live (see {@code imserver.session}) stands on that:
 * choosing the lane by the sender, which also keeps each sender's order, would let a page of unread
 * messages be overtaken by a smaller id from another lane that commits later. A read-ack goes into
 * the lane of the reader, who is the recipient of what it marks.
 *
 * <h2>Once</h2>
 *
 * <p>Every message has a {@link imserver.message.DedupeKey} that the database holds unique for its
 * sender. A batch looks up its keys first; where two lanes meet on the same key nevertheless, the
 * database refuses the later one, and that batch is stored again message by message, which is also
 * how one bad message fails alone. Ids are given before the first attempt, so that an attempt whose
 * commit succeeded although its answer was lost is recognised as our own.
 *
 * <h2>When the database is down</h2>
 *
 * <p>What could not be stored is answered with {@code STORAGE_UNAVAILABLE} and forgotten; the
 * client keeps it and sends it again. Nothing is kept in memory in the hope of better times, since
 * it would be lost with the process.
 */
@NullMarked
package imserver.message;

import org.jspecify.annotations.NullMarked;
