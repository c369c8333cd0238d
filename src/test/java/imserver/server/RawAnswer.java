package imserver.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * What a server answers to a request that is written as a test has it, read to its end: by its
 * length, or by the end of the connection. Where there is neither, nobody knows that it has ended.
 *
 * @param status of the answer
 * @param head its first lines
 */
record RawAnswer(int status, String head, String body) {

  /**
   * Sends a request.
   *
   * @param lines the request, without the empty line at the end
   */
  static RawAnswer to(URI server, String... lines) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout((int) Client.TIMEOUT.toMillis());
      String request = String.join("\r\n", lines) + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return read(socket.getInputStream());
    }
  }

  private static RawAnswer read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "";
    while (!head.endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended within " + head);
      }
      bytes.write(next);
      head = bytes.toString(StandardCharsets.ISO_8859_1);
    }
    RawAnswer answer = new RawAnswer(Integer.parseInt(head.split(" ", 3)[1]), head, "");
    String length = answer.header("Content-Length");
    byte[] body =
        answer.status() == 204
            ? new byte[0]
            : length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    return new RawAnswer(answer.status(), head, new String(body, StandardCharsets.UTF_8));
  }

  /** The value of a header, "" where it is absent. */
  String header(String name) {
    return head.lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }
}
