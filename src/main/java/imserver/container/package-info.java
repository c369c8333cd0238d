/**
 * What the WebSocket engines of the containers need beside the standard: Tyrus (Payara, GlassFish)
 * and Tomcat's. Each part says why it is there; the two that make packets cheaper have a switch.
 *
 * <p>{@link imserver.container.Transports} makes the {@link imserver.container.Transport} of a
 * session: how packets are gathered, how pings and close frames are sent and connections aborted
 * without waiting. {@link imserver.container.TyrusUpgradeHandler} stands between Payara's
 * connection and Tyrus. {@link imserver.container.TyrusTimers} takes the cost out of a timer of
 * Tyrus.
 *
 * <p>On Tyrus: {@code FrameLimitInput} (with {@code FrameHeader}) refuses frames over the limit,
 * {@code FlushConsolidatingOutput} writes several packets at once and without locks, {@code
 * LingeringConnection} closes late, {@code GrizzlyWriteLimit} bounds what is queued below us,
 * {@code UpgradeLeakFix} lets go of an application that is undeployed, {@code StaleRequestFix}
 * clears a mark that an earlier request has left, {@code TyrusTransport} is its transport. On
 * Tomcat: {@code TomcatTransport}, which writes the {@code TextFrames} of packets itself, by what
 * {@code TomcatEngine} finds; and {@code MissedReadFix}, which has it read from a connection that
 * it would not. {@code StandardTransport} is for all others.
 *
 * <h2>Where a thread can wait for a client, and for how long</h2>
 *
 * <p>A stop waits for a timer only as long as its client owes something: its answer to the close
 * frame, or the reading of what is queued ({@link imserver.container.Transport#hasEnded}).
 *
 * <p>The sum for one client is at most two seconds. Pings and closes have threads of their own
 * ({@link imserver.session.Workers#runForClient}), so that nobody waits there for another one's
 * client.
 *
 * <table>
 * <caption>Waits</caption>
 * <tr><th>where<th>who waits<th>bound
 * <tr><td>packets: one is on its way at a time, its end is reported later<td>nobody<td>the queue of
 *     the connection, {@code IMSERVER_OUTBOX}
 * <tr><td>Tomcat's pong, or its answer to a close frame, while a packet is on its way or the socket
 *     takes no more<td>the thread of the container that reads the frame<td>0.7 s ({@code
 *     BLOCKING_SEND_TIMEOUT}), then Tomcat closes the connection
 * <tr><td>a close frame on Tomcat<td>a thread of ours<td>0.5 s; 50 ms where the client has not taken
 *     what was written before; 0.7 s where Tomcat knows no {@code
 *     ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT}
 * <tr><td>a ping of ours on Tomcat<td>nobody: it follows what is on its way; where Tomcat has given
 *     up a pong at that very moment, a thread of ours<td>0.7 s
 * <tr><td>the call that has Tomcat write (a packet by the standard, or nothing, to have a packet
 *     follow a frame of its own), where Tomcat has given up a pong at that very moment ({@code
 *     SocketWrapperBase.vectoredOperation})<td>the thread that sends, or one of Tomcat<td>0.7 s; the
 *     thread that sends is interrupted 0.1 s after the end of the session
 * <tr><td>what is queued, before a close<td>nobody, a timer<td>2 s; 20 s for what is on its way to a
 *     client that reads too slowly, whose queue is dropped
 * <tr><td>the client's answer to a close frame<td>nobody, a timer<td>2 s ({@link
 *     imserver.container.Transports#LINGER}), then the connection is aborted
 * <tr><td>packets, pongs, pings and close frames on Tyrus<td>nobody: what the socket does not take is
 *     queued<td>256 kB ({@code GrizzlyWriteLimit}) and what was begun before; then packets wait in our
 *     queue, and pings are left out
 * <tr><td>a write on Tyrus that fails, for the thread that processes what that client sent before<td>the
 *     thread that writes<td>that thread waits for nothing
 * <tr><td>bodies and answers of HTTP<td>see {@code imserver.rest}<td>10 s, without a thread; on Payara
 *     with one for a body over HTTP/2
 * <tr><td>files ({@code im-chat.js} and others)<td>nobody: they are written as answers are<td>60 s
 * </table>
 *
 * <h2>Why frames over the limit are refused twice</h2>
 *
 * <p>Before Tyrus buffers them by {@code FrameLimitInput}, which knows the size of a frame by its
 * header; and by {@code imserver.endpoint.TextParts}, which also knows a message of several frames,
 * and works where a container does not let frames be filtered.
 *
 * <h2>Why Tyrus does not write to its container itself</h2>
 *
 * <p>Where a write fails since the client is gone, Grizzly ends the connection within the call: the
 * thread that writes tells the reader of that connection, and waits for the container's lock of
 * what the client sent ({@code InputBuffer.ReadHandlerImpl}). The thread that reads holds that lock
 * while Tyrus processes what it has read, and Tyrus answers, a close frame for one, under locks
 * that it holds for each write. So a client that sends a close frame and resets its connection
 * while an answer to it is written had both threads wait for each other for ever; and the one that
 * writes answers to everybody. Seen on Payara 6.2025.10, with the database away, after half a
 * minute of six clients that did so. Hence three rules, with which no thread waits for the
 * container's lock while it holds one of Tyrus, or that of another connection:
 *
 * <ul>
 *   <li>What Tyrus writes stays in {@code FlushConsolidatingOutput}. Who has had Tyrus write it has
 *       the container write it afterwards: {@code TyrusTransport} for what we send, {@code
 *       FrameLimitInput} for what Tyrus answers while it reads, a thread of ours for all else. It
 *       asks for room first, without which Grizzly would have the thread wait for the client.
 *   <li>What Tyrus reports later, under its locks, is passed on by a thread of ours, since the next
 *       packet is sent in that call.
 *   <li>A thread that reads writes to its own client alone; to another one a thread of ours does.
 * </ul>
 *
 * <h2>Why a connection is closed late on Tyrus</h2>
 *
 * <p>By {@code LingeringConnection}, a thread of ours, and only when the client has sent its last
 * frame: Payara's own close, during a handshake or while a client disconnects, makes other
 * handshakes fail, or leaves two threads waiting for each other for ever, until the pool has no
 * thread left.
 */
@NullMarked
package imserver.container;

import org.jspecify.annotations.NullMarked;
