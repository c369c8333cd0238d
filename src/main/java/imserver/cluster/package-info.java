/**
 * Several servers on one database, without anything to configure.
 *
 * <p><b>The database is the truth; the bus only saves time.</b> Whoever stores something tells the
 * others afterwards, by a {@link imserver.cluster.Bus}: whole messages, with the numbers that these
 * changes have for the users concerned ({@code imserver.message}). A number that follows on the
 * last one is told to the user; a lower one is known; a higher one says that another is still on
 * its way or lost, and after a moment it is read from the database. So nothing depends on what the
 * bus loses, doubles, delays or puts in another order.
 *
 * <p>What the numbers cannot show, a lost last frame, is found by comparing the heads of all
 * connected users with the database: {@link imserver.cluster.Continuity} knows when.
 *
 * <h2>The ways of the bus</h2>
 *
 * <p>{@link imserver.cluster.PostgresBus} needs nothing but the database. A second server is found
 * by its row in {@code node} with the next beat of a second, or when it is heard; until then
 * nothing is published but beats, and what was committed meanwhile is found by comparing.
 *
 * <h2>What is per server</h2>
 *
 * <ul>
 *   <li>Budgets (messages, read-acks, requests, searches, connects) and the room of the intake: at
 *       most the configured rate on each server, so as many times that as there are servers.
 *   <li>Connections of one user: each server closes the oldest of its own past the limit.
 *   <li>Names and avatars in memory ({@code imserver.directory}): what another server changes is
 *       seen within their time to live, 10 minutes.
 *   <li>Refusals of credentials that are kept ({@code imserver.auth}): each server verifies for
 *       itself and has the same result, as far as clocks and keys agree.
 * </ul>
 *
 * <p>Across servers: ended sessions, whose rows each server reads within two seconds ({@code
 * imserver.access}); recounts, of which the database does one at a time; the names of messages that
 * keep retries from doubling, which the database holds unique.
 *
 * <h2>Threads</h2>
 *
 * <p>Three for what is done each second, since each may wait for the database; one that tells what
 * was heard, which may too; and those of the bus, which never do.
 */
@NullMarked
package imserver.cluster;

import org.jspecify.annotations.NullMarked;
