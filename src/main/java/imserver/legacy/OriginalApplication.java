package imserver.legacy;

import imserver.rest.RestApplication;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Puts the original's paths under {@code /message}. */
@ApplicationPath("message")
public class OriginalApplication extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    Set<Class<?>> classes = new HashSet<>(RestApplication.PROVIDERS);
    classes.add(OriginalResource.class);
    classes.add(OriginalFilter.class);
    classes.add(OriginalFailures.class);
    classes.add(FormReader.class);
    return classes;
  }

  @Override
  public Map<String, Object> getProperties() {
    return RestApplication.PROPERTIES;
  }
}
