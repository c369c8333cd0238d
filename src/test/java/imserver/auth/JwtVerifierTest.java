package imserver.auth;

import static imserver.auth.Tokens.NOW;
import static imserver.auth.Tokens.OTHER_RSA;
import static imserver.auth.Tokens.RSA;
import static imserver.auth.Tokens.SECRET;
import static imserver.auth.Tokens.auth;
import static imserver.auth.Tokens.claims;
import static imserver.auth.Tokens.hs256;
import static imserver.auth.Tokens.pem;
import static imserver.auth.Tokens.pemAuth;
import static imserver.auth.Tokens.verifier;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.util.Base64URL;
import imserver.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A JWT verifier")
class JwtVerifierTest {

  private static final Config.Auth HS256 = auth("IMSERVER_JWT_SECRET", SECRET);

  /** The refusal of a token, which has nothing of the token. */
  private static String refusal(Config.Auth auth, String token) {
    Throwable thrown = catchThrowable(() -> verifier(auth).verify(token));
    assertThat(thrown).isInstanceOf(InvalidCredentialException.class).hasNoCause();
    if (!token.isEmpty()) {
      assertThat(thrown.getMessage()).doesNotContain(token);
    }
    for (String part : token.split("\\.")) {
      for (int i = 0; i + 6 <= part.length(); i += 6) {
        assertThat(thrown.getMessage()).doesNotContain(part.substring(i, i + 6));
      }
    }
    assertThat(thrown.getMessage()).doesNotContain("secretive");
    return thrown.getMessage();
  }

  private static void refuses(String token) {
    refusal(HS256, token);
  }

  private static UserPrincipal accepted(Config.Auth auth, String token) throws Exception {
    UserPrincipal user = verifier(auth).verify(token);
    assertThat(user.userId()).isEqualTo(42);
    return user;
  }

  @Nested
  @DisplayName("accepts a token that is signed with")
  class Signed {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    @DisplayName("a shared secret:")
    void hmac(String algorithm) throws Exception {
      Config.Auth auth = auth("IMSERVER_JWT_ALGORITHM", algorithm, "IMSERVER_JWT_SECRET", SECRET);
      accepted(auth, Tokens.hmac(algorithm, SECRET.getBytes(UTF_8), claims("")));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    @DisplayName("the one shared secret, whatever kid it names:")
    void hmacWithKid(String algorithm) throws Exception {
      Config.Auth auth = auth("IMSERVER_JWT_ALGORITHM", algorithm, "IMSERVER_JWT_SECRET", SECRET);
      accepted(auth, Tokens.hmacWithKid(algorithm, "2026-11", claims("")));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"RS256", "PS256", "ES256", "EdDSA"})
    @DisplayName("the one public key, whatever kid it names:")
    void publicKeyWithKid(String algorithm) throws Exception {
      KeyPair keys =
          switch (algorithm) {
            case "ES256" -> Tokens.ec("secp256r1");
            case "EdDSA" -> Tokens.edwards("Ed25519");
            default -> RSA;
          };
      String token =
          switch (algorithm) {
            case "ES256" -> Tokens.ec(algorithm, keys.getPrivate(), "k", claims(""));
            case "EdDSA" -> Tokens.ed25519(keys.getPrivate(), "k", claims(""));
            default -> Tokens.rsa(algorithm, keys.getPrivate(), "k", claims(""));
          };
      accepted(pemAuth(algorithm, keys.getPublic()), token);
    }

