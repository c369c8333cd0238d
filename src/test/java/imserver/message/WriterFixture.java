package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.content.Verdict;
import imserver.content.WordFilter;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.message.Submission.ReadAck;
import imserver.message.Submission.Send;
import imserver.packet.Attachment;
import imserver.packet.MarkRead;
import imserver.packet.Response.Incoming;
import imserver.packet.SendMessage;
import imserver.packet.TestFiles;
import imserver.session.Connection;
import imserver.session.FakeClock;
import imserver.session.SessionRegistry;
import imserver.session.UserChange;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/**
 * A {@link MessageWriter} and a {@link ReadAckWriter} over a {@link FakeService}, and what is
 * delivered.
 */
class WriterFixture {

  final FakeService service = new FakeService();
  final List<Incoming> delivered = new CopyOnWriteArrayList<>();

  /** What the words of the site say of some texts. */
  final Map<String, Verdict> verdicts = new HashMap<>();

  final WordFilter words =
      new WordFilter() {
        @Override
        public Verdict check(String content) {
          return verdicts.getOrDefault(content, Verdict.of(content));
        }
      };

  /** Called before messages are delivered. */
  Runnable beforeDelivery = () -> {};

  /** What the directory knows. */
  final Map<Long, UserProfile> profiles = new HashMap<>();

  boolean directoryDown;

  final UserDirectory directory =
      new UserDirectory() {
        @Override
        public Map<Long, UserProfile> find(Set<Long> userIds) {
          if (directoryDown) {
            throw new IllegalStateException("down");
          }
          Map<Long, UserProfile> found = new HashMap<>(profiles);
          found.keySet().retainAll(userIds);
          return found;
        }
      };

  final SessionRegistry registry =
      new SessionRegistry() {
        @Override
        public boolean isConnected(long userId) {
          return true;
        }

        @Override
        public void change(long userId, List<UserChange> changes) {
          List<Incoming> messages =
              changes.stream().map(UserChange::message).filter(Objects::nonNull).toList();
          if (!messages.isEmpty()) {
            beforeDelivery.run();
            delivered.addAll(messages);
          }
        }
      };

  /** What the other servers are told. */
  final List<Change> published = new CopyOnWriteArrayList<>();

  /** How often it was not known what is committed. */
  int doubts;

  final Cluster cluster =
      new Cluster() {
        @Override
        public void publish(List<? extends Change> changes) {
          published.addAll(changes);
        }

        @Override
        public void doubt() {
          doubts++;
        }
      };

  final Delivery delivery =
      new Delivery(
          directory,
          registry,
          cluster,
          files -> TestFiles.linked(files.toArray(Attachment[]::new)));

  final FakeClock clock = new FakeClock(Instant.parse("2026-01-02T03:04:05Z"));

  final MessageWriter messageWriter = messageWriter(Runnable::run);

  MessageWriter messageWriter(Executor replies) {
    return new MessageWriter(service, new SentFiles(service, words), delivery, clock, replies);
  }

  final ReadAckWriter readAckWriter = new ReadAckWriter(service, delivery, Runnable::run);

  static NewMessage newMessage(long from, long to, String content) {
    return new NewMessage(new DedupeKey(from, content), to, content, "", OffsetDateTime.MIN, null);
  }

  static Send message(Connection from, long to, String content) {
    return new Send(from, new SendMessage(null, to, content, "t-" + content, null), null);
  }

  static Send named(Connection from, long to, String content, String clientMessageId) {
    return new Send(
        from, new SendMessage(null, to, content, "t-" + content, clientMessageId), null);
  }

  static ReadAck ack(Connection from, Long... ids) {
    return new ReadAck(from, new MarkRead(null, List.of(ids), "ack"));
  }

  /** The texts of what was delivered, in order. */
  List<String> texts() {
    return delivered.stream().map(Incoming::content).toList();
  }
}
