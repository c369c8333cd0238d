package imserver.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Packets of one kind that differ in the number in their timestamp alone, told by their bytes. The
 * protocol fixes fields, order and types, so that whatever differs in front of the number is not
 * what was sent.
 */
final class Sequence {

  /** 32 bytes in UTF-8. */
  static final String TEXT = "第12课明天上午十点开始";

  static final int DIGITS = 13;

  /** The timestamp of message 0. */
  static final long FIRST = 1_600_000_000_000L;

  private final byte[] prefix;

  private Sequence(String prefix) {
    this.prefix = bytes(prefix);
  }

  /** The acknowledgements for a sender. */
  static Sequence acknowledgements(long sender) {
    return new Sequence(acknowledgement(sender));
  }

  /** The messages that one user has from another. */
  static Sequence messages(long sender, long recipient) {
    return new Sequence(message(sender, recipient));
  }

  /** Up to the digits of the timestamp. */
  static String acknowledgement(long sender) {
    return "{\"fromId\":0,\"toId\":%d,\"type\":0,\"content\":\"\",\"timestamp\":\""
        .formatted(sender);
  }

  /** Up to the digits of the timestamp. */
  static String message(long sender, long recipient) {
    return "{\"fromId\":%d,\"toId\":%d,\"type\":2,\"content\":\"%s\",\"timestamp\":\""
        .formatted(sender, recipient, TEXT);
  }

  /** Up to the digits of the timestamp. */
  static String request(long recipient) {
    return "{\"toId\":%d,\"type\":0,\"content\":\"%s\",\"timestamp\":\"".formatted(recipient, TEXT);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The number of a packet, or -1 if it is none of these. */
  long number(byte[] bytes, int offset, int length) {
    if (length < prefix.length + DIGITS
        || !Arrays.equals(bytes, offset, offset + prefix.length, prefix, 0, prefix.length)) {
      return -1;
    }
    long value = 0;
    int from = offset + prefix.length;
    for (int i = from; i < from + DIGITS; i++) {
      value = value * 10 + (bytes[i] - '0');
    }
    return value - FIRST;
  }

  /** Writes the timestamp of a message into a packet. */
  static void number(byte[] packet, int offset, long number) {
    long value = FIRST + number;
    for (int i = offset + DIGITS - 1; i >= offset; i--) {
      packet[i] = (byte) ('0' + value % 10);
      value /= 10;
    }
  }
}