    @Test
    @DisplayName("a shared secret that is written in base64")
    void base64Secret() throws Exception {
      byte[] secret = new byte[32];
      secret[0] = (byte) 0xfe;
      Config.Auth auth =
          auth("IMSERVER_JWT_SECRET", "base64:" + Base64.getEncoder().encodeToString(secret));
      accepted(auth, Tokens.hmac("HS256", secret, claims("")));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    @DisplayName("an RSA key:")
    void rsa(String algorithm) throws Exception {
      accepted(
          pemAuth(algorithm, RSA.getPublic()),
          Tokens.rsa(algorithm, RSA.getPrivate(), null, claims("")));
    }

    @ParameterizedTest(name = "[{index}] {0} with {1}")
    @CsvSource({"ES256, secp256r1", "ES384, secp384r1", "ES512, secp521r1"})
    @DisplayName("an elliptic curve key:")
    void ec(String algorithm, String curve) throws Exception {
      KeyPair keys = Tokens.ec(curve);
      accepted(
          pemAuth(algorithm, keys.getPublic()),
          Tokens.ec(algorithm, keys.getPrivate(), claims("")));
    }

    @Test
    @DisplayName("an Ed25519 key, whatever the parity of its point")
    void ed25519() throws Exception {
      for (int i = 0; i < 8; i++) {
        KeyPair keys = Tokens.edwards("Ed25519");
        accepted(
            pemAuth("EdDSA", keys.getPublic()),
            Tokens.ed25519(keys.getPrivate(), null, claims("")));
      }
    }

    @Test
    @DisplayName("the key of a PEM whose line breaks are written as \\n")
    void escapedLineBreaks() throws Exception {
      Config.Auth auth =
          auth(
              "IMSERVER_JWT_ALGORITHM",
              "RS256",
              "IMSERVER_JWT_PUBLIC_KEY",
              pem(RSA.getPublic()).replace("\n", "\\n"));
      accepted(auth, Tokens.rsa("RS256", RSA.getPrivate(), null, claims("")));
    }

    @Test
    @DisplayName("the key of a PEM that lies in a file")
    void pemFile(@TempDir Path folder) throws Exception {
      Path file = folder.resolve("key.pem");
      Files.writeString(file, "a comment\n" + pem(RSA.getPublic()));
      Config.Auth auth =
          auth("IMSERVER_JWT_ALGORITHM", "RS256", "IMSERVER_JWT_PUBLIC_KEY", file.toString());
      accepted(auth, Tokens.rsa("RS256", RSA.getPrivate(), null, claims("")));
    }
  }

  @Nested
  @DisplayName("reads from the claims")
  class Claims {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"\"7\"", "7", "\"007\""})
    @DisplayName("the user id in sub, as text or number:")
    void sub(String value) throws Exception {
      String token = hs256("{\"sub\":%s,\"exp\":%d}".formatted(value, NOW.getEpochSecond() + 1));
      assertThat(verifier(HS256).verify(token).userId()).isEqualTo(7);
    }

