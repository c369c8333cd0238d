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
}
