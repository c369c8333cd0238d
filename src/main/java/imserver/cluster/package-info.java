/**
 * Several servers on one database, without anything to configure.
 *
 * <p><b>The database is the truth; the bus only saves time.</b> Whoever stores something tells the
 * others afterwards, by a {@link imserver.cluster.Bus}: whole messages, with the numbers that these
 * changes have for the users concerned ({@code imserver.message}). A number that follows on the
 * last one is told to the user; a lower one is known; a higher one says that another is still on
 * its way or lost, and after a second it is read from the database, or after 50 ms where something
 * is known to have been lost. So nothing depends on what the bus loses, doubles, delays or puts in
 * another order.
 *
 * <p>What the numbers cannot show, a lost last frame, is found by comparing the heads of all
 * connected users with the database: {@link imserver.cluster.Continuity} knows when.
 *
 * <h2>The ways of the bus</h2>
 *
 * <p>{@link imserver.cluster.PostgresBus} needs nothing but the database. A second server is found
 * by its row in {@code node} with the next beat of a second; until then nothing is published but
 * beats, and what was committed meanwhile is found by comparing. Every server hears every frame.
 *
 * <p>{@link imserver.cluster.RedisBus}, where the settings name a Redis, is a {@link
 * imserver.cluster.UserBus}: a server hears only of users who are connected to it. It follows a
 * user from before the head is read with which the first connection begins, and compares that
 * user's head once when Redis has confirmed it ({@link imserver.cluster.Following} keeps the list).
 * A frame has what one batch changed for one user, so a message goes to its recipient's channel and
 * to its sender's; {@link imserver.cluster.Addressees} sorts them. What concerns no users in
 * particular goes to all, as beats do.
 *
 * <p>The channels of two databases on one Redis have different names, by the row of the table
 * {@code installation}. A copy of a database has the same, so frames of servers that are not in
 * {@code node} are not listened to. Nor does a numbered frame count that was heard before: whoever
 * may connect to the database, or to Redis, can keep frames and send them once more. Frames for a
 * user have no number of their own; there those of the changes decide ({@code imserver.session}).
 *
 * <p>On a cluster of Redis a user's channel belongs to one shard (SPUBLISH). Each shard is a way of
 * its own: a beat goes by each, and a server that is not heard by one of them is not heard.
 *
 * <h2>What is noticed, by what, and when</h2>
 *
 * <p>Comparing finds every change that is committed by then. Until then a message that was not told
 * is late, and none is lost.
 *
 * <ul>
 *   <li>A frame for all that did not come: by the number of the next one or of the next beat,
 *       within a second.
 *   <li>A frame for a user that its server could not publish (its queue was full, the connection
 *       broke, Redis refused it or did not answer within 2 s): that server skips a number, and the
 *       others find it with its next beat. What a broken connection may have lost counts as lost.
 *   <li>A frame for a user that Redis took and lost on the way to a server: that server's
 *       connection broke, since Redis leaves nothing out of one (past its {@code
 *       client-output-buffer-limit} it closes it). What was missed is compared as soon as it is
 *       connected again, and all that is stored meanwhile every 2 s.
 *   <li>A frame for a user that came before a server followed the user: by the comparison that
 *       follows on Redis' confirmation.
 *   <li>A Redis that hangs, or a shard of it: by what the server sends to itself each second, when
 *       that has not come back for 5 s; before that, by the beats of the others, after 3 s. From
 *       then on heads are compared every 2 s.
 *   <li>Two servers on two masters, after a failover that one has not seen: by the beats that each
 *       does not hear of the other, after 3 s. Each server looks for the masters every 5 s, and at
 *       once when a connection breaks.
 *   <li>A slot that has moved to another shard: Redis tells who has subscribed, and refuses what is
 *       published to the old one. The user is followed at the new one, and compared.
 *   <li>A replica that was made a master without what the old one carried at that moment: the
 *       connections to the old one break, and all compare.
 *   <li>Whatever else: the heads are compared every 60 s.
 * </ul>
 *
 * <h2>What is per server</h2>
 *
 * <ul>
 *   <li>Budgets (messages, read-acks, requests, searches, connects) and the room of the intake: at
 *       most the configured rate on each server, so as many times that as there are servers.
 *   <li>Connections of one user: each server closes the oldest of its own past the limit.
 *   <li>Refusals of credentials that are kept ({@code imserver.auth}): each server verifies for
 *       itself and has the same result, as far as clocks and keys agree.
 * </ul>
 *
 * <p>Across servers: names and avatars ({@link imserver.cluster.Change.ProfileChanged}), which are
 * otherwise seen when what is kept in memory has had its 10 minutes; ended sessions, whose rows
 * each server reads within two seconds ({@code imserver.access}); recounts, of which the database
 * does one at a time; the names of messages that keep retries from doubling, which the database
 * holds unique.
 *
 * <h2>Threads</h2>
 *
 * <p>Three for what is done each second, since each may wait for the database; one that tells what
 * was heard, which may too; and those of the bus, which never wait for it: two with PostgreSQL;
 * with Redis one that looks for the servers, and two for each of them, which wait for it and for
 * nobody else.
 *
 * <p>Three classes are longer than the others. {@link imserver.cluster.Cluster} is the one way in,
 * and puts the parts together. {@code RedisBus} and {@code RedisLink} keep what must be changed
 * together when a connection breaks or a shard moves: who is subscribed where, and what is on its
 * way.
 */
@NullMarked
package imserver.cluster;

import org.jspecify.annotations.NullMarked;