    @Test
    @DisplayName("the largest user id there is")
    void largest() throws Exception {
      String token =
          hs256("{\"sub\":\"9223372036854775807\",\"exp\":%d}".formatted(NOW.getEpochSecond() + 1));
      assertThat(verifier(HS256).verify(token).userId()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"\"9223372036854775807\"", "9223372036854775807"})
    @DisplayName("the user id in the claim that the configuration names, not in sub:")
    void customClaim(String value) throws Exception {
      Config.Auth auth =
          auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_JWT_USER_CLAIM", "CLAIM_KEY_USER_ID");
      String token = hs256(claims(",\"CLAIM_KEY_USER_ID\":" + value));
      assertThat(verifier(auth).verify(token).userId()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("name, picture and when the token ends")
    void profile() throws Exception {
      UserPrincipal user =
          accepted(HS256, hs256(claims(",\"name\":\"李雷\",\"picture\":\"https://e.org/a.png\"")));
      assertThat(user)
          .isEqualTo(new UserPrincipal(42, "李雷", "https://e.org/a.png", NOW.plusSeconds(600)));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {"javascript:alert(1)", " JavaScript:alert(1)", "data:image/svg+xml,x", "blob:x"})
    @DisplayName("no avatar that a page must not load, and the token all the same:")
    void noScript(String picture) throws Exception {
      UserPrincipal user =
          accepted(HS256, hs256(claims(",\"name\":\"n\",\"picture\":\"%s\"".formatted(picture))));
      assertThat(user.avatar()).isNull();
      assertThat(user.userName()).isEqualTo("n");
    }

    @Test
    @DisplayName("when the token was issued and to whom, where it says")
    void issued() throws Exception {
      long then = NOW.getEpochSecond() - 5;
      assertThat(accepted(HS256, hs256(claims(",\"iat\":" + then))).issuedAt())
          .isEqualTo(NOW.minusSeconds(5).truncatedTo(ChronoUnit.SECONDS));
      assertThat(accepted(HS256, hs256(claims(""))).issuedAt()).isNull();
      assertThat(accepted(HS256, hs256(claims(""))).subject()).isEqualTo("42");
    }

    @Test
    @DisplayName("whether it is the host application, by a role in a list, a text or an object")
    void service() throws Exception {
      for (String role :
          List.of(
              "\"roles\":[\"a\",\"imserver-service\"]",
              "\"roles\":\"imserver-service\"",
              "\"roles\":\"a imserver-service b\"")) {
        assertThat(verifier(HS256).verify(hs256(claims("," + role))).service()).as(role).isTrue();
      }
      for (String role :
          List.of(
              "\"roles\":[]",
              "\"roles\":[[\"imserver-service\"]]",
              "\"roles\":\"imserver-service2\"",
              "\"roles\":{\"imserver-service\":true}",
              "\"role\":\"imserver-service\"",
              "\"roles\":null")) {
        assertThat(verifier(HS256).verify(hs256(claims("," + role))).service()).as(role).isFalse();
      }
      Config.Auth nested =
          auth(
              "IMSERVER_JWT_SECRET", SECRET,
              "IMSERVER_SERVICE_CLAIM", "realm_access.roles",
              "IMSERVER_SERVICE_ROLE", "im");
      assertThat(
              verifier(nested)
                  .verify(hs256(claims(",\"realm_access\":{\"roles\":[\"im\"]}")))
                  .service())
          .isTrue();
      assertThat(verifier(nested).verify(hs256(claims(",\"realm_access.roles\":\"im\""))).service())
          .isTrue();
      assertThat(verifier(nested).verify(hs256(claims(",\"realm_access\":\"im\""))).service())
          .isFalse();
    }

    @Test
    @DisplayName("whether it is a moderator, by another role of the same claim, and then no host")
    void moderator() throws Exception {
      UserPrincipal user =
          verifier(HS256).verify(hs256(claims(",\"roles\":[\"a\",\"imserver-moderator\"]")));
      assertThat(user.moderator()).isTrue();
      assertThat(user.service()).isFalse();
      UserPrincipal host = verifier(HS256).verify(hs256(claims(",\"roles\":\"imserver-service\"")));
      assertThat(host.moderator()).isFalse();
      Config.Auth other = auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_MODERATOR_ROLE", "warden");
      assertThat(verifier(other).verify(hs256(claims(",\"roles\":\"warden\""))).moderator())
          .isTrue();
      assertThat(
              catchThrowable(
                  () ->
                      verifier(HS256)
                          .verify(
                              hs256(
                                  "{\"sub\":\"staff\",\"exp\":%d,\"roles\":\"imserver-moderator\"}"
                                      .formatted(NOW.getEpochSecond() + 600)))))
          .as("who is no user")
          .isInstanceOf(InvalidCredentialException.class);
    }

    @Test
    @DisplayName("the host application also where it is no user, and then no user")
    void serviceWithoutUser() throws Exception {
      String token =
          hs256(
              "{\"sub\":\"backend\",\"exp\":%d,\"roles\":[\"imserver-service\"]}"
                  .formatted(Tokens.NOW.getEpochSecond() + 600));
      UserPrincipal host = verifier(HS256).verify(token);
      assertThat(host.service()).isTrue();
      assertThat(host.isUser()).isFalse();
      assertThat(catchThrowable(() -> verifier(HS256).verifyUser(token)))
          .isInstanceOf(InvalidCredentialException.class);
    }

    @Test
    @DisplayName("no name and no avatar where there are none")
    void noProfile() throws Exception {
      UserPrincipal user = accepted(HS256, hs256(claims("")));
      assertThat(user.userName()).isNull();
      assertThat(user.avatar()).isNull();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"\" \"", "17", "\"a\\u0000b\"", "\"\\ud800\"", "null", "[]"})
    @DisplayName("no name and no avatar where they cannot be stored:")
    void unusableProfile(String value) throws Exception {
      UserPrincipal user =
          accepted(HS256, hs256(claims(",\"name\":%1$s,\"picture\":%1$s".formatted(value))));
      assertThat(user.userName()).isNull();
      assertThat(user.avatar()).isNull();
    }

    @Test
    @DisplayName("the first 255 characters of a long name, and no longer avatar than 2048")
    void longProfile() throws Exception {
      String longName = "😀".repeat(256);
      String longest = "a".repeat(2048);
      UserPrincipal user =
          accepted(
              HS256,
              hs256(claims(",\"name\":\"%s\",\"picture\":\"%s\"".formatted(longName, longest))));
      assertThat(user.userName()).isEqualTo("😀".repeat(255));
      assertThat(user.avatar()).isEqualTo(longest);
      assertThat(accepted(HS256, hs256(claims(",\"picture\":\"%sa\"".formatted(longest)))).avatar())
          .isNull();
    }

    @Test
    @DisplayName("the issuer and the audience, one of several, where they are configured")
    void issuerAndAudience() throws Exception {
      Config.Auth auth =
          auth(
              "IMSERVER_JWT_SECRET", SECRET,
              "IMSERVER_JWT_ISSUER", "https://issuer.example",
              "IMSERVER_JWT_AUDIENCE", "im");
      accepted(auth, hs256(claims(",\"iss\":\"https://issuer.example\",\"aud\":\"im\"")));
      accepted(auth, hs256(claims(",\"iss\":\"https://issuer.example\",\"aud\":[\"x\",\"im\"]")));
    }

    @Test
    @DisplayName("any issuer and audience where none are configured")
    void anyIssuer() throws Exception {
      accepted(HS256, hs256(claims(",\"iss\":\"x\",\"aud\":\"y\"")));
    }
  }

