package imserver.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import imserver.config.Config;
import imserver.config.Configs;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Makes keys and tokens for tests. */
final class Tokens {

  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  /** Long enough for HS512. */
  static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  static final KeyPair RSA = rsa(2048);
  static final KeyPair OTHER_RSA = rsa(2048);

  private Tokens() {}

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair edwards(String curve) {
    try {
      return KeyPairGenerator.getInstance(curve).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** The 32 bytes of RFC 8032, section 5.1.2, which end the DER form. */
  static Base64URL x(PublicKey key) {
    assert key instanceof EdECPublicKey;
    byte[] der = key.getEncoded();
    return Base64URL.encode(Arrays.copyOfRange(der, der.length - 32, der.length));
  }

  /** Settings of jwt mode. */
  static Config.Auth auth(String... keysAndTexts) {
    return Configs.with(keysAndTexts).auth();
  }

  /** Settings of jwt mode with a public key. */
  static Config.Auth pemAuth(String algorithm, PublicKey key, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("IMSERVER_JWT_ALGORITHM", algorithm, "IMSERVER_JWT_PUBLIC_KEY", pem(key)));
    all.addAll(List.of(more));
    return auth(all.toArray(String[]::new));
  }

  static JwtVerifier verifier(Config.Auth auth) {
    return new JwtVerifier(auth, JwtKeys.of(auth), CLOCK);
  }

  /** Claims that are accepted, of user 42, with more at their end: {@code ,"a":1}. */
  static String claims(String more) {
    return "{\"sub\":\"42\",\"exp\":%d%s}".formatted(NOW.getEpochSecond() + 600, more);
  }

  static String hmac(String algorithm, byte[] secret, String claims) {
    try {
      return signed(algorithm, null, claims, new MACSigner(secret));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** With a {@code kid}, which most identity providers write. */
  static String hmacWithKid(String algorithm, String kid, String claims) {
    try {
      return signed(algorithm, kid, claims, new MACSigner(SECRET.getBytes(StandardCharsets.UTF_8)));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static String hs256(String claims) {
    return hmac("HS256", SECRET.getBytes(StandardCharsets.UTF_8), claims);
  }

  static String rsa(String algorithm, PrivateKey key, String kid, String claims) {
    return signed(algorithm, kid, claims, new RSASSASigner(key));
  }

  static String ec(String algorithm, PrivateKey key, String claims) {
    return ec(algorithm, key, null, claims);
  }

  static String ec(String algorithm, PrivateKey key, String kid, String claims) {
    try {
      return signed(algorithm, kid, claims, new ECDSASigner((ECPrivateKey) key));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** By hand, since Nimbus would want Google Tink. */
  static String ed25519(PrivateKey key, String kid, String claims) {
    String header =
        kid == null ? "{\"alg\":\"EdDSA\"}" : "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}".formatted(kid);
    return ed25519WithHeader(key, header, claims);
  }

  static String ed25519WithHeader(PrivateKey key, String header, String claims) {
    String input = Base64URL.encode(header) + "." + Base64URL.encode(claims);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String signed(String algorithm, String kid, String claims, JWSSigner signer) {
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).keyID(kid).build(),
            new Payload(claims));
    try {
      jws.sign(signer);
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
    return jws.serialize();
  }
}
