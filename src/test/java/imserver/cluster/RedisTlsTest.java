package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.BusContract.Heard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RedisInstalled.class)
@DisplayName("The bus of a Redis with TLS")
class RedisTlsTest {

  private static final String TRUST = "javax.net.ssl.trustStore";
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path folder;

  @AfterEach
  void distrust() {
    System.clearProperty(TRUST);
    System.clearProperty(TRUST + "Password");
  }

  /** A server whose certificate is for this name, which it has signed itself. */
  private RedisProcess redis(String name) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-alias",
                "redis",
                "-keyalg",
                "EC",
                "-dname",
                "CN=redis",
                "-ext",
                "SAN=" + name)
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    trust(keys.getCertificate("redis"));
    Path certificate = pem("CERTIFICATE", keys.getCertificate("redis").getEncoded());
    Path key = pem("PRIVATE KEY", keys.getKey("redis", PASSWORD).getEncoded());
    return RedisProcess.prepare(
        "rediss",
        "",
        RedisProcess.freePort(),
        "--tls-cert-file",
        certificate.toString(),
        "--tls-key-file",
        key.toString(),
        "--tls-ca-cert-file",
        certificate.toString(),
        "--tls-auth-clients",
        "no");
  }

  private void trust(Certificate certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("redis", certificate);
    Path store = folder.resolve("trusted.p12");
    try (OutputStream out = Files.newOutputStream(store)) {
      trusted.store(out, PASSWORD);
    }
    System.setProperty(TRUST, store.toString());
    System.setProperty(TRUST + "Password", new String(PASSWORD));
  }

  private Path pem(String type, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(content);
    return Files.writeString(
        folder.resolve(type + ".pem"),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, text, type));
  }

  @Test
  @DisplayName("carries where the certificate is trusted and of that host")
  void trusted() throws Exception {
    try (RedisProcess redis = redis("ip:127.0.0.1")) {
      redis.start();
      UserBus bus = new RedisBus(redis.url(), () -> "one", RedisBusContract::thread);
      try {
        Heard heard = new Heard();
        bus.follow(7);
        bus.start(heard);
        await().until(heard::isConnected);
        bus.publish(7, "a frame");
        await().until(() -> heard.frames.equals(List.of("a frame")));
      } finally {
        bus.stop();
      }
    }
  }

  @Test
  @DisplayName("does not connect where the certificate is of another host")
  void otherHost() throws Exception {
    try (RedisProcess redis = redis("dns:redis.example")) {
      redis.launch();
      assertThat(reason(redis)).contains("subject alternative");
    }
  }

  @Test
  @DisplayName("does not connect where nobody has vouched for the certificate")
  void untrusted() throws Exception {
    try (RedisProcess redis = redis("ip:127.0.0.1")) {
      redis.start();
      distrust();
      assertThat(reason(redis)).contains("certification path");
    }
  }

  /** Why it does not connect, once it listens. */
  private static String reason(RedisProcess redis) {
    List<String> reasons = new CopyOnWriteArrayList<>();
    await()
        .until(
            () -> {
              Bus bus = new RedisBus(redis.url(), () -> "one", RedisBusContract::thread);
              int before = reasons.size();
              bus.start(
                  new Heard() {
                    @Override
                    public void disconnected(String reason) {
                      reasons.add(reason);
                    }

                    @Override
                    public void connected(int ways) {
                      reasons.add("connected");
                    }
                  });
              await().until(() -> reasons.size() > before);
              bus.stop();
              return !reasons.get(before).contains("refused");
            });
    return reasons.get(reasons.size() - 1);
  }
}
