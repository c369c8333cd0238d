package imserver.legacy;

import imserver.rest.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A form. JAX-RS's own reads one of any size into memory, and mixes in parameters of the query. */
record FormBody(Map<String, String> fields) {

  /** Of two fields with one name the first counts. */
  static FormBody parse(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String field : text.split("&", -1)) {
      String[] parts = field.split("=", 2);
      fields.putIfAbsent(decode(parts[0]), parts.length < 2 ? "" : decode(parts[1]));
    }
    return new FormBody(fields);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the body is not a form in UTF-8");
    }
  }

  /** The text of a field, "" where it is absent. */
  String text(String name) {
    return fields.getOrDefault(name, "");
  }
}
