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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("A server that is stopped under load")
class GracefulShutdownIT {

  private static final int UPLOADS = 30;

  private static final int BYTES = 1_000_000;

  @Test
  @DisplayName("closes its connections with 1001 and loses nothing; the next one has it all")
  void sigterm() throws Exception {
    int port = TestEnvironment.freePort();
    Path folder = TestEnvironment.folder("stop-" + System.nanoTime());
    Map<String, String> settings =
        Map.of(
            "IMSERVER_DATA", folder.resolve("data").toString(),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000");
    long recipient = Users.next();
    Sender sender;
    try (ServerProcess server = ServerProcess.start(port, folder, settings);
        Client idle = Client.connect(server.address(), Users.next())) {
      sender = new Sender(server.address(), Users.next(), recipient);
      await().atMost(Client.TIMEOUT).until(() -> sender.acknowledged().size() > 500);
      server.stop();
      assertThat(idle.closeCode()).isEqualTo(1001);
      assertThat(idle.closeReason()).as("ours, after the last answer").isEqualTo("server stopping");
    }
    try (ServerProcess server = ServerProcess.start(port, folder, settings)) {
      sender.sendNothingNew();
      await().atMost(Client.TIMEOUT).until(sender::isDone);
      Ledger.assertNothingLostOrDoubled(server.address(), recipient, List.of(sender));
    } finally {
      sender.close();
    }
  }

  @Test
  @DisplayName("says of no upload that waits for its turn that it is stored")
  void uploads() throws Exception {
    int port = TestEnvironment.freePort();
    Path folder = TestEnvironment.folder("stop-" + System.nanoTime());
    Map<String, String> settings =
        Map.of("IMSERVER_DATA", folder.resolve("data").toString(), "IMSERVER_UPLOAD_RATE", "1");
    List<Socket> uploads = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(port, folder, settings)) {
      for (int i = 0; i < UPLOADS; i++) { // for half a minute together
        Socket socket = new Socket(server.address().getHost(), port);
        uploads.add(socket);
        upload(socket, Users.next()); // all of it is in the buffers of the connection then
      }
      server.stop();
      List<String> answers = uploads.stream().map(GracefulShutdownIT::statusLine).toList();
      assertThat(answers)
          .as("a new file is 201, what was not stored an error or nothing")
          .noneMatch(answer -> answer.contains(" 200"))
          .anyMatch(answer -> !answer.contains(" 201"));
    } finally {
      for (Socket socket : uploads) {
        socket.close();
      }
    }
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
