package imserver.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An object storage that speaks S3 and looks at signatures, in a process of its own on loopback. It
 * keeps objects in a folder, and can be ended and started again on it.
 */
public final class S3Proxy implements AutoCloseable {

  /** By which it knows who asks. */
  public static final String ACCESS_KEY = "an-access-key";

  /** That belongs to it. */
  public static final String SECRET_KEY = "a-secret-key";

  private static final Duration START = Duration.ofMinutes(1);

  private final Path folder;
  private final int port;
  private Process process;

  /**
   * Starts one.
   *
   * @param folder a new one
   * @param bucket that it has
   */
  public S3Proxy(Path folder, String bucket) throws IOException {
    this.folder = folder;
    this.port = TestEnvironment.freePort();
    Files.createDirectories(folder.resolve("data").resolve(bucket));
    Files.writeString(
        folder.resolve("s3proxy.properties"),
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem
        jclouds.identity=unused
        jclouds.credential=unused
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, ACCESS_KEY, SECRET_KEY, folder.resolve("data")));
    start();
  }

  /** Its address. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Starts it again, and waits until it listens. */
  public void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                Path.of("target", "servers", "s3proxy").toAbsolutePath() + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                folder.resolve("s3proxy.properties").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3proxy.log").toFile())
            .start();
    await().atMost(START).until(this::listens);
  }

  private boolean listens() {
    if (!process.isAlive()) {
      throw new IllegalStateException("S3Proxy has ended: see " + folder.resolve("s3proxy.log"));
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it as a failure of power does. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** How many objects a bucket has whose names end so. */
  public long objects(String bucket, String ending) {
    try (var files = Files.walk(folder.resolve("data").resolve(bucket))) {
      return files.filter(Files::isRegularFile).filter(f -> f.toString().endsWith(ending)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
