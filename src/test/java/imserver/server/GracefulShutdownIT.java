package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("A server that is stopped under load")
class GracefulShutdownIT {

  private static final int UPLOADS = 30; // for half a minute together

  private static final int BYTES = 1_000_000;

  private static final long RECIPIENT = Users.next();
  private static final List<String> ANSWERS = new ArrayList<>();

  private static int port;
  private static Path folder;
  private static Sender sender;
  private static int closeCode;
  private static String closeReason;

  /** While one user writes, and uploads of others wait for their turn. */
  @BeforeAll
  static void stopped() throws Exception {
    port = TestEnvironment.freePort();
    folder = TestEnvironment.folder("stop-" + System.nanoTime());
    List<Socket> uploads = new ArrayList<>();
    try (ServerProcess server = start();
        Client idle = Client.connect(server.address(), Users.next())) {
      sender = new Sender(server.address(), Users.next(), RECIPIENT);
      await().atMost(Client.TIMEOUT).until(() -> sender.acknowledged().size() > 500);
      for (int i = 0; i < UPLOADS; i++) {
        Socket socket = new Socket(server.address().getHost(), port);
        uploads.add(socket);
        upload(socket, Users.next()); // all of it is in the buffers of the connection then
      }
      server.stop();
      closeCode = idle.closeCode();
      closeReason = idle.closeReason();
      uploads.stream().map(GracefulShutdownIT::statusLine).forEach(ANSWERS::add);
    } finally {
      for (Socket socket : uploads) {
        socket.close();
      }
    }
  }

  private static ServerProcess start() throws IOException {
    return ServerProcess.start(
        port,
        folder,
        Map.of(
            "IMSERVER_DATA", folder.resolve("data").toString(),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000",
            "IMSERVER_UPLOAD_RATE", "1"));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (sender != null) {
      sender.close();
    }
  }

  @Test
  @DisplayName("closes its connections with 1001 and loses nothing; the next one has it all")
  void sigterm() throws IOException {
    assertThat(closeCode).isEqualTo(1001);
    assertThat(closeReason).as("ours, after the last answer").isEqualTo("server stopping");
    try (ServerProcess server = start()) {
      sender.sendNothingNew();
      await().atMost(Client.TIMEOUT).until(sender::isDone);
      Ledger.assertNothingLostOrDoubled(server.address(), RECIPIENT, List.of(sender));
    }
  }

  @Test
  @DisplayName("says of no upload that waits for its turn that it is stored")
  void uploads() {
    assertThat(ANSWERS)
        .as("a new file is 201, what was not stored an error or nothing")
        .hasSize(UPLOADS)
        .noneMatch(answer -> answer.contains(" 200"))
        .anyMatch(answer -> !answer.contains(" 201"));
  }

  private static void upload(Socket socket, long user) throws IOException {
    OutputStream out = socket.getOutputStream();
    String head =
        "POST /teaching/api/files?name=a HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %d\r\n"
            + "Content-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n";
    out.write(head.formatted(user, BYTES).getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[BYTES]);
  }

  /** Nothing where the connection was cut. */
  private static String statusLine(Socket socket) {
    try {
      String line =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      return "";
    }
  }
}
