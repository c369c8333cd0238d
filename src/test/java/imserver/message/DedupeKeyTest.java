package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.SendMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The key by which a retry is recognized")
class DedupeKeyTest {

  private static DedupeKey key(long to, String content, String timestamp, String id) {
    return DedupeKey.of(1, new SendMessage(null, to, content, timestamp, id));
  }

  @Nested
  @DisplayName("of a message that its client names")
  class Named {

    @Test
    @DisplayName("is the name alone")
    void name() {
      assertThat(key(2, "a", "t", "x")).isEqualTo(key(3, "b", "u", "x"));
      assertThat(key(2, "a", "t", "x")).isNotEqualTo(key(2, "a", "t", "y"));
    }

    @Test
    @DisplayName("is another for each sender")
    void sender() {
      SendMessage request = new SendMessage(null, 2, "a", "t", "x");
      assertThat(DedupeKey.of(1, request)).isNotEqualTo(DedupeKey.of(2, request));
    }

    @Test
    @DisplayName("is not that of a message without a name")
    void kinds() {
      assertThat(key(2, "a", "t", "x")).isNotEqualTo(key(2, "a", "t", null));
    }
  }

  @Nested
  @DisplayName("of a message without a name")
  class Unnamed {

    @Test
    @DisplayName("is recipient, timestamp and content together")
    void parts() {
      assertThat(key(2, "a", "t", null)).isEqualTo(key(2, "a", "t", null));
      assertThat(key(2, "a", "t", null))
          .isNotEqualTo(key(3, "a", "t", null))
          .isNotEqualTo(key(2, "b", "t", null))
          .isNotEqualTo(key(2, "a", "u", null));
    }

    @Test
    @DisplayName("is another with other files")
    void files() {
      SendMessage one = new SendMessage(null, 2, "a", "t", null, null, List.of(1L, 2L));
      assertThat(DedupeKey.of(1, one))
          .isEqualTo(
              DedupeKey.of(1, new SendMessage(null, 2, "a", "t", null, null, List.of(1L, 2L))))
          .isNotEqualTo(
              DedupeKey.of(1, new SendMessage(null, 2, "a", "t", null, null, List.of(12L))))
          .isNotEqualTo(key(2, "a", "t", null));
    }

    @Test
    @DisplayName("does not run its parts into each other")
    void boundaries() {
      assertThat(key(2, "bc", "a", null)).isNotEqualTo(key(2, "c", "ab", null));
      assertThat(key(1, "a", "2", null)).isNotEqualTo(key(12, "a", "", null));
      assertThat(key(2, "1:a", "1", null)).isNotEqualTo(key(2, "a", "11:", null));
    }

    @Test
    @DisplayName("is always another where there is no timestamp either")
    void never() {
      assertThat(key(2, "a", "", null)).isNotEqualTo(key(2, "a", "", null));
    }
  }

  @Test
  @DisplayName("is short, whatever the message")
  void length() {
    assertThat(key(2, "x".repeat(4000), "t", null).key()).matches("[A-Za-z0-9_-]{22}");
    assertThat(key(2, "x", "", null).key()).matches("[A-Za-z0-9_-]{22}");
  }

  @Test
  @DisplayName("stays the same from version to version, since it lies in databases")
  void stable() throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest("2:id1:x".getBytes(StandardCharsets.US_ASCII));
    String expected =
        Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16));
    assertThat(key(2, "a", "t", "x").key()).isEqualTo(expected);
  }
}
