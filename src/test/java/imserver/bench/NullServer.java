package imserver.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * As little of a server as the client can be driven against: copies a timestamp into two prepared
 * frames. It relies on a recipient's id being the sender's plus one. One thread, in the client's
 * process.
 */
final class NullServer implements AutoCloseable {

  private static final byte[] UPGRADED =
      Sequence.bytes(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  private static final String PATH = "GET /teaching/imserver/";

  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final Map<Long, Peer> peers = new HashMap<>();
  private final Thread thread = new Thread(this::run, "null-server");
  private volatile boolean closed;

  NullServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    thread.start();
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::ready);
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.attachment() instanceof Peer peer) {
        if (!peer.read()) {
          key.channel().close();
        }
      } else {
        SocketChannel channel = listener.accept();
        channel.socket().setTcpNoDelay(true);
        channel
            .configureBlocking(false)
            .register(selector, SelectionKey.OP_READ, new Peer(channel));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A frame but for the number in it. */
  private static byte[] frame(String head, String tail) {
    byte[] payload = Sequence.bytes(head + "0".repeat(Sequence.DIGITS) + tail);
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 4).put((byte) 0x81);
    if (payload.length < 126) {
      frame.put((byte) payload.length);
    } else {
      frame.put((byte) 126).putShort((short) payload.length);
    }
    frame.put(payload).flip();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }

  private final class Peer {

    private static final String MESSAGE_TAIL =
        "\",\"Describe\":\"{\\\"userName\\\":\\\"1000000\\\",\\\"headURL\\\":\\\"\\\",\\\"messageId\\\":\\\"1000000\\\"}\"}";
    private static final String TAIL = "\",\"Describe\":\"\"}";

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 14);
    private final ByteBuffer out = ByteBuffer.allocate(1 << 16);
    private byte[] acknowledgement = {};
    private byte[] message = {};
    private long user;

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    boolean read() throws IOException {
      if (channel.read(in) < 0) {
        return false;
      }
      in.flip();
      if (user == 0) {
        upgrade();
      } else {
        frames();
      }
      in.compact();
      flush();
      return true;
    }

    private void upgrade() {
      String request = StandardCharsets.US_ASCII.decode(in).toString(); // it comes in one piece
      user = Long.parseLong(request.substring(PATH.length(), request.indexOf(" HTTP")));
      acknowledgement = frame(Sequence.acknowledgement(user), TAIL);
      message = frame(Sequence.message(user, user + 1), MESSAGE_TAIL);
      peers.put(user, this);
      out.put(UPGRADED);
    }

    private void frames() throws IOException {
      Peer recipient = peers.get(user + 1);
      while (in.remaining() >= 2) {
        int length = in.get(in.position() + 1) & 0x7f;
        int size =
            length < 126
                ? 6 + length
                : 8 + (in.remaining() < 4 ? 0 : in.getShort(in.position() + 2));
        if (in.remaining() < size || in.remaining() < 8) {
          break;
        }
        int end = in.position() + size;
        int digits = end - TAIL.length() - Sequence.DIGITS;
        out.put(numbered(acknowledgement, TAIL, digits));
        recipient.out.put(numbered(message, MESSAGE_TAIL, digits));
        in.position(end);
      }
      recipient.flush();
    }

    private byte[] numbered(byte[] frame, String tail, int digits) {
      in.get(digits, frame, frame.length - tail.length() - Sequence.DIGITS, Sequence.DIGITS);
      return frame;
    }

    private void flush() throws IOException {
      channel.write(out.flip());
      out.compact();
    }
  }
}
