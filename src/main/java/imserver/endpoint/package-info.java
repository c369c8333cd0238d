/**
 * The WebSocket: where a packet comes in and goes out. Adapts the container's API to ours; what a
 * message must be is decided in {@code message}.
 *
 * <p>In: {@link imserver.endpoint.HandshakeFilter} refuses upgrades without a valid credential
 * ({@code Credentials} finds it); {@link imserver.endpoint.HandshakeConfigurator} has CDI make the
 * endpoint; {@link imserver.endpoint.MessageEndpoint} receives texts, which the connection's {@code
 * TextParts} puts together, and of which its {@code ProtocolVersion} makes requests.
 *
 * <p>Out: {@code WebSocketConnection} is the connection as the other packages know it. It adds
 * packets to its {@code Outbox}; {@code PacketSender} takes them out, has the version make text of
 * them and hands it to the container, each time within a {@code ContainerCall}. {@code
 * FailureLimit} counts the failures of its client.
 *
 * <p>Two versions of the protocol are two ways to write the same requests and responses: {@code
 * PacketReader} and {@code PacketEncoder} for version 1, {@code CommandReader} and {@code
 * EventEncoder} for version 2, {@code JsonField} for both. Nothing behind this package knows a
 * version. What differs for a connection is chosen when it opens: whether it has a stream of
 * messages, with a replay, or one of changes.
 *
 * <p>Before the first connection {@code WarmUp} goes this way some times with packets that nobody
 * has sent, and has the {@link imserver.message.StoreWarmUp} store a message that is rolled back.
 *
 * <p>Rules: {@code jakarta.websocket} occurs here and in {@code container}, which has what
 * containers need beside it, and the list of what a thread can wait for. Everything is caught in
 * the endpoint: what a container does with an exception out of {@code @OnMessage} differs. One
 * asynchronous send is in flight for each connection: Tomcat throws on a second one, Tyrus would
 * queue without bound.
 *
 * <p>Threads: of a connection only {@code Outbox}, {@code ContainerCall} and {@code FailureLimit}
 * have locks, and none is held while the container is called. {@code PacketSender} needs none,
 * since an outbox has one sender at a time.
 *
 * <p>Why reading is by JSON-P's stream and not by JSON-B: a {@code timestamp} is echoed character
 * for character, also when it came as a number, and only the stream gives a number as it was
 * written; a repeated field, or anything after the object, would pass JSON-B unnoticed; and Yasson
 * logs every text that it cannot read, with parts of it, at SEVERE.
 *
 * <p>{@code WebSocketConnection} is longer than the other classes: it is where a packet, a ping, an
 * answer and a close meet, and what each of them counts or queues is in a class of its own already.
 */
@NullMarked
package imserver.endpoint;

import org.jspecify.annotations.NullMarked;
