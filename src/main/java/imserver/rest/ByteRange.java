package imserver.rest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes are asked for (RFC 9110, section 14).
 *
 * @param first offset of the first one
 * @param end offset after the last one; {@code first} where there are none
 */
record ByteRange(long first, long end) {

  private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /**
   * By the header; several ranges, and what cannot be read, are passed over, as the RFC allows.
   *
   * @return null for all bytes; with no bytes where what is asked for is not there
   */
  static @Nullable ByteRange of(@Nullable String header, long size) {
    Matcher range = SINGLE.matcher(header == null ? "" : header);
    if (!range.matches()) {
      return null;
    }
    String from = range.group(1);
    String to = range.group(2);
    if (from.isEmpty()) {
      if (to.isEmpty()) {
        return null;
      }
      long last = Math.min(size, Long.parseLong(to));
      return new ByteRange(size - last, size);
    }
    long first = Long.parseLong(from);
    if (first >= size) {
      return new ByteRange(size, size);
    }
    if (to.isEmpty()) {
      return new ByteRange(first, size);
    }
    long last = Long.parseLong(to);
    return last < first ? null : new ByteRange(first, Math.min(size, last + 1));
  }

  /** Whether what is asked for is not there. */
  boolean isEmpty() {
    return first >= end;
  }
}
