package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

@DisplayName("The description of the socket")
class AsyncApiTest {

  private static JsonNode read(String name) {
    return new YAMLMapper().readTree(Path.of("src/main/webapp", name).toFile());
  }

  private final JsonNode document = read("asyncapi.yaml");

  @ParameterizedTest
  @CsvSource({"NotAgain, false", "Again, true"})
  @DisplayName("names every failure code in one of its two versions, and no other:")
  void failureCodes(String schema, boolean retryable) {
    Set<String> named =
        Stream.of("asyncapi.yaml", "asyncapi-2.yaml")
            .flatMap(
                name ->
                    read(name)
                        .at("/components/schemas/" + schema + "/properties/code/oneOf")
                        .valueStream())
            .map(code -> code.get("const").asString())
            .collect(Collectors.toSet());
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FailureCode.values())
                .filter(code -> code.retryable() == retryable)
                .map(Enum::name)
                .toList());
  }

  @Test
  @DisplayName(
      "names every close code, and besides only that of bad UTF-8, which the container sends")
  void closeCodes() {
    assertThat(
            document
                .at("/channels/packets/x-close-codes")
                .valueStream()
                .map(code -> code.get("code").asInt())
                .filter(code -> code != 1007))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CloseCode.values())
                .map(CloseCode::code)
                .filter(code -> code != 1007)
                .toList());
  }
}
