/**
 * The WebSocket: where a packet comes in and goes out. Adapts the container's API to ours and holds
 * no rules.
 *
 * <p>{@link imserver.endpoint.HandshakeFilter} lets nobody upgrade without a valid credential;
 * {@link imserver.endpoint.FrameGuard} keeps frames over the limit from the container; {@link
 * imserver.endpoint.MessageEndpoint} receives; {@link imserver.endpoint.PacketDecoder} and {@link
 * imserver.endpoint.PacketEncoder} turn text into requests and responses into text; {@link
 * imserver.endpoint.WebSocketConnection} sends.
 *
 * <p>Rules: {@code jakarta.websocket} occurs nowhere else. Everything is caught in the endpoint:
 * what a container does with an exception out of {@code @OnMessage} differs. One asynchronous send
 * is in flight for each connection: Tomcat throws on a second one, Tyrus would queue without bound.
 *
 * <p>Why frames over the limit are refused twice: before Tyrus buffers them by {@code
 * GuardedInput}, which knows the size of a frame by its header; and by the decoder, which also
 * knows a message of several frames, and works where a container does not let itself be guarded.
 *
 * <p>Why a connection is closed late on Tyrus ({@code LingeringConnection}), by a thread of ours,
 * and only when the client has said its last: Payara's own close, in the midst of a handshake or of
 * a client's going, makes other handshakes fail, or leaves two threads waiting for each other until
 * none is left.
 *
 * <p>Why two hear of the stop ({@link imserver.endpoint.Shutdown}): Tomcat closes the sockets
 * before it tells the listeners of the application, and CDI ends there before that; on Payara CDI
 * ends last.
 *
 * <p>Why packets are gathered, where others wait and the container can write them at once ({@code
 * Batching}): see {@link imserver.endpoint.Batches}.
 *
 * <p>Why reading is by JSON-P's stream and not by JSON-B: a {@code timestamp} is echoed character
 * for character, also when it came as a number, and only the stream gives a number as it was
 * written; a repeated field, or anything after the object, would pass JSON-B unnoticed; and Yasson
 * logs every text that it cannot read, with parts of it, at SEVERE.
 */
@NullMarked
package imserver.endpoint;

import org.jspecify.annotations.NullMarked;
