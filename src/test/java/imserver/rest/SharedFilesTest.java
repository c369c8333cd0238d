package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bytes of a file")
class SharedFilesTest {

  private final SharedFiles files = new SharedFiles();

  @Test
  @DisplayName("are the same for all who get the same form of it")
  void shared() {
    byte[] plain = {1, 2};
    byte[] compressed = {3};
    assertThat(files.share("\"a\"", plain)).isSameAs(plain);
    assertThat(files.share("\"a-gzip\"", compressed)).isSameAs(compressed);
    assertThat(files.share("\"a\"", new byte[] {1, 2})).isSameAs(plain);
    assertThat(files.share("\"a-gzip\"", new byte[] {3})).isSameAs(compressed);
  }

  @Test
  @DisplayName("are never another's, and none are kept where they have no ETag")
  void own() {
    byte[] first = {1};
    byte[] other = {2};
    files.share("\"a\"", first);
    assertThat(files.share("\"a\"", other)).isSameAs(other);
    assertThat(files.share(null, first)).isSameAs(first);
    assertThat(files.share(null, other)).isSameAs(other);
  }
}
