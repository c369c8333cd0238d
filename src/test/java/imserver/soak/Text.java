package imserver.soak;

import imserver.server.Packet;

/**
 * The messages of a run: each says in its first word who wrote it and which of his messages it is.
 *
 * @param from the sender
 * @param number of the sender's messages
 * @param to the recipient
 * @param isLong whether it is too long for the bus
 */
record Text(long from, int number, long to, boolean isLong) {

  /** The first word of a text, which no other message has. */
  static String key(String content) {
    int blank = content.indexOf(' ');
    return blank < 0 ? content : content.substring(0, blank);
  }

  String key() {
    return from + "-" + number;
  }

  /** The packet, the same each time. Every other one names itself. */
  String packet() {
    String content = isLong ? key() + " " + "长".repeat(3900) : key();
    String timestamp = String.valueOf(number);
    return number % 2 == 0
        ? Packet.message(to, content, timestamp)
        : Packet.message(to, content, timestamp, key());
  }
}
