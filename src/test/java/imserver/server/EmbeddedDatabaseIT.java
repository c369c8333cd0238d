package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer
@Tag("h2")
@DisplayName("The embedded database")
class EmbeddedDatabaseIT {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @Test
  @DisplayName("lies in the server's own folder, the log says where, and no second server opens it")
  void ownFolder() throws Exception {
    ServerProcess first = SharedServer.running();
    Path data = ServerProduct.underTest().dataFolder(first.folder());
    assertThat(data.resolve("imserver.mv.db")).exists();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    assertThat(Files.readString(first.log())).doesNotContain("can look into");
    assertThat(Files.readString(first.log()))
        .contains("messages are kept in the embedded database in " + data);

    Path other = TestEnvironment.folder("other-" + System.nanoTime());
    try (ServerProcess second =
            ServerProcess.launch(
                TestEnvironment.freePort(), other, Map.of("IMSERVER_DATA", data.toString()));
        Client a = Client.connect(first.address(), Users.next())) {
      awaitInLog(second, "another server has the embedded database in " + data + " open");
      assertThat(second.isUp()).isFalse();
      a.send(Packet.message(Users.next(), "still here", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("remembers whose access was ended over a kill, and warns where its folder is open")
  void accessEnded() throws Exception {
    Path folder = TestEnvironment.folder("ended-" + System.nanoTime());
    Path data = Files.createDirectories(folder.resolve("open"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
    Map<String, String> settings =
        Map.of(
            "IMSERVER_AUTH_MODE",
            "jwt",
            "IMSERVER_JWT_SECRET",
            SECRET,
            "IMSERVER_DATA",
            data.toString());
    int port = TestEnvironment.freePort();
    long user = Users.next();
    String old = token(user);
    try (ServerProcess first = ServerProcess.start(port, folder, settings)) {
      JWTClaimsSet.Builder host =
          claims(user).subject("host").claim("roles", List.of("imserver-service"));
      String hostToken = HandshakeIT.sign(SECRET, JWSAlgorithm.HS256, host);
      Api api = new Api(first.address(), hostToken);
      assertThat(new Api(first.address(), old).unread()).isZero();
      assertThat(api.delete("api/users/" + user + "/sessions").status()).isEqualTo(204);
      assertThat(api.delete("api/users/" + user + "/sessions").status()).isEqualTo(204);
      first.kill();
    }
    String newer = token(user);
    try (ServerProcess second = ServerProcess.start(port, folder, settings)) {
      assertThat(Client.refusal(second.address(), old)).isEqualTo(401);
      assertThat(new Api(second.address(), newer).unread()).isZero();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
          .isEqualTo("rwxr-x---");
      assertThat(Files.readAllLines(second.log()))
          .filteredOn(line -> line.contains("can look into " + data))
          .as("once for each of the two starts")
          .hasSize(2);
    }
  }

  private static String token(long user) throws JOSEException {
    return HandshakeIT.sign(SECRET, JWSAlgorithm.HS256, claims(user));
  }

  private static JWTClaimsSet.Builder claims(long user) {
    return new JWTClaimsSet.Builder()
        .subject(Long.toString(user))
        .issueTime(new Date())
        .expirationTime(Date.from(Instant.now().plusSeconds(600)));
  }

  @Test
  @DisplayName(
      "is not served where no credential could be verified: the application does not start")
  void noKey() throws Exception {
    Path folder = TestEnvironment.folder("no-key-" + System.nanoTime());
    try (ServerProcess server =
        ServerProcess.launch(
            TestEnvironment.freePort(), folder, Map.of("IMSERVER_AUTH_MODE", "jwt"))) {
      awaitInLog(server, "imserver cannot start: ", "IMSERVER_JWT_SECRET");
      assertThat(server.isUp()).isFalse();
      assertThat(Files.readString(server.log()))
          .as("nor does it touch a database")
          .doesNotContain("messages are kept in");
    }
  }

  private static void awaitInLog(ServerProcess server, String... parts) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(ServerProcess.INTERVAL)
        .untilAsserted(
            () ->
                assertThat(Files.readAllLines(server.log()))
                    .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
  }
}
