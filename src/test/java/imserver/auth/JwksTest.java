package imserver.auth;

import static imserver.auth.Tokens.OTHER_RSA;
import static imserver.auth.Tokens.RSA;
import static imserver.auth.Tokens.auth;
import static imserver.auth.Tokens.claims;
import static imserver.auth.Tokens.verifier;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A verifier whose keys are published as a key set")
class JwksTest {

  private final AtomicInteger fetches = new AtomicInteger();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String keys = "{\"keys\":[]}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/keys", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    fetches.incrementAndGet();
    byte[] body = keys.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void publish(JWK... jwks) {
    keys = new JWKSet(Arrays.asList(jwks)).toString();
  }

  private JwtVerifier verifierOf(String algorithm) {
    String url = "http://127.0.0.1:%d/keys".formatted(server.getAddress().getPort());
    return verifier(auth("IMSERVER_JWT_ALGORITHM", algorithm, "IMSERVER_JWT_JWKS_URL", url));
  }

  private static JWK rsaKey(KeyPair pair, String kid) {
    return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(kid).build();
  }

  private static JWK edwardsKey(KeyPair pair, String kid) {
    return new OctetKeyPair.Builder(Curve.Ed25519, Tokens.x(pair.getPublic())).keyID(kid).build();
  }

  private static String token(KeyPair pair, String kid) {
    return Tokens.rsa("RS256", pair.getPrivate(), kid, claims(""));
  }

  private static void refuses(JwtVerifier verifier, String token) {
    assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(InvalidCredentialException.class);
  }

  @Test
  @DisplayName("finds an RSA key by its kid, and fetches the set once")
  void rsa() throws Exception {
    publish(rsaKey(OTHER_RSA, "b"), rsaKey(RSA, "a"));
    JwtVerifier verifier = verifierOf("RS256");
    for (int i = 0; i < 10; i++) {
      assertThat(verifier.verify(token(RSA, "a")).userId()).isEqualTo(42);
    }
    assertThat(fetches).hasValue(1);
  }

  @Test
  @DisplayName("finds an Ed25519 key by its kid, and among several without one")
  void edwards() throws Exception {
    for (int i = 0; i < 8; i++) {
      KeyPair one = Tokens.edwards("Ed25519");
      KeyPair two = Tokens.edwards("Ed25519");
      publish(rsaKey(RSA, "r"), edwardsKey(one, "1"), edwardsKey(two, "2"));
      JwtVerifier verifier = verifierOf("EdDSA");
      assertThat(verifier.verify(Tokens.ed25519(two.getPrivate(), "2", claims(""))).userId())
          .isEqualTo(42);
      assertThat(verifier.verify(Tokens.ed25519(two.getPrivate(), null, claims(""))).userId())
          .isEqualTo(42);
      refuses(verifier, Tokens.ed25519(two.getPrivate(), "1", claims("")));
      refuses(verifier, Tokens.ed25519(Tokens.edwards("Ed25519").getPrivate(), null, claims("")));
    }
  }

  @Test
  @DisplayName("takes no key of the set for another algorithm than the configured one")
  void pinned() {
    publish(rsaKey(RSA, "a"));
    JwtVerifier verifier = verifierOf("RS256");
    refuses(verifier, Tokens.rsa("PS256", RSA.getPrivate(), "a", claims("")));
    refuses(verifier, Tokens.hmac("HS256", RSA.getPublic().getEncoded(), claims("")));
    refuses(verifierOf("EdDSA"), token(RSA, "a"));
  }

  @Test
  @DisplayName("fetches the set again for an unknown kid, after a rotation")
  void rotation() throws Exception {
    publish(rsaKey(RSA, "old"));
    JwtVerifier verifier = verifierOf("RS256");
    verifier.verify(token(RSA, "old"));
    publish(rsaKey(OTHER_RSA, "new"));

    assertThat(verifier.verify(token(OTHER_RSA, "new")).userId()).isEqualTo(42);

    assertThat(fetches).hasValue(2);
    refuses(verifier, token(RSA, "old"));
  }

  @Test
  @DisplayName("does not fetch the set for every unknown kid")
  void rateLimited() throws Exception {
    publish(rsaKey(RSA, "a"));
    JwtVerifier verifier = verifierOf("RS256");
    for (int i = 0; i < 50; i++) {
      refuses(verifier, token(OTHER_RSA, "unknown" + i));
    }
    assertThat(fetches.get()).isBetween(1, 4);
    assertThat(verifier.verify(token(RSA, "a")).userId()).isEqualTo(42);
  }

  @Test
  @DisplayName("goes on with the keys it has while the key server is down")
  void outage() throws Exception {
    publish(rsaKey(RSA, "a"));
    JwtVerifier verifier = verifierOf("RS256");
    verifier.verify(token(RSA, "a"));
    status = 503;
    keys = "down";
    refuses(verifier, token(OTHER_RSA, "b"));
    assertThat(fetches.get()).as("tried").isGreaterThan(1);
    assertThat(verifier.verify(token(RSA, "a")).userId()).isEqualTo(42);
  }

  @Test
  @DisplayName("refuses while it has no keys yet, and recovers when the key server does")
  void lateServer() throws Exception {
    status = 503;
    JwtVerifier verifier = verifierOf("RS256");
    refuses(verifier, token(RSA, "a"));
    status = 200;
    publish(rsaKey(RSA, "a"));
    assertThat(verifier.verify(token(RSA, "a")).userId()).isEqualTo(42);
  }

  @Test
  @DisplayName("refuses where the answer is not a key set")
  void notAKeySet() {
    keys = "<html>";
    refuses(verifierOf("RS256"), token(RSA, "a"));
  }
}
