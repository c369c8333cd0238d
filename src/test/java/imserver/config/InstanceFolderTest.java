package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The folder for what belongs to the application is")
class InstanceFolderTest {

  private static String folder(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(Map.of("java.io.tmpdir", "/tmp"));
    all.putAll(properties);
    return InstanceFolder.of(all::get).toString();
  }

  @Test
  @DisplayName("in the server's own")
  void ofServer() {
    assertThat(folder(Map.of("catalina.base", "/srv/tomcat"))).isEqualTo("/srv/tomcat/imserver");
    assertThat(
            folder(
                Map.of(
                    "catalina.base", "/srv/payara/domain1",
                    "com.sun.aas.instanceRoot", "/srv/payara/domain1")))
        .isEqualTo("/srv/payara/domain1/imserver");
    assertThat(folder(Map.of("jboss.server.data.dir", "/srv/wildfly/standalone/data")))
        .isEqualTo("/srv/wildfly/standalone/data/imserver");
    assertThat(folder(Map.of("server.output.dir", "/srv/wlp/usr/servers/teaching/")))
        .isEqualTo("/srv/wlp/usr/servers/teaching/imserver");
  }

  @Test
  @DisplayName("also there where the server lies under the system's temporary folder")
  void underTemporary() {
    assertThat(folder(Map.of("catalina.base", "/tmp/tomcat"))).isEqualTo("/tmp/tomcat/imserver");
  }

  @Test
  @DisplayName("never one that ends with the server")
  void temporary() {
    assertThat(
            folder(
                Map.of(
                    "catalina.base", "/tmp/payaramicro-rt177tmp",
                    "com.sun.aas.instanceRoot", "/tmp/payaramicro-rt177tmp")))
        .isEqualTo("data");
  }

  @Test
  @DisplayName("in the working directory, where there is no server")
  void none() {
    assertThat(folder(Map.of())).isEqualTo("data");
  }
}
