package imserver.auth;

import static imserver.auth.Tokens.CLOCK;
import static imserver.auth.Tokens.NOW;
import static imserver.auth.Tokens.SECRET;
import static imserver.auth.Tokens.claims;
import static imserver.auth.Tokens.hs256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Configs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the host application has revoked")
class RevocationsTest {

  private final Revocations revocations =
      new Revocations(Configs.with("IMSERVER_JWT_SECRET", SECRET), CLOCK);
  private final CredentialVerifier verifier =
      new RevocationCheck(Tokens.verifier(Tokens.auth("IMSERVER_JWT_SECRET", SECRET)), revocations);

  private static String issuedAt(long secondsAgo) {
    return hs256(claims(",\"iat\":" + (NOW.getEpochSecond() - secondsAgo)));
  }

  private void assertRefused(String token) {
    assertThatThrownBy(() -> verifier.verify(token))
        .isInstanceOf(InvalidCredentialException.class)
        .hasMessageContaining("revoked");
  }

  @Test
  @DisplayName("are tokens that were issued before, or do not say when, and no others")
  void before() throws Exception {
    String undated = hs256(claims(""));
    assertThat(verifier.verify(undated).userId()).isEqualTo(42);
    revocations.revoke(42, NOW);
    assertRefused(undated);
    assertRefused(issuedAt(1));
    assertRefused(hs256(claims(",\"iat\":" + NOW.toEpochMilli())));
    assertThat(verifier.verify(issuedAt(0)).userId()).isEqualTo(42);
    assertThat(verifier.verify(issuedAt(-60)).userId()).isEqualTo(42);
    String another = claims("").replace("\"42\"", "\"43\"");
    assertThat(verifier.verify(hs256(another)).userId()).isEqualTo(43);
  }

  @Test
  @DisplayName("is forgotten when every token that it concerns has expired")
  void forgotten() throws Exception {
    revocations.revoke(42, NOW);
    revocations.forget(NOW);
    assertRefused(issuedAt(1));
    revocations.forget(NOW.plusSeconds(1));
    assertThat(verifier.verify(issuedAt(1)).userId()).isEqualTo(42);
  }

  @Test
  @DisplayName("is nothing in open mode, where a bare id was never issued")
  void open() {
    Revocations none = new Revocations(Configs.with("IMSERVER_AUTH_MODE", "open"), CLOCK);
    none.revoke(42, NOW);
    assertThat(none.cover(new UserPrincipal(42, null, null, null))).isFalse();
  }
}
