package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.CloseCode;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Behind;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Marked;
import imserver.packet.Response.MessagesRead;
import imserver.packet.Response.Recalled;
import imserver.packet.Response.Welcome;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The changes for one connection")
class ChangeStreamTest {

  private final FakeConnection connection = new FakeConnection(1);
  private final ChangeStream stream = new ChangeStream(connection, 3);

  private static Response event(long change) {
    return new MessagesRead(change, 2, 1, 10 * change, 0L);
  }

  private static UserChange change(long number) {
    return UserChange.withoutMessage(number, event(number));
  }

  private static Response welcome(long head) {
    return new Welcome(1, head, "e", 4000, 120, true, false, 0);
  }

  private void deliver(UserChange... changes) {
    stream.deliver(List.of(changes), List.of());
  }

  private static Recalled done(long change) {
    return new Recalled("\"c" + change + "\"", change, null);
  }

  @Test
  @DisplayName("begin with the welcome: what was told before is below its head")
  void welcomeFirst() {
    deliver(change(5));
    assertThat(connection.sent).isEmpty();
    stream.welcome(5, ChangeStreamTest::welcome);
    deliver(change(6), change(7));
    assertThat(connection.sent).containsExactly(welcome(5), event(6), event(7));
  }

  @Test
  @DisplayName("say that the client is behind where a change was missed, or has no event")
  void behind() {
    stream.welcome(5, ChangeStreamTest::welcome);
    deliver(UserChange.withoutMessage(6, null), change(7));
    stream.missed(9);
    stream.missed(8); // known
    deliver(change(10));
    assertThat(connection.sent)
        .containsExactly(welcome(5), new Behind(), event(7), new Behind(), event(10));
  }

  @Nested
  @DisplayName("have the answer to a command")
  class Answers {

    @Test
    @DisplayName("in place of the change that it was")
    void inOrder() {
      stream.welcome(5, ChangeStreamTest::welcome);
      stream.send(done(7));
      assertThat(connection.sent).hasSize(1);
      deliver(change(6), change(7), change(8));
      assertThat(connection.sent).containsExactly(welcome(5), event(6), done(7), event(8));
    }

    @Test
    @DisplayName("at once where it changed nothing, or was a failure")
    void atOnce() {
      stream.welcome(5, ChangeStreamTest::welcome);
      FailureCode code = FailureCode.NOT_FOUND;
      Failure failure = new Failure(1, "", code, code.message(), "1");
      Marked nothing = new Marked("2", 0, 0, null);
      stream.send(List.of(done(6), failure, nothing));
      assertThat(connection.sent).containsExactly(welcome(5), failure, nothing);
    }

    @Test
    @DisplayName("at once where its change was told, or missed, before")
    void late() {
      stream.welcome(5, ChangeStreamTest::welcome);
      stream.missed(9);
      stream.send(done(7));
      assertThat(connection.sent).containsExactly(welcome(5), new Behind(), done(7));
    }

    @Test
    @DisplayName("where its change is missed, before that is said")
    void missed() {
      stream.welcome(5, ChangeStreamTest::welcome);
      stream.send(done(8));
      stream.send(done(7));
      stream.send(done(10));
      stream.missed(9);
      assertThat(connection.sent).containsExactly(welcome(5), done(7), done(8), new Behind());
      deliver(change(10));
      assertThat(connection.sent).endsWith(done(10)).hasSize(5);
    }

    @Test
    @DisplayName("each, where two were one change")
    void two() {
      stream.welcome(5, ChangeStreamTest::welcome);
      Marked one = new Marked("1", 6, 0, null);
      Marked other = new Marked("2", 6, 0, null);
      stream.send(one);
      stream.send(other);
      deliver(change(6));
      assertThat(connection.sent).containsExactly(welcome(5), one, other);
    }

    @Test
    @DisplayName("after the welcome, which comes first whatever was asked before")
    void early() {
      Marked nothing = new Marked("2", 0, 0, null);
      stream.send(done(4));
      stream.send(nothing);
      stream.send(done(7));
      deliver(change(4), change(5));
      assertThat(connection.sent).isEmpty();
      stream.welcome(6, ChangeStreamTest::welcome);
      deliver(change(7));
      assertThat(connection.sent).containsExactly(welcome(6), nothing, done(4), done(7));
    }

    @Test
    @DisplayName("up to a bound, where no welcome comes: then the connection is closed")
    void tooMany() {
      for (int i = 0; i < 3; i++) {
        stream.send(new Marked("" + i, 0, 0, null));
      }
      assertThat(connection.closes).isEmpty();
      stream.send(new Marked("3", 0, 0, null));
      assertThat(connection.closes).containsExactly(CloseCode.TOO_SLOW);
    }
  }
}
