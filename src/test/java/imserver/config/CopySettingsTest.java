package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The settings of a copy")
class CopySettingsTest {

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "IMSERVER_DATA", "/data",
          "IMSERVER_RETENTION", "no number",
          "IMSERVER_TO_DB_URL", "jdbc:postgresql://other/x",
          "IMSERVER_TO_DB_PASSWORD", "secret");

  @Test
  @DisplayName("name the source as its server has it, and the target by options or the environment")
  void both() {
    CopySettings settings =
        CopySettings.read(
            Map.of("--to-url", "jdbc:postgresql://db/x", "--to-user", "im"), ENVIRONMENT::get);
    assertThat(settings.source().data()).isEqualTo("/data");
    assertThat(settings.source().url()).isNull();
    assertThat(settings.target().url()).isEqualTo("jdbc:postgresql://db/x");
    assertThat(settings.target().user()).isEqualTo("im");
    assertThat(settings.target().password()).isEqualTo("secret");
    assertThat(settings.target().data()).isNull();
    assertThat(CopySettings.read(Map.of(), ENVIRONMENT::get).target().url())
        .isEqualTo("jdbc:postgresql://other/x");
  }

  @Test
  @DisplayName("name a target")
  void target() {
    assertThatThrownBy(() -> CopySettings.read(Map.of(), key -> null))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("--to-url");
  }
}
