/**
 * Who may connect, and as whom. A credential (a token, or in open mode a bare id) becomes a {@link
 * imserver.auth.UserPrincipal} or nothing.
 *
 * <p>Rules: the algorithm comes from the configuration, never from the token (RFC 8725, section
 * 3.1). No text of a token reaches a log or an answer; the reason of a refusal does.
 *
 * <p>A token that verifies may be revoked all the same: {@link imserver.auth.Revocations}, in
 * memory, so that no check waits for the database.
 *
 * <p>JSON Web Tokens are verified by Nimbus JOSE+JWT. What is ours is reading the configured key,
 * and Ed25519, for which Nimbus wants Google Tink where the JDK has had it since 15 (JEP 339).
 */
@NullMarked
package imserver.auth;

import org.jspecify.annotations.NullMarked;
