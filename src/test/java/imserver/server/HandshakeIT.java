package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer({
  "IMSERVER_AUTH_MODE=jwt",
  "IMSERVER_JWT_SECRET=" + HandshakeIT.SECRET,
  "IMSERVER_JWT_ISSUER=https://school.example",
  "IMSERVER_JWT_AUDIENCE=imserver",
  "IMSERVER_SERVICE_CLAIM=realm_access.roles",
  "IMSERVER_SERVICE_ROLE=im-host",
  "IMSERVER_JWT_MAX_LIFETIME=86400",
  "IMSERVER_ALLOWED_ORIGINS=https://app.example/, https://app2.example:8443",
  "IMSERVER_TRUSTED_PROXIES=127.0.0.0/8"
})
@Tag("handshake")
@DisplayName("A handshake in jwt mode")
class HandshakeIT {

  static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String OTHER_SECRET = "fedcba9876543210fedcba9876543210";

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  @Test
  @DisplayName("lets a token in, in the path, a header or a subprotocol, as the user of the token")
  void threeWays() throws JOSEException {
    String ofAlice =
        token(
            alice,
            claims -> claims.claim("name", "爱丽丝").claim("picture", "https://x.example/a.png"));
    try (Client b = Client.connect(server, token(bob, claims -> claims));
        Client inPath = Client.connect(server, ofAlice);
        Client inHeader =
            Client.connect(
                server, "me", options -> options.header("Authorization", "Bearer " + ofAlice));
        Client inSubprotocol =
            Client.connect(
                server,
                "me",
                options -> options.subprotocols("imserver.v1", "bearer." + ofAlice))) {
      assertThat(inSubprotocol.subprotocol()).isEqualTo("imserver.v1");
      inPath.send(Packet.message(bob, "1", "1"));
      inHeader.send(Packet.message(bob, "2", "2"));
      inSubprotocol.send(Packet.message(bob, "3", "3"));
      assertThat(b.messages(3))
          .allSatisfy(
              message -> {
                assertThat(message.fromId()).isEqualTo(alice);
                assertThat(message.userName()).isEqualTo("爱丽丝");
                assertThat(message.headUrl()).isEqualTo("https://x.example/a.png");
              });
    }
  }

  @Test
  @DisplayName("is refused with 401 where the credential does not verify")
  void refused() throws JOSEException {
    Date past = Date.from(Instant.now().minusSeconds(2));
    Date future = Date.from(Instant.now().plusSeconds(3600));
    assertRefused("me");
    assertRefused(Long.toString(alice));
    assertRefused("garbage");
    assertRefused("a.b.c");
    assertRefused(new PlainJWT(claims(alice).build()).serialize());
    assertRefused(sign(OTHER_SECRET, JWSAlgorithm.HS256, claims(alice)));
    assertRefused(sign(SECRET + SECRET, JWSAlgorithm.HS512, claims(alice)));
    assertRefused(token(alice, claims -> claims.issuer("https://other.example")));
    assertRefused(token(alice, claims -> claims.issuer(null)));
    assertRefused(token(alice, claims -> claims.audience("other")));
    assertRefused(token(alice, claims -> claims.expirationTime(past)));
    assertRefused(token(alice, claims -> claims.expirationTime(null)));
    assertRefused(token(alice, claims -> claims.notBeforeTime(future)));
    assertRefused(
        token(
            alice,
            claims -> claims.expirationTime(Date.from(future.toInstant().plusSeconds(86400)))));
    assertRefused(token(alice, claims -> claims.subject(null)));
    assertRefused(token(alice, claims -> claims.subject("0")));
    assertRefused(token(alice, claims -> claims.subject("-1")));
    assertRefused(token(alice, claims -> claims.subject("alice")));
    assertRefused(token(alice, claims -> claims.subject("1.5")));
    String good = token(alice, claims -> claims);
    assertRefused(good.substring(0, good.length() - 4) + "AAAA");
  }

