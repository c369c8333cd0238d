package imserver.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;

/** Puts the resources of this package under {@code /api}. */
@ApplicationPath("api")
public class RestApplication extends Application {

  /**
   * Switches off, on Jersey, what nothing uses here: a description in WADL, and readers and writers
   * of XML, whose libraries Tomcat does not have.
   */
  @Override
  public Map<String, Object> getProperties() {
    return Map.of(
        "jersey.config.server.wadl.disableWadl",
        true,
        "jersey.config.disableDefaultProvider",
        "ALL");
  }
}
