package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A request object that the server keeps")
class UpgradeLeakFixTest {

  /** As {@code org.apache.catalina.connector.RequestFacade}: refers to the server's own object. */
  private static class Facade {
    @SuppressWarnings("UnusedVariable") // read by its name
    private final Object request;

    Facade(Object request) {
      this.request = request;
    }
  }

  private static final class SubFacade extends Facade {
    SubFacade(Object request) {
      super(request);
    }
  }

  /** As {@code org.apache.catalina.connector.Request}. */
  private static class ServerRequest {
    private @Nullable HttpUpgradeHandler httpUpgradeHandler;
  }

  private static final class SubRequest extends ServerRequest {}

  private static final class Handler implements HttpUpgradeHandler {
    @Override
    public void init(WebConnection connection) {}

    @Override
    public void destroy() {}
  }

  private final Handler handler = new Handler();

  @Test
  @DisplayName("is found behind whatever filters have wrapped it in")
  void unwrapped() {
    ServletRequest inner =
        (ServletRequest)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServletRequest.class},
                (proxy, method, arguments) -> null);
    assertThat(UpgradeLeakFix.facade(new ServletRequestWrapper(new ServletRequestWrapper(inner))))
        .isSameAs(inner);
    assertThat(UpgradeLeakFix.facade(inner)).isSameAs(inner);
  }

  @Test
  @DisplayName("is found behind its facade, also one that inherits the field")
  void behind() {
    Object server = new Object();
    assertThat(UpgradeLeakFix.behind(new Facade(server))).isSameAs(server);
    assertThat(UpgradeLeakFix.behind(new SubFacade(server))).isSameAs(server);
  }

  @Test
  @DisplayName("is not found on another server, and nothing fails")
  void anotherServer() {
    assertThat(UpgradeLeakFix.behind(new Object())).isNull();
    UpgradeLeakFix.forget(null, handler);
    UpgradeLeakFix.forget(new Object(), handler);
  }

  @Test
  @DisplayName("forgets the handler that upgraded it")
  void forgets() {
    SubRequest request = new SubRequest();
    ((ServerRequest) request).httpUpgradeHandler = handler;
    UpgradeLeakFix.forget(request, handler);
    assertThat(((ServerRequest) request).httpUpgradeHandler).isNull();
  }

  @Test
  @DisplayName("keeps the handler of a later connection")
  void another() {
    ServerRequest request = new ServerRequest();
    Handler later = new Handler();
    request.httpUpgradeHandler = later;
    UpgradeLeakFix.forget(request, handler);
    assertThat(request.httpUpgradeHandler).isSameAs(later);
  }
}
