package imserver.message;

import static imserver.message.WriterFixture.ack;
import static org.assertj.core.api.Assertions.assertThat;

import imserver.cluster.Change.MessagesRead;
import imserver.packet.FailureCode;
import imserver.packet.Response.Failure;
import imserver.session.FakeConnection;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Writing a batch of read-acks")
class ReadAckWriterTest {

  private final WriterFixture fixture = new WriterFixture();
  private final FakeService service = fixture.service;
  private final FakeConnection alice = new FakeConnection(1);
  private final FakeConnection bob = new FakeConnection(2);

  @Test
  @DisplayName("marks what each reader named, and sends nothing to sockets")
  void marks() {
    fixture.readAckWriter.process(List.of(ack(alice, 5L, 6L), ack(bob, 7L), ack(alice, 6L, 8L)));
    assertThat(service.read.get(1L)).containsExactly(5L, 6L, 8L);
    assertThat(service.read.get(2L)).containsExactly(7L);
    assertThat(alice.sent).isEmpty();
    assertThat(bob.sent).isEmpty();
  }

  @Test
  @DisplayName("tries again once")
  void again() {
    service.failingMarks = 1;
    fixture.readAckWriter.process(List.of(ack(alice, 5L)));
    assertThat(service.read.get(1L)).containsExactly(5L);
    assertThat(alice.sent).isEmpty();
  }

  @Test
  @DisplayName("is in doubt where the first attempt may have been committed")
  void doubt() {
    service.failingMarks = 1;
    fixture.readAckWriter.process(List.of(ack(alice, 5L)));
    assertThat(fixture.doubts).as("rolled back").isZero();
    service.failingMarks = 1;
    service.marksUnknown = true;
    fixture.readAckWriter.process(List.of(ack(alice, 5L)));
    assertThat(fixture.doubts).isEqualTo(1);
  }

  @Test
  @DisplayName("answers each reader with a failure where the database did not take them")
  void fails() {
    service.failingMarks = 2;
    fixture.readAckWriter.process(List.of(ack(alice, 5L), ack(bob, 6L)));
    FailureCode code = FailureCode.STORAGE_UNAVAILABLE;
    assertThat(alice.sent).containsExactly(new Failure(1, "ack", code, code.message()));
    assertThat(bob.sent).containsExactly(new Failure(2, "ack", code, code.message()));
  }

  @Test
  @DisplayName("tells the other servers what was marked")
  void published() {
    service.add(List.of(WriterFixture.newMessage(2, 1, "a")));
    fixture.readAckWriter.process(List.of(ack(alice, 1L)));
    assertThat(fixture.published).containsExactly(new MessagesRead(1, 2, 2, 2, 0, 1));
  }
}
