package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.conversation.ConversationListPage.Bookmark;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A cursor")
class CursorTest {

  @Test
  @DisplayName("is a bookmark as text, and back")
  void roundTrip() {
    List<Long> most = LongStream.rangeClosed(1, 100).map(i -> Long.MAX_VALUE - i).boxed().toList();
    for (Bookmark bookmark :
        List.of(
            new Bookmark(0, 1, List.of()),
            new Bookmark(12, 34, List.of(5L)),
            new Bookmark((1L << 53) - 1, (1L << 53) - 1, most))) {
      String text = Cursor.textOf(bookmark);
      assertThat(text).matches("[A-Za-z0-9_-]+");
      assertThat(Cursor.parse(text)).isEqualTo(bookmark);
    }
    assertThat(Cursor.textOf(null)).isNull();
    assertThat(Cursor.parse(null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "-1.2.",
        "1.2.x",
        "99999999999999999.1.",
        "1.2.,",
        "1.2.3,",
        "1.2.9999999999999999999"
      })
  @DisplayName("that is none is refused:")
  void refused(String text) {
    String cursor = Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> Cursor.parse(cursor)).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> Cursor.parse("%" + cursor)).isInstanceOf(Problem.class);
  }
}
