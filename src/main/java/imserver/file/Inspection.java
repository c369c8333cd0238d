package imserver.file;

import org.jspecify.annotations.Nullable;

/**
 * What was found in the bytes of a file.
 *
 * @param type the media type
 * @param size bytes that are kept of it
 * @param width pixels of an image as it is shown; null of all else
 * @param height as {@code width}
 * @param hasPreview whether a smaller image of it is kept
 */
record Inspection(
    String type, long size, @Nullable Integer width, @Nullable Integer height, boolean hasPreview) {

  /** Whether what its owner says of its duration and how loud it is can be true. */
  boolean hasDuration() {
    return type.startsWith("audio/") || type.startsWith("video/");
  }
}
