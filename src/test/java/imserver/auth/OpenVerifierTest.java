package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("In open mode")
class OpenVerifierTest {

  private final OpenVerifier verifier = new OpenVerifier(new Exemptions("1001, teacher"));

  @Test
  @DisplayName("a bare user id is believed, for ever")
  void believed() throws Exception {
    assertThat(verifier.verify("42")).isEqualTo(new UserPrincipal(42, null, null, null));
    assertThat(verifier.verify("9223372036854775807").userId()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "",
        "00",
        "-1",
        "+1",
        " 1",
        "1.0",
        "0x1",
        "me",
        "٧",
        "9223372036854775808",
        "1e3",
        "00000000000000000000"
      })
  @DisplayName("anything else is not:")
  void refused(String credential) {
    assertThatThrownBy(() -> verifier.verify(credential))
        .isInstanceOf(InvalidCredentialException.class)
        .hasMessage("not a user id");
  }

  @Test
  @DisplayName("0 is the host application, which is no user")
  void service() throws InvalidCredentialException {
    assertThat(verifier.verify("0").service()).isTrue();
    assertThat(verifier.verify("1").service()).isFalse();
    assertThatThrownBy(() -> verifier.verifyUser("0"))
        .isInstanceOf(InvalidCredentialException.class);
  }

  @Test
  @DisplayName("0 is a moderator, and nobody else is")
  void moderator() throws Exception {
    assertThat(verifier.verify("0").moderator()).isTrue();
    assertThat(verifier.verify("1001").moderator()).isFalse();
  }

  @Test
  @DisplayName("knows by their ids to whom the rules for strangers do not apply")
  void exempt() throws Exception {
    assertThat(verifier.verify("1001").exempt()).isTrue();
    assertThat(verifier.verify("1002").exempt()).isFalse();
    assertThat(verifier.verify("0").exempt()).isTrue();
  }
}
