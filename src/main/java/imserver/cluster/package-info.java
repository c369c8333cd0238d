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
 * <p>{@link imserver.cluster.PostgresBus} is there as soon as a second server is: its row in {@code
 * node} is found with the next beat of a second. A server that is alone publishes nothing but its
 * beat.
 *
 * <h2>What is per server</h2>
 *
 * <ul>
 *   <li>Connections of one user: the oldest of a server is closed.
 *   <li>Budgets: at most the configured rate on each server.
 *   <li>Profiles in memory ({@code imserver.directory}): another server's change is seen within
 *       their time to live.
 *   <li>Ended sessions: within the polling of {@code imserver.access}.
 * </ul>
 *
 * <h2>Threads</h2>
 *
 * <p>One for the beat, and those of the bus.
 */
@NullMarked
package imserver.cluster;

import org.jspecify.annotations.NullMarked;
