package imserver.rest;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of files, shared by all answers that are being written with them, so that a client that
 * does not read its file costs no memory. Safe for use by several threads.
 */
final class SharedFiles {

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();

  /**
   * The same bytes that others are answered with; to be read alone.
   *
   * @param etag of the file as it is answered with, compressed or not: there are few, whatever
   *     paths are asked for
   * @param bytes of the file, or none
   */
  byte[] share(@Nullable String etag, byte[] bytes) {
    if (etag == null || bytes.length == 0) { // to HEAD
      return bytes;
    }
    byte[] known = files.computeIfAbsent(etag, first -> bytes);
    return Arrays.equals(known, bytes) ? known : bytes;
  }
}
