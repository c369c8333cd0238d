package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.cluster.Change.MessageRecalled;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Change.Typing;
import imserver.cluster.Frame.Kind;
import imserver.packet.TestFiles;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A frame between servers")
class FrameCodecTest {

  private static final long NODE = (1L << 53) - 1;

  private final AtomicLong number = new AtomicLong();

  private static MessageStored message(long id, String content) {
    return Changes.stored(id, 7, 70 + id, 8, 80 + id, content, "1600000000000");
  }

  private List<Frame> sent(List<Change> changes) {
    List<String> texts = FrameCodec.encode(NODE, number::incrementAndGet, changes);
    assertThat(texts)
        .allMatch(text -> text.getBytes(StandardCharsets.UTF_8).length <= FrameCodec.MAX_BYTES);
    return texts.stream().map(FrameCodec::decode).toList();
  }

  @Test
  @DisplayName("has messages and readings as they were")
  void asTheyWere() {
    List<Change> changes =
        List.of(
            message((1L << 53) - 1, "\"\\\u0001\n私信 👋 \u2028"),
            Changes.stored(2, 0, 0, 8, 9, "", ""),
            new MessageStored(
                3,
                0,
                0,
                8,
                10,
                4,
                "text",
                "",
                Instant.ofEpochMilli(1_600_000_000_123L),
                null,
                "title",
                null),
            new MessageStored(
                4, 7, 75, 8, 11, 5, "text", "", Instant.EPOCH, "a \"name\"", null, null),
            new MessageStored(
                5,
                7,
                76,
                8,
                12,
                6,
                "\uFFFC\uFFFC\uFFFC",
                "",
                Instant.EPOCH,
                null,
                null,
                null,
                List.of(TestFiles.PICTURE, TestFiles.VOICE, TestFiles.LIST)),
            new MessagesRead(8, 7, 90, 71, 3, 2),
            new MessageRecalled(4, 7, 76, 8, 12, 4),
            new Change.ConversationSet(8, 13, 7, true, false, true, false),
            new Typing(7, 8),
            new ProfileChanged(8));
    assertThat(sent(changes)).containsExactly(new Frame(NODE, 1, Kind.CHANGES, changes));
  }

  @Test
  @DisplayName("is followed by another where the database would not take it")
  void several() {
    List<Change> changes = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      changes.add(message(i, "中".repeat(100)));
    }
    List<Frame> frames = sent(changes);
    assertThat(frames).hasSizeBetween(5, 12);
    assertThat(frames.stream().flatMap(frame -> frame.changes().stream())).isEqualTo(changes);
    assertThat(frames).extracting(Frame::number).isSorted().doesNotHaveDuplicates();
    assertThat(number).hasValue(frames.size());
  }

  @Test
  @DisplayName("leaves out the text of a message that is longer than any frame")
  void tooLong() {
    MessageStored large = message(1, "👋".repeat(4000));
    assertThat(sent(List.of(large, message(2, "small"))))
        .flatExtracting(Frame::changes)
        .containsExactly(large.withoutContent(), message(2, "small"));
  }

  @Test
  @DisplayName("is a beat with the number of the last one")
  void beat() {
    assertThat(FrameCodec.decode(FrameCodec.beat(NODE, 5)))
        .isEqualTo(new Frame(NODE, 5, Kind.BEAT, List.of()));
  }

  @Test
  @DisplayName("of another version is known by its server and number")
  void anotherVersion() {
    assertThat(FrameCodec.decode("{\"v\":9,\"n\":3,\"f\":4,\"x\":{}}"))
        .isEqualTo(new Frame(3, 4, Kind.UNKNOWN, List.of()));
  }

  @Test
  @DisplayName("has no number where it is for a user, in any version")
  void unnumbered() {
    List<Change> changes = List.of(message(1, "text"));
    List<String> texts = FrameCodec.encode(NODE, () -> Frame.UNNUMBERED, changes);
    assertThat(texts).hasSize(1);
    assertThat(FrameCodec.decode(texts.get(0)))
        .isEqualTo(new Frame(NODE, Frame.UNNUMBERED, Kind.CHANGES, changes));
    assertThat(FrameCodec.decode("{\"v\":9,\"n\":3,\"x\":{}}"))
        .isEqualTo(new Frame(3, Frame.UNNUMBERED, Kind.UNKNOWN, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{}",
        "{\"v\":4,\"n\":1}",
        "{\"v\":4,\"n\":1.5,\"b\":1}",
        "{\"v\":4,\"n\":1,\"f\":1,\"c\":[[]]}",
        "{\"v\":4,\"n\":1,\"f\":1,\"c\":[[\"z\"]]}",
        "{\"v\":4,\"n\":1,\"f\":1,\"c\":[[\"m\",1]]}"
      })
  @DisplayName("is nothing else")
  void nothingElse(String text) {
    assertThatThrownBy(() -> FrameCodec.decode(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
