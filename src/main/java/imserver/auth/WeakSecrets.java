package imserver.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Secrets that are long enough for the hash, and no secrets. */
final class WeakSecrets {

  /** What the documentation had as an example, also in earlier versions. */
  private static final List<String> EXAMPLES =
      List.of("at least 32 bytes, shared with your application");

  /** What takes the place of bytes that are no UTF-8. */
  private static final char REPLACEMENT = 0xfffd;

  private WeakSecrets() {}

  /** Whether {@code secret} is an example of the documentation, or one character repeated. */
  static boolean contain(byte[] secret) {
    String text = new String(secret, StandardCharsets.UTF_8);
    return EXAMPLES.contains(text.strip()) || isOneCharacter(text) || isOneByte(secret);
  }

  /** Not where the bytes are no UTF-8: then many of them become one character. */
  private static boolean isOneCharacter(String text) {
    return text.indexOf(REPLACEMENT) < 0 && text.codePoints().distinct().limit(2).count() == 1;
  }

  private static boolean isOneByte(byte[] secret) {
    byte[] repeated = new byte[secret.length];
    Arrays.fill(repeated, secret[0]);
    return Arrays.equals(secret, repeated);
  }
}
