package imserver.message;

import imserver.packet.SendMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * The key by which a retry is recognized as the same message: unique for its sender.
 *
 * <p>The key of PROTOCOL.md, section 6, in 22 characters however long its parts are: the first 128
 * bits of a SHA-256 over them. That two different messages of one sender have the same key is not
 * to be expected (among a billion messages of one sender: one chance in 10^21).
 *
 * @param senderId who sent it
 * @param key base64url; of an imported message with a "~" before it
 */
record DedupeKey(long senderId, String key) {

  /** With what the keys of imported messages begin; above all that others begin with. */
  static final String IMPORTED = "~";

  private static final int BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * The key of a request; a random one where the request has nothing by which a retry could be
   * recognized.
   */
  static DedupeKey of(long senderId, SendMessage request) {
    if (request.clientMessageId() != null) {
      return new DedupeKey(senderId, hash("id", request.clientMessageId()));
    }
    if (!request.timestamp().isEmpty()) {
      return new DedupeKey(
          senderId,
          hash("packet", Long.toString(request.toId()), request.timestamp(), content(request)));
    }
    byte[] unique = new byte[BYTES];
    RANDOM.nextBytes(unique);
    return new DedupeKey(senderId, text(unique));
  }

  /**
   * The key of a message of another system: of no message that is sent here, and known by {@link
   * #IMPORTED}, with which none of these begins.
   *
   * @param importId its id there
   */
  static DedupeKey ofImported(long senderId, String importId) {
    return new DedupeKey(senderId, IMPORTED + hash("import", importId));
  }

  /** With the ids of its files, after what no text can hold. */
  private static String content(SendMessage request) {
    return request.files().isEmpty()
        ? request.content()
        : request.content() + "\0" + request.files();
  }

  /** Each part with its length before it, so that no two lists of parts read the same. */
  private static String hash(String... parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return text(Arrays.copyOf(digest.digest(), BYTES));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java platform has SHA-256", e);
    }
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
