package imserver.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client of HTTP that does not send what it announces, or does not read what it asked for. */
final class SlowClient implements AutoCloseable {

  /** Of a body, where it is told. */
  private static final int LENGTH = 1000;

  private final Socket socket;

  private SlowClient(URI server) throws IOException {
    socket = new Socket();
    socket.setReceiveBufferSize(2048);
    socket.setSoTimeout((int) Client.TIMEOUT.toMillis());
    socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
  }

  /** Sends the beginning of a body. */
  static SlowClient post(URI server, String path, @Nullable Object credential, boolean chunked)
      throws IOException {
    SlowClient client = new SlowClient(server);
    client.send(
        "POST /teaching/" + path,
        server,
        credential,
        (path.startsWith("imserver/") ? "Upgrade: websocket\r\nConnection: Upgrade\r\n" : "")
            + "Content-Type: application/json\r\n"
            + (chunked
                ? "Transfer-Encoding: chunked\r\n\r\n5\r\n{"
                : "Content-Length: " + LENGTH + "\r\n\r\n{"));
    return client;
  }

  /** Asks for something, and reads nothing of it. */
  static SlowClient get(URI server, String path, Object credential) throws IOException {
    SlowClient client = new SlowClient(server);
    client.send("GET /teaching/" + path, server, credential, "\r\n");
    return client;
  }

  /** Asks for a file again and again, while the server lets it, and reads nothing of it. */
  static SlowClient pipeline(URI server, String path, String headers, int count)
      throws IOException {
    SlowClient client = new SlowClient(server);
    try {
      for (int i = 0; i < count; i++) {
        client.send("GET /teaching/" + path, server, null, headers + "\r\n");
      }
    } catch (SocketException e) {
      // the server has closed it: that is its right
    }
    return client;
  }

  private void send(String request, URI server, @Nullable Object credential, String rest)
      throws IOException {
    String authorization = credential == null ? "" : "Authorization: Bearer " + credential + "\r\n";
    String text =
        "%s HTTP/1.1\r\nHost: %s:%d\r\n%s%s"
            .formatted(request, server.getHost(), server.getPort(), authorization, rest);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Sends the rest of a body of which {@link #post} has sent the beginning, with its length. */
  void complete(String rest) throws IOException {
    byte[] padded =
        (rest + " ".repeat(LENGTH - 1 - rest.length())).getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(padded);
    socket.getOutputStream().flush();
  }

  /** Whether an answer has begun to come. */
  boolean isAnswered() throws IOException {
    return socket.getInputStream().available() > 0;
  }

  /** The status of the answer. */
  int status() throws IOException {
    String line =
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
            .readLine();
    return Integer.parseInt(line.split(" ", 3)[1]);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
