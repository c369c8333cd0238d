package imserver.file;

import imserver.file.FileRefusedException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.apache.commons.fileupload2.core.ParameterParser;
import org.jspecify.annotations.Nullable;

/**
 * Takes the file and the fields out of a form (RFC 7578) that has been uploaded: nobody waits for
 * its client any more. In constant memory.
 */
final class FormReader {

  private static final int MAX_FIELD = 1024;
  private static final int MAX_HEADERS = 4096;
  private static final int MAX_PARTS = 16;
  private static final int MAX_BOUNDARY = 70;

  private FormReader() {}

  /**
   * What was found.
   *
   * @param size bytes of the file
   */
  record Form(NewFile file, long size) {}

  /** The boundary that a content type names; null where it is of no form. */
  static @Nullable String boundary(@Nullable String contentType) {
    if (contentType == null
        || !contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      return null;
    }
    ParameterParser parser = new ParameterParser();
    parser.setLowerCaseNames(true);
    String boundary = parser.parse(contentType, ';').get("boundary");
    return boundary == null || boundary.isEmpty() || boundary.length() > MAX_BOUNDARY
        ? ""
        : boundary;
  }

  /**
   * Reads a form, and keeps the bytes of its part {@code file} as the content.
   *
   * @param maxBytes of the file
   * @throws FileRefusedException if it is no form, has no such part or more than one, or it is too
   *     large
   */
  static Form read(FileStore store, long fileId, String boundary, long maxBytes) {
    try (InputStream body = new StoreInput(store, fileId, FileVariant.INCOMING)) {
      return read(body, boundary, new StoreOutput(store, fileId, FileVariant.CONTENT), maxBytes);
    } catch (IOException | IllegalArgumentException e) {
      throw new FileRefusedException(Reason.MALFORMED);
    }
  }

  private static Form read(InputStream body, String boundary, StoreOutput out, long maxBytes)
      throws IOException {
    MultipartInput input =
        MultipartInput.builder()
            .setInputStream(body)
            .setBoundary(boundary.getBytes(StandardCharsets.ISO_8859_1))
            .setMaxPartHeaderSize(MAX_HEADERS)
            .get();
    input.setHeaderCharset(StandardCharsets.UTF_8); // as browsers write names
    Map<String, String> fields = new HashMap<>();
    String name = null;
    long size = -1;
    boolean next = input.skipPreamble();
    for (int parts = 0; next; parts++) {
      Map<String, String> disposition = disposition(input.readHeaders());
      String field = disposition.get("name");
      if (parts == MAX_PARTS || field == null) {
        throw new IOException("a form of too many parts, or of one without a name");
      }
      try (InputStream part = input.newInputStream()) {
        if (field.equals("file")) {
          if (size >= 0) {
            throw new IOException("a form with two files");
          }
          name = disposition.get("filename");
          size = copy(part, out, maxBytes);
        } else {
          fields.put(field, text(part));
        }
      }
      next = input.readBoundary();
    }
    if (size <= 0) {
      throw new FileRefusedException(size < 0 ? Reason.MALFORMED : Reason.EMPTY);
    }
    NewFile file =
        NewFile.of(
            name, fields.get("clientFileId"), fields.get("duration"), fields.get("waveform"));
    return new Form(file, out.finish());
  }

  private static long copy(InputStream part, StoreOutput out, long maxBytes) throws IOException {
    byte[] buffer = new byte[8192];
    long size = 0;
    int count = part.read(buffer);
    while (count >= 0) {
      size += count;
      if (size > maxBytes) {
        throw new FileRefusedException(Reason.TOO_LARGE);
      }
      out.write(buffer, 0, count);
      count = part.read(buffer);
    }
    return size;
  }

  private static String text(InputStream part) throws IOException {
    byte[] bytes = part.readNBytes(MAX_FIELD + 1);
    if (bytes.length > MAX_FIELD) {
      throw new IOException("a field of a form is too long");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static Map<String, String> disposition(String headers) throws IOException {
    for (String line : headers.split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "content-disposition:", 0, 20)) {
        ParameterParser parser = new ParameterParser();
        parser.setLowerCaseNames(true);
        return parser.parse(line.substring(20), ';');
      }
    }
    throw new IOException("a part of a form has no name");
  }
}
