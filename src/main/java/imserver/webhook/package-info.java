/**
 * Tells the host application what happened, by requests to {@code IMSERVER_WEBHOOK_URL} (what is in
 * them: docs/WEBHOOKS.md; why not by a library: docs/decisions). Without that setting nothing is
 * written, nothing polls, and there are no threads.
 *
 * <h2>Written with the change itself</h2>
 *
 * <p>The transaction that stores, marks as read or recalls also writes a row of {@code
 * webhook_event} for each thing to be told: on PostgreSQL the functions {@code add_messages},
 * {@code mark_read} and {@code recall_message}, on H2 {@code imserver.message.H2EventWriter}. So
 * what is committed is told, by whichever server, and what was rolled back is not. A row has ids
 * alone; the body is made when it is told ({@link imserver.webhook.EventBody}), and a message whose
 * text is gone by then is told without it. What was silenced is told to nobody. Others write an
 * event within a transaction of their own by {@link imserver.webhook.WebhookEvents}.
 *
 * <p>The same transaction enters the conversation into {@code webhook_conversation}, which is the
 * queue. Event ids are drawn while the users are locked, or else the row of the queue: in one
 * conversation their order is the order of commits.
 *
 * <h2>Told in order, at least once</h2>
 *
 * <p>{@link imserver.webhook.WebhookQueue} leases conversations: who has set {@code lease} and
 * moved {@code due_at} a minute on (by the clock of the database, passing over rows that another
 * one is locking) tells its events, one after the other. A server that dies leaves the lease to run
 * out, except on the embedded database, where the next start ends it. {@link
 * imserver.webhook.ConversationTeller} stops long before that, so that no two servers tell one
 * conversation at once, and no row is locked while the endpoint is waited for. An event goes when
 * the endpoint has answered 2xx; the row of the queue goes if no other event was written meanwhile,
 * which {@code last_event_id} shows.
 *
 * <p>An event that fails is tried again after 5 s, then after four times as long each time, up to 3
 * h, a fifth more or less by chance, or as long as {@code Retry-After} says; the later events of
 * the conversation wait for it. When it fails and is a day old it is parked, and those that follow
 * are told: {@link imserver.webhook.ParkedEvents} lists parked ones and has them told again.
 *
 * <h2>Nobody else waits</h2>
 *
 * <ul>
 *   <li>{@link imserver.webhook.Dispatcher} has one thread that leases, and at most 32 that each
 *       tell one conversation. All together use two connections of the pool at most.
 *   <li>{@link imserver.webhook.WebhookEndpoint} ends each exchange after 15 s, whatever the
 *       endpoint does; follows no redirect; and reads no more of an answer than its status, so that
 *       a body is dropped as it comes, up to a bound.
 *   <li>{@link imserver.webhook.HostHttp} makes the HTTP clients, here and of {@code
 *       imserver.policy}, so that nothing of them keeps the application after its end.
 *   <li>{@link imserver.webhook.EndpointHealth}: after five failures in a row, of whatever
 *       conversations, one is tried at a time, with pauses that grow to 30 s; a success ends that.
 *       After 410 (Gone) it is asked once an hour. Rows wait in the database meanwhile.
 * </ul>
 *
 * <p>A commit of this server wakes the dispatcher ({@link imserver.webhook.Webhooks#wake}); what
 * other servers left, and retries, it finds by looking each second.
 *
 * <h2>Not seen</h2>
 *
 * <p>With {@code IMSERVER_UNSEEN} a message also enters its conversation into {@code unseen}, and
 * reading takes it out. {@link imserver.webhook.UnseenWatch} looks each second at those whose time
 * has come and writes an event where no device of the recipient is connected to any server, which
 * {@link imserver.webhook.ConnectedUsers} keeps in a table; once for each conversation until
 * something of it is read. If all was read or recalled before it is told, it is dropped.
 */
@NullMarked
package imserver.webhook;

import org.jspecify.annotations.NullMarked;
