package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.CloseCode;
import imserver.packet.Response;
import imserver.packet.Response.Incoming;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A message stream")
class MessageStreamTest {

  private final FakeConnection connection = new FakeConnection(1);
  private final MessageStream stream = new MessageStream(connection, 3);

  private static Incoming message(long id) {
    return new Incoming(id, 2, 1, "m" + id, "", "2", "");
  }

  private static List<Incoming> messages(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(MessageStreamTest::message).toList();
  }

  private List<Long> ids() {
    return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
  }

  @Test
  @DisplayName("sends the replay as it comes, and knows how far it is")
  void replay() {
    assertThat(stream.replayedUpTo()).isZero();
    stream.replay(messages(4, 6));
    stream.replay(List.of());
    stream.replay(messages(9, 10));
    assertThat(ids()).containsExactly(4L, 5L, 6L, 9L, 10L);
    assertThat(stream.replayedUpTo()).isEqualTo(10);
    assertThat(stream.replayed()).isEqualTo(5);
  }

  @Test
  @DisplayName("holds back what arrives until the replay is through")
  void heldBack() {
    stream.replay(messages(1, 2));
    stream.deliver(List.of(), List.of(message(4)));
    stream.deliver(List.of(), List.of(message(5)));
    stream.replay(messages(3, 3));
    assertThat(ids()).containsExactly(1L, 2L, 3L);

    stream.goLive();

    assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  @DisplayName("sends nothing twice that was in the replay as well")
  void once() {
    stream.deliver(List.of(), List.of(message(4)));
    stream.deliver(List.of(), List.of(message(5)));
    stream.deliver(List.of(), List.of(message(6)));
    stream.replay(messages(1, 5));
    stream.goLive();
    assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  @DisplayName("drops what was in the replay, though it arrives when the stream is live")
  void late() {
    stream.replay(messages(1, 5));
    stream.goLive();
    stream.deliver(List.of(), List.of(message(5)));
    stream.deliver(List.of(), List.of(message(6)));
    assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  @DisplayName("that is live sends at once")
  void live() {
    stream.goLive();
    stream.deliver(List.of(), List.of(message(1)));
    assertThat(ids()).containsExactly(1L);
    stream.deliver(List.of(), List.of(message(2)));
    assertThat(ids()).containsExactly(1L, 2L);
  }

  @Test
  @DisplayName("closes with 4508 where too much arrives during the replay")
  void overflow() {
    stream.deliver(List.of(), messages(10, 12));
    assertThat(connection.closes).isEmpty();
    stream.deliver(List.of(), List.of(message(13)));
    assertThat(connection.closes).containsExactly(CloseCode.TOO_SLOW);
  }

  @Test
  @DisplayName("keeps ascending order and loses nothing, whenever it goes live")
  void concurrent() throws Exception {
    for (int round = 0; round < 50; round++) {
      FakeConnection target = new FakeConnection(1);
      MessageStream racing = new MessageStream(target, 10_000);
      Thread live =
          new Thread(
              () ->
                  messages(101, 600)
                      .forEach(message -> racing.deliver(List.of(), List.of(message))));
      live.start();
      racing.replay(messages(1, 50));
      racing.replay(messages(51, 100));
      racing.goLive();
      live.join();
      assertThat(target.sent).isEqualTo(List.<Response>copyOf(messages(1, 600)));
    }
  }
}
