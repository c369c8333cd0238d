package imserver.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames on their way out of a client. Not safe for use by several threads. */
final class Outgoing {

  private static final int MASKED = 0x80;

  private ByteBuffer buffer = ByteBuffer.allocate(512);

  /** Adds a frame of fewer than 64 KB, masked with zeros, which leaves the payload as it is. */
  void add(int opcode, byte[] payload) {
    int size = payload.length + 8;
    if (buffer.remaining() < size) {
      int capacity = Math.max(buffer.capacity() * 2, buffer.position() + size);
      buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
    }
    buffer.put((byte) opcode);
    if (payload.length < 126) {
      buffer.put((byte) (MASKED | payload.length));
    } else {
      buffer.put((byte) (MASKED | 126)).putShort((short) payload.length);
    }
    buffer.putInt(0).put(payload);
  }

  /** Writes what the socket takes; returns whether something is left. */
  boolean writeTo(SocketChannel channel) throws IOException {
    if (buffer.position() > 0) {
      channel.write(buffer.flip());
      buffer.compact();
    }
    return buffer.position() > 0;
  }
}
