package imserver.rest;

import imserver.packet.StorableText;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object from a client, read member by member. What is not as it has to be is a {@link
 * Problem} that names the member. Unknown members are ignored.
 */
public final class JsonBody {

  private final JsonObject object;

  JsonBody(JsonObject object) {
    this.object = object;
  }

  /**
   * A text, "" where it is absent or null.
   *
   * @param maxLength the most code points
   */
  public String text(String name, int maxLength) {
    String text = optionalText(name, maxLength);
    return text == null ? "" : text;
  }

  /** A text, or null. */
  public @Nullable String optionalText(String name, int maxLength) {
    JsonValue value = get(name);
    return value == null ? null : text(value, name, maxLength);
  }

  private static String text(JsonValue value, String name, int maxLength) {
    if (!(value instanceof JsonString string)) {
      throw Problem.badRequest(name + " must be a text");
    }
    String text = string.getString();
    if (!StorableText.isStorable(text)) {
      throw Problem.badRequest(name + " must not hold U+0000 or half a character");
    }
    if (text.codePointCount(0, text.length()) > maxLength) {
      throw Problem.badRequest(name + " must have at most " + maxLength + " characters");
    }
    return text;
  }

  /**
   * One of some texts.
   *
   * @param named finds what a text stands for
   * @param texts how they are shown where it is none of them
   */
  <T> T oneOf(String name, Function<String, Optional<T>> named, String texts) {
    Optional<T> found =
        get(name) instanceof JsonString string ? named.apply(string.getString()) : Optional.empty();
    return found.orElseThrow(() -> Problem.badRequest(name + " must be one of " + texts));
  }

  /** {@code true} or {@code false}, or null where it is absent or null. */
  @Nullable Boolean optionalFlag(String name) {
    JsonValue value = get(name);
    if (value == null) {
      return null;
    }
    if (value != JsonValue.TRUE && value != JsonValue.FALSE) {
      throw Problem.badRequest(name + " must be true or false");
    }
    return value == JsonValue.TRUE;
  }

  /** Whether the member is the number 0. */
  boolean isZero(String name) {
    return get(name) instanceof JsonNumber number && number.toString().equals("0");
  }

  /**
   * A time: ISO 8601 with its offset from UTC, or milliseconds since 1970, as a number or digits in
   * a text.
   */
  OffsetDateTime time(String name) {
    JsonValue value = get(name);
    String text =
        value instanceof JsonString string
            ? string.getString()
            : value == null ? "" : value.toString();
    try {
      return text.matches("-?\\d{1,15}")
          ? Instant.ofEpochMilli(Long.parseLong(text)).atOffset(ZoneOffset.UTC)
          : OffsetDateTime.parse(text)
              .withOffsetSameInstant(ZoneOffset.UTC)
              .truncatedTo(ChronoUnit.MILLIS);
    } catch (DateTimeException e) {
      throw Problem.badRequest(
          name + " must be a time as 2020-01-02T03:04:05Z, or milliseconds since 1970");
    }
  }

  /** A positive id, as a number or digits in a text. */
  public long id(String name) {
    JsonValue value = get(name);
    if (value == null) {
      throw Problem.badRequest(name + " is missing");
    }
    return id(value, name);
  }

  /**
   * Ids.
   *
   * @param min the fewest
   * @param max the most
   */
  public List<Long> ids(String name, int min, int max) {
    return array(name, min, max).stream().map(value -> id(value, name)).toList();
  }

  /** The same; none where it is absent or null. */
  public List<Long> optionalIds(String name, int max) {
    return get(name) == null ? List.of() : ids(name, 0, max);
  }

  /**
   * Texts.
   *
   * @param max the most
   * @param maxLength the most code points of each
   */
  public List<String> texts(String name, int max, int maxLength) {
    return array(name, 0, max).stream()
        .map(value -> text(value, "each of " + name, maxLength))
        .toList();
  }

  /** Objects, at least one. */
  public List<JsonBody> objects(String name, int max) {
    return array(name, 1, max).stream()
        .map(
            value -> {
              if (!(value instanceof JsonObject element)) {
                throw Problem.badRequest(name + " must be an array of objects");
              }
              return new JsonBody(element);
            })
        .toList();
  }

  /** Whether the member is this text. */
  boolean is(String name, String text) {
    return get(name) instanceof JsonString string && string.getString().equals(text);
  }

  private JsonArray array(String name, int min, int max) {
    if (!(get(name) instanceof JsonArray array)) {
      throw Problem.badRequest(name + " must be an array");
    }
    if (array.size() < min || array.size() > max) {
      throw Problem.badRequest(name + " must have " + min + " to " + max + " elements");
    }
    return array;
  }

  private static long id(JsonValue value, String name) {
    if (value instanceof JsonNumber number) {
      return positive(number.bigDecimalValue(), name);
    }
    if (value instanceof JsonString string) {
      return Parameters.id(name, string.getString());
    }
    throw Problem.badRequest(name + " must be an id");
  }

  private static long positive(BigDecimal number, String name) {
    boolean fits =
        number.precision() <= 19 && number.scale() == 0; // no 1e2: it is not decimal digits
    if (fits) {
      try {
        long id = number.longValueExact();
        if (id > 0) {
          return id;
        }
      } catch (ArithmeticException e) {
        // answered below
      }
    }
    throw Problem.badRequest(name + " must be a positive integer");
  }

  /** Null also where it is JSON's null. */
  private @Nullable JsonValue get(String name) {
    JsonValue value = object.get(name);
    return value == null || value.getValueType() == JsonValue.ValueType.NULL ? null : value;
  }
}
