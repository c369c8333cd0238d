package imserver.web;

import java.util.Collection;
import java.util.Locale;

/** What a client says of the content codings that it takes: RFC 9110, section 12.5.3. */
final class AcceptEncoding {

  private AcceptEncoding() {}

  /**
   * Whether a client takes gzip.
   *
   * @param headers the values of its {@code Accept-Encoding}
   */
  static boolean takesGzip(Collection<String> headers) {
    boolean any = false;
    for (String coding : String.join(",", headers).split(",", -1)) {
      String[] parts = coding.toLowerCase(Locale.ROOT).split(";", 2);
      String name = parts[0].strip();
      boolean taken = parts.length == 1 || !isZero(parts[1]);
      if (name.equals("gzip") || name.equals("x-gzip")) {
        return taken;
      }
      any |= name.equals("*") && taken;
    }
    return any;
  }

  private static boolean isZero(String parameter) {
    return parameter.replaceAll("\\s", "").matches("q=0(\\.0*)?");
  }
}
