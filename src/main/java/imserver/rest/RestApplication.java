package imserver.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts the resources of this package under {@code /api}. */
@ApplicationPath("api")
public class RestApplication extends Application {

  /**
   * Switches off, on Jersey, what nothing uses here: a description in WADL, and readers and writers
   * of XML, whose libraries Tomcat does not have; and that it makes a full address of a path, with
   * the scheme and host by which a proxy knows this server.
   */
  public static final Map<String, Object> PROPERTIES =
      Map.of(
          "jersey.config.server.wadl.disableWadl",
          true,
          "jersey.config.disableDefaultProvider",
          "ALL",
          "jersey.config.server.headers.location.relative.resolution.disabled",
          true);

  /** How bodies are asked for, read and written. */
  public static final Set<Class<?>> PROVIDERS =
      Set.of(
          JsonBodyReader.class,
          RecordBodyWriter.class,
          BodyFilter.class,
          OptionsResponseFilter.class);

  private static final Set<Class<?>> RESOURCES =
      Set.of(
          HealthResource.class,
          MetricsResource.class,
          BlocksResource.class,
          ConversationsResource.class,
          MessagesResource.class,
          UnreadResource.class,
          UsersResource.class,
          FilesResource.class,
          ImportResource.class,
          NoticesResource.class,
          WebhooksResource.class,
          WordsResource.class,
          ReportsResource.class,
          ModerationReportsResource.class,
          SuspensionsResource.class,
          ModerationResource.class,
          UserDataResource.class,
          BearerFilter.class,
          ProblemMapper.class);

  @Override
  public Set<Class<?>> getClasses() {
    return Stream.of(RESOURCES, PROVIDERS).flatMap(Set::stream).collect(Collectors.toSet());
  }

  @Override
  public Map<String, Object> getProperties() {
    return PROPERTIES;
  }
}
