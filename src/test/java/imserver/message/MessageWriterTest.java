package imserver.message;

import static imserver.message.WriterFixture.message;
import static imserver.message.WriterFixture.named;
import static imserver.packet.FailureCode.REFUSED_CONTENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.cluster.Change.MessageStored;
import imserver.content.Verdict;
import imserver.directory.UserProfile;
import imserver.file.OwnedFile;
import imserver.message.Submission.Send;
import imserver.packet.Attachment;
import imserver.packet.FailureCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.packet.TestFiles;
import imserver.session.Connection;
import imserver.session.FakeConnection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Writing a batch of messages")
class MessageWriterTest {

  private final WriterFixture fixture = new WriterFixture();
  private final FakeService service = fixture.service;
  private final MessageWriter messageWriter = fixture.messageWriter;
  private final FakeConnection alice = new FakeConnection(1);
  private final FakeConnection bob = new FakeConnection(2);
  private final FakeConnection carol = new FakeConnection(5);

  private static Response success(long sender, String content) {
    return Packets.success(sender, "t-" + content, 0, null);
  }

  private static Response failure(long sender, String content, FailureCode code) {
    return new Failure(sender, "t-" + content, code, code.message());
  }

  private static Response unavailable(long sender, String content) {
    return failure(sender, content, FailureCode.STORAGE_UNAVAILABLE);
  }

  @Nested
  @DisplayName("that the database takes")
  class Stored {

    @Test
    @DisplayName("answers each sender and delivers each message, in one transaction")
    void all() {
      messageWriter.process(
          List.of(message(alice, 2, "a"), message(bob, 1, "b"), message(alice, 3, "c")));
      assertThat(service.calls).containsExactly(3);
      assertThat(alice.sent).containsExactly(success(1, "a"), success(1, "c"));
      assertThat(bob.sent).containsExactly(success(2, "b"));
      assertThat(fixture.delivered)
          .containsExactlyInAnyOrder(
              new Incoming(1, 1, 2, "a", "t-a", "1", ""),
              new Incoming(2, 2, 1, "b", "t-b", "2", ""),
              new Incoming(3, 1, 3, "c", "t-c", "1", ""));
    }

    @Test
    @DisplayName("answers only when the transaction is committed, and delivers only then")
    void afterCommit() {
      Runnable isCommitted = () -> assertThat(service.committed).hasSize(2);
      alice.beforeSend = isCommitted;
      fixture.beforeDelivery = isCommitted;
      messageWriter.process(List.of(message(alice, 2, "a"), message(alice, 2, "b")));
      assertThat(alice.sent).hasSize(2);
      assertThat(fixture.delivered).hasSize(2);
    }

    @Test
    @DisplayName("delivers with what the directory knows of the sender")
    void profile() {
      fixture.profiles.put(1L, new UserProfile(1, "李雷", "https://e.org/a.png"));
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(fixture.delivered)
          .containsExactly(new Incoming(1, 1, 2, "a", "t-a", "李雷", "https://e.org/a.png"));
    }

    @Test
    @DisplayName("delivers without names where the directory fails")
    void directoryDown() {
      fixture.directoryDown = true;
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(alice.sent).containsExactly(success(1, "a"));
      assertThat(fixture.delivered).containsExactly(new Incoming(1, 1, 2, "a", "t-a", "1", ""));
    }

    @Test
    @DisplayName("gives a receipt to a client that names its messages, and to no other")
    void receipt() {
      messageWriter.process(List.of(message(alice, 2, "a"), named(alice, 2, "b", "x")));
      assertThat(alice.sent).containsExactly(success(1, "a"), Packets.success(1, "t-b", 2, "x"));
    }
  }

  @Nested
  @DisplayName("with what the lists of words say")
  class Words {

    private Send send(String content, Verdict verdict) {
      return new Send(
          alice, new SendMessage(null, 2, content, "t-" + content, null), null, verdict);
    }

    @Test
    @DisplayName("stores and delivers what is masked as it is masked")
    void masked() {
      messageWriter.process(List.of(send("abc", Verdict.of("***"))));
      assertThat(alice.sent).containsExactly(success(1, "abc"));
      assertThat(service.committed.get(1L).content()).isEqualTo("***");
      assertThat(fixture.texts()).containsExactly("***");
    }

    @Test
    @DisplayName("refuses what is to be refused, and stores the others")
    void refused() {
      messageWriter.process(
          List.of(
              send("bad", Verdict.of("bad").refused(FailureCode.REFUSED_CONTENT, "")),
              message(alice, 2, "good")));
      assertThat(alice.sent)
          .containsExactlyInAnyOrder(
              new Failure(
                  1, "t-bad", FailureCode.REFUSED_CONTENT, FailureCode.REFUSED_CONTENT.message()),
              success(1, "good"));
      assertThat(fixture.texts()).containsExactly("good");
    }

