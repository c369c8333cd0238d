package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.api.MessageDraft;
import imserver.content.WordFilter;
import imserver.file.OwnedFile;
import imserver.message.Submission.Send;
import imserver.packet.FailureCode;
import imserver.packet.Response.Failure;
import imserver.packet.SendMessage;
import imserver.packet.TestFiles;
import imserver.policy.Policies;
import imserver.policy.Ruling;
import imserver.session.FakeConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The policy gate")
class PolicyGateTest {

  private final Map<String, CompletableFuture<Ruling>> asked = new HashMap<>();
  private final List<MessageDraft> drafts = new ArrayList<>();
  private final FakeService service = new FakeService();

  /** What waits for a thread that may ask the database. */
  private final Queue<Runnable> database = new ArrayDeque<>();

  private final List<String> passed = new ArrayList<>();
  private final FakeConnection alice = new FakeConnection(1);
  private final FakeConnection bob = new FakeConnection(3);

  private PolicyGate gate(int room) {
    return gate(
        room,
        send ->
            passed.add(
                send.verdict().refusal() == null
                    ? send.verdict().content()
                    : "refused: " + send.verdict().refusal().reason()));
  }

  private PolicyGate gate(int room, Consumer<Send> next) {
    Policies policies =
        new Policies() {
          @Override
          public CompletableFuture<Ruling> ask(MessageDraft draft) {
            drafts.add(draft);
            if (draft.content().equals("fault")) {
              throw new IllegalStateException("of a test");
            }
            return asked.computeIfAbsent(draft.content(), key -> new CompletableFuture<>());
          }
        };
    return new PolicyGate(
        policies, new SentFiles(service, new WordFilter()), database::add, next, room);
  }

  private static Send send(FakeConnection from, String content) {
    return WriterFixture.message(from, 2, content);
  }

  private void allow(String content) {
    asked.get(content).complete(new Ruling.Store(content, true));
  }

  private static long failed(FakeConnection connection) {
    return connection.sent.stream()
        .filter(
            answer ->
                answer instanceof Failure failure && failure.code() == FailureCode.SERVER_BUSY)
        .count();
  }

  @Test
  @DisplayName("asks of many at once, and has those of one sender pass in their order")
  void order() {
    PolicyGate gate = gate(100);
    for (String content : List.of("a", "b", "c")) {
      gate.pass(send(alice, content));
    }
    gate.pass(send(bob, "of another"));
    assertThat(asked).hasSize(4);
    allow("c");
    allow("b");
    assertThat(passed).isEmpty();
    allow("of another");
    assertThat(passed).containsExactly("of another");
    asked.get("a").complete(new Ruling.Store("A", true));
    assertThat(passed).containsExactly("of another", "A", "b", "c");
  }

  @Test
  @DisplayName("passes on what is refused with its reason, and fails what is not known")
  void refused() {
    PolicyGate gate = gate(100);
    gate.pass(send(alice, "a"));
    gate.pass(send(alice, "b"));
    gate.pass(send(alice, "fault"));
    asked.get("a").complete(new Ruling.Refuse("no"));
    asked.get("b").complete(new Ruling.Unknown());
    assertThat(passed).containsExactly("refused: no");
    assertThat(failed(alice)).isEqualTo(2);
  }

  private static Send carrying(FakeConnection from, String content, long file) {
    return new Send(from, new SendMessage(null, 2, content, "t", null, null, List.of(file)), null);
  }

  @Test
  @DisplayName("asks with names and types of files, once they are known, and keeps the order")
  void files() {
    service.uploaded.put(12L, new OwnedFile(1, TestFiles.PICTURE));
    PolicyGate gate = gate(100);
    gate.pass(carrying(alice, "a", 12));
    gate.pass(send(alice, "b"));
    allow("b");
    assertThat(passed).isEmpty();
    database.remove().run();
    assertThat(drafts.get(1).attachments())
        .containsExactly(new MessageDraft.Attachment(12, "a.jpg", "image/jpeg", 1234));
    allow("a");
    assertThat(passed).containsExactly("a", "b");
  }

  @Test
  @DisplayName("does not ask of files that are none of the sender's, nor where they are not known")
  void unknownFiles() {
    service.uploaded.put(12L, new OwnedFile(9, TestFiles.PICTURE));
    PolicyGate gate = gate(100);
    gate.pass(carrying(alice, "a", 12));
    database.remove().run();
    assertThat(passed).containsExactly("refused: " + FailureCode.UNKNOWN_FILE.message());
    service.down = true;
    gate.pass(carrying(alice, "b", 12));
    database.remove().run();
    assertThat(failed(alice)).isEqualTo(1);
    assertThat(drafts).isEmpty();
  }

  @Test
  @DisplayName("says of which texts a retry may have another")
  void mayBeReplaced() {
    List<Boolean> replaced = new ArrayList<>();
    PolicyGate gate = gate(100, send -> replaced.add(send.verdict().mayBeReplaced()));
    List<Ruling> rulings =
        List.of(
            new Ruling.Store("a0", true),
            new Ruling.Store("other", true),
            new Ruling.Store("a2", false),
            new Ruling.Refuse("no"));
    for (int i = 0; i < rulings.size(); i++) {
      gate.pass(send(alice, "a" + i));
      asked.get("a" + i).complete(rulings.get(i));
    }
    assertThat(replaced).containsExactly(false, true, true, true);
  }

  @Test
  @DisplayName("has room for others where the messages of one are not decided, and again later")
  void room() {
    PolicyGate gate = gate(10);
    IntStream.range(0, 20).forEach(i -> gate.pass(send(alice, "a" + i)));
    assertThat(failed(alice)).isEqualTo(15);
    gate.pass(send(bob, "b"));
    assertThat(failed(bob)).isZero();
    IntStream.range(0, 5).forEach(i -> allow("a" + i));
    allow("b");
    IntStream.range(20, 30).forEach(i -> gate.pass(send(alice, "a" + i)));
    assertThat(failed(alice)).isEqualTo(20);
  }

  @Test
  @DisplayName("passes on very many that one undecided message has held back")
  void many() {
    PolicyGate gate = gate(100_000);
    IntStream.range(0, 40_000).forEach(i -> gate.pass(send(alice, "a" + i)));
    IntStream.range(1, 40_000).forEach(i -> allow("a" + i));
    assertThat(passed).isEmpty();
    allow("a0");
    assertThat(passed).hasSize(40_000);
  }

  @Test
  @DisplayName("fails at a stop what is not decided, once, whatever is decided of it later")
  void stop() {
    PolicyGate gate = gate(100);
    gate.pass(send(alice, "a"));
    gate.pass(send(alice, "b"));
    gate.pass(send(bob, "c"));
    allow("b");
    gate.stop();
    assertThat(failed(alice)).isEqualTo(1);
    assertThat(failed(bob)).isEqualTo(1);
    assertThat(passed).containsExactly("b");
    allow("a");
    allow("c");
    assertThat(failed(alice) + failed(bob)).isEqualTo(2);
    assertThat(passed).containsExactly("b");
  }
}
