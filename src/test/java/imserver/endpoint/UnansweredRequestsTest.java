package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The requests of a connection that is to end")
class UnansweredRequestsTest {

  private final UnansweredRequests requests = new UnansweredRequests();
  private final AtomicInteger ends = new AtomicInteger();

  private void end() {
    requests.end(ends::incrementAndGet);
  }

  @Test
  @DisplayName("do not keep it where there are none")
  void none() {
    end();
    assertThat(ends).hasValue(1);
  }

  @Test
  @DisplayName("keep it until all are answered")
  void answered() {
    assertThat(requests.take()).isTrue();
    assertThat(requests.take()).isTrue();
    assertThat(requests.take()).isTrue();
    requests.answered(1);
    end();
    assertThat(ends).hasValue(0);
    requests.answered(2);
    assertThat(ends).hasValue(1);
  }

  @Test
  @DisplayName("are not taken any more")
  void refused() {
    requests.take();
    end();
    assertThat(requests.take()).isFalse();
    assertThat(ends).hasValue(0);
    requests.answered(1);
    assertThat(requests.take()).isFalse();
    assertThat(ends).hasValue(1);
  }
}
