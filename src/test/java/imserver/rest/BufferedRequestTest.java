package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A request whose body is in memory")
class BufferedRequestTest {

  private static final AsyncListener NONE =
      new AsyncListener() {
        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
      };

  private static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            BufferedRequestTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> method.getReturnType() == String.class ? "/" : null));
  }

  @Test
  @DisplayName(
      "gives its body once, also to who asks for the stream before each read, as a Jersey does")
  void once() throws Exception {
    BufferedRequest request =
        new BufferedRequest(
            nothing(HttpServletRequest.class),
            nothing(HttpServletResponse.class),
            "body".getBytes(StandardCharsets.UTF_8),
            Duration.ofSeconds(1),
            NONE,
            async -> {});
    assertThat(request.getInputStream().readNBytes(2)).asString().isEqualTo("bo");
    assertThat(request.getInputStream().readAllBytes()).asString().isEqualTo("dy");
    assertThat(request.getInputStream().read()).isEqualTo(-1);
  }
}
