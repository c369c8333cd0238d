package imserver.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client of frames and bytes, for what a well-behaved client does not do. */
final class RawClient implements AutoCloseable {

  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

  private static final int LAST = 0x80;
  private static final int MASKED = 0x80;

  /** A frame from the server. */
  record Frame(int opcode, byte[] payload) {

    /** The code in a close frame. */
    int closeCode() {
      return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private String upgrade = "";

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  static RawClient connect(URI server, Object credential) throws IOException {
    return connect(server, credential, "permessage-deflate; client_max_window_bits");
  }

  /** One that offers these extensions. */
  static RawClient connect(URI server, Object credential, String extensions) throws IOException {
    RawClient client = open(server);
    client.handshake(Client.address(server, credential), extensions);
    return client;
  }

  private static RawClient open(URI server) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8192);
    socket.connect(new java.net.InetSocketAddress(server.getHost(), server.getPort()));
    socket.setSoTimeout((int) Client.TIMEOUT.toMillis());
    return new RawClient(socket);
  }

  /**
   * The same on a connection that has carried an ordinary request before; null where the server
   * closes it after its answer.
   */
  static @Nullable RawClient connectAfter(URI server, String path, Object credential)
      throws IOException {
    RawClient client = open(server);
    String request =
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n"
            .formatted(server.resolve(path).getPath(), server.getHost(), server.getPort());
    client.out.write(request.getBytes(StandardCharsets.US_ASCII));
    client.out.flush();
    String head = client.readHead();
    Matcher length = CONTENT_LENGTH.matcher(head);
    client.in.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
    if (head.contains("Connection: close")) {
      client.close();
      return null;
    }
    client.handshake(Client.address(server, credential), "");
    return client;
  }

  private String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      head.write(in.readUnsignedByte());
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  private void handshake(URI address, String extensions) throws IOException {
    String request =
        """
        GET %s HTTP/1.1
        Host: %s:%d
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Extensions: %s

        """
            .formatted(address.getPath(), address.getHost(), address.getPort(), extensions);
    out.write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
    upgrade = readHead();
    if (!upgrade.startsWith("HTTP/1.1 101")) {
      throw new IOException("refused: " + upgrade);
    }
  }

  /** The head of the answer to the handshake. */
  String upgrade() {
    return upgrade;
  }

  /** Sends a frame, masked with zeros, which leaves the payload as it is. */
  void send(int opcode, byte[] payload) throws IOException {
    send(LAST | opcode, MASKED, payload);
  }

  /** Sends a part of a message that is not the last. */
  void sendPart(int opcode, byte[] payload) throws IOException {
    send(opcode, MASKED, payload);
  }

  /** Sends a frame as no client may. */
  void sendUnmasked(int opcode, byte[] payload) throws IOException {
    send(LAST | opcode, 0, payload);
  }

  private void send(int head, int masked, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(head);
    if (payload.length < 126) {
      frame.write(masked | payload.length);
    } else if (payload.length < 65536) {
      frame.write(masked | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(masked | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) ((long) payload.length >> shift));
      }
    }
    frame.write(new byte[masked == 0 ? 0 : 4]);
    frame.write(payload);
    out.write(frame.toByteArray());
    out.flush();
  }

  /** Reads the next frame that is no ping; a ping is not answered. */
  Frame read() throws IOException {
    Frame frame = readAny();
    while (frame.opcode() == PING) {
      frame = readAny();
    }
    return frame;
  }

  private Frame readAny() throws IOException {
    int opcode = in.readUnsignedByte() & 0x0f;
    long length = in.readUnsignedByte() & 0x7f;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    return new Frame(opcode, payload);
  }

  /** Reads on until the server closes, with which code; answers no ping. */
  int readToClose() throws IOException {
    Frame frame = readAny();
    while (frame.opcode() != CLOSE) {
      frame = readAny();
    }
    return frame.closeCode();
  }

  /**
   * Reads on until the server ends the connection, close frame or not; answers nothing. The texts
   * that came on the way.
   */
  List<String> readToEnd() throws IOException {
    List<String> texts = new ArrayList<>();
    try {
      while (true) {
        Frame frame = readAny();
        if (frame.opcode() == TEXT) {
          texts.add(new String(frame.payload(), StandardCharsets.UTF_8));
        }
      }
    } catch (EOFException | SocketException e) { // it may be reset, with what we had sent unread
      return texts;
    }
  }

  /** Breaks the connection off, as a network does. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
