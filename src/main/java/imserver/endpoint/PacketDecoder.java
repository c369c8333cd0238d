package imserver.endpoint;

import imserver.config.Environment;
import imserver.packet.Request;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import java.nio.charset.StandardCharsets;

/**
 * Text to {@link Request}. What cannot be read is a request too, to be answered with a failure;
 * only a text over the limit is thrown, since containers count characters where {@code
 * IMSERVER_MAX_FRAME} is in bytes, and each in its way.
 */
public class PacketDecoder implements Decoder.Text<Request> {

  private static final int MAX_BYTES_OF_A_CHAR = 3;

  /**
   * Read when the first connection comes; containers make decoders, and inject nothing into them.
   */
  private static final class Limit {
    private static final int MAX_FRAME = Environment.read().limits().maxFrame();
  }

  private final int maxFrame;

  /** For the container. */
  public PacketDecoder() {
    this(Limit.MAX_FRAME);
  }

  PacketDecoder(int maxFrame) {
    this.maxFrame = maxFrame;
  }

  @Override
  public Request decode(String text) throws DecodeException {
    if (isTooLarge(text)) {
      throw new DecodeException("", "frame too large");
    }
    return PacketReader.read(text);
  }

  private boolean isTooLarge(String text) {
    return text.length() > maxFrame / MAX_BYTES_OF_A_CHAR
        && text.getBytes(StandardCharsets.UTF_8).length > maxFrame;
  }

  @Override
  public boolean willDecode(String text) {
    return true;
  }
}