    @Test
    @DisplayName("acknowledges what was stored before it was to be refused")
    void retry() {
      service.wasStored = newMessage -> newMessage.content().equals("bad");
      messageWriter.process(
          List.of(send("bad", Verdict.of("bad").refused(FailureCode.REFUSED_CONTENT, ""))));
      assertThat(alice.sent).containsExactly(success(1, "bad"));
      assertThat(fixture.delivered).isEmpty();
    }
  }

  @Nested
  @DisplayName("with a retry")
  class Retry {

    @Test
    @DisplayName("acknowledges it again, and delivers nothing")
    void later() {
      messageWriter.process(List.of(message(alice, 2, "a")));
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(alice.sent).containsExactly(success(1, "a"), success(1, "a"));
      assertThat(service.committed).hasSize(1);
      assertThat(fixture.texts()).containsExactly("a");
    }

    @Test
    @DisplayName("in the same batch acknowledges both, and delivers once")
    void sameBatch() {
      messageWriter.process(List.of(named(alice, 2, "a", "x"), named(alice, 2, "a", "x")));
      Response receipt = Packets.success(1, "t-a", 1, "x");
      assertThat(alice.sent).containsExactly(receipt, receipt);
      assertThat(fixture.texts()).containsExactly("a");
    }

    @Test
    @DisplayName("answers with the id of the message that was stored the first time")
    void receipt() {
      messageWriter.process(List.of(named(alice, 2, "a", "x"), message(alice, 2, "b")));
      messageWriter.process(List.of(named(alice, 2, "a", "x")));
      assertThat(alice.sent.get(2)).isEqualTo(Packets.success(1, "t-a", 1, "x"));
    }

    @Test
    @DisplayName("does not take the same packet of another sender for it")
    void otherSender() {
      messageWriter.process(List.of(message(alice, 3, "a"), message(bob, 3, "a")));
      assertThat(fixture.texts()).containsExactly("a", "a");
    }
  }

  @Nested
  @DisplayName("with a name that another message of the sender has")
  class Reused {

    private Response reused(String content) {
      return failure(1, content, FailureCode.REUSED_ID);
    }

    @Test
    @DisplayName("refuses another text or recipient, and still takes a retry for one")
    void later() {
      messageWriter.process(List.of(named(alice, 2, "a", "x")));
      messageWriter.process(
          List.of(named(alice, 2, "b", "x"), named(alice, 3, "a", "x"), named(alice, 2, "a", "x")));
      assertThat(alice.sent)
          .containsExactly(
              Packets.success(1, "t-a", 1, "x"),
              reused("b"),
              reused("a"),
              Packets.success(1, "t-a", 1, "x"));
      assertThat(fixture.texts()).containsExactly("a");
    }

    @Test
    @DisplayName("refuses the second of one batch, also where it is stored one by one")
    void sameBatch() {
      service.lostAnswers = 1;
      messageWriter.process(List.of(named(alice, 2, "a", "x"), named(alice, 2, "b", "x")));
      messageWriter.process(List.of(named(alice, 2, "c", "y"), named(alice, 2, "d", "y")));
      assertThat(alice.sent)
          .containsExactly(
              Packets.success(1, "t-a", 1, "x"),
              reused("b"),
              Packets.success(1, "t-c", 2, "y"),
              reused("d"));
      assertThat(fixture.texts()).as("without what is in doubt").containsExactly("c");
    }
  }

  @Nested
  @DisplayName("that the database refuses")
  class Refused {

    @Test
    @DisplayName("fails the one bad message alone, and keeps the order of the others")
    void oneBad() {
      service.refuses = newMessage -> newMessage.content().equals("bad");
      messageWriter.process(
          List.of(message(alice, 2, "a"), message(alice, 2, "bad"), message(alice, 2, "c")));
      assertThat(service.calls).containsExactly(3, 1, 1, 1, 1);
      assertThat(alice.sent)
          .containsExactly(success(1, "a"), unavailable(1, "bad"), success(1, "c"));
      assertThat(fixture.texts()).containsExactly("a", "c");
    }

    @Test
    @DisplayName("is tried once more, since the connection may have died")
    void onceMore() {
      service.refuses = newMessage -> service.calls.size() <= 2;
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(service.calls).containsExactly(1, 1, 1);
      assertThat(alice.sent).containsExactly(success(1, "a"));
    }

