package imserver.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file in the forms in which it is served: as it is, and compressed where that makes it smaller.
 * It is compressed once, at the start of the server.
 */
final class StaticFile {

  /**
   * What an answer consists of.
   *
   * @param encoding the content coding, null for none
   * @param etag of this form: another than that of the other form (RFC 9110, section 8.8.3)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Form(byte[] bytes, @Nullable String encoding, String etag) {}

  private final String type;
  private final Form plain;
  private final Form compressed;

  private StaticFile(String type, Form plain, Form compressed) {
    this.type = type;
    this.plain = plain;
    this.compressed = compressed;
  }

  /**
   * A file.
   *
   * @param type the media type; texts are in UTF-8
   */
  static StaticFile of(byte[] bytes, String type) throws IOException, NoSuchAlgorithmException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    String hash = HexFormat.of().formatHex(digest, 0, 16);
    Form plain = new Form(bytes, null, '"' + hash + '"');
    byte[] gzip = gzip(bytes);
    return new StaticFile(
        type.startsWith("text/") ? type + ";charset=UTF-8" : type,
        plain,
        gzip.length < bytes.length ? new Form(gzip, "gzip", '"' + hash + "-gzip\"") : plain);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(compressed) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  String type() {
    return type;
  }

  /** Whether a client that takes gzip is answered otherwise than one that does not. */
  boolean varies() {
    return compressed.encoding() != null;
  }

  /** The form for a client. */
  Form form(boolean takesGzip) {
    return takesGzip ? compressed : plain;
  }
}
