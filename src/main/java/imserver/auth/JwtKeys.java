package imserver.auth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.JWSVerifierFactory;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import imserver.config.Config;
import imserver.config.InvalidConfigException;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.Base64;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys and the one algorithm by which tokens are verified, read from the configuration. Where
 * there is one key, a secret or a PEM, it is the key of every token, whatever {@code kid} says:
 * many identity providers write one always. A key set is searched by it.
 *
 * @param selector finds the key for a token's header; none where the header names another algorithm
 * @param verifiers makes the verifier for a key
 */
record JwtKeys(JWSKeySelector<SecurityContext> selector, JWSVerifierFactory verifiers) {

  private static final System.Logger LOG = System.getLogger(JwtKeys.class.getName());

  private static final Set<String> ALGORITHMS =
      Set.of(
          "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
          "ES384", "ES512", "EdDSA");

  private static final int JWKS_CONNECT_MILLIS = 1000;
  private static final int JWKS_READ_MILLIS = 1000;
  private static final long JWKS_REFRESH_MILLIS = 1000;
  private static final long JWKS_KEPT_MILLIS = 5 * 60 * 1000L;
  private static final int JWKS_MAX_BYTES = 512 * 1024;

  /**
   * Reads the configured key.
   *
   * @throws InvalidConfigException if there is none, or it does not fit the algorithm
   */
  static JwtKeys of(Config.Auth auth) {
    String algorithm = auth.algorithm();
    if (!ALGORITHMS.contains(algorithm)) {
      throw new InvalidConfigException(
          "IMSERVER_JWT_ALGORITHM '%s' is not one of %s"
              .formatted(algorithm, ALGORITHMS.stream().sorted().toList()));
    }
    JWSAlgorithm jws = JWSAlgorithm.parse(algorithm);
    return algorithm.startsWith("HS") ? shared(jws, auth) : published(jws, auth);
  }

  private static JwtKeys shared(JWSAlgorithm algorithm, Config.Auth auth) {
    byte[] secret = secret(algorithm, auth.secret());
    return new JwtKeys(
        new SingleKeyJWSKeySelector<>(algorithm, new SecretKeySpec(secret, "HMAC")),
        new DefaultJWSVerifierFactory());
  }

  private static byte[] secret(JWSAlgorithm algorithm, @Nullable String text) {
    if (text == null) {
      throw new InvalidConfigException(
          "IMSERVER_AUTH_MODE=jwt with %s needs IMSERVER_JWT_SECRET".formatted(algorithm));
    }
    if (text.startsWith("-----BEGIN")) {
      throw new InvalidConfigException(
          "IMSERVER_JWT_SECRET holds a PEM; set IMSERVER_JWT_PUBLIC_KEY and"
              + " IMSERVER_JWT_ALGORITHM");
    }
    byte[] secret = bytes(text);
    int hashBytes = Integer.parseInt(algorithm.getName().substring(2)) / 8;
    if (secret.length < hashBytes) { // RFC 7518, section 3.2
      throw new InvalidConfigException(
          "IMSERVER_JWT_SECRET has %d bytes, %s needs at least %d"
              .formatted(secret.length, algorithm, hashBytes));
    }
    if (WeakSecrets.contain(secret)) {
      throw new InvalidConfigException(
          "IMSERVER_JWT_SECRET is one that others can guess (an example of the documentation, or"
              + " one character repeated); make one with: openssl rand -base64 48");
    }
    return secret;
  }

  private static byte[] bytes(String text) {
    String prefix = "base64:";
    if (!text.startsWith(prefix)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(text.substring(prefix.length()));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException("IMSERVER_JWT_SECRET is not base64 after 'base64:'");
    }
  }

  private static JwtKeys published(JWSAlgorithm algorithm, Config.Auth auth) {
    if (auth.publicKey() != null) {
      Key key = PemKeys.read(algorithm, auth.publicKey());
      return new JwtKeys(new SingleKeyJWSKeySelector<>(algorithm, key), verifiers(algorithm));
    }
    if (auth.jwksUrl() != null) {
      return new JwtKeys(selector(algorithm, jwks(auth.jwksUrl())), verifiers(algorithm));
    }
    throw new InvalidConfigException(
        "IMSERVER_AUTH_MODE=jwt with %s needs IMSERVER_JWT_PUBLIC_KEY or IMSERVER_JWT_JWKS_URL"
            .formatted(algorithm));
  }

  private static JWSVerifierFactory verifiers(JWSAlgorithm algorithm) {
    return algorithm.equals(JWSAlgorithm.EdDSA)
        ? new Ed25519Verifier.Factory()
        : new DefaultJWSVerifierFactory();
  }

  private static JWSKeySelector<SecurityContext> selector(
      JWSAlgorithm algorithm, JWKSource<SecurityContext> keys) {
    return algorithm.equals(JWSAlgorithm.EdDSA)
        ? new Ed25519Verifier.Selector(keys)
        : new JWSVerificationKeySelector<>(algorithm, keys);
  }

  /**
   * Cached for five minutes, fetched again shortly before these end, or for an unknown {@code kid}
   * but at most twice in 30 seconds, and kept for an hour while the key server is down. There is
   * one attempt, since a client that connects waits for it: for {@value #JWKS_CONNECT_MILLIS} and
   * {@value #JWKS_READ_MILLIS} ms at most, and other clients meanwhile for {@value
   * #JWKS_REFRESH_MILLIS} ms.
   */
  private static JWKSource<SecurityContext> jwks(String address) {
    return JWKSourceBuilder.create(
            url(address),
            new DefaultResourceRetriever(JWKS_CONNECT_MILLIS, JWKS_READ_MILLIS, JWKS_MAX_BYTES))
        .cache(JWKS_KEPT_MILLIS, JWKS_REFRESH_MILLIS)
        .outageTolerant(60 * 60 * 1000L)
        .build();
  }

  private static URL url(String address) {
    try {
      URL url = URI.create(address).toURL();
      if (Set.of("http", "https").contains(url.getProtocol())) {
        warnOfPlainHttp(url);
        return url;
      }
    } catch (MalformedURLException | IllegalArgumentException e) {
      // refused below
    }
    throw new InvalidConfigException("IMSERVER_JWT_JWKS_URL is not an http or https address");
  }

  /** An attacker who can change the answers of such a connection can make tokens of any user. */
  private static void warnOfPlainHttp(URL url) {
    WebOrigin origin = WebOrigin.orNull("http://" + url.getAuthority());
    if (url.getProtocol().equals("http") && (origin == null || !origin.isLoopback())) {
      LOG.log(
          Level.WARNING,
          "IMSERVER_JWT_JWKS_URL is plain http to another host: anyone between can put in a key"
              + " of their own; use https");
    }
  }
}
