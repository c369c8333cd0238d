package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A caller on this machine")
class LoopbackCallersTest {

  private static boolean isCaller(
      @Nullable String address, @Nullable String name, Map<String, String> headers) {
    HttpServletRequest request =
        (HttpServletRequest)
            Proxy.newProxyInstance(
                LoopbackCallersTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getRemoteAddr" -> address;
                      case "getServerName" -> name;
                      case "getHeader" -> headers.get((String) arguments[0]);
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return LoopbackCallers.include(request);
  }

  @ParameterizedTest(name = "[{index}] {0} asks for {1}")
  @CsvSource({
    "127.0.0.1, localhost",
    "127.0.0.1, LOCALHOST",
    "127.1.2.3, 127.0.0.1",
    "0:0:0:0:0:0:0:1, [::1]",
    "::1, localhost",
    "::ffff:127.0.0.1, localhost"
  })
  @DisplayName("is one that has its address, and asks for its own machine:")
  void is(String address, String name) {
    assertThat(isCaller(address, name, Map.of())).isTrue();
  }

  @ParameterizedTest(name = "[{index}] {0} asks for {1}")
  @CsvSource({
    "10.0.0.1, localhost",
    "127.0.0.1, im.school.example",
    "127.0.0.1, 127.0.0.1.evil.example",
    "127.0.0.1, localhost.evil.example",
    "127.0.0.1, 10.0.0.1",
    "127.0.0.1, [fe80::1]",
    "::ffff:10.0.0.1, localhost",
    "2001:db8::1, localhost",
    ", localhost",
    "127.0.0.1, "
  })
  @DisplayName("is not one from elsewhere, nor one that knows it by another name:")
  void isNot(@Nullable String address, @Nullable String name) {
    assertThat(isCaller(address, name, Map.of())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "X-Forwarded-Server",
        "X-Real-IP",
        "Via"
      })
  @DisplayName("is not one that came by a proxy, which says so by")
  void proxied(String header) {
    assertThat(isCaller("127.0.0.1", "localhost", Map.of(header, "10.0.0.1"))).isFalse();
  }
}
