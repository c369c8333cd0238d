/**
 * The say that the host application has in each message, before it is stored: by a {@link
 * imserver.api.MessagePolicy} in the same JVM, or at an address of its own, {@code
 * IMSERVER_POLICY_URL}.
 *
 * <p>{@link imserver.policy.Policies} asks them, one after the other, and has an answer for each
 * message within the time of the settings, whatever they do: a policy in this JVM runs in one of a
 * few threads, a request over HTTP in none. Both are bounded, and {@link imserver.policy.FairTurns}
 * leaves room for others whatever one sender does. Nothing else waits for them: {@code
 * imserver.message.PolicyGate} holds back the later messages of the same sender alone, until what
 * was before them is decided.
 *
 * <p>The request over HTTP is signed as the webhook is. Its answer may be kept for the pair of
 * sender and recipient, where the endpoint says so by {@code Cache-Control: max-age}, and allows
 * the message as it is.
 */
@NullMarked
package imserver.policy;

import org.jspecify.annotations.NullMarked;
