package imserver.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Frames as nobody can read or make them who does not know the secret of the installation: AES-256
 * in Galois counter mode (NIST SP 800-38D), with a random initialization vector of 96 bits each,
 * which is good for 2^32 frames of one key with a chance of 2^-32 that two are the same (section
 * 8.3). For several threads.
 */
final class FrameSeal {

  /** How many bytes of text fit into so many of a sealed frame. */
  static int capacity(int sealedBytes) {
    return sealedBytes / 4 * 3 - IV_BYTES - TAG_BITS / Byte.SIZE;
  }

  private static final int IV_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String CIPHER = "AES/GCM/NoPadding";

  private final SecureRandom random = new SecureRandom();
  private final SecretKey key;

  FrameSeal(String secret) {
    try {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      key = new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(bytes), "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  String seal(String frame) {
    byte[] iv = new byte[IV_BYTES];
    random.nextBytes(iv);
    byte[] text = frame.getBytes(StandardCharsets.UTF_8);
    byte[] sealed = new byte[IV_BYTES + text.length + TAG_BITS / Byte.SIZE];
    System.arraycopy(iv, 0, sealed, 0, IV_BYTES);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, iv);
      int unused = cipher.doFinal(text, 0, text.length, sealed, IV_BYTES);
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
    if (bytes.length < IV_BYTES) {
      throw new IllegalArgumentException("too short for a frame");
    }
    byte[] iv = new byte[IV_BYTES];
    System.arraycopy(bytes, 0, iv, 0, IV_BYTES);
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, iv);
      return new String(
          cipher.doFinal(bytes, IV_BYTES, bytes.length - IV_BYTES), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not sealed by a server on this database", e);
    }
  }

  private Cipher cipher(int mode, byte[] iv) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
    return cipher;
  }
}
