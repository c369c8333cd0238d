package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The mark that Payara leaves in a request")
class StaleRequestFixTest {

  /** As Payara's {@code org.apache.catalina.connector.Request}. */
  private static class ServerRequest {
    @SuppressWarnings("UnusedVariable")
    private boolean afterService = true;
  }

  private static final class SubclassedRequest extends ServerRequest {}

  @Test
  @DisplayName("is cleared, also where a subclass is used")
  void cleared() {
    ServerRequest request = new SubclassedRequest();
    StaleRequestFix.clear(request);
    assertThat(request.afterService).isFalse();
  }

  @Test
  @DisplayName("is left alone where there is none")
  void notAsExpected() {
    assertThatCode(
            () -> {
              StaleRequestFix.clear(null);
              StaleRequestFix.clear(new Object());
            })
        .doesNotThrowAnyException();
  }
}
