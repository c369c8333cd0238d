package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import imserver.packet.FailureCode;
import imserver.packet.SendMessage;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The rules of messages")
class MessageRulesTest {

  private static final UserPrincipal ALICE = new UserPrincipal(1, null, null, null);

  private final MessageRules rules = new MessageRules(Configs.with("IMSERVER_MAX_CONTENT", "10"));

  private FailureCode failure(Long from, long to, String content) {
    return rules.validate(new SendMessage(from, to, content, "", null), ALICE);
  }

  @Test
  @DisplayName("let the connected user send, who need not say its name")
  void allowed() {
    assertThat(failure(1L, 2, "a")).isNull();
    assertThat(failure(null, 2, "a")).isNull();
    assertThat(failure(null, 1, "to myself")).isNull();
    assertThat(failure(null, Long.MAX_VALUE, "a")).isNull();
  }

  @Test
  @DisplayName("let a message have nine files, and no text then")
  void files() {
    List<Long> nine = LongStream.rangeClosed(1, 9).boxed().toList();
    List<Long> ten = LongStream.rangeClosed(1, 10).boxed().toList();
    assertThat(rules.validate(new SendMessage(null, 2, " ", "", null, null, nine), ALICE)).isNull();
    assertThat(rules.validate(new SendMessage(null, 2, "a", "", null, null, ten), ALICE))
        .isEqualTo(FailureCode.TOO_MANY_FILES);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(longs = {0, 2, -1, Long.MAX_VALUE})
  @DisplayName("let nobody send in another's name:")
  void foreign(long from) {
    assertThat(failure(from, 2, "a")).isEqualTo(FailureCode.FORBIDDEN_SENDER);
    assertThat(rules.isForeign(from, ALICE)).isTrue();
  }

  @Test
  @DisplayName("find the connected user foreign neither with nor without a name")
  void notForeign() {
    assertThat(rules.isForeign(1L, ALICE)).isFalse();
    assertThat(rules.isForeign(null, ALICE)).isFalse();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("want a recipient:")
  void recipient(long to) {
    assertThat(failure(null, to, "a")).isEqualTo(FailureCode.INVALID_RECIPIENT);
  }

  @ParameterizedTest(name = "[{index}] ''{0}''")
  @ValueSource(strings = {"", " ", "\n\t", "\u3000", "\u00a0", "\u200b", "\u2800", "\ufeff"})
  @DisplayName("want a text:")
  void content(String text) {
    assertThat(failure(null, 2, text)).isEqualTo(FailureCode.EMPTY_CONTENT);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"a", "你", "😀"})
  @DisplayName("count code points, and let as many pass as are configured:")
  void length(String letter) {
    assertThat(failure(null, 2, letter.repeat(10))).isNull();
    assertThat(failure(null, 2, letter.repeat(11))).isEqualTo(FailureCode.CONTENT_TOO_LONG);
  }

  @Test
  @DisplayName("object to the sender first, then the recipient, then the text")
  void order() {
    String tooLong = "a".repeat(11);
    assertThat(failure(2L, 0, tooLong)).isEqualTo(FailureCode.FORBIDDEN_SENDER);
    assertThat(failure(2L, 0, "")).isEqualTo(FailureCode.FORBIDDEN_SENDER);
    assertThat(failure(1L, 0, tooLong)).isEqualTo(FailureCode.INVALID_RECIPIENT);
    assertThat(failure(1L, 0, "")).isEqualTo(FailureCode.INVALID_RECIPIENT);
    assertThat(failure(1L, 2, " ".repeat(11))).isEqualTo(FailureCode.EMPTY_CONTENT);
  }
}