    @Test
    @DisplayName("fails all, without a try for each, where it is down")
    void down() {
      service.down = true;
      messageWriter.process(
          List.of(
              message(alice, 2, "a"),
              message(alice, 2, "b"),
              message(bob, 2, "c"),
              message(bob, 2, "d")));
      assertThat(service.calls).containsExactly(4, 1);
      assertThat(service.pings).isEqualTo(1);
      assertThat(alice.sent).containsExactly(unavailable(1, "a"), unavailable(1, "b"));
      assertThat(bob.sent).containsExactly(unavailable(2, "c"), unavailable(2, "d"));
      assertThat(fixture.delivered).isEmpty();
    }

    @Test
    @DisplayName("fails the rest where it goes down in the middle")
    void goesDown() {
      service.refuses =
          newMessage -> {
            service.down |= service.calls.size() == 3;
            return newMessage.content().equals("b");
          };
      messageWriter.process(
          List.of(message(alice, 2, "a"), message(alice, 2, "b"), message(alice, 2, "c")));
      assertThat(service.calls).containsExactly(3, 1, 1);
      assertThat(alice.sent)
          .containsExactly(success(1, "a"), unavailable(1, "b"), unavailable(1, "c"));
    }

    @Test
    @DisplayName("goes on with the next batch when it is back")
    void back() {
      service.down = true;
      messageWriter.process(List.of(message(alice, 2, "a")));
      service.down = false;
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(alice.sent).containsExactly(unavailable(1, "a"), success(1, "a"));
      assertThat(fixture.texts()).containsExactly("a");
    }

    @Test
    @DisplayName("refuses an unknown recipient, and stores the rest")
    void unknownRecipient() {
      service.unknownRecipients = Set.of(9L);
      messageWriter.process(List.of(message(alice, 9, "a"), message(alice, 2, "b")));
      assertThat(alice.sent)
          .containsExactly(failure(1, "a", FailureCode.UNKNOWN_RECIPIENT), success(1, "b"));
      assertThat(fixture.texts()).containsExactly("b");
    }

    @Test
    @DisplayName("refuses what the rules between users forbid, and stores that user apart then")
    void refused() {
      service.rules = new SiteRules(1, SiteRules.NO_BOUND, true);
      FakeConnection carol = new FakeConnection(3);
      messageWriter.process(
          List.of(message(alice, 2, "a"), message(alice, 2, "b"), message(carol, 2, "c")));
      assertThat(alice.sent)
          .containsExactly(success(1, "a"), failure(1, "b", FailureCode.STRANGER));
      assertThat(fixture.texts()).containsExactly("a", "c");
      service.calls.clear();
      messageWriter.process(
          List.of(message(alice, 4, "d"), message(carol, 4, "e"), message(carol, 5, "f")));
      assertThat(service.calls).containsExactly(2, 1);
    }
  }

  @Nested
  @DisplayName("of which it is not known whether it is committed")
  class InDoubt {

    @Test
    @DisplayName("is stored and acknowledged once; who is connected is told from the database")
    void secondTry() {
      service.lostAnswers = 1;
      messageWriter.process(List.of(message(alice, 2, "a"), message(alice, 2, "b")));
      assertThat(alice.sent).containsExactly(success(1, "a"), success(1, "b"));
      assertThat(service.committed).hasSize(2);
      assertThat(fixture.doubts).isPositive();
    }

    @Test
    @DisplayName("is in doubt also where it is stored alone")
    void alone() {
      service.refuses = newMessage -> newMessage.content().equals("b");
      service.lostAnswers = 1; // of what is stored alone first
      messageWriter.process(List.of(message(alice, 2, "a"), message(alice, 2, "b")));
      assertThat(alice.sent).containsExactly(success(1, "a"), unavailable(1, "b"));
      assertThat(fixture.doubts).isPositive();
    }

    @Test
    @DisplayName("is not in doubt where the database has refused it")
    void refused() {
      service.refuses = newMessage -> newMessage.content().equals("a");
      messageWriter.process(List.of(message(alice, 2, "a")));
      assertThat(fixture.doubts).isZero();
    }
  }

  @Nested
  @DisplayName("with files")
  class WithFiles {

    private Send carrying(Connection from, String content, Long... files) {
      return new Send(
          from,
          new SendMessage(null, 2, content, "t-" + content, null, null, List.of(files)),
          null);
    }

    @BeforeEach
    void upload() {
      service.uploaded.put(12L, new OwnedFile(1, TestFiles.PICTURE));
      service.uploaded.put(13L, new OwnedFile(1, TestFiles.VOICE));
      service.uploaded.put(14L, new OwnedFile(2, TestFiles.LIST));
    }

