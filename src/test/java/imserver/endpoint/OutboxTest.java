package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.endpoint.Outbox.Added;
import imserver.packet.CloseCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An outbox")
class OutboxTest {

  private final Outbox outbox = new Outbox(3);

  private static List<Response> packets(int from, int to) {
    return IntStream.range(from, to)
        .<Response>mapToObj(i -> Packets.success(i, "", 0, null))
        .toList();
  }

  @Nested
  @DisplayName("that is open")
  class Open {

    @Test
    @DisplayName("gives out what was added, in order")
    void inOrder() {
      outbox.add(packets(0, 2));
      outbox.add(packets(2, 3));
      assertThat(List.of(outbox.poll(), outbox.poll(), outbox.poll())).isEqualTo(packets(0, 3));
      assertThat(outbox.poll()).isNull();
    }

    @Test
    @DisplayName("takes a packet of which none waits, or drops it")
    void ifEmpty() {
      assertThat(outbox.addIfEmpty(packets(0, 1).get(0))).isEqualTo(Added.START);
      assertThat(outbox.addIfEmpty(packets(1, 2).get(0))).isEqualTo(Added.REFUSED);
      outbox.poll(); // it is on its way
      assertThat(outbox.addIfEmpty(packets(2, 3).get(0))).isEqualTo(Added.QUEUED);
      assertThat(outbox.poll()).isEqualTo(packets(2, 3).get(0));
      assertThat(outbox.isOpen()).isTrue();
    }

    @Test
    @DisplayName("counts a long packet for several, but takes one, however long")
    void weight() {
      Response all =
          new Response.Synchronized(
              "1",
              List.of(
                  new Response.ConversationState(
                      2,
                      "n".repeat(20_000),
                      "",
                      null,
                      0,
                      0,
                      null,
                      false,
                      Response.Settings.NONE,
                      1)),
              1,
              false,
              1);
      assertThat(all.weight()).isEqualTo(6);
      assertThat(outbox.add(List.of(all))).isEqualTo(Added.START);
      assertThat(outbox.add(packets(0, 1))).isEqualTo(Added.OVERFLOW);
      Outbox other = new Outbox(3);
      other.add(List.of(all));
      other.poll();
      assertThat(other.add(packets(0, 3))).isEqualTo(Added.QUEUED);
    }

    @Test
    @DisplayName("has one sender, until that has nothing more to do")
    void oneSender() {
      assertThat(outbox.add(packets(0, 1))).isEqualTo(Added.START);
      assertThat(outbox.add(packets(1, 2))).isEqualTo(Added.QUEUED);
      assertThat(outbox.continueSending(false)).isTrue();
      outbox.poll();
      outbox.poll();
      assertThat(outbox.continueSending(true)).as("something is not written").isTrue();
      assertThat(outbox.isSending()).isTrue();
      assertThat(outbox.continueSending(false)).isFalse();
      assertThat(outbox.isSending()).isFalse();
      assertThat(outbox.add(packets(2, 3))).isEqualTo(Added.START);
    }

    @Test
    @DisplayName("keeps one task for when it is drained, the last one, and gives it out once")
    void whenDrained() {
      Runnable first = () -> {};
      Runnable second = () -> {};
      assertThat(outbox.whenDrained(first)).as("nothing waits").isFalse();
      outbox.add(packets(0, 1));
      assertThat(outbox.whenDrained(first)).isTrue();
      assertThat(outbox.whenDrained(second)).isTrue();
      assertThat(outbox.takeWhenDrained()).isSameAs(second);
      assertThat(outbox.takeWhenDrained()).isNull();
    }
  }

  @Nested
  @DisplayName("that is full")
  class Full {

    @Test
    @DisplayName("takes none of the packets, drops those that wait, and is closed at once")
    void overflow() {
      outbox.add(packets(0, 2));
      assertThat(outbox.add(packets(2, 4))).isEqualTo(Added.OVERFLOW);
      assertThat(outbox.isOpen()).isFalse();
      assertThat(outbox.closedWith()).isEqualTo(CloseCode.TOO_SLOW);
      assertThat(outbox.isEmpty()).isTrue();
      assertThat(outbox.add(packets(4, 5))).isEqualTo(Added.REFUSED);
    }

    @Test
    @DisplayName("has room again for as many as were taken out")
    void room() {
      outbox.add(packets(0, 3));
      outbox.poll();
      assertThat(outbox.add(packets(3, 4))).isEqualTo(Added.QUEUED);
    }
  }

  @Nested
  @DisplayName("that is closed")
  class Closed {

    @Test
    @DisplayName("takes nothing more, and gives out what waits")
    void flushes() {
      outbox.add(packets(0, 2));
      assertThat(outbox.close(CloseCode.TOKEN_EXPIRED)).isEqualTo(CloseCode.TOKEN_EXPIRED);
      assertThat(outbox.add(packets(2, 3))).isEqualTo(Added.REFUSED);
      assertThat(outbox.continueSending(false)).isTrue();
      assertThat(List.of(outbox.poll(), outbox.poll())).isEqualTo(packets(0, 2));
    }

    @ParameterizedTest
    @EnumSource(names = {"TOO_SLOW", "NO_PONG"})
    @DisplayName("drops what waits for a client that does not read")
    void drops(CloseCode code) {
      outbox.add(packets(0, 2));
      outbox.close(code);
      assertThat(outbox.continueSending(false)).isFalse();
      assertThat(outbox.poll()).isNull();
    }

    @Test
    @DisplayName("keeps the first code; that the server goes is acted upon all the same")
    void firstCode() {
      outbox.close(CloseCode.TOO_SLOW);
      assertThat(outbox.close(CloseCode.TOKEN_EXPIRED)).isNull();
      assertThat(outbox.close(CloseCode.GOING_AWAY)).isEqualTo(CloseCode.TOO_SLOW);
      assertThat(outbox.closedWith()).isEqualTo(CloseCode.TOO_SLOW);
    }
  }

  @Nested
  @DisplayName("that has ended")
  class Ended {

    @Test
    @DisplayName("gives out nothing more, and has no sender")
    void nothing() {
      outbox.add(packets(0, 2));
      outbox.whenDrained(() -> {});
      assertThat(outbox.end()).isTrue();
      assertThat(outbox.continueSending(true)).isFalse();
      assertThat(outbox.isSending()).isFalse();
      assertThat(outbox.poll()).isNull();
      assertThat(outbox.takeWhenDrained()).isNull();
    }

    @Test
    @DisplayName("takes and closes nothing, and ends once")
    void once() {
      outbox.end();
      assertThat(outbox.end()).isFalse();
      assertThat(outbox.add(packets(0, 1))).isEqualTo(Added.REFUSED);
      assertThat(outbox.close(CloseCode.GOING_AWAY)).isNull();
      assertThat(outbox.closedWith()).isNull();
    }
  }
}