  @Nested
  @DisplayName("refuses")
  class Refuses {

    @Test
    @DisplayName("an empty credential")
    void empty() {
      refuses("");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "garbage",
          "42",
          "..",
          ".",
          "a.b.c",
          "ä.ö.ü",
          "e30.e30.",
          "e30.e30.e30",
          "bnVsbA.e30.e30"
        })
    @DisplayName("garbage:")
    void garbage(String text) {
      refuses(text);
    }

    @Test
    @DisplayName("a token of many points")
    void points() {
      refuses(".".repeat(30_000));
    }

    @Test
    @DisplayName("a token whose header is nested deeply")
    void nestedHeader() {
      String header = "{\"alg\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}";
      refuses(Base64URL.encode(header) + ".e30.AAAA");
    }

    @Test
    @DisplayName("an encrypted token")
    void encrypted() {
      String header = Base64URL.encode("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}").toString();
      refuses(header + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"none", "None", "NONE"})
    @DisplayName("alg none, with and without a signature:")
    void algNone(String none) {
      String input =
          Base64URL.encode("{\"alg\":\"%s\"}".formatted(none)) + "." + Base64URL.encode(claims(""));
      refuses(input + ".");
      refuses(input + "." + Base64URL.encode("x"));
    }

    @Test
    @DisplayName("the RSA public key used as a shared secret, as PEM or DER")
    void publicKeyAsSecret() {
      String pem = pem(RSA.getPublic());
      Config.Auth rs256 = pemAuth("RS256", RSA.getPublic());
      for (byte[] secret :
          new byte[][] {
            pem.getBytes(US_ASCII), pem.strip().getBytes(US_ASCII), RSA.getPublic().getEncoded()
          }) {
        refusal(rs256, Tokens.hmac("HS256", secret, claims("")));
      }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"HS384", "HS512"})
    @DisplayName("another algorithm than the configured one, though the secret is right:")
    void otherHash(String algorithm) {
      refuses(Tokens.hmac(algorithm, SECRET.getBytes(UTF_8), claims("")));
    }

    @Test
    @DisplayName("another RSA algorithm than the configured one, though the key is right")
    void otherRsa() {
      Config.Auth rs256 = pemAuth("RS256", RSA.getPublic());
      refusal(rs256, Tokens.rsa("PS256", RSA.getPrivate(), null, claims("")));
      refusal(rs256, Tokens.rsa("RS512", RSA.getPrivate(), null, claims("")));
    }

    @Test
    @DisplayName("EdDSA where another algorithm is configured, and the other way round")
    void otherFamily() {
      KeyPair keys = Tokens.edwards("Ed25519");
      refusal(HS256, Tokens.ed25519(keys.getPrivate(), null, claims("")));
      refusal(pemAuth("EdDSA", keys.getPublic()), hs256(claims("")));
    }

    @Test
    @DisplayName("a signature with another secret")
    void wrongSecret() {
      refuses(Tokens.hmac("HS256", (SECRET + "x").getBytes(UTF_8), claims("")));
    }

    @Test
    @DisplayName("a signature with another key")
    void wrongKey() {
      refusal(
          pemAuth("RS256", RSA.getPublic()),
          Tokens.rsa("RS256", OTHER_RSA.getPrivate(), null, claims("")));
      KeyPair p256 = Tokens.ec("secp256r1");
      refusal(
          pemAuth("ES256", p256.getPublic()),
          Tokens.ec("ES256", Tokens.ec("secp256r1").getPrivate(), claims("")));
      refusal(
          pemAuth("EdDSA", Tokens.edwards("Ed25519").getPublic()),
          Tokens.ed25519(Tokens.edwards("Ed25519").getPrivate(), null, claims("")));
    }

    @Test
    @DisplayName("claims that were changed after signing")
    void changedClaims() {
      String[] parts = hs256(claims("")).split("\\.");
      refuses(parts[0] + "." + Base64URL.encode(claims("").replace("42", "43")) + "." + parts[2]);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", "AAAA", "!!!!"})
    @DisplayName("a signature of another length:")
    void malformedSignature(String signature) {
      KeyPair edwards = Tokens.edwards("Ed25519");
      String token = Tokens.ed25519(edwards.getPrivate(), null, claims(""));
      refusal(
          pemAuth("EdDSA", edwards.getPublic()),
          token.substring(0, token.lastIndexOf('.') + 1) + signature);
      KeyPair p256 = Tokens.ec("secp256r1");
      token = Tokens.ec("ES256", p256.getPrivate(), claims(""));
      refusal(
          pemAuth("ES256", p256.getPublic()),
          token.substring(0, token.lastIndexOf('.') + 1) + signature);
    }

    @Test
    @DisplayName("an ES256 signature of zeros")
    void zeros() {
      KeyPair p256 = Tokens.ec("secp256r1");
      String token = Tokens.ec("ES256", p256.getPrivate(), claims(""));
      refusal(
          pemAuth("ES256", p256.getPublic()),
          token.substring(0, token.lastIndexOf('.') + 1) + Base64URL.encode(new byte[64]));
    }

    @Test
    @DisplayName("a critical header, since it understands none")
    void critical() {
      KeyPair keys = Tokens.edwards("Ed25519");
      refusal(
          pemAuth("EdDSA", keys.getPublic()),
          Tokens.ed25519WithHeader(
              keys.getPrivate(), "{\"alg\":\"EdDSA\",\"crit\":[\"x\"],\"x\":1}", claims("")));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", ",\"iss\":\"https://secretive.example\"", ",\"iss\":7"})
    @DisplayName("a missing or different issuer:")
    void wrongIssuer(String issuer) {
      Config.Auth auth =
          auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_JWT_ISSUER", "https://issuer.example");
      refusal(auth, hs256(claims(issuer)));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", ",\"aud\":\"secretive\"", ",\"aud\":[\"imm\"]", ",\"aud\":[]"})
    @DisplayName("a missing or different audience:")
    void wrongAudience(String audience) {
      Config.Auth auth = auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_JWT_AUDIENCE", "im");
      refusal(auth, hs256(claims(audience)));
    }

    @ParameterizedTest(name = "[{index}] {0} seconds after exp")
    @ValueSource(longs = {0, 1, 30, 61, 100_000})
    @DisplayName("an expired token, without any grace:")
    void expired(long since) {
      String token = hs256("{\"sub\":\"42\",\"exp\":%d}".formatted(NOW.getEpochSecond() - since));
      assertThat(refusal(HS256, token)).isEqualTo("expired");
    }

    @Test
    @DisplayName("a token not valid for more than another minute")
    void notYetValid() {
      refuses(hs256(claims(",\"nbf\":" + (NOW.getEpochSecond() + 61))));
    }

    @Test
    @DisplayName("no exp")
    void noExp() {
      refuses(hs256("{\"sub\":\"42\"}"));
      refuses(hs256("{\"sub\":\"42\",\"exp\":null}"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "",
          ",\"uid\":null",
          ",\"uid\":0",
          ",\"uid\":\"0\"",
          ",\"uid\":-1",
          ",\"uid\":\"-1\"",
          ",\"uid\":\"\"",
          ",\"uid\":\"secretive\"",
          ",\"uid\":\"+7\"",
          ",\"uid\":\" 7\"",
          ",\"uid\":\"٧\"",
          ",\"uid\":1.5",
          ",\"uid\":\"1.5\"",
          ",\"uid\":7e300",
          ",\"uid\":9223372036854775808",
          ",\"uid\":\"9223372036854775808\"",
          ",\"uid\":\"99999999999999999999\"",
          ",\"uid\":true",
          ",\"uid\":[7]",
          ",\"uid\":{\"a\":7}"
        })
    @DisplayName("a user claim that is no user id:")
    void userClaim(String claim) {
      Config.Auth auth = auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_JWT_USER_CLAIM", "uid");
      refusal(auth, hs256(claims(claim)));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "{\"sub\":\"42\",\"exp\":\"never\"}",
          "{\"sub\":\"42\",\"exp\":true}",
          "{\"sub\":\"42\",\"exp\":[1]}",
          "{\"sub\":[42],\"exp\":99999999999}",
          "{\"sub\":\"42\",\"exp\":99999999999,\"nbf\":\"x\"}",
          "{\"sub\":\"42\",\"exp\":99999999999,\"aud\":{}}",
          "{\"sub\":\"42\",\"exp\":-1}",
          "[]",
          "null",
          "\"42\"",
          "",
          "{"
        })
    @DisplayName("claims of the wrong kind, though they are signed:")
    void kinds(String claims) {
      refuses(hs256(claims));
    }
  }

  @Nested
  @DisplayName("accepts, at the edge of time,")
  class Edges {

    @Test
    @DisplayName("a token that ends in a second")
    void lastSecond() throws Exception {
      UserPrincipal user =
          accepted(HS256, hs256("{\"sub\":\"42\",\"exp\":%d}".formatted(NOW.getEpochSecond() + 1)));
      assertThat(user.isExpired(NOW)).isFalse();
      assertThat(user.isExpired(NOW.plusSeconds(1))).isTrue();
    }

    @Test
    @DisplayName("a token that is valid from within a minute on")
    void nbfWithinSkew() throws Exception {
      accepted(HS256, hs256(claims(",\"nbf\":" + (NOW.getEpochSecond() + 59))));
    }

    @Test
    @DisplayName("a token that ends within the longest lifetime, and none that ends after it")
    void longestLifetime() throws Exception {
      Config.Auth auth = auth("IMSERVER_JWT_SECRET", SECRET, "IMSERVER_JWT_MAX_LIFETIME", "600");
      long now = NOW.getEpochSecond();
      String claims = "{\"sub\":\"42\",\"exp\":%d%s}";
      accepted(auth, hs256(claims.formatted(now + 600, "")));
      accepted(auth, hs256(claims.formatted(now + 10, ",\"iat\":" + (now - 590))));
      for (String token :
          List.of(
              claims.formatted(now + 601, ""),
              claims.formatted((now + 60) * 1000, ""),
              claims.formatted(now + 10, ",\"iat\":" + (now - 591)))) {
        assertThat(refusal(auth, hs256(token))).contains("IMSERVER_JWT_MAX_LIFETIME");
      }
    }

    @Test
    @DisplayName("a token whose end is in milliseconds, with one warning for all")
    void milliseconds() throws Exception {
      String inTenYears = hs256("{\"sub\":\"42\",\"exp\":%d}".formatted(decadeFrom(0)));
      String later = hs256("{\"sub\":\"42\",\"exp\":%d}".formatted(decadeFrom(100_000)));
      String inMillis = hs256("{\"sub\":\"42\",\"exp\":%d}".formatted(NOW.toEpochMilli()));
      JwtVerifier verifier = verifier(HS256);
      try (Warnings log = new Warnings(TokenLifetime.class)) {
        verifier.verify(inTenYears);
        assertThat(log.lines).isEmpty();
        verifier.verify(inMillis);
        verifier.verify(later);
        assertThat(log.lines).hasSize(1).allMatch(line -> line.contains("milliseconds"));
      }
    }

    private static long decadeFrom(int seconds) {
      return NOW.plus(3652, ChronoUnit.DAYS).getEpochSecond() + seconds;
    }

    @Test
    @DisplayName("a token that is never to end")
    void farFuture() throws Exception {
      accepted(HS256, hs256("{\"sub\":\"42\",\"exp\":253402300799}"));
    }
  }
}