  @Test
  @DisplayName("lets a token in that names a kid, where there is one secret")
  void kid() throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("2026-11").build(),
            claims(alice).build());
    jwt.sign(new MACSigner(SECRET));
    Client.connect(server, jwt.serialize()).close();
  }

  @Test
  @DisplayName(
      "shows the names that the host application has set, and fills the others from tokens")
  void names() throws JOSEException {
    Api host = new Api(server, hostToken());
    host.put("api/users/" + alice, "{\"name\":\"Alice of the school\"}").ok();
    String old =
        token(
            alice,
            claims -> claims.claim("name", "Old").claim("picture", "https://x.example/a.png"));
    try (Client b = Client.connect(server, token(bob, claims -> claims))) {
      assertThat(greeting(old, b, "set")).isEqualTo("Alice of the school https://x.example/a.png");
      assertThat(new Api(server, old).get("api/users/me").ok().getString("name"))
          .isEqualTo("Alice of the school");
      host.put("api/users/" + alice, "{\"avatar\":\"https://x.example/host.png\"}").ok();
      assertThat(greeting(old, b, "given back")).isEqualTo("Old https://x.example/host.png");
      host.put("api/users/" + alice, "{\"name\":\" \"}").ok();
      assertThat(host.get("api/users/" + alice).ok().getString("name"))
          .isEqualTo(Long.toString(alice));
      assertThat(greeting(old, b, "both")).isEqualTo("Old https://x.example/a.png");
      String newer = token(alice, claims -> claims.claim("name", "New"));
      assertThat(greeting(newer, b, "newer")).isEqualTo("New https://x.example/a.png");
    }
  }

  /** As whom a new connection's first message shows its sender. */
  private String greeting(String token, Client receiver, String content) {
    try (Client sender = Client.connect(server, token)) {
      sender.send(Packet.message(bob, content, content));
      Packet message = receiver.message(content);
      return message.userName() + " " + message.headUrl();
    }
  }

  private String hostToken() throws JOSEException {
    return token(
        alice,
        claims ->
            claims
                .subject("school \"backend\"\n")
                .claim("realm_access", Map.of("roles", List.of("im-host"))));
  }

  @Test
  @DisplayName(
      "does not take a token that is for metrics alone; these it opens from elsewhere, too")
  void metricsReader() throws JOSEException {
    String reader =
        token(
            alice,
            claims ->
                claims
                    .subject("prometheus")
                    .claim("realm_access", Map.of("roles", List.of("imserver-metrics"))));
    Api api = new Api(server, reader);
    for (Object credential : new Object[] {reader, hostToken()}) {
      Api caller = new Api(server, credential);
      assertThat(
              caller
                  .send(caller.request("api/metrics").header("X-Forwarded-For", "10.0.0.1"))
                  .status())
          .isEqualTo(200);
    }
    Api user = new Api(server, token(alice, claims -> claims));
    assertThat(
            user.send(user.request("api/metrics").header("X-Forwarded-For", "10.0.0.1")).status())
        .isEqualTo(403);
    assertRefused(reader);
    assertThat(api.get("api/unread").status()).isEqualTo(401);
    assertThat(api.get("api/users?name=a").status()).isEqualTo(401);
    assertThat(api.post("api/notices", "{}").status()).isEqualTo(401);
  }

  @Test
  @DisplayName(
      "is refused once the host application has ended the access, but not with a new token")
  void accessEnded() throws Exception {
    Api host = new Api(server, hostToken());
    String old = token(alice, claims -> claims.issueTime(new Date()));
    String undated = token(alice, claims -> claims);
    String ofBob = token(bob, claims -> claims);
    try (Client socket = Client.connect(server, old);
        Client other = Client.connect(server, ofBob)) {
      ServerLog log = ServerLog.listen();
      assertThat(host.delete("api/users/" + alice + "/sessions").status()).isEqualTo(204);
      String newer = token(alice, claims -> claims.issueTime(new Date()));
      assertThat(socket.closeCode()).isEqualTo(4403);
      for (String refused : List.of(old, undated)) {
        assertRefused(refused);
        assertThat(new Api(server, refused).get("api/unread").status()).isEqualTo(401);
        assertThat(new Api(server, refused).get("message/systemMessage").ok().getInt("code"))
            .isEqualTo(401);
      }
      Client.connect(server, newer).close();
      assertThat(new Api(server, newer).unread()).isZero();
      assertThat(other.isOpen()).isTrue();
      assertThat(new Api(server, ofBob).unread()).isZero();
      String audit = "end access of user %d by sub=\"school ?backend??\" role=\"im-host\"";
      await()
          .atMost(Client.TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(log.lines())
                      .anyMatch(line -> line.contains(audit.formatted(alice) + ": 1 connection")));
      assertThat(new Api(server, newer).delete("api/users/" + bob + "/sessions").status())
          .isEqualTo(403);
    }
  }

  @Test
  @Tag("postgresql")
  @DisplayName(
      "is refused soon where another server on the same database was told to end the access")
  void accessEndedElsewhere() throws Exception {
    String old = token(alice, claims -> claims.issueTime(new Date()));
    try (Client socket = Client.connect(server, old)) {
      try (Connection database = DriverManager.getConnection(TestEnvironment.postgresUrl());
          PreparedStatement insert =
              database.prepareStatement(
                  "insert into revocation values (?, now() + interval '1 s', extract(epoch from"
                      + " now()) * 1000)")) {
        insert.setLong(1, alice);
        insert.executeUpdate();
      }
      assertThat(socket.closeCode()).isEqualTo(4403);
      assertRefused(old);
    }
  }

  @Test
  @Waits
  @DisplayName("gives a connection that ends with its token, by 4401")
  void expiry() throws JOSEException {
    // whole seconds, as a token has them
    Date soon = Date.from(Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(8));
    try (Client a = Client.connect(server, token(alice, claims -> claims.expirationTime(soon)))) {
      a.send(Packet.message(alice, "still here", "t"));
      a.message("still here");
      assertThat(a.closeCode()).isEqualTo(4401);
      assertThat(Instant.now()).isAfterOrEqualTo(soon.toInstant());
    }
  }

  @Test
  @Waits
  @DisplayName(
      "gives a connection that is dead after its token, also if its client goes on sending")
  void nothingAfterExpiry() throws Exception {
    Date soon = Date.from(Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(8));
    String token = token(alice, claims -> claims.expirationTime(soon));
    try (Client b = Client.connect(server, token(bob, claims -> claims));
        RawClient a = RawClient.connect(server, token)) {
      a.send(RawClient.TEXT, bytes(Packet.message(bob, "in time", "1")));
      b.message("in time");
      assertThat(a.readToClose()).isEqualTo(4401);
      for (int i = 0; i < 20; i++) {
        a.send(RawClient.TEXT, bytes(Packet.message(bob, "too late", "late" + i)));
      }
      assertThat(a.readToEnd()).isEmpty();
      try (Client again = Client.connect(server, token(alice, claims -> claims))) {
        again.send(Packet.message(bob, "a new token", "2"));
        b.message("a new token");
      }
      assertThat(b.contents()).containsExactly("in time", "a new token");
    }
  }

  @Test
  @Waits
  @DisplayName("counts when a body is complete: a token that has ended meanwhile stores nothing")
  void endedWhileTheBodyCame() throws Exception {
    Instant soon =
        Instant.now()
            .truncatedTo(ChronoUnit.SECONDS)
            .plusSeconds(6); // each body has to be there within ten
    long carol = Users.next();
    List<SlowClient> bodies = new ArrayList<>();
    try {
      bodies.addAll(beginBodies(alice, claims -> claims.expirationTime(Date.from(soon))));
      assertThat(Instant.now()).isBefore(soon);
      bodies.addAll(beginBodies(carol, claims -> claims));
      Api host = new Api(server, hostToken());
      assertThat(host.delete("api/users/" + carol + "/sessions").status()).isEqualTo(204);
      await().atMost(Client.TIMEOUT).until(() -> !Instant.now().isBefore(soon));
      for (SlowClient client : bodies) {
        client.complete("\"content\":\"too late\"}");
      }
      for (SlowClient client : bodies) {
        assertThat(client.status()).isEqualTo(401);
      }
      Api ofBob = new Api(server, token(bob, claims -> claims));
      assertThat(ofBob.history(alice, "")).isEmpty();
      assertThat(ofBob.history(carol, "")).isEmpty();
    } finally {
      for (SlowClient client : bodies) {
        client.close();
      }
    }
  }

  /** As many as a user may have on their way. The server has begun to read them on return. */
  private List<SlowClient> beginBodies(long user, UnaryOperator<JWTClaimsSet.Builder> claims)
      throws Exception {
    String token = token(user, claims);
    String path = "api/conversations/" + bob + "/messages";
    List<SlowClient> bodies = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      bodies.add(SlowClient.post(server, path, token, false));
    }
    Api ninth = new Api(server, token);
    await()
        .atMost(Client.TIMEOUT)
        .until(
            () -> {
              boolean allRead = ninth.post(path, "{}").status() == 429;
              for (int i = 0; i < bodies.size(); i++) {
                if (bodies.get(i).isAnswered()) { // the ninth came before it, and had its place
                  bodies.get(i).close();
                  bodies.set(i, SlowClient.post(server, path, token, false));
                  allRead = false;
                }
              }
              return allRead;
            });
    return bodies;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("lets only users in: the host application has REST, by the role in its token")
  void service() throws JOSEException {
    String host =
        token(
            alice,
            claims ->
                claims
                    .subject("school-backend")
                    .claim("realm_access", Map.of("roles", List.of("other", "im-host"))));
    assertRefused(host);
    String put = "{\"name\":\"Bob of the school\"}";
    assertThat(new Api(server, host).put("api/users/" + bob, put).ok().getString("name"))
        .isEqualTo("Bob of the school");
    Api user = new Api(server, token(bob, claims -> claims.claim("roles", "im-host")));
    assertThat(user.get("api/users/" + bob).ok().getString("name")).isEqualTo("Bob of the school");
    assertThat(user.put("api/users/" + bob, put).status()).as("another claim").isEqualTo(403);
    assertThat(user.unread()).isZero();
    assertThat(new Api(server, bob).get("api/unread").status()).isEqualTo(401);
    assertThat(new Api(server, "0").get("api/users/" + bob).status()).isEqualTo(401);
  }

  @Test
  @DisplayName("is refused with 403 to pages of other origins than its own and those configured")
  void origin() throws JOSEException {
    String token = token(alice, claims -> claims);
    String own = "http://" + server.getAuthority();
    for (String good : List.of(own, "https://app.example", "HTTPS://app2.example:8443")) {
      Client.connect(server, token, options -> options.header("Origin", good)).close();
      assertThat(allowedOrigin(token, good)).isEqualTo(good);
    }
    for (String bad :
        List.of(
            "https://evil.example",
            "http://app.example",
            "https://app.example:444",
            "http://localhost:3000",
            "null")) {
      assertThat(Client.refusal(server, token, options -> options.header("Origin", bad)))
          .as(bad)
          .isEqualTo(403);
      assertThat(allowedOrigin(token, bad)).isEmpty();
    }
  }

  @Test
  @DisplayName("that is refused gets an answer that has an end")
  void refusalsEnd() throws Exception {
    String get = "GET /teaching/imserver/me HTTP/1.1";
    String host = "Host: " + server.getAuthority();
    RawAnswer noUpgrade = RawAnswer.to(server, get, host);
    assertThat(noUpgrade.status()).isEqualTo(426);
    assertThat(noUpgrade.header("Upgrade")).isEqualTo("websocket");
    assertThat(noUpgrade.body()).isEqualTo("This address speaks WebSocket.\n");
    assertThat(RawAnswer.to(server, get.replace("GET", "POST"), host, "Content-Length: 0").status())
        .isEqualTo(426);
    String[] upgrade = {
      get,
      host,
      "Upgrade: websocket",
      "Connection: keep-alive, Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Origin: https://evil.example"
    };
    RawAnswer origin = RawAnswer.to(server, upgrade);
    assertThat(origin.status()).isEqualTo(403);
    assertThat(origin.body()).isEqualTo("This origin is not allowed.\n");
    upgrade[6] = "X-No: origin";
    RawAnswer credential = RawAnswer.to(server, upgrade);
    assertThat(credential.status()).isEqualTo(401);
    assertThat(credential.body()).isEqualTo("The credential does not verify.\n");
  }

  @Test
  @DisplayName(
      "is told to the log with the client's address, and a refused origin with what to set")
  void logged() throws Exception {
    String token = token(alice, claims -> claims);
    String page = "https://page" + alice + ".example";
    ServerLog log = ServerLog.listen();
    for (int i = 0; i < 20; i++) {
      assertThat(Client.refusal(server, token, o -> o.header("Origin", page + ":443")))
          .isEqualTo(403);
      assertThat(Client.refusal(server, "x", o -> o.header("X-Forwarded-For", "203.0.113.8")))
          .isEqualTo(401);
    }
    Client.connect(
            server, token, o -> o.header("X-Forwarded-For", "6.6.6.6, [2001:db8::7]:80, 127.0.0.1"))
        .close();
    await()
        .untilAsserted(
            () ->
                assertThat(log.lines())
                    .anyMatch(
                        line ->
                            line.matches(
                                ".*opened .* user=" + alice + " from=2001:db8:0:0:0:0:0:7.*")));
    assertThat(log.lines())
        .filteredOn(line -> line.contains("IMSERVER_ALLOWED_ORIGINS="))
        .hasSizeLessThanOrEqualTo(1)
        .allMatch(line -> line.contains("127.0.0.1") && line.contains("8443,https://"));
    assertThat(log.lines())
        .filteredOn(line -> line.contains("refused a connection from 203.0.113.8"))
        .hasSizeLessThanOrEqualTo(5);
    assertThat(ServerLog.whole().lines()) // other tests may have used up the lines of this minute
        .anyMatch(line -> line.contains("IMSERVER_ALLOWED_ORIGINS="))
        .anyMatch(line -> line.contains("refused a connection from "));
  }

  private String allowedOrigin(String token, String origin) {
    Api api = new Api(server, token);
    return api.send(api.request("api/unread").header("Origin", origin))
        .header("Access-Control-Allow-Origin");
  }

  private void assertRefused(String credential) {
    assertThat(Client.refusal(server, credential)).as(credential).isEqualTo(401);
  }

  private static String token(long user, UnaryOperator<JWTClaimsSet.Builder> claims)
      throws JOSEException {
    return sign(SECRET, JWSAlgorithm.HS256, claims.apply(claims(user)));
  }

  private static JWTClaimsSet.Builder claims(long user) {
    return new JWTClaimsSet.Builder()
        .subject(Long.toString(user))
        .issuer("https://school.example")
        .audience("imserver")
        .expirationTime(Date.from(Instant.now().plusSeconds(600)));
  }

  static String sign(String secret, JWSAlgorithm algorithm, JWTClaimsSet.Builder claims)
      throws JOSEException {
    SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims.build());
    jwt.sign(new MACSigner(secret));
    return jwt.serialize();
  }
}
