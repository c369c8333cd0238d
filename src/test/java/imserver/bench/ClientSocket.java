package imserver.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** A WebSocket connection of one user, as cheap as can be: no copy, no parsing but of frames. */
final class ClientSocket {

  /** What is done with what arrives; called on the loop's thread. */
  interface Receiver {

    /** A text frame lies in {@code bytes}, for the time of the call. */
    void text(byte[] bytes, int offset, int length);

    /** All that was readable has been handed over. */
    default void idle() {}

    /** The connection is over, whoever ended it. */
    default void ended(String how) {}
  }

  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;
  private static final byte[] NOTHING = {};

  private final SocketChannel channel;
  private final byte[] request;
  private final Receiver receiver;
  private final CompletableFuture<ClientSocket> open = new CompletableFuture<>();
  private SelectionKey key;
  private boolean upgraded;

  /** What was read of a frame that is not complete yet. */
  private byte[] rest = NOTHING;

  /** What is to be written; guarded by the channel. */
  private final Outgoing out = new Outgoing();

  private ClientSocket(SocketChannel channel, byte[] request, Receiver receiver) {
    this.channel = channel;
    this.request = request;
    this.receiver = receiver;
  }

  /** What a frame says, for a report. */
  static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  /** Starts to connect. */
  static CompletableFuture<ClientSocket> open(Loop loop, int port, long user, Receiver receiver)
      throws IOException {
    return open(loop, port, user, receiver, 0);
  }

  /** Starts to connect, with a receive buffer of that many bytes unless 0. */
  static CompletableFuture<ClientSocket> open(
      Loop loop, int port, long user, Receiver receiver, int receiveBuffer) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (receiveBuffer > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
    }
    ClientSocket socket = new ClientSocket(channel, handshake(port, user), receiver);
    loop.execute(() -> socket.connect(loop, new InetSocketAddress("127.0.0.1", port)));
    return socket.open;
  }

  private static byte[] handshake(int port, long user) {
    return """
        GET /teaching/imserver/%d HTTP/1.1
        Host: 127.0.0.1:%d
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Version: 13

        """
        .formatted(user, port)
        .replace("\n", "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void connect(Loop loop, InetSocketAddress server) {
    try {
      key = loop.register(channel, SelectionKey.OP_CONNECT, this);
      if (channel.connect(server)) {
        connected();
      }
    } catch (IOException e) {
      broken(e);
    }
  }

  private void connected() throws IOException {
    key.interestOps(SelectionKey.OP_READ);
    channel.write(ByteBuffer.wrap(request));
  }

  /** Does what the socket is ready for; on the loop's thread. */
  void ready(ByteBuffer buffer) throws IOException {
    if (key.isConnectable() && channel.finishConnect()) {
      connected();
    } else {
      if (key.isWritable()) {
        flush();
      }
      if (key.isValid() && key.isReadable()) {
        read(buffer);
      }
    }
  }

  private void read(ByteBuffer buffer) throws IOException {
    buffer.clear().put(rest);
    if (channel.read(buffer) < 0) {
      end("end of stream");
      return;
    }
    byte[] bytes = buffer.array();
    int end = buffer.position();
    int at = 0;
    if (!upgraded) {
      at = upgrade(bytes, end);
    }
    if (upgraded) {
      at = frames(bytes, at, end);
    }
    rest = at == end ? NOTHING : Arrays.copyOfRange(bytes, at, end);
    receiver.idle();
    flush();
  }

  private int upgrade(byte[] bytes, int end) throws IOException {
    String head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    int length = head.indexOf("\r\n\r\n");
    if (length < 0) {
      return 0;
    }
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new IOException("refused: " + head.lines().findFirst().orElse(""));
    }
    upgraded = true;
    open.complete(this);
    return length + 4;
  }

  /** Hands over complete frames; returns where the first incomplete one begins. */
  private int frames(byte[] bytes, int from, int end) throws IOException {
    int at = from;
    while (end - at >= 2) {
      int length = bytes[at + 1] & 0x7f;
      int head = 2;
      if (length == 126) {
        if (end - at < 4) {
          return at;
        }
        length = (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff);
        head = 4;
      } else if (length == 127) {
        throw new IOException("a frame longer than any packet");
      }
      if (end - at < head + length) {
        return at;
      }
      frame(bytes[at] & 0xff, bytes, at + head, length);
      at += head + length;
    }
    return at;
  }

  private void frame(int opcode, byte[] bytes, int offset, int length) throws IOException {
    switch (opcode) {
      case TEXT -> receiver.text(bytes, offset, length);
      case PING -> append(PONG, Arrays.copyOfRange(bytes, offset, offset + length));
      case PONG -> {}
      case CLOSE ->
          end(
              length < 2
                  ? "closed"
                  : "closed with "
                      + ((bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff))
                      + " "
                      + text(bytes, offset + 2, length - 2));
      default -> throw new IOException("a frame that no packet comes in: " + opcode);
    }
  }

  /** Adds a text frame to what is to be written; any thread may. */
  void append(byte[] payload) {
    append(TEXT, payload);
  }

  private void append(int opcode, byte[] payload) {
    synchronized (channel) {
      out.add(opcode, payload);
    }
  }

  /** Writes what was appended, now or as soon as the socket takes it. */
  void flush() throws IOException {
    synchronized (channel) {
      if (!channel.isOpen()) {
        return;
      }
      boolean waiting = out.writeTo(channel);
      if (key.isValid()) {
        int wanted = key.interestOps() & ~SelectionKey.OP_WRITE;
        int operations = waiting ? wanted | SelectionKey.OP_WRITE : wanted;
        if (operations != key.interestOps()) {
          key.interestOps(operations);
          key.selector().wakeup();
        }
      }
    }
  }

  /** Whether what arrives is read. */
  void reading(boolean on) {
    synchronized (channel) {
      if (key.isValid()) {
        key.interestOps(on ? SelectionKey.OP_READ : 0);
        key.selector().wakeup();
      }
    }
  }

  /** It failed; on the loop's thread. */
  void broken(Exception cause) {
    try {
      end(cause.toString());
    } catch (IOException e) {
      receiver.ended(e.toString());
    }
  }

  private void end(String how) throws IOException {
    channel.close();
    if (!open.completeExceptionally(new IOException(how))) {
      receiver.ended(how);
    }
  }

  /** Breaks the connection off. */
  void close() throws IOException {
    channel.close();
    if (key != null) {
      key.selector().wakeup();
    }
  }
}
