package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.message.Submission.ReadAck;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.session.Mark;
import imserver.session.Requester;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The parts of a large read-ack")
class ReadAckPartsTest {

  private final List<Response> sent = new ArrayList<>();
  private int marked;
  private final List<Mark> marks = new ArrayList<>();
  private final Requester alice =
      new Requester() {
        @Override
        public UserPrincipal user() {
          return new UserPrincipal(1, null, null, null);
        }

        @Override
        public void send(Response answer) {
          sent.add(answer);
        }

        @Override
        public void marked(List<Mark> some) {
          marked++;
          marks.addAll(some);
        }
      };

  private List<ReadAck> parts(int ids) {
    List<Long> all = LongStream.rangeClosed(1, ids).boxed().toList();
    return ReadAckParts.of(new ReadAck(alice, new MarkRead(null, all, "t")));
  }

  @Test
  @DisplayName("are the read-ack itself where it is small")
  void small() {
    assertThat(parts(FairQueue.IDS_PER_PERMIT)).hasSize(1).allMatch(p -> p.requester() == alice);
  }

  @Test
  @DisplayName("have all of its ids, in order")
  void ids() {
    List<ReadAck> parts = parts(MarkRead.MAX_IDS);
    assertThat(parts).hasSize(20).allMatch(part -> part.requester().user().equals(alice.user()));
    assertThat(parts.stream().flatMap(part -> part.request().messageIds().stream()))
        .isEqualTo(LongStream.rangeClosed(1, 1000).boxed().toList());
    assertThat(parts(51)).hasSize(2);
  }

  @Test
  @DisplayName("answer once, when the last of them is marked")
  void last() {
    List<ReadAck> parts = parts(125);
    parts.subList(0, 2).forEach(part -> part.requester().marked(List.of()));
    assertThat(marked).isZero();
    parts.get(2).requester().marked(List.of());
    assertThat(marked).isEqualTo(1);
    assertThat(sent).isEmpty();
  }

  @Test
  @DisplayName("tell what the last of them has changed, for each sender")
  void marks() {
    List<ReadAck> parts = parts(125);
    parts.get(0).requester().marked(List.of(new Mark(5, 11, 3, 7), new Mark(6, 12, 1, 7)));
    parts.get(2).requester().marked(List.of(new Mark(5, 14, 0, 7)));
    parts.get(1).requester().marked(List.of(new Mark(5, 13, 1, 7)));
    assertThat(marks).containsExactlyInAnyOrder(new Mark(5, 14, 0, 7), new Mark(6, 12, 1, 7));
  }

  @Test
  @DisplayName("answer with the first failure, once, when all are done")
  void failure() {
    List<ReadAck> parts = parts(175);
    parts.get(0).requester().marked(List.of());
    parts.get(2).fail(FailureCode.SERVER_BUSY);
    parts.get(1).fail(FailureCode.STORAGE_UNAVAILABLE);
    assertThat(sent).isEmpty();
    parts.get(3).requester().marked(List.of());
    FailureCode code = FailureCode.SERVER_BUSY;
    assertThat(sent).containsExactly(new Failure(1, "t", code, code.message()));
    assertThat(marked).isZero();
  }
}
