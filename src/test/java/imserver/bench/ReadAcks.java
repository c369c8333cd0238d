package imserver.bench;

/**
 * Marks as read what a recipient gets, some messages at a time: the ids are taken from the ends of
 * the packets, where the protocol has them. For the client's thread.
 */
final class ReadAcks {

  /** What follows on the id. */
  private static final int TAIL = "\\\"}\"}".length();

  private final int together;
  private final StringBuilder ids = new StringBuilder();
  private int waiting;

  /**
   * With nothing to be marked yet.
   *
   * @param together how many messages a read-ack names
   */
  ReadAcks(int together) {
    this.together = together;
  }

  /** Takes the id of a packet, and appends a read-ack to a connection if there are enough. */
  void received(byte[] packet, int offset, int length, ClientSocket socket) {
    int end = offset + length - TAIL;
    int from = end;
    while (packet[from - 1] >= '0' && packet[from - 1] <= '9') {
      from--;
    }
    ids.append(waiting == 0 ? "" : ",").append(ClientSocket.text(packet, from, end - from));
    waiting++;
    if (waiting == together) {
      flush(socket);
    }
  }

  /** Marks what is left. */
  void flush(ClientSocket socket) {
    if (waiting > 0) {
      socket.append(
          Sequence.bytes(
              "{\"toId\":0,\"type\":1,\"content\":\"["
                  + ids
                  + "]\",\"timestamp\":\"1\",\"Describe\":\"\"}"));
      ids.setLength(0);
      waiting = 0;
    }
  }
}
