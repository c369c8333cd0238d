package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.session.SessionRegistries;
import imserver.session.SessionRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A handshake with a server that stops while others take its clients")
class HandshakeFilterTest {

  private final SessionRegistry registry = SessionRegistries.with(Configs.with());
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final List<Integer> statuses = new ArrayList<>();

  private final HttpServletRequest request =
      (HttpServletRequest)
          Proxy.newProxyInstance(
              HandshakeFilterTest.class.getClassLoader(),
              new Class<?>[] {HttpServletRequest.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "getDispatcherType" -> DispatcherType.REQUEST;
                    case "getHeader" -> "websocket";
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  private final HttpServletResponse response =
      (HttpServletResponse)
          Proxy.newProxyInstance(
              HandshakeFilterTest.class.getClassLoader(),
              new Class<?>[] {HttpServletResponse.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("setStatus")) {
                  statuses.add((Integer) arguments[0]);
                }
                return method.getName().equals("getOutputStream") ? new Body() : null;
              });

  private final class Body extends ServletOutputStream {

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(int one) {
      body.write(one);
    }
  }

  @Test
  @DisplayName("gets 503, so that a proxy tries the next one")
  void stopping() throws Exception {
    HandshakeFilter filter = new HandshakeFilter();
    Field field = HandshakeFilter.class.getDeclaredField("registry");
    field.setAccessible(true);
    field.set(filter, registry);
    registry.drain(Duration.ZERO);
    filter.doFilter(
        request,
        response,
        (passedOn, answer) -> {
          throw new AssertionError("it was passed on");
        });
    assertThat(statuses).containsExactly(503);
    assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo("This server is stopping.\n");
  }
}
