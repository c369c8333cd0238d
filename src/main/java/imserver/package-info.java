/**
 * A private-message server. This is the map: the way of a packet, one hop per class, never back up.
 *
 * <ol>
 *   <li>{@link imserver.endpoint.HandshakeFilter} lets a client in whose credential {@link
 *       imserver.auth.CredentialVerifier} verifies, as a {@link imserver.auth.UserPrincipal}.
 *   <li>{@link imserver.endpoint.MessageEndpoint} receives its text frames,
 *   <li>which {@link imserver.endpoint.PacketDecoder} has turned into a {@link
 *       imserver.packet.Request}.
 *   <li>{@link imserver.message.Intake} judges the request by the {@link
 *       imserver.message.MessageRules} and queues it: here the container's thread is done, it never
 *       waits for the database.
 *   <li>A {@code Lane}, the one of the recipient, takes all that has queued up and has it stored by
 *       {@code MessageWriter} (read-acks have a lane of their own, and {@code ReadAckWriter}) in one
 *       transaction of
 *   <li>a {@code MessageStore}: {@link imserver.message.PostgresMessageStore} or {@link
 *       imserver.message.H2MessageStore}.
 *   <li>After the commit the sender's {@link imserver.session.Connection} gets a {@link
 *       imserver.packet.Response.Success}, and the {@link imserver.session.SessionRegistry} hands
 *       the message to every {@link imserver.session.MessageStream} of the recipient.
 *   <li>{@code WebSocketConnection} queues it, {@code PacketEncoder} makes text of it, and the
 *       container writes it, in the way of a {@link imserver.container.Transport}.
 * </ol>
 *
 * <p>Over HTTP, {@link imserver.rest.HttpIntake} enters this way at the intake; {@link
 * imserver.conversation.ConversationService} answers what is only read. {@link
 * imserver.legacy.LegacyResource} says the same in the words of the original back end.
 *
 * <p>Beside this way: {@link imserver.lifecycle} says how the server was started and stops it in
 * order, {@link imserver.message.UnreadReplay} pushes unread messages to a new connection, {@link
 * imserver.session.Heartbeat} ends connections that have expired or died, {@link
 * imserver.access.UserAccess} ends those of a user whom the host application shuts out, {@link
 * imserver.directory.UserDirectory} knows names, {@link imserver.database.Schema} brings the
 * tables, {@link imserver.config.Config} holds every setting, {@link imserver.web} serves the web
 * chat.
 */
@NullMarked
package imserver;

import org.jspecify.annotations.NullMarked;
