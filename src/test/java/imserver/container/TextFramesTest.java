package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Frames of texts")
class TextFramesTest {

  /** The bounds between the three forms of a length (RFC 6455, section 5.2). */
  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 125, 126, 65_535, 65_536})
  @DisplayName("have a header that says how long they are, in the shortest form")
  void length(int length) throws IOException {
    ByteBuffer frames = TextFrames.of(List.of(new byte[length]));
    FrameHeader header = new FrameHeader();
    int size = header.readFrom(new ByteArrayInputStream(frames.array(), 0, 2));
    size += header.readFrom(new ByteArrayInputStream(frames.array(), 2, 8));
    assertThat(header.isComplete()).isTrue();
    assertThat(header.length()).isEqualTo(length);
    assertThat(header.isMasked()).isFalse();
    assertThat(header.opcode()).isEqualTo(1);
    assertThat(frames.get(0))
        .as("the last of its message, and not compressed")
        .isEqualTo((byte) 0x81);
    assertThat(frames.remaining()).isEqualTo(size + length);
    assertThat(size).isEqualTo(length < 126 ? 2 : length <= 0xffff ? 4 : 10);
  }

  @Test
  @DisplayName("follow each other")
  void several() {
    ByteBuffer frames = TextFrames.of(List.of(new byte[] {'a'}, new byte[] {'b', 'c'}));
    byte[] bytes = new byte[frames.remaining()];
    frames.get(bytes);
    assertThat(bytes).containsExactly(0x81, 1, 'a', 0x81, 2, 'b', 'c');
  }
}
