package imserver.file;

/**
 * What the headers of an image say.
 *
 * @param type its media type
 * @param width pixels of a row, as it is stored
 * @param height rows
 * @param orientation of Exif: 1 for as it is stored, up to 8
 * @param isDecodable whether its first picture can be decoded here; an animated WebP cannot
 */
record ImageShape(String type, int width, int height, int orientation, boolean isDecodable) {

  /** From here on width and height are exchanged when it is shown. */
  private static final int FIRST_TURNED = 5;

  /** Pixels. */
  long area() {
    return (long) width * height;
  }

  /** As it is shown. */
  int shownWidth() {
    return orientation >= FIRST_TURNED ? height : width;
  }

  /** As it is shown. */
  int shownHeight() {
    return orientation >= FIRST_TURNED ? width : height;
  }
}
