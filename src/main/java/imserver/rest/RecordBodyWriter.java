package imserver.rest;

import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.config.PropertyOrderStrategy;
import jakarta.json.bind.config.PropertyVisibilityStrategy;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

/**
 * Writes records as JSON, or as lines of it: each component by its name, in the order of the
 * alphabet, without those that are null. Answers are of one user and one moment, so caches must not
 * keep them.
 */
public class RecordBodyWriter implements MessageBodyWriter<Record> {

  private static final Jsonb JSONB =
      JsonbBuilder.create(
          new JsonbConfig()
              .withPropertyOrderStrategy(PropertyOrderStrategy.LEXICOGRAPHICAL)
              .withPropertyVisibilityStrategy(new Components()));

  /** For the container. */
  public RecordBodyWriter() {}

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
    return type.isRecord() && mediaType.getSubtype().endsWith("json");
  }

  @Override
  public void writeTo(
      Record answer,
      Class<?> type,
      Type generic,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> headers,
      OutputStream entity)
      throws IOException {
    headers.putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
    if (answer instanceof JsonLines lines) {
      for (Record line : lines.lines()) {
        entity.write(bytes(line));
        entity.write('\n');
      }
    } else {
      entity.write(bytes(answer));
    }
  }

  static byte[] bytes(Object answer) {
    return JSONB.toJson(answer).getBytes(StandardCharsets.UTF_8);
  }

  /** JSON-B 3.0 knows nothing of records, whose components are fields. */
  private static final class Components implements PropertyVisibilityStrategy {

    @Override
    public boolean isVisible(Field field) {
      return true;
    }

    @Override
    public boolean isVisible(Method method) {
      return false;
    }
  }
}
