/**
 * A private-message server. This is the map: the classes that a packet passes, in order.
 *
 * <h2>A new connection</h2>
 *
 * <ol>
 *   <li>{@link imserver.endpoint.HandshakeFilter} finds the credential ({@code Credentials}), has
 *       it verified by the {@link imserver.auth.CredentialVerifier}, and lets the request through
 *       with its {@link imserver.auth.UserPrincipal} in a {@code ConnectingUser}.
 *   <li>The container upgrades the request and asks {@link imserver.endpoint.HandshakeConfigurator}
 *       for the {@link imserver.endpoint.MessageEndpoint}, the one instance of CDI.
 *   <li>{@code MessageEndpoint.onOpen} makes a {@code WebSocketConnection}, which is a {@link
 *       imserver.session.Connection}, and registers it: {@link
 *       imserver.session.SessionRegistry#open} returns its {@link imserver.session.MessageStream},
 *       which from now on holds back what is delivered to the user. A connection of version 2 gets
 *       a {@link imserver.session.ChangeStream} instead, which is also the requester of its
 *       commands.
 *   <li>{@link imserver.message.ConnectionStart} goes on in a thread of {@link
 *       imserver.session.Workers}. It enters the user into the {@link
 *       imserver.directory.UserDirectory}, and then, page by page, reads unread messages ({@link
 *       imserver.message.MessageService}, {@link imserver.message.MessageRepository}) and gives
 *       them to {@code MessageStream.replay}, which sends them to the connection. It reads a page
 *       when the client has taken the one before.
 *   <li>After the last page {@code MessageStream.goLive} sends what was held back. A {@code
 *       ChangeStream} has no replay: it begins with a {@link imserver.packet.Response.Welcome}.
 * </ol>
 *
 * <h2>A message</h2>
 *
 * <ol>
 *   <li>{@code MessageEndpoint.onText} has the connection's {@code ProtocolVersion} make a {@link
 *       imserver.packet.Request} of the text, here a {@link imserver.packet.SendMessage}, and gives
 *       it to {@link imserver.message.Intake}, with the connection's {@link
 *       imserver.session.Requester}.
 *   <li>{@code Intake} checks it by the {@link imserver.message.MessageRules}, takes one from the
 *       user's budget ({@link imserver.session.UserBudgets}), and has the {@link
 *       imserver.content.WordFilter} say what is to become of it for its words. What that does not
 *       refuse the {@code PolicyGate} holds back, where the host application has a say ({@link
 *       imserver.policy.Policies}), until that has decided. Then {@code Intake} puts it, as a
 *       {@code Submission.Send}, into the {@code Lane} of its recipient, whose {@code FairQueue}
 *       bounds what waits. Here the container's thread is done: it never waits for the database,
 *       nor for the host application.
 *   <li>The lane's thread takes a batch of what waits and gives it to {@code MessageWriter},
 *   <li>which calls {@code MessageService.refuse} for those that are refused by now: it looks
 *       whether they were stored before; and {@code MessageService.add} for the others: that checks
 *       that the recipients are known, where the settings want it, and calls the {@code
 *       MessageStore} of the configured database.
 *   <li>{@link imserver.message.PostgresMessageStore} calls the function {@code add_messages}
 *       through {@code FunctionCaller}; {@link imserver.message.H2MessageStore} has {@link
 *       imserver.message.H2Transactions} run a transaction, with {@code H2MessageInserter}. Both
 *       commit and return an {@code Outcome} for each message.
 *   <li>{@code MessageWriter} gives the outcomes to {@code ReplyExecutor}, which runs the two steps
 *       that follow: in the lane's thread, or in one beside it while the next batch is stored.
 *   <li>{@code Requester.send} gives the sender's connection a {@link
 *       imserver.packet.Response.Success} or {@link imserver.packet.Response.Failure}.
 *   <li>{@code Delivery} looks up the senders' names in the {@code UserDirectory} and hands the new
 *       messages to {@code SessionRegistry.deliver}, which gives them to each {@code MessageStream}
 *       of the recipient, and that to its connection.
 *   <li>{@code WebSocketConnection} adds each packet to its {@code Outbox}. {@code PacketSender}
 *       takes it out, {@code PacketEncoder} makes text of it, and it is written in the way of the
 *       container's {@link imserver.container.Transport}.
 * </ol>
 *
 * <h2>A read-ack</h2>
 *
 * <ol>
 *   <li>The same as far as the {@code Intake}: the request is a {@link imserver.packet.MarkRead}.
 *   <li>{@code Intake} takes its ids from the user's budget, cuts a long one into parts ({@code
 *       ReadAckParts}) and puts these, as {@code Submission.ReadAck}, into the lane of read-acks.
 *   <li>That lane's thread gives a batch to {@code ReadAckWriter}, which calls {@code
 *       MessageService.markRead}, and that the {@code MessageStore}, by the same classes as above:
 *       the function {@code mark_read}, or a transaction with {@code H2UnreadWriter}.
 *   <li>After the commit, by the lane's {@code ReplyExecutor}, {@code Requester.marked}: a socket
 *       sends nothing for it, an HTTP request is answered. A failure is sent to both.
 * </ol>
 *
 * <h2>What version 2 has beside that</h2>
 *
 * <ol>
 *   <li>A recall: from the {@code Intake} into a lane of its own, whose {@code RecallWriter} calls
 *       {@code MessageService.recall}.
 *   <li>To mark as read up to a message, and to ask what has changed: {@link
 *       imserver.conversation.Synchronization} has {@link imserver.query.DatabaseExecutor} ask the
 *       database, and gives what is to be marked to the {@code Intake}.
 *   <li>That a user is typing: {@code Intake} has the {@code TypingRelay} look whether the other
 *       one has blocked him, and if not {@code Delivery} tells that one's devices. Nothing is
 *       stored.
 *   <li>{@code Delivery} tells the {@code SessionRegistry} of every change, whatever it was; each
 *       {@code UserStream} tells its {@code MessageStream}s of the messages, and its {@code
 *       ChangeStream}s of all.
 * </ol>
 *
 * <h2>Beside that</h2>
 *
 * <p>Who may write to whom is decided where a message is stored ({@link imserver.message}); what
 * users have set for that, {@link imserver.message.SettingsWriter} has stored.
 *
 * <p>What users report, and what moderators do, is in {@link imserver.moderation}; what of it
 * changes messages, or who may send some, {@link imserver.message.ModerationWriter} has stored.
 *
 * <p>What happens is told to the host application by {@link imserver.webhook}, from rows that the
 * transactions of the {@code MessageStore} write.
 *
 * <p>All of them tell {@link imserver.monitoring} what they did, for metrics and traces.
 *
 * <p>Over HTTP, {@link imserver.rest.HttpIntake} gives requests to the same {@code Intake}; its
 * {@code Requester} completes the HTTP response. {@link imserver.conversation.ConversationService}
 * answers what is only read. {@link imserver.legacy.LegacyResource} does the same in the form of
 * the original back end.
 *
 * <p>{@link imserver.lifecycle} logs how the server was started and stops it in order; {@link
 * imserver.session.Heartbeat} closes connections that have expired or no longer answer; {@link
 * imserver.access.UserAccess} closes those of a user whose access the host application ends; {@link
 * imserver.database.Schema} creates the tables; {@link imserver.config.Config} holds every setting;
 * {@link imserver.web} has the filters for the files of the web chat.
 *
 * <p>Without a server {@link imserver.transfer} copies one database into another.
 */
@NullMarked
package imserver;

import org.jspecify.annotations.NullMarked;
