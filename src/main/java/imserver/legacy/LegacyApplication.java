package imserver.legacy;

import imserver.rest.RestApplication;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Serves the paths of the original back end under {@code /message}. */
@ApplicationPath("message")
public class LegacyApplication extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    Set<Class<?>> classes = new HashSet<>(RestApplication.PROVIDERS);
    classes.add(LegacyResource.class);
    classes.add(LegacyFilter.class);
    classes.add(LegacyExceptionMapper.class);
    classes.add(FormBodyReader.class);
    return classes;
  }

  @Override
  public Map<String, Object> getProperties() {
    return RestApplication.PROPERTIES;
  }
}
