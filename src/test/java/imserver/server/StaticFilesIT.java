package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URL;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@ArquillianTest
@RunAsClient
@DisplayName("A script of the server")
class StaticFilesIT {

  private static final String SCRIPT = "imserver-client.js";

  @ArquillianResource private URL url;

  @Deployment(testable = false)
  static WebArchive war() {
    return Wars.with(Map.of());
  }

  private Api.Answer get(String... headers) {
    Api api = new Api(URI.create(url.toString()), null);
    var request = api.request(SCRIPT).GET().header("Origin", "https://school.example");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return api.send(request);
  }

  @Test
  @DisplayName("is a module that pages of every origin may import")
  void foreignOrigins() {
    Api.Answer script = get();
    assertThat(script.status()).isEqualTo(200);
    assertThat(script.header("Content-Type")).matches("(text|application)/javascript.*");
    assertThat(script.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(script.text()).contains("export class ImClient");
  }

  @Test
  @DisplayName("is kept by a browser, which asks each time whether it has changed")
  void caching() {
    Api.Answer script = get();
    assertThat(script.header("Cache-Control")).isEqualTo("no-cache");
    Api.Answer again = get("If-None-Match", script.header("ETag"));
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.header("Access-Control-Allow-Origin")).isEqualTo("*");
  }
}
