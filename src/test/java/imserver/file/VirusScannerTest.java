package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.file.FileRefusedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A scanner")
class VirusScannerTest {

  private final byte[] file = "some bytes ".repeat(20_000).getBytes(StandardCharsets.US_ASCII);

  /** Answers one client as clamd does; what it was given. */
  private static CompletableFuture<byte[]> answer(ServerSocket server, String answer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            assertThat(in.readNBytes(10))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("zINSTREAM\0");
            ByteArrayOutputStream given = new ByteArrayOutputStream();
            int length = in.readInt();
            while (length > 0) {
              given.writeBytes(in.readNBytes(length));
              length = in.readInt();
            }
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            return given.toByteArray();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void scan(int port) {
    scan(port, (delay, task) -> new CompletableFuture<Void>());
  }

  private void scan(int port, VirusScanner.Alarm alarm) {
    new VirusScanner("127.0.0.1:" + port, alarm).scan(1, new ByteArrayInputStream(file));
  }

  private static ServerSocket server() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  @DisplayName("is given all of a file, and lets it pass")
  void clean() throws IOException {
    try (ServerSocket server = server()) {
      CompletableFuture<byte[]> given = answer(server, "stream: OK\0");
      scan(server.getLocalPort());
      assertThat(given.join()).isEqualTo(file);
    }
  }

  @Test
  @DisplayName("has a file refused in which it finds something")
  void found() throws IOException {
    try (ServerSocket server = server()) {
      answer(server, "stream: Eicar-Test-Signature FOUND\0");
      assertRefused(server.getLocalPort(), Reason.REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "stream: OK", "INSTREAM size limit exceeded. ERROR\0", "OK\0"})
  @DisplayName("that does not say yes lets nothing pass for now:")
  void unclear(String text) throws IOException {
    try (ServerSocket server = server()) {
      answer(server, text);
      assertRefused(server.getLocalPort(), Reason.BUSY);
    }
  }

  @Test
  @DisplayName("that hangs is given up when its time is over, and not before")
  void hangs() throws IOException {
    CompletableFuture<Runnable> alarm = new CompletableFuture<>();
    try (ServerSocket server = server()) {
      CompletableFuture<Void> scan =
          CompletableFuture.runAsync(
              () ->
                  scan(
                      server.getLocalPort(),
                      (delay, task) -> {
                        alarm.complete(task);
                        return new CompletableFuture<Void>();
                      }));
      try (Socket silent = server.accept()) {
        assertThat(silent.isConnected()).isTrue();
        Runnable timeIsOver = alarm.join();
        assertThat(scan).isNotDone();
        timeIsOver.run();
        assertThatThrownBy(scan::join).hasCauseInstanceOf(FileRefusedException.class);
      }
    }
  }

  @Test
  @DisplayName("that is down lets nothing pass for now")
  void down() throws IOException {
    int port;
    try (ServerSocket server = server()) {
      port = server.getLocalPort();
    }
    assertRefused(port, Reason.BUSY);
  }

  private void assertRefused(int port, Reason reason) {
    assertThatThrownBy(() -> scan(port))
        .isInstanceOfSatisfying(
            FileRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
