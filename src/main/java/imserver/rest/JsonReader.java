package imserver.rest;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonStructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads a {@link JsonBody}, up to a bound. */
@Consumes(MediaType.APPLICATION_JSON)
public class JsonReader implements MessageBodyReader<JsonBody> {

  /** The largest body, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final JsonReaderFactory READERS = Json.createReaderFactory(Map.of());

  /** For the container. */
  public JsonReader() {}

  @Override
  public boolean isReadable(
      Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
    return type == JsonBody.class;
  }

  @Override
  public JsonBody readFrom(
      Class<JsonBody> type,
      Type generic,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, String> headers,
      InputStream entity)
      throws IOException {
    byte[] bytes = entity.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw Problem.tooLarge("the body must have at most " + MAX_BYTES + " bytes");
    }
    return parse(bytes);
  }

  private static JsonBody parse(byte[] bytes) {
    try (var reader =
        READERS.createReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8)) {
      JsonStructure structure = reader.read();
      if (structure instanceof JsonObject object) {
        return new JsonBody(object);
      }
    } catch (RuntimeException e) { // Parsson has one of its own for what is nested too deeply
      throw Problem.badRequest("the body is not JSON in UTF-8");
    }
    throw Problem.badRequest("the body must be a JSON object");
  }
}
