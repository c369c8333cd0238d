package imserver.auth;

import static imserver.auth.Tokens.RSA;
import static imserver.auth.Tokens.auth;
import static imserver.auth.Tokens.pem;
import static imserver.auth.Tokens.pemAuth;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The keys of jwt mode refuse to start with")
class JwtKeysTest {

  private static AbstractThrowableAssert<?, ? extends Throwable> starting(Config.Auth auth) {
    return assertThatThrownBy(() -> JwtKeys.of(auth)).isInstanceOf(InvalidConfigException.class);
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"none", "hs256", "HS1", "RSA", "EdDSA ", "Ed25519", "ES256K"})
  @DisplayName("an algorithm that is not one of those in the list:")
  void unknownAlgorithm(String algorithm) {
    Config.Auth auth =
        new Config.Auth(
            Config.AuthMode.JWT,
            algorithm,
            Tokens.SECRET,
            null,
            null,
            null,
            null,
            "sub",
            "roles",
            "service",
            null,
            0,
            null,
            "moderator",
            "metrics");
    starting(auth).hasMessageContaining("IMSERVER_JWT_ALGORITHM").hasMessageContaining("HS256");
  }

  @Nested
  @DisplayName("a shared secret that is")
  class Secret {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    @DisplayName("absent:")
    void none(String algorithm) {
      starting(auth("IMSERVER_JWT_ALGORITHM", algorithm))
          .hasMessageContaining("IMSERVER_JWT_SECRET");
    }

    @ParameterizedTest(name = "[{index}] {0} with {1} bytes")
    @CsvSource({"HS256, 31", "HS384, 47", "HS512, 63"})
    @DisplayName("shorter than the hash:")
    void tooShort(String algorithm, int bytes) {
      starting(auth("IMSERVER_JWT_ALGORITHM", algorithm, "IMSERVER_JWT_SECRET", "s".repeat(bytes)))
          .hasMessageContaining("IMSERVER_JWT_SECRET")
          .hasMessageNotContaining("ssss");
    }

    @ParameterizedTest(name = "[{index}] {0} with {1} bytes")
    @CsvSource({"HS256, 32", "HS384, 48", "HS512, 64"})
    @DisplayName("not: but start with one that is as long as the hash:")
    void longEnough(String algorithm, int bytes) {
      assertThat(
              JwtKeys.of(
                  auth(
                      "IMSERVER_JWT_ALGORITHM",
                      algorithm,
                      "IMSERVER_JWT_SECRET",
                      "secret".repeat(11).substring(0, bytes))))
          .isNotNull();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "at least 32 bytes, shared with your application",
          " at least 32 bytes, shared with your application ",
          "base64:YXQgbGVhc3QgMzIgYnl0ZXMsIHNoYXJlZCB3aXRoIHlvdXIgYXBwbGljYXRpb24=",
          "ssssssssssssssssssssssssssssssssssssssss",
          "密密密密密密密密密密密",
          "base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "base64://////////////////////////////////////////8=",
          "base64:5a+G5a+G5a+G5a+G5a+G5a+G5a+G5a+G5a+G5a+G5a+G"
        })
    @DisplayName("an example of the documentation, or one character repeated:")
    void guessable(String secret) {
      starting(auth("IMSERVER_JWT_SECRET", secret))
          .hasMessageContaining("IMSERVER_JWT_SECRET")
          .hasMessageContaining("openssl rand -base64 48")
          .hasMessageNotContaining(secret);
    }

    @Test
    @DisplayName("bytes, but starts with different ones that are no text")
    void bytes() {
      byte[] secret = new byte[32];
      Arrays.fill(secret, (byte) 0xfe);
      secret[31] = (byte) 0xff;
      String text = "base64:" + Base64.getEncoder().encodeToString(secret);
      assertThat(JwtKeys.of(auth("IMSERVER_JWT_SECRET", text))).isNotNull();
    }

    @Test
    @DisplayName("short once its base64 is decoded")
    void shortBase64() {
      String text = Base64.getEncoder().encodeToString(new byte[31]);
      starting(auth("IMSERVER_JWT_SECRET", "base64:" + text))
          .hasMessageContaining("IMSERVER_JWT_SECRET")
          .hasMessageNotContaining(text);
    }

    @Test
    @DisplayName("bad base64")
    void badBase64() {
      String text = "*".repeat(80);
      starting(auth("IMSERVER_JWT_SECRET", "base64:" + text))
          .hasMessageContaining("IMSERVER_JWT_SECRET")
          .hasMessageNotContaining("****");
    }

    @Test
    @DisplayName("a PEM")
    void pemAsSecret() {
      starting(auth("IMSERVER_JWT_SECRET", pem(RSA.getPublic())))
          .hasMessageContaining("IMSERVER_JWT_SECRET")
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }
  }

  @Nested
  @DisplayName("a public key that is")
  class PublicKey {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"RS256", "PS512", "ES256", "EdDSA"})
    @DisplayName("absent:")
    void none(String algorithm) {
      starting(auth("IMSERVER_JWT_ALGORITHM", algorithm))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY")
          .hasMessageContaining("IMSERVER_JWT_JWKS_URL");
    }

    @Test
    @DisplayName("a private key")
    void privateKey() {
      String pem = pem(RSA.getPublic()).replace("PUBLIC", "PRIVATE");
      starting(auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_PUBLIC_KEY", pem))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
          "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
          "-----BEGIN PUBLIC KEY-----\nAAAA",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        })
    @DisplayName("a broken PEM:")
    void broken(String pem) {
      starting(auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_PUBLIC_KEY", pem))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }

    @Test
    @DisplayName("a path to no file, or to a file without a key")
    void file(@TempDir Path folder) throws Exception {
      Path empty = Files.createFile(folder.resolve("empty.pem"));
      for (Path path : new Path[] {folder.resolve("none.pem"), empty, folder}) {
        starting(
                auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_PUBLIC_KEY", path.toString()))
            .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
      }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"RS256", "PS256", "EdDSA"})
    @DisplayName("of another kind than the algorithm:")
    void otherKind(String algorithm) {
      starting(pemAuth(algorithm, Tokens.ec("secp256r1").getPublic()))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY")
          .hasMessageContaining(algorithm);
    }

    @Test
    @DisplayName("RSA where the algorithm wants a curve")
    void rsaForCurve() {
      starting(pemAuth("ES256", RSA.getPublic())).hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
      starting(pemAuth("EdDSA", RSA.getPublic())).hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }

    @Test
    @DisplayName("RSA with fewer than 2048 bits")
    void shortRsa() {
      starting(pemAuth("RS256", Tokens.rsa(1024).getPublic()))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }

    @ParameterizedTest(name = "[{index}] {0} with {1}")
    @CsvSource({"ES256, secp384r1", "ES384, secp256r1", "ES512, secp384r1"})
    @DisplayName("on the wrong curve:")
    void wrongCurve(String algorithm, String curve) {
      starting(pemAuth(algorithm, Tokens.ec(curve).getPublic()))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }

    @Test
    @DisplayName("Ed448, which is EdDSA but not the curve that is accepted")
    void ed448() {
      starting(pemAuth("EdDSA", Tokens.edwards("Ed448").getPublic()))
          .hasMessageContaining("IMSERVER_JWT_PUBLIC_KEY");
    }
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"keys", "ftp://host/keys", "file:///etc/passwd", "http//host", "::"})
  @DisplayName("an address of a key set that is not of the web:")
  void jwksUrl(String url) {
    starting(auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_JWKS_URL", url))
        .hasMessageContaining("IMSERVER_JWT_JWKS_URL");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource({
    "http://keys.example/jwks, 1",
    "http://127.0.0.1.example/jwks, 1",
    "HTTP://10.0.0.1:8080/jwks, 1",
    "https://keys.example/jwks, 0",
    "http://localhost:8080/jwks, 0",
    "http://127.0.0.1/jwks, 0",
    "http://[::1]/jwks, 0"
  })
  @DisplayName("none of these: but warn where a key set comes over plain http from another host:")
  void plainHttp(String url, int warnings) {
    try (Warnings log = new Warnings(JwtKeys.class)) {
      JwtKeys.of(auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_JWKS_URL", url));
      assertThat(log.lines).hasSize(warnings).allMatch(line -> line.contains("https"));
    }
  }
}
