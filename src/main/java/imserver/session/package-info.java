/**
 * The connections to this server, and which messages each of them still has to get.
 *
 * <p>The way in: {@link imserver.session.SessionRegistry#open} makes a {@link
 * imserver.session.MessageStream} for a new {@link imserver.session.Connection}; {@link
 * imserver.session.SessionRegistry#change} reaches all connections of a user, by the user's {@code
 * UserStream}.
 *
 * <p>There are two kinds of connections, {@link imserver.session.ConnectionStream}. A {@link
 * imserver.session.MessageStream} gets the user's unread messages, and then what is sent to the
 * user. A {@link imserver.session.ChangeStream} has a client with a cursor: it gets every change,
 * and where one cannot be told it is told to ask. The answer to a command that was a change waits
 * there for its place among the changes, so that the client needs one rule only; it waits no longer
 * than the stream does for what is missing.
 *
 * <h2>In order, whoever stores</h2>
 *
 * <p>Messages of a user are committed by several threads and servers, and the one that was
 * committed first may be told last. Each has the number of the user's change that it is, and so has
 * every other change (see {@code imserver.message}); {@code UserStream} tells them in the order of
 * these numbers, waits a moment for one that is missing, and is then to catch up from the database.
 * For one user ids are committed in ascending order, since they are drawn while the user's row is
 * locked: so what is told in the order of changes is in the order of ids too.
 *
 * <p>Where a user's first connection opens, the number of the last change is read before the
 * replay: what is committed until then is replayed, what is committed later has a higher number.
 *
 * <h2>Replay first, then live, nothing twice</h2>
 *
 * <p>A connection is registered before its unread messages are read, so that no message falls
 * between the two. What is told meanwhile is held back. Two facts make the hand-over: after a page
 * of unread messages in the order of their ids, no smaller id is committed; and a live message was
 * already part of the replay if and only if its id is not above the last one replayed. So a
 * connection needs to remember one number only.
 *
 * <h2>What a user may do</h2>
 *
 * <p>{@link imserver.session.UserBudgets} count by user and never by connection or request:
 * messages and read-acks over all sockets and HTTP, requests over HTTP, searches, handshakes. They
 * are looked up with each use and outlive the connection, so that neither another socket nor a new
 * one brings anything, and they are forgotten only when they are full again. Connections of one
 * user are counted as they are registered; handshakes that are on their way are bounded by their
 * budget.
 *
 * <p>What is kept by user is bounded: budgets of {@value imserver.session.UserBudget#MAX_USERS}
 * users of each kind; connections by the number of one user and by the container; what waits for a
 * connection by its outbox.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything here may be called from any thread, and none of it waits for a client or for the
 * database, except at the stop ({@code SessionRegistry.closeAll}, {@code Workers.stop}). The tasks
 * that are given to {@link imserver.session.Workers} may wait. A client that does not read fills
 * its own bounded outbox and is closed.
 */
@NullMarked
package imserver.session;

import org.jspecify.annotations.NullMarked;
