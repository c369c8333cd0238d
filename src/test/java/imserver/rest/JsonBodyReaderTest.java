package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.io.ByteArrayInputStream;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The reader of JSON bodies")
class JsonBodyReaderTest {

  private static JsonBody read(String text) {
    return new JsonBodyReader()
        .readFrom(
            JsonBody.class,
            JsonBody.class,
            new Annotation[0],
            MediaType.APPLICATION_JSON_TYPE,
            new MultivaluedHashMap<>(),
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisplayName("reads an object with all that it holds")
  void object() {
    JsonBody body =
        read(" {\"text\":\"早\",\"ids\":[1,\"2\"],\"users\":[{\"id\":3,\"name\":null}]} ");
    assertThat(body.text("text", 10)).isEqualTo("早");
    assertThat(body.ids("ids", 0, 10)).containsExactly(1L, 2L);
    JsonBody user = body.objects("users", 10).get(0);
    assertThat(user.id("id")).isEqualTo(3);
    assertThat(user.optionalText("name", 10)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":1", "{\"a\":1}{}", "{\"a\":1} x", "{\"a\":[1,}", "nul"})
  @DisplayName("refuses what is not JSON, or goes on behind the object:")
  void notJson(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(Problem.class)
        .hasMessage("the body is not JSON, or names a member twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":[[{\"b\":1,\"b\":null}]]}",
      })
  @DisplayName("refuses an object that names a member twice, however deep it lies:")
  void twice(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(Problem.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{}]", "1", "\"a\"", "null"})
  @DisplayName("refuses JSON that is no object:")
  void noObject(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(Problem.class)
        .hasMessage("the body must be one JSON object");
  }

  @Test
  @DisplayName("refuses what is nested deeper than the parser goes")
  void tooDeep() {
    String text = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
    assertThatThrownBy(() -> read(text)).isInstanceOf(Problem.class);
  }
}
