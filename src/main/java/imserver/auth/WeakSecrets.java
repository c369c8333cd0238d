package imserver.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Secrets that are long enough for the hash, but easy to guess. */
final class WeakSecrets {

  /** The examples of the documentation, of earlier versions too. */
  private static final List<String> EXAMPLES =
      List.of("at least 32 bytes, shared with your application");

  /** The character that replaces bytes that are not UTF-8. */
  private static final char REPLACEMENT = 0xfffd;

  private WeakSecrets() {}

  /** Whether {@code secret} is an example of the documentation, or one character repeated. */
  static boolean contain(byte[] secret) {
    String text = new String(secret, StandardCharsets.UTF_8);
    return EXAMPLES.contains(text.strip()) || isOneCharacter(text) || isOneByte(secret);
  }

  /** Not where the bytes are not UTF-8: then different ones become the same character. */
  private static boolean isOneCharacter(String text) {
    return text.indexOf(REPLACEMENT) < 0 && text.codePoints().distinct().limit(2).count() == 1;
  }

  private static boolean isOneByte(byte[] secret) {
    byte[] repeated = new byte[secret.length];
    Arrays.fill(repeated, secret[0]);
    return Arrays.equals(secret, repeated);
  }
}
