package imserver.endpoint;

import imserver.packet.Request;
import jakarta.websocket.Decoder;

/** Text to {@link Request}. Never throws: what cannot be read is a request too, to be answered with a failure. */
public class PacketDecoder implements Decoder.Text<Request> {

  /** For the container. */
  public PacketDecoder() {}

  @Override
  public Request decode(String text) {
    return PacketReader.read(text);
  }

  @Override
  public boolean willDecode(String text) {
    return true;
  }
}
