package imserver.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * Puts the parts together in which a container hands over a text that is longer than its buffer, or
 * comes in several frames (RFC 6455, section 5.4). A short one, which is nearly every one, comes
 * whole. So no connection keeps a buffer for the longest text: on Tomcat that took 128 KiB of each
 * that had ever sent something.
 *
 * <p>For one thread at a time.
 */
final class TextParts {

  private final int maxBytes;

  /** What has come of a text that is not complete; null between two texts. */
  private @Nullable StringBuilder parts;

  private int bytes;

  /**
   * Without a part yet.
   *
   * @param maxBytes the longest text, in UTF-8
   */
  TextParts(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What became of a part. */
  sealed interface Added {

    /** The text is complete. */
    record Complete(String text) implements Added {}

    /** More is to come. */
    record Incomplete() implements Added {}

    /** The text is too long; its parts are dropped. */
    record TooLong() implements Added {}
  }

  private static final Added INCOMPLETE = new Added.Incomplete();
  private static final Added TOO_LONG = new Added.TooLong();

  /**
   * Adds a part.
   *
   * @param last whether it is the last one of its text
   */
  Added add(String part, boolean last) {
    if (parts == null && last) {
      return Utf8.isLonger(part, maxBytes) ? TOO_LONG : new Added.Complete(part);
    }
    bytes += Utf8.length(part);
    if (bytes > maxBytes) {
      clear();
      return TOO_LONG;
    }
    if (parts == null) {
      parts = new StringBuilder();
    }
    parts.append(part);
    if (!last) {
      return INCOMPLETE;
    }
    String text = parts.toString();
    clear();
    return new Added.Complete(text);
  }

  private void clear() {
    parts = null;
    bytes = 0;
  }
}
