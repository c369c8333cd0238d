package imserver.rest;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bytes of files, shared by all answers that are being written with them, so that a client that
 * does not read its file costs no memory. Safe for use by several threads.
 */
final class SharedFiles {

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();

  /**
   * The same bytes that others are answered with; to be read alone.
   *
   * @param path of a file that there is: these are few
   * @param bytes of the file, or none
   */
  byte[] share(String path, byte[] bytes) {
    if (bytes.length == 0) { // to HEAD
      return bytes;
    }
    byte[] known = files.computeIfAbsent(path, first -> bytes);
    return Arrays.equals(known, bytes) ? known : bytes;
  }
}
