/**
 * Authentication: {@link imserver.auth.CredentialVerifier} makes a {@link
 * imserver.auth.UserPrincipal} of a credential (a token, or in open mode a bare id), or refuses it.
 * {@link imserver.auth.Verifiers} chooses the verifier by the settings. Also here: which web
 * origins may use the server ({@link imserver.auth.Origins}), the addresses of clients ({@link
 * imserver.auth.RemoteAddresses}) and the log of refusals ({@link imserver.auth.RefusalLog}).
 *
 * <p>Rules: the algorithm comes from the configuration, never from the token (RFC 8725, section
 * 3.1). A token itself reaches no log and no answer; of a refusal the reason is logged.
 *
 * <p>A token that verifies may be revoked: {@link imserver.auth.Revocations}, in memory, so that no
 * check waits for the database.
 *
 * <p>JSON Web Tokens are verified by Nimbus JOSE+JWT. Our own code reads the configured key, and
 * verifies Ed25519, for which Nimbus needs Google Tink although the JDK has it since 15 (JEP 339).
 */
@NullMarked
package imserver.auth;

import org.jspecify.annotations.NullMarked;
