/**
 * The WebSocket: where a packet comes in and goes out. Adapts the container's API to ours and holds
 * no rules.
 *
 * <p>{@link imserver.endpoint.HandshakeFilter} lets nobody upgrade without a valid credential;
 * {@link imserver.endpoint.MessageEndpoint} receives; {@link imserver.endpoint.PacketDecoder} and
 * {@link imserver.endpoint.PacketEncoder} turn text into requests and responses into text; {@link
 * imserver.endpoint.WebSocketConnection} sends.
 *
 * <p>Rules: {@code jakarta.websocket} occurs here and in {@code container}, which has what
 * containers need beside it, and the list of what a thread can wait for. Everything is caught in
 * the endpoint: what a container does with an exception out of {@code @OnMessage} differs. One
 * asynchronous send is in flight for each connection: Tomcat throws on a second one, Tyrus would
 * queue without bound.
 *
 * <p>Why reading is by JSON-P's stream and not by JSON-B: a {@code timestamp} is echoed character
 * for character, also when it came as a number, and only the stream gives a number as it was
 * written; a repeated field, or anything after the object, would pass JSON-B unnoticed; and Yasson
 * logs every text that it cannot read, with parts of it, at SEVERE.
 */
@NullMarked
package imserver.endpoint;

import org.jspecify.annotations.NullMarked;
