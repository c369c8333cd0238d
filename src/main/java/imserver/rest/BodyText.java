package imserver.rest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the text of a body from the stream of a resource, where it is in memory already ({@link
 * BufferedRequest}). What cannot be read is a {@link Problem}.
 */
public final class BodyText {

  /** The largest body, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private BodyText() {}

  /** A body of at most {@value #MAX_BYTES} bytes in UTF-8. */
  public static String read(InputStream body) {
    byte[] bytes;
    try {
      bytes = body.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) { // else the container answers, with a page of its own
      throw Problem.badRequest("the body ended too early");
    }
    if (bytes.length > MAX_BYTES) {
      throw tooLarge();
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw Problem.badRequest("the body is not UTF-8");
    }
  }

  static Problem tooLarge() {
    return Problem.tooLarge("the body must have at most " + MAX_BYTES + " bytes");
  }
}
