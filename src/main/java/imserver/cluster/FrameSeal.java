package imserver.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Frames as nobody can read or make them who does not know the secret of the installation: AES-256
 * in Galois counter mode (NIST SP 800-38D), with a random initialization vector of 96 bits each.
 * With one key these are good for 2^32 frames (section 8.3), which busy servers send in days. So
 * each frame has a key of its own, of the secret and a further 96 random bits, and the secret need
 * not be changed: two of 2^80 frames have the same key and vector with a chance of 2^-32. For
 * several threads.
 *
 * <p>It does not show that a frame is sent once more by somebody who has kept it. The numbers of
 * the changes show that.
 */
final class FrameSeal {

  /** How many bytes of text fit into so many of a sealed frame. */
  static int capacity(int sealedBytes) {
    return sealedBytes / 4 * 3 - HEADER_BYTES - TAG_BITS / Byte.SIZE;
  }

  private static final int SALT_BYTES = 12;
  private static final int IV_BYTES = 12;

  /** What comes before the text: the salt of its key, and the initialization vector. */
  private static final int HEADER_BYTES = SALT_BYTES + IV_BYTES;

  private static final int TAG_BITS = 128;
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final String MAC = "HmacSHA256";

  private final SecureRandom random = new SecureRandom();
  private final SecretKey secret;

  FrameSeal(String secret) {
    this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), MAC);
  }

  String seal(String frame) {
    byte[] header = new byte[HEADER_BYTES];
    random.nextBytes(header);
    byte[] text = frame.getBytes(StandardCharsets.UTF_8);
    byte[] sealed = new byte[HEADER_BYTES + text.length + TAG_BITS / Byte.SIZE];
    System.arraycopy(header, 0, sealed, 0, HEADER_BYTES);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, header);
      int unused = cipher.doFinal(text, 0, text.length, sealed, HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES in GCM", e);
    }
    return Base64.getEncoder().encodeToString(sealed);
  }

  /**
   * The frame that was sealed.
   *
   * @throws IllegalArgumentException if it was not sealed with this secret
   */
  String open(String sealed) {
    byte[] bytes = Base64.getDecoder().decode(sealed);
    if (bytes.length < HEADER_BYTES) {
      throw new IllegalArgumentException("too short for a frame");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, bytes);
      return new String(
          cipher.doFinal(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not sealed by a server on this database", e);
    }
  }

  /** For the frame that begins with this header. */
  private Cipher cipher(int mode, byte[] header) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(MAC);
    mac.init(secret);
    mac.update(header, 0, SALT_BYTES);
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(
        mode,
        new SecretKeySpec(mac.doFinal(), "AES"),
        new GCMParameterSpec(TAG_BITS, header, SALT_BYTES, IV_BYTES));
    return cipher;
  }
}
