package imserver.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A client")
class AcceptEncodingTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.001", "x-gzip", "*"})
  @DisplayName("takes gzip:")
  void taken(String header) {
    assertThat(AcceptEncoding.takesGzip(List.of(header))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "identity", "br", "gzip;q=0", "gzip ; q=0.000, *", "*;q=0", "gzipped"})
  @DisplayName("does not take gzip:")
  void refused(String header) {
    assertThat(AcceptEncoding.takesGzip(List.of(header))).isFalse();
  }

  @Test
  @DisplayName("may say it in several headers, or say nothing")
  void headers() {
    assertThat(AcceptEncoding.takesGzip(List.of("br", "gzip"))).isTrue();
    assertThat(AcceptEncoding.takesGzip(List.of())).isFalse();
  }
}
