package imserver.auth;

import com.nimbusds.jose.JWSAlgorithm;
import imserver.config.InvalidConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a public key from a PEM (RFC 7468): a {@code PUBLIC KEY} or a {@code CERTIFICATE}. */
final class PemKeys {

  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN (PUBLIC KEY|CERTIFICATE)-----(.+?)-----END \\1-----", Pattern.DOTALL);

  private static final int MIN_RSA_BITS = 2048; // RFC 7518, section 3.3

  /** The order of the curve that goes with an algorithm, in bits (RFC 7518, section 3.4). */
  private static final Map<String, Integer> CURVE_BITS =
      Map.of("ES256", 256, "ES384", 384, "ES512", 521);

  private PemKeys() {}

  /**
   * The public key for {@code algorithm}.
   *
   * @param pemOrPath a PEM, with line breaks or with {@code \n} in their place, or the path of a
   *     file with one
   * @throws InvalidConfigException if there is none, or it does not fit the algorithm
   */
  static PublicKey read(JWSAlgorithm algorithm, String pemOrPath) {
    String pem =
        pemOrPath.contains("-----BEGIN") ? pemOrPath.replace("\\n", "\n") : file(pemOrPath);
    Matcher matcher = PEM.matcher(pem);
    if (!matcher.find()) {
      throw invalid("holds no 'BEGIN PUBLIC KEY' or 'BEGIN CERTIFICATE'");
    }
    PublicKey key = decode(algorithm, matcher.group(1), matcher.group(2));
    if (!fits(algorithm, key)) {
      throw invalid("does not fit the algorithm " + algorithm);
    }
    return key;
  }

  private static String file(String path) {
    try {
      return Files.readString(Path.of(path), StandardCharsets.US_ASCII);
    } catch (IOException | InvalidPathException e) {
      throw invalid("is neither a PEM nor a readable file");
    }
  }

  private static PublicKey decode(JWSAlgorithm algorithm, String label, String base64) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      return label.equals("CERTIFICATE")
          ? CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der))
              .getPublicKey()
          : KeyFactory.getInstance(family(algorithm)).generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw invalid("cannot be read as a key for " + algorithm);
    }
  }

  private static String family(JWSAlgorithm algorithm) {
    if (algorithm.equals(JWSAlgorithm.EdDSA)) {
      return "Ed25519";
    }
    return algorithm.getName().startsWith("ES") ? "EC" : "RSA";
  }

  private static boolean fits(JWSAlgorithm algorithm, PublicKey key) {
    return switch (family(algorithm)) {
      case "RSA" -> key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= MIN_RSA_BITS;
      case "EC" ->
          key instanceof ECPublicKey ec
              && Objects.equals(
                  CURVE_BITS.get(algorithm.getName()), ec.getParams().getOrder().bitLength());
      default -> Ed25519Verifier.isEd25519(key);
    };
  }

  private static InvalidConfigException invalid(String what) {
    return new InvalidConfigException("IMSERVER_JWT_PUBLIC_KEY " + what);
  }
}
