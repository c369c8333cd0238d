package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.message.Submission.ReadAck;
import imserver.message.Submission.Send;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.session.Mark;
import imserver.session.Requester;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A submission has one answer")
class SubmissionTest {

  private final WriterFixture fixture = new WriterFixture();

  /** Asks, and has something happen while an answer to it is being made. */
  private static final class Asker implements Requester {

    final List<Response> answers = new ArrayList<>();
    int marked;
    Runnable meanwhile = () -> {};

    @Override
    public UserPrincipal user() {
      Runnable once = meanwhile;
      meanwhile = () -> {};
      once.run();
      return new UserPrincipal(1, null, null, null);
    }

    @Override
    public void send(Response answer) {
      answers.add(answer);
    }

    @Override
    public void marked(List<Mark> marks) {
      marked++;
    }
  }

  private static Send message(Requester asker) {
    return new Send(asker, new SendMessage(null, 2, "a", "t", null), null);
  }

  @Test
  @DisplayName("where it is stored while the failure for taking too long is on its way")
  void storedDuringFailure() {
    Asker asker = new Asker();
    Send message = message(asker);
    asker.meanwhile = () -> fixture.messageWriter.process(List.of(message));
    message.fail(FailureCode.STORAGE_UNAVAILABLE);
    assertThat(fixture.texts()).as("delivered all the same").containsExactly("a");
    assertThat(asker.answers).singleElement().isInstanceOf(Failure.class);
  }

  @Test
  @DisplayName("where it takes too long while the success is on its way")
  void failedDuringSuccess() {
    Asker asker = new Asker();
    Send message = message(asker);
    asker.meanwhile = () -> message.fail(FailureCode.STORAGE_UNAVAILABLE);
    fixture.messageWriter.process(List.of(message));
    assertThat(asker.answers).singleElement().isInstanceOf(Success.class);
    message.fail(FailureCode.STORAGE_UNAVAILABLE);
    assertThat(asker.answers).hasSize(1);
  }

  @Test
  @DisplayName("where the messages of a read-ack are marked while its failure is on its way")
  void markedDuringFailure() {
    Asker asker = new Asker();
    ReadAck ack = new ReadAck(asker, new MarkRead(null, List.of(1L), "t"));
    asker.meanwhile = () -> fixture.readAckWriter.process(List.of(ack));
    ack.fail(FailureCode.STORAGE_UNAVAILABLE);
    assertThat(asker.answers).singleElement().isInstanceOf(Failure.class);
    assertThat(asker.marked).isZero();
  }
}
