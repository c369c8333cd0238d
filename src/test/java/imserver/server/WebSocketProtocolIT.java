package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the container does below our endpoint (RFC 6455), which we only see from outside. */
@WithServer
@Tag("framing") // of the server's engine: in mvn verify once for each server, whatever the database
@DisplayName("A connection, frame by frame,")
class WebSocketProtocolIT {

  private static final int RESERVED = 0x3;
  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_LARGE = 1009;

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private ServerLog log;

  @BeforeEach
  void listen() throws IOException {
    server = SharedServer.address();
    log = ServerLog.listen();
  }

  @Test
  @DisplayName("is not compressed, though browsers offer it: it would take most of its memory")
  void noExtension() throws Exception {
    try (RawClient client = RawClient.connect(server, alice)) {
      assertThat(client.upgrade()).doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
    }
  }

  /** At the first three Tomcat's own parser throws. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        ";",
        "permessage-deflate; client_max_window_bits=\"",
        "a; b=\"\\",
        ",,,,",
        "permessage-deflate; server_max_window_bits=99"
      })
  @DisplayName("opens whatever extensions its client offers")
  void extensions(String offer) throws IOException {
    try (RawClient a = RawClient.connect(server, alice, offer)) {
      assertThat(a.upgrade()).doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
      a.send(RawClient.PING, new byte[] {1});
      assertThat(a.read().opcode()).isEqualTo(RawClient.PONG);
    }
    assertThat(log.lines()).noneMatch(ServerLog.COMPLAINT);
  }

  @Test
  @DisplayName("answers a ping with its payload")
  void ping() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      byte[] payload = {1, 2, 3};
      a.send(RawClient.PING, payload);
      RawClient.Frame pong = a.read();
      assertThat(pong.opcode()).isEqualTo(RawClient.PONG);
      assertThat(pong.payload()).isEqualTo(payload);
    }
  }

  @Test
  @DisplayName("answers each ping and loses no packet while many packets go out at once")
  void pingsAmongMany() throws IOException {
    int count = 90;
    String filler = "很长".repeat(300); // some packets fill any buffer
    List<Integer> pongs = new ArrayList<>();
    List<String> acknowledged = new ArrayList<>();
    List<String> received = new ArrayList<>();
    try (RawClient a = RawClient.connect(server, alice)) {
      for (int i = 0; i < count; i++) {
        String content = i % 10 == 0 ? i + filler : Integer.toString(i);
        String packet = Packet.message(alice, content, Integer.toString(i));
        a.send(RawClient.TEXT, packet.getBytes(StandardCharsets.UTF_8));
        a.send(RawClient.PING, new byte[] {(byte) i});
      }
      while (pongs.size() + acknowledged.size() + received.size() < 3 * count) {
        RawClient.Frame frame = a.read();
        if (frame.opcode() == RawClient.PONG) {
          pongs.add((int) frame.payload()[0]);
          continue;
        }
        Packet packet = Packet.parse(new String(frame.payload(), StandardCharsets.UTF_8));
        if (packet.isSuccess()) {
          acknowledged.add(packet.timestamp());
        } else {
          received.add(packet.timestamp());
        }
      }
    }
    List<Integer> numbers = IntStream.range(0, count).boxed().toList();
    // Not in order: RFC 6455, section 5.5.3, even lets a server leave out all but the last.
    assertThat(pongs).containsExactlyInAnyOrderElementsOf(numbers);
    assertThat(acknowledged).isEqualTo(numbers.stream().map(String::valueOf).toList());
    assertThat(received).isEqualTo(acknowledged);
  }

  @Test
  @DisplayName("is read from where it has carried an ordinary request before, as of a proxy")
  void reused() throws IOException {
    byte[] packet = Packet.message(bob, "x", "t").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 100; i++) {
      try (RawClient a = RawClient.connectAfter(server, "api/health", Users.next())) {
        if (a == null) {
          assertThat(ServerProduct.underTest().hasTyrus()).isTrue();
          return;
        }
        a.send(RawClient.TEXT, packet);
        assertThat(Packet.parse(new String(a.read().payload(), StandardCharsets.UTF_8)).isSuccess())
            .as("handshake " + i)
            .isTrue();
      }
    }
  }

  @Test
  @DisplayName("takes a packet in parts, with a ping between them")
  void parts() throws IOException {
    byte[] packet = Packet.message(alice, "你好", "t").getBytes(StandardCharsets.UTF_8);
    try (RawClient a = RawClient.connect(server, alice)) {
      for (int i = 0; i < packet.length; i++) { // also within a character
        byte[] part = {packet[i]};
        if (i < packet.length - 1) {
          a.sendPart(i == 0 ? RawClient.TEXT : RawClient.CONTINUATION, part);
        } else {
          a.send(RawClient.PING, new byte[0]);
          a.send(RawClient.CONTINUATION, part);
        }
      }
      assertThat(a.read().opcode()).isEqualTo(RawClient.PONG);
      Packet success = Packet.parse(new String(a.read().payload(), StandardCharsets.UTF_8));
      assertThat(success.isSuccess()).isTrue();
      Packet message = Packet.parse(new String(a.read().payload(), StandardCharsets.UTF_8));
      assertThat(message.content()).isEqualTo("你好");
    }
  }

  @Test
  @DisplayName("is closed with the client's code where the client closes it, and logged with it")
  void clientCloses() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      a.send(RawClient.CLOSE, ByteBuffer.allocate(2).putShort((short) 1001).array());
      assertThat(a.readToClose()).isEqualTo(1001);
    }
    awaitClosed(alice, "1001");
  }

  @Test
  @DisplayName("is closed with 1002 where the client does not mask its frames")
  void unmasked() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      a.sendUnmasked(RawClient.TEXT, "{}".getBytes(StandardCharsets.US_ASCII));
      assertThat(a.readToClose()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  @DisplayName("is closed with 1002 where the client invents an opcode")
  void opcode() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      a.send(RESERVED, new byte[1]);
      assertThat(a.readToClose()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  @DisplayName("is closed with 1002 where the client continues what it has not begun")
  void continuation() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      a.send(RawClient.CONTINUATION, new byte[1]);
      assertThat(a.readToClose()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  @DisplayName("is closed with 1009 so that a client reads it that is still writing, in many parts")
  void stillWriting() throws IOException {
    byte[] part = new byte[16 << 10];
    Arrays.fill(part, (byte) 'x');
    try (RawClient a = RawClient.connect(server, alice)) {
      Throwable cutOff =
          catchThrowable(
              () -> {
                a.sendPart(RawClient.TEXT, part);
                for (int i = 0; i < 500; i++) {
                  a.sendPart(RawClient.CONTINUATION, part);
                }
                a.send(RawClient.CONTINUATION, part);
              });
      if (ServerProduct.underTest().hasTyrus()) { // where we read on; other engines close at once
        assertThat(cutOff).isNull();
      }
      assertThat(a.readToClose()).isEqualTo(TOO_LARGE);
    }
    awaitClosed(alice, "1009");
  }

  @Test
  @DisplayName(
      "that breaks off is forgotten, at once or by the next pings; what comes then comes again")
  void reset() throws IOException {
    RawClient broken = RawClient.connect(server, bob);
    broken.send(RawClient.PING, new byte[0]);
    broken.read(); // the pong, once the server knows the connection
    broken.reset();
    awaitClosed(bob, "(1006|4408)");
    try (Client a = Client.connect(server, alice)) {
      a.send(Packet.message(bob, "in between", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
    }
    try (Client b = Client.connect(server, bob)) {
      b.message("in between");
    }
  }

  @Test
  @DisplayName("is closed with 4408 where the client answers no ping")
  void noPong() throws IOException {
    try (RawClient deaf = RawClient.connect(server, alice);
        Client healthy = Client.connect(server, bob)) {
      assertThat(deaf.readToClose()).isEqualTo(4408);
      assertThat(healthy.isOpen()).isTrue(); // it answered as many pings
    }
  }

  private void awaitClosed(long user, String code) {
    String end = ".* user=" + user + " code=" + code + "(\\|#])?"; // so GlassFish ends a record
    await()
        .atMost(Client.TIMEOUT)
        .untilAsserted(() -> assertThat(log.lines()).anyMatch(line -> line.matches(end)));
  }
}
