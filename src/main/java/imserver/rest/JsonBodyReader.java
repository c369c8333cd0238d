package imserver.rest;

import jakarta.json.Json;
import jakarta.json.JsonConfig;
import jakarta.json.JsonReaderFactory;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParserFactory;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import java.io.InputStream;
import java.io.StringReader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Map;

/** Reads a {@link JsonBody}, up to a bound. */
@Consumes(MediaType.APPLICATION_JSON)
public class JsonBodyReader implements MessageBodyReader<JsonBody> {

  private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());
  private static final JsonReaderFactory READERS =
      Json.createReaderFactory(Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

  /** For the container. */
  public JsonBodyReader() {}

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
      InputStream entity) {
    return parse(BodyText.read(entity));
  }

  private static JsonBody parse(String text) {
    try {
      if (isOneObject(text)) {
        return new JsonBody(READERS.createReader(new StringReader(text)).readObject());
      }
    } catch (RuntimeException e) { // Parsson has one of its own for what is nested too deeply
      throw Problem.badRequest("the body is not JSON, or names a member twice");
    }
    throw Problem.badRequest("the body must be one JSON object");
  }

  /** The reader knows members that come twice; this, what comes after the object. */
  private static boolean isOneObject(String text) {
    try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
      if (parser.next() != Event.START_OBJECT) {
        return false;
      }
      parser.getObject(); // skipObject() of Parsson never ends where the text does
      return !parser.hasNext();
    }
  }
}
