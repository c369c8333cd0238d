package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Frame.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a server publishes")
class PublisherTest {

  private static final long NODE = 7;
  private static final List<Change> PROFILE = List.of(new ProfileChanged(1));
  private static final List<Change> MESSAGE = List.of(Changes.stored(1, 2, 1, 3, 1, "text", ""));

  private final FrameSeal seal = new FrameSeal("secret");
  private final List<Frame> published = new ArrayList<>();
  private boolean broken;

  private final UserBus bus =
      new UserBus() {
        @Override
        public void publish(String frame) {
          if (broken) {
            throw new IllegalStateException("broken");
          }
          published.add(FrameCodec.decode(seal.open(frame)));
        }

        @Override
        public void publish(long user, String frame) {
          publish(frame);
        }

        @Override
        public void follow(long user) {}

        @Override
        public void unfollow(long user) {}

        @Override
        public void start(Listener listener) {}

        @Override
        public void stop() {}
      };

  private final Publisher publisher = new Publisher(NODE, bus);

  @BeforeEach
  void unseal() {
    publisher.use(seal);
  }

  /** By which the others find that they were not told of something. */
  private long numberOfBeat() {
    publisher.beat();
    Frame beat = published.get(published.size() - 1);
    assertThat(beat.kind()).isEqualTo(Kind.BEAT);
    return beat.number();
  }

  @Test
  @DisplayName("has numbers where it is for all, beats too")
  void numbers() {
    publisher.publish(PROFILE, true);
    publisher.publish(MESSAGE, true);
    publisher.publish(PROFILE, true);
    assertThat(published)
        .extracting(Frame::number)
        .containsExactly(1L, Frame.UNNUMBERED, Frame.UNNUMBERED, 2L);
    assertThat(numberOfBeat()).isEqualTo(3);
    assertThat(numberOfBeat()).isEqualTo(4);
  }

  @Test
  @DisplayName("leaves a number out where nobody was told")
  void untold() {
    publisher.publish(MESSAGE, false);
    assertThat(published).isEmpty();
    assertThat(numberOfBeat()).isEqualTo(2);
    publisher.skipNumber();
    assertThat(numberOfBeat()).isEqualTo(4);
  }

  @Test
  @DisplayName("leaves a number out where not all was published")
  void failing() {
    broken = true;
    assertThatThrownBy(() -> publisher.publish(MESSAGE, true)).hasMessage("broken");
    broken = false;
    assertThat(numberOfBeat()).isEqualTo(2);
  }

  @Test
  @DisplayName("is nothing before it can be sealed")
  void unsealed() {
    Publisher early = new Publisher(NODE, bus);
    early.publish(MESSAGE, true);
    early.beat();
    assertThat(published).isEmpty();
    early.use(seal);
    early.beat();
    assertThat(published).extracting(Frame::number).containsExactly(2L);
  }
}
