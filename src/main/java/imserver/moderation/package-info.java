/**
 * What moderators see and do: reports with the messages that they are about, suspended users, and
 * an entry for each step.
 *
 * <p>A moderator is a user with a role in the token ({@code IMSERVER_MODERATOR_ROLE}); {@code
 * imserver.rest} asks for it. Each step of a moderator is a {@link
 * imserver.moderation.ModerationStep}, and becomes an {@link imserver.moderation.AuditEntry} in the
 * transaction that does it: there is none without the other. Nothing changes or deletes an entry;
 * on PostgreSQL a trigger refuses it.
 *
 * <h2>Reports</h2>
 *
 * <p>{@link imserver.moderation.ReportStore} keeps, with a report, a copy of the messages that it
 * names and of some around them, as the reporter saw them at that moment. A later recall or removal
 * of a message does not reach the copy; of what was recalled before there is only that it was. Only
 * where a user is erased his texts go from the copies, and what he said of a message: at once where
 * the report is closed, else when it is. A message with a word of the list {@code report} is
 * reported by {@link imserver.moderation.FlaggedMessages} some seconds later, with the text that
 * was noted when it was stored: a recall within these does not save its sender. How many reports of
 * a user may be open at a time is counted while his row in {@code user_state} is locked, so that it
 * is exact with any number of servers; how fast he may report, is a budget of each server. The host
 * application is told of a report by an event of its transaction ({@link
 * imserver.webhook.WebhookEvents}).
 *
 * <h2>Suspensions</h2>
 *
 * <p>Who is suspended may not write: that is decided where a message is stored, under the locks
 * ({@code imserver.message}, "Who may write to whom"), by the row in {@code suspension}, and is
 * exact. Who is suspended from everything may not connect either. For that, and for what is not
 * stored, each server has {@link imserver.auth.Suspensions} in memory: {@link
 * imserver.moderation.SuspensionWatch} brings there what this server has written at once, and what
 * others have written within two seconds, and closes the user's sockets. It needs no token's {@code
 * iat}, as the end of a user's access does, and so it holds in open mode too; and it ends by
 * itself, since each reader compares its end with the time.
 *
 * <p>A suspension that a moderator ends early stays as a row that has ended, so that other servers
 * find it; a day later the row goes.
 *
 * <h2>What is elsewhere</h2>
 *
 * <p>{@link imserver.moderation} writes its own tables. What changes what users see, or may send,
 * is written by {@code imserver.message}, under its locks: to suspend, to remove a message, which
 * is a recall without a bound in time, and to erase a user.
 */
@NullMarked
package imserver.moderation;

import org.jspecify.annotations.NullMarked;
