package imserver.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds the media type of a file in its first bytes. Only types that are shown in a page, and a few
 * for whose names people look in a list, are told apart; all else is {@link #UNKNOWN}. Neither the
 * name nor what the client says makes a file one that is shown in a page.
 */
public final class MediaTypes {

  /** What nothing is known of. */
  public static final String UNKNOWN = "application/octet-stream";

  /** So many bytes are looked at; fewer where the file ends before. */
  static final int LOOKED_AT = 64 * 1024;

  /** What browsers show without running anything of it: images, sounds and films. */
  private static final Set<String> INLINE =
      Set.of(
          "image/jpeg",
          "image/png",
          "image/gif",
          "image/webp",
          "audio/webm",
          "audio/ogg",
          "audio/mp4",
          "audio/mpeg",
          "audio/wav",
          "video/mp4",
          "video/webm");

  private static final byte[] MATROSKA = {0x1a, 0x45, (byte) 0xdf, (byte) 0xa3};

  /** What a ZIP is, by the end of its name: none of it is shown in a page. */
  private static final Map<String, String> ZIPS =
      Map.of(
          "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation",
          "odt", "application/vnd.oasis.opendocument.text",
          "ods", "application/vnd.oasis.opendocument.spreadsheet",
          "odp", "application/vnd.oasis.opendocument.presentation",
          "epub", "application/epub+zip");

  private MediaTypes() {}

  /** Whether a page may show it; else it is offered to be saved. */
  public static boolean isInline(String type) {
    return INLINE.contains(type);
  }

  /**
   * Finds the type.
   *
   * @param head the first {@link #LOOKED_AT} bytes, or all
   * @param name by which kinds of ZIP are told apart
   * @param isRecording whether its owner says that it is sound alone, where that cannot be seen
   */
  static String of(byte[] head, String name, boolean isRecording) {
    if (starts(head, 0, 0xff, 0xd8, 0xff)) {
      return "image/jpeg";
    }
    if (starts(head, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
      return "image/png";
    }
    if (starts(head, "GIF87a") || starts(head, "GIF89a")) {
      return "image/gif";
    }
    if (starts(head, "RIFF")) {
      return starts(head, 8, 'W', 'E', 'B', 'P')
          ? "image/webp"
          : starts(head, 8, 'W', 'A', 'V', 'E') ? "audio/wav" : UNKNOWN;
    }
    if (starts(head, 4, 'f', 't', 'y', 'p')) {
      return mp4(head, isRecording);
    }
    if (head.length > MATROSKA.length
        && Arrays.equals(head, 0, MATROSKA.length, MATROSKA, 0, MATROSKA.length)) {
      return matroska(head, isRecording);
    }
    if (starts(head, "OggS")) {
      return contains(head, "OpusHead") || contains(head, "vorbis") ? "audio/ogg" : UNKNOWN;
    }
    if (starts(head, "ID3") || isMpegFrame(head)) {
      return "audio/mpeg";
    }
    if (starts(head, "%PDF-")) {
      return "application/pdf";
    }
    if (starts(head, 0, 'P', 'K', 3, 4)) {
      String end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      return ZIPS.getOrDefault(end, "application/zip");
    }
    return isText(head) ? "text/plain" : UNKNOWN;
  }

  private static boolean starts(byte[] head, String text) {
    return starts(head, 0, text.chars().toArray());
  }

  private static boolean starts(byte[] head, int offset, int... bytes) {
    if (head.length < offset + bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((head[offset + i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] head, String text) {
    return new String(head, StandardCharsets.ISO_8859_1).contains(text);
  }

  /** Photographs (HEIC, AVIF) have the same beginning: no browser here shows all of them. */
  private static String mp4(byte[] head, boolean isRecording) {
    String brand = head.length < 12 ? "" : new String(head, 8, 4, StandardCharsets.ISO_8859_1);
    if (!Set.of(
            "isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4A ", "M4V ", "MSNV",
            "dash")
        .contains(brand)) {
      return UNKNOWN;
    }
    boolean hasSound = contains(head, "soun");
    boolean hasPicture = contains(head, "vide");
    boolean isSound = brand.equals("M4A ") || (hasSound ? !hasPicture : isRecording && !hasPicture);
    return isSound ? "audio/mp4" : "video/mp4";
  }

  private static String matroska(byte[] head, boolean isRecording) {
    if (!contains(Arrays.copyOf(head, Math.min(head.length, 64)), "webm")) {
      return UNKNOWN;
    }
    boolean hasSound = contains(head, "A_OPUS") || contains(head, "A_VORBIS");
    boolean hasPicture =
        contains(head, "V_VP8") || contains(head, "V_VP9") || contains(head, "V_AV1");
    boolean isSound = hasSound ? !hasPicture : isRecording && !hasPicture;
    return isSound ? "audio/webm" : "video/webm";
  }

  /** Layer III: two frames of the same kind, of which the first says where the second begins. */
  private static boolean isMpegFrame(byte[] head) {
    int length = frameLength(head, 0);
    return length > 0 && frameLength(head, length) > 0;
  }

  private static int frameLength(byte[] head, int at) {
    if (head.length < at + 4 || (head[at] & 0xff) != 0xff || (head[at + 1] & 0xe6) != 0xe2) {
      return 0;
    }
    boolean isFirstVersion = (head[at + 1] & 0x18) == 0x18;
    int[] rates =
        isFirstVersion
            ? new int[] {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
            : new int[] {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
    int rate = rates[head[at + 2] >> 4 & 15];
    int sampling = new int[] {44_100, 48_000, 32_000, 0}[head[at + 2] >> 2 & 3];
    if (rate == 0 || sampling == 0 || (head[at + 1] & 0x18) == 0x08) {
      return 0;
    }
    int divisor = (head[at + 1] & 0x18) == 0x18 ? 1 : (head[at + 1] & 0x18) == 0x10 ? 2 : 4;
    int padding = head[at + 2] >> 1 & 1;
    return (isFirstVersion ? 144 : 72) * rate * 1000 / (sampling / divisor) + padding;
  }

  /** UTF-8 without control characters, as far as it is looked at. */
  private static boolean isText(byte[] head) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(head.length);
    boolean isCut = head.length >= LOOKED_AT; // perhaps in the midst of a character
    if (decoder.decode(ByteBuffer.wrap(head), text, !isCut).isError()) {
      return false;
    }
    text.flip();
    return text.chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f');
  }
}
