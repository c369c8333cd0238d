package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The settings of the webhook")
class WebhookSettingsTest {

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER =
      "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";

  private static Config.Webhook with(String url, String secret) {
    return Configs.with("IMSERVER_WEBHOOK_URL", url, "IMSERVER_WEBHOOK_SECRET", secret).webhook();
  }

  @Test
  @DisplayName("are absent by default")
  void absent() {
    assertThat(Configs.with().webhook()).isEqualTo(new Config.Webhook(null, null, 0, null));
    assertThat(Configs.with().webhook().isOn()).isFalse();
  }

  @Test
  @DisplayName("may name several secrets, of 24 to 64 bytes")
  void several() {
    Config.Webhook webhook = with("http://h/", SECRET + "  " + OTHER + "\n");
    assertThat(webhook.isOn()).isTrue();
    assertThat(webhook.secrets().texts()).containsExactly(SECRET, OTHER);
    assertThat(webhook.toString()).doesNotContain("MfKQ").contains("2 secrets");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "ftp://h/",
        "h/path",
        "/path",
        "https:///path",
        "https://user:hidden@h/",
        "https://h/#hidden",
        "https://h:99999/",
        "https://a b/hidden"
      })
  @DisplayName("refuse what is no address, without showing it:")
  void addresses(String url) {
    assertThatThrownBy(() -> with(url, SECRET))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("IMSERVER_WEBHOOK_URL must be an address")
        .hasMessageNotContaining("hidden");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_***",
        "whsec_aGlkZGVuaGlkZGVuaGlkZGVuaGlkZGU=",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        SECRET + ",",
        SECRET + " whsec_aGlkZGVu",
        OTHER + "aGlkZGVu"
      })
  @DisplayName("refuse what is no secret, without showing it:")
  void secrets(String secret) {
    assertThatThrownBy(() -> with("https://h/", secret))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("IMSERVER_WEBHOOK_SECRET must be whsec_ and the base64")
        .hasMessageNotContaining("aGlkZGVu")
        .hasMessageNotContaining("MfKQ");
  }

  @Test
  @DisplayName("refuse one without the other")
  void incomplete() {
    assertThatThrownBy(() -> Configs.with("IMSERVER_WEBHOOK_URL", "https://h/"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("needs an IMSERVER_WEBHOOK_SECRET");
    assertThatThrownBy(() -> Configs.with("IMSERVER_WEBHOOK_SECRET", SECRET))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("needs an IMSERVER_WEBHOOK_URL");
    assertThatThrownBy(() -> Configs.with("IMSERVER_UNSEEN", "60"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("IMSERVER_UNSEEN needs an IMSERVER_WEBHOOK_URL");
  }
}
