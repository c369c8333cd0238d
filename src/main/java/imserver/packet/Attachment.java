package imserver.packet;

import org.jspecify.annotations.Nullable;

/**
 * A file that a message carries.
 *
 * @param fileId of the file; above 0
 * @param name as its sender called it, without a path; at most 255 characters
 * @param type the media type, found from its bytes
 * @param size bytes
 * @param width pixels, of an image as it is shown; null of all else, and of an image that could not
 *     be decoded
 * @param height as {@code width}
 * @param duration milliseconds, of a recording, as its sender says; null of all else
 * @param waveform a sketch of a recording, as its sender says: at most 200 characters, each 0 to 9
 *     or a to z by how loud it is there; null of all else
 * @param hasPreview whether there is a smaller image of it
 */
public record Attachment(
    long fileId,
    String name,
    String type,
    long size,
    @Nullable Integer width,
    @Nullable Integer height,
    @Nullable Integer duration,
    @Nullable String waveform,
    boolean hasPreview) {

  /** How many a message carries at most. */
  public static final int MAX = 9;

  /** The same by another name. */
  public Attachment named(String other) {
    return new Attachment(fileId, other, type, size, width, height, duration, waveform, hasPreview);
  }

  /**
   * What it is, as version 1 and the original's paths say it, which know text alone. In Chinese, as
   * all that the original says.
   */
  String kind() {
    if (type.startsWith("image/")) {
      return "[图片]";
    }
    if (type.startsWith("audio/")) {
      return "[语音]";
    }
    return type.startsWith("video/") ? "[视频]" : "[文件]";
  }

  /** Whether it is told by its name too: no name says what a picture or a recording is. */
  boolean isNamed() {
    return kind().equals("[文件]");
  }
}
