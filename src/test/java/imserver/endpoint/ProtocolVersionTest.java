package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The version of the protocol")
class ProtocolVersionTest {

  @Test
  @DisplayName("is the newest that a client offers, in whatever order; the first without an offer")
  void negotiated() {
    assertThat(ProtocolVersion.negotiate(List.of("imserver.v1", "bearer.x", "imserver.v2")))
        .isEqualTo("imserver.v2");
    assertThat(ProtocolVersion.negotiate(List.of("bearer.x", "imserver.v1")))
        .isEqualTo("imserver.v1");
    assertThat(ProtocolVersion.negotiate(List.of("bearer.x"))).isEmpty();
    assertThat(ProtocolVersion.of("imserver.v2")).isEqualTo(ProtocolVersion.V2);
    assertThat(ProtocolVersion.of("imserver.v1")).isEqualTo(ProtocolVersion.V1);
    assertThat(ProtocolVersion.of("")).isEqualTo(ProtocolVersion.V1);
  }
}