    @Test
    @DisplayName("is stored and delivered with them, and may have no text")
    void stored() {
      messageWriter.process(List.of(carrying(alice, "a", 13L, 12L), carrying(alice, "", 12L)));
      assertThat(alice.sent).containsExactly(success(1, "a"), success(1, ""));
      assertThat(service.committed.values())
          .extracting(NewMessage::content)
          .containsExactly("a\uFFFC\uFFFC", "\uFFFC");
      assertThat(fixture.delivered)
          .containsExactly(
              new Incoming(
                  1,
                  1,
                  2,
                  "a",
                  "t-a",
                  "1",
                  "",
                  TestFiles.linked(TestFiles.VOICE, TestFiles.PICTURE)),
              new Incoming(2, 1, 2, "", "t-", "1", "", TestFiles.linked(TestFiles.PICTURE)));
    }

    @Test
    @DisplayName("is refused where one is another's, or is none; the others are stored")
    void refused() {
      messageWriter.process(
          List.of(
              carrying(alice, "a", 12L, 14L), carrying(alice, "b", 99L), message(alice, 2, "c")));
      assertThat(alice.sent)
          .containsExactlyInAnyOrder(
              failure(1, "a", FailureCode.UNKNOWN_FILE),
              failure(1, "b", FailureCode.UNKNOWN_FILE),
              success(1, "c"));
      assertThat(fixture.texts()).containsExactly("c");
    }

    private OwnedFile owned(long id, String name) {
      return new OwnedFile(
          1, new Attachment(id, name, "text/plain", 5, null, null, null, null, false));
    }

    @Test
    @DisplayName("is refused, reported or masked for what their names say, for all who see them")
    void names() {
      service.uploaded.put(15L, owned(15, "bad.txt"));
      service.uploaded.put(16L, owned(16, "odd.txt"));
      fixture.verdicts.put("bad.txt", Verdict.of("bad.txt").refused(REFUSED_CONTENT, ""));
      fixture.verdicts.put("a.jpg", Verdict.of("*.jpg"));
      fixture.verdicts.put("odd.txt", Verdict.of("odd.txt").reported());
      messageWriter.process(
          List.of(
              carrying(alice, "a", 13L, 15L),
              carrying(alice, "b", 12L),
              carrying(alice, "c", 16L)));
      assertThat(alice.sent)
          .containsExactlyInAnyOrder(
              failure(1, "a", REFUSED_CONTENT), success(1, "b"), success(1, "c"));
      assertThat(fixture.delivered.get(0).files())
          .extracting(file -> file.attachment().name())
          .containsExactly("*.jpg");
      assertThat(service.uploaded.get(12L).attachment().name()).isEqualTo("*.jpg");
      assertThat(service.committed.values())
          .extracting(NewMessage::flagged)
          .containsExactly(false, true);
    }

    @Test
    @DisplayName("is acknowledged where it was stored before, though they are gone")
    void retried() {
      service.wasStored = newMessage -> true;
      messageWriter.process(List.of(carrying(alice, "a", 99L)));
      assertThat(alice.sent).singleElement().isInstanceOf(Success.class);
    }

    @Test
    @DisplayName("fails for now where the database does not say what they are; others are tried")
    void unavailable() {
      service.down = true;
      messageWriter.process(List.of(carrying(alice, "a", 12L), message(alice, 2, "b")));
      assertThat(alice.sent)
          .containsExactlyInAnyOrder(
              MessageWriterTest.unavailable(1, "a"), MessageWriterTest.unavailable(1, "b"));
    }
  }

  @Test
  @DisplayName("tells the other servers what was stored, also where an answer fails")
  void published() {
    alice.beforeSend =
        () -> {
          throw new IllegalStateException("an answer fails");
        };
    assertThatThrownBy(() -> messageWriter.process(List.of(message(alice, 2, "a"))))
        .hasMessage("an answer fails");
    assertThat(fixture.texts()).containsExactly("a");
    assertThat(fixture.published).singleElement().isInstanceOf(MessageStored.class);
  }

  @Test
  @DisplayName("tells the other servers what was stored, also where a delivery here fails")
  void publishedWithoutDelivery() {
    fixture.beforeDelivery =
        () -> {
          throw new IllegalStateException("a delivery fails");
        };
    assertThatThrownBy(() -> messageWriter.process(List.of(message(alice, 2, "a"))))
        .hasMessage("a delivery fails");
    assertThat(fixture.published).singleElement().isInstanceOf(MessageStored.class);
    assertThat(fixture.doubts).isEqualTo(1);
  }
}
