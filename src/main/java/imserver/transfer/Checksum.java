package imserver.transfer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Of many rows how many there are, and the sum of their hashes, in which order does not count:
 * equal for the same rows, and not by chance for others. For one thread.
 */
final class Checksum {

  private static final byte NULL = 0;
  private static final byte NUMBER = 1;
  private static final byte TEXT = 2;
  private static final byte TIME = 3;

  private final MessageDigest digest = sha256();
  private final ByteBuffer number = ByteBuffer.allocate(1 + 2 * Long.BYTES);
  private long rows;
  private long high;
  private long low;

  void add(@Nullable Object[] row) {
    for (Object value : row) {
      add(value);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    rows++;
    high += hash.getLong();
    low += hash.getLong();
  }

  private void add(@Nullable Object value) {
    number.clear();
    if (value == null) {
      number.put(NULL);
    } else if (value instanceof Long whole) {
      number.put(NUMBER).putLong(whole);
    } else if (value instanceof Instant time) {
      number.put(TIME).putLong(time.getEpochSecond()).putLong(time.getNano());
    } else {
      byte[] text = ((String) value).getBytes(StandardCharsets.UTF_8);
      digest.update(number.put(TEXT).putLong(text.length).flip());
      digest.update(text);
      return;
    }
    digest.update(number.flip());
  }

  long rows() {
    return rows;
  }

  boolean isSameAs(Checksum other) {
    return rows == other.rows && high == other.high && low == other.low;
  }

  /** The sum, to be compared by eye. */
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java platform has SHA-256", e);
    }
  }
}
