package imserver.rest;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonConfig;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
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

/**
 * Reads a {@link JsonBody}: one JSON object, of at most {@link BodyText#MAX_BYTES}, in which no
 * object names a member twice.
 */
@Consumes(MediaType.APPLICATION_JSON)
public class JsonBodyReader implements MessageBodyReader<JsonBody> {

  private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

  /** A builder refuses a member that comes twice; a parser that makes an object would not. */
  private static final JsonBuilderFactory BUILDERS =
      Json.createBuilderFactory(Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

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

  /** A text that is one object. */
  static JsonBody parse(String text) {
    try (JsonParser parser = PARSERS.createParser(new StringReader(text))) {
      if (parser.next() == Event.START_OBJECT) {
        JsonObject object = object(parser);
        if (!parser.hasNext()) {
          return new JsonBody(object);
        }
      }
    } catch (RuntimeException e) { // Parsson has one of its own for what is nested too deeply
      throw Problem.badRequest("the body is not JSON, or names a member twice");
    }
    throw Problem.badRequest("the body must be one JSON object");
  }

  private static JsonObject object(JsonParser parser) {
    JsonObjectBuilder object = BUILDERS.createObjectBuilder();
    while (parser.next() == Event.KEY_NAME) {
      String name = parser.getString();
      object.add(name, value(parser, parser.next()));
    }
    return object.build();
  }

  private static JsonArray array(JsonParser parser) {
    JsonArrayBuilder array = BUILDERS.createArrayBuilder();
    for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
      array.add(value(parser, event));
    }
    return array.build();
  }

  private static JsonValue value(JsonParser parser, Event event) {
    return switch (event) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      default -> parser.getValue();
    };
  }
}
