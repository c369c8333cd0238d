package imserver.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Marks as read what a recipient gets, some messages at a time: the ids are taken from the ends of
 * the packets, where the protocol has them. For the client's thread.
 */
final class ReadAcks {

  /** What follows on the id. */
  private static final int TAIL = "\\\"}\"}".length();

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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

  /** What REST says of a user's unread messages. */
  static String unread(int port, long user) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/teaching/api/unread"))
            .header("Authorization", "Bearer " + user)
            .build();
    try {
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
