package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("With a scanner a file")
class ScannerIT {

  private final long alice = Users.next();

  /** Whether the scanner answers. */
  private final AtomicBoolean isUp = new AtomicBoolean(true);

  private void scan(ServerSocket clamd) {
    while (!clamd.isClosed()) {
      try (Socket socket = clamd.accept()) {
        if (!isUp.get()) {
          continue;
        }
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readNBytes(10); // the command
        StringBuilder text = new StringBuilder();
        for (int length = in.readInt(); length > 0; length = in.readInt()) {
          text.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        }
        String found = text.indexOf("EICAR") >= 0 ? "stream: Eicar FOUND\0" : "stream: OK\0";
        socket.getOutputStream().write(found.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // the test is over, or this client is gone
      }
    }
  }

  private static Api.Answer upload(Api api, String query, String text) {
    return api.send(api.request("api/files?" + query).POST(BodyPublishers.ofString(text)));
  }

  private static Api.Answer part(Api api, String id, int offset, String text) {
    return api.send(
        api.request("api/files/" + id)
            .method("PATCH", BodyPublishers.ofString(text))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", Integer.toString(offset)));
  }

  @Test
  @DisplayName(
      "is taken where it says yes, refused where it finds something, and waits while it is down")
  void scanned() throws IOException {
    try (ServerSocket clamd = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var unused = // on a thread of its own: it waits, and those of the JVM are few
          CompletableFuture.runAsync(() -> scan(clamd), task -> new Thread(task).start());
      try (ServerProcess server =
          ServerProcess.start(
              TestEnvironment.freePort(),
              TestEnvironment.folder("scanner-" + System.nanoTime()),
              Map.of("IMSERVER_SCANNER", "127.0.0.1:" + clamd.getLocalPort()))) {
        Api api = new Api(server.address(), alice);
        assertThat(upload(api, "name=a", "good").status()).isEqualTo(201);
        Api.Answer bad = upload(api, "name=a&clientFileId=x", "EICAR");
        assertThat(bad.status()).isEqualTo(422);
        assertThat(bad.code()).isEqualTo("REFUSED_FILE");
        assertThat(upload(api, "name=a&clientFileId=x", "good").status()).isEqualTo(201);
        String id =
            api.send(
                    api.request("api/files")
                        .POST(BodyPublishers.noBody())
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Length", "4"))
                .ok()
                .getString("fileId");
        isUp.set(false);
        Api.Answer down = upload(api, "name=a", "good");
        assertThat(down.status()).isEqualTo(503);
        assertThat(down.code()).isEqualTo("SERVER_BUSY");
        assertThat(part(api, id, 0, "good").status()).isEqualTo(503);
        assertThat(api.get("api/files/" + id).status()).isEqualTo(404);
        isUp.set(true);
        assertThat(part(api, id, 4, "").status()).as("all of it is there").isEqualTo(204);
        assertThat(api.get("api/files/" + id).status()).isEqualTo(200);
      }
    }
  }
}
