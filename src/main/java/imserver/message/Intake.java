package imserver.message;

import imserver.auth.Suspensions;
import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.content.WordFilter;
import imserver.directory.UserDirectory;
import imserver.file.Attachments;
import imserver.message.Submission.ReadAck;
import imserver.message.Submission.Recall;
import imserver.message.Submission.Send;
import imserver.monitoring.Meters;
import imserver.monitoring.TaskWatch;
import imserver.monitoring.Watchdog;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.RecallMessage;
import imserver.packet.SendMessage;
import imserver.packet.Typing;
import imserver.policy.Policies;
import imserver.session.Requester;
import imserver.session.SessionRegistry;
import imserver.session.UserBudget;
import imserver.session.UserBudgets;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come in. Any thread may call, and none waits for the database: a request is
 * checked, and then queued or answered with a failure at once.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Intake {

  private static final System.Logger LOG = System.getLogger(Intake.class.getName());

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private MessageRules rules;
  @Inject private WordFilter words;
  @Inject private Policies policies;
  @Inject private MessageService service;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;
  @Inject private Workers workers;
  @Inject private Watchdog watchdog;
  @Inject private UserBudgets budgets;
  @Inject private Suspensions suspensions;
  @Inject private Attachments attachments;
  @Resource private ManagedThreadFactory threads;

  /** Notices take one part in so many of the room at a time. */
  private static final int NOTICES_PART = 10;

  /** Each in a transaction of its own. */
  private static final int RECALLS_AT_A_TIME = 16;

  /**
   * After so long a request is answered with a failure, whatever the database does. A client of the
   * socket waits for 6 s (PROTOCOL.md, section 5).
   */
  private static final Duration OVERDUE = Duration.ofSeconds(5);

  private static final Duration OVERDUE_CHECK = Duration.ofMillis(500);

  /**
   * How long a stop waits for all lanes together: until every request that waits is answered, if
   * need be as overdue, and a little longer. Containers give a stop 10 to 30 s.
   */
  private static final Duration DRAIN = OVERDUE.plusSeconds(3);

  /** The lanes of messages. */
  private List<Lane<Send>> lanes;

  /**
   * Null where the host application has no say, which is asked once: a call of a session bean for
   * each message would cost more than the rest of what is done here.
   */
  private @Nullable PolicyGate policyGate;

  private TypingRelay typing;
  private Lane<ReadAck> readAcks;
  private Lane<Recall> recalls;
  private List<Lane<?>> allLanes;
  private Delivery delivery;
  private TaskWatch overdueWatch;
  private final AtomicBoolean failingOverdue = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();

  /** For the container, which injects the rest. */
  public Intake() {}

  @PostConstruct
  void start() {
    Semaphore room = new Semaphore(config.limits().intake());
    SentFiles files = new SentFiles(service, words);
    policyGate =
        policies.isOn()
            ? new PolicyGate(policies, files, workers::run, this::store, config.limits().intake())
            : null;
    int count = config.storage().lanes();
    delivery = new Delivery(directory, registry, cluster, attachments::link);
    typing = new TypingRelay(workers, service::isBlocked, delivery::pass);
    int batch = config.limits().batch();
    lanes =
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    new Lane<>(
                        "messages",
                        FairQueue.ofMessages(room, count, batch),
                        replies ->
                            new MessageWriter(service, files, delivery, clock, replies)::process,
                        watchdog))
            .toList();
    readAcks =
        new Lane<>(
            "read_acks",
            FairQueue.ofReadAcks(room, batch),
            replies -> new ReadAckWriter(service, delivery, replies)::process,
            watchdog);
    recalls =
        new Lane<>(
            "recalls",
            FairQueue.ofRecalls(room, RECALLS_AT_A_TIME),
            replies -> new RecallWriter(service, delivery, config.rules(), clock, replies)::process,
            watchdog);
    allLanes = Stream.<Lane<?>>concat(lanes.stream(), Stream.of(readAcks, recalls)).toList();
    allLanes.forEach(lane -> lane.start(threads));
    tellRoom(room);
    overdueWatch = watchdog.watch("the answers that are overdue");
    workers.runEvery(OVERDUE_CHECK, this::startFailingOverdue);
  }

  private void tellRoom(Semaphore room) {
    Meters.tellFailures(Arrays.stream(FailureCode.values()).map(FailureCode::name));
    int all = config.limits().intake();
    Meters.gauge(
        "imserver.intake.used",
        "The part of the room for requests that wait to be stored which is in use, 0 to 1",
        () -> 1 - (double) room.availablePermits() / all);
  }

  /** One at a time: while one is stuck no other takes a thread. */
  private void startFailingOverdue() {
    if (failingOverdue.compareAndSet(false, true)) {
      try {
        workers.runForClient(this::failOverdue);
      } catch (RuntimeException | Error e) { // none is started
        failingOverdue.set(false);
        throw e;
      }
    }
  }

  private void failOverdue() {
    overdueWatch.begin();
    try {
      allLanes.forEach(lane -> lane.failOlderThan(OVERDUE));
    } finally {
      overdueWatch.end();
      failingOverdue.set(false);
    }
  }

  /**
   * This object, which callers have through the container otherwise: for requests of sockets, since
   * on Payara a call of a session bean costs as much as all else that is done here for a message.
   * The container keeps its singletons until it stops; what comes after {@link #stop} is refused.
   * On Tomcat it is CDI's proxy all the same, which costs nothing.
   */
  public Intake direct() {
    return this;
  }

  /** How many notices are to be sent at a time, so that the users' messages have room too. */
  public int noticesAtATime() {
    return Math.max(1, config.limits().intake() / NOTICES_PART / config.storage().lanes());
  }

  /** Takes in a message. {@code requester} is answered when it is stored, or with a failure. */
  public void sendMessage(Requester requester, SendMessage request) {
    send(requester, request, null);
  }

  /** The same for a message of the system, which no budget limits. */
  public void sendNotice(Requester system, SendMessage request, NoticeDetails noticeDetails) {
    send(system, request, noticeDetails);
  }

  private void send(
      Requester requester, SendMessage request, @Nullable NoticeDetails noticeDetails) {
    FailureCode failure = rules.validate(request, requester.user());
    if (failure == null && noticeDetails == null && isSpent(budgets.messages(), requester, 1)) {
      failure = FailureCode.RATE_LIMITED;
    }
    if (failure != null) {
      requester.send(Submission.failure(requester, request, failure));
    } else if (noticeDetails != null) {
      store(new Send(requester, request, noticeDetails));
    } else {
      Send send = new Send(requester, request, null, words.check(request.content()));
      if (policyGate != null && send.verdict().refusal() == null && !stopped.get()) {
        policyGate.pass(send);
      } else {
        store(send);
      }
    }
  }

  private void store(Send send) {
    submit(send, lanes.get(laneOf(send.request().toId())));
  }

  private static boolean isSpent(UserBudget budget, Requester requester, int amount) {
    return !budget.take(requester.user().userId(), amount).isZero();
  }

  /** Takes in a read-ack. {@code requester} is answered when it is done, or with a failure. */
  public void markRead(Requester requester, MarkRead request) {
    ReadAck ack = new ReadAck(requester, request);
    if (rules.isForeign(request.fromId(), requester.user())) {
      ack.fail(FailureCode.FORBIDDEN_SENDER);
    } else if (isSpent(budgets.readAcks(), requester, Math.max(1, request.messageIds().size()))) {
      ack.fail(FailureCode.RATE_LIMITED);
    } else {
      markReadUncharged(requester, request);
    }
  }

  /**
   * The same for messages that the server itself has found to be unread. They are not taken from
   * the reader's budget: each can be marked only once.
   */
  public void markReadUncharged(Requester requester, MarkRead request) {
    ReadAckParts.of(new ReadAck(requester, request)).forEach(part -> submit(part, readAcks));
  }

  /** Takes in a recall. {@code requester} is answered when it is done, or with a failure. */
  public void recall(Requester requester, RecallMessage request) {
    Recall recall = new Recall(requester, request);
    if (config.rules().recall() == 0) {
      recall.fail(FailureCode.RECALL_OFF);
    } else if (isSpent(budgets.messages(), requester, 1)) {
      recall.fail(FailureCode.RATE_LIMITED);
    } else {
      submit(recall, recalls);
    }
  }

  /**
   * Tells a user that the requester is writing to him, unless that was told just now, or the
   * requester may not write, or is blocked by him.
   */
  public void typing(Requester requester, Typing request) {
    if (!isSpent(budgets.typing(), requester, 1)
        && !suspensions.isSilent(requester.user().userId())) {
      typing.pass(new Change.Typing(requester.user().userId(), request.toId()));
    }
  }

  private <S extends Submission> void submit(S submission, Lane<S> lane) {
    if (stopped.get() || !lane.offer(submission)) {
      submission.fail(FailureCode.SERVER_BUSY);
    }
  }

  /**
   * Spreads ids over the lanes whatever they have in common, as being even: by the upper half of
   * their product with 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming,
   * 6.4).
   */
  private int laneOf(long recipientId) {
    long spread = (recipientId * 0x9E3779B97F4A7C15L) >>> Integer.SIZE;
    return (int) (spread % lanes.size());
  }

  /** Takes nothing more in; stores and answers what is waiting. Does nothing a second time. */
  @PreDestroy
  public void stop() {
    if (stopped.getAndSet(true)) {
      return;
    }
    if (policyGate != null) {
      policyGate.stop();
    }
    allLanes.forEach(Lane::stop);
    long end = System.nanoTime() + DRAIN.toNanos();
    for (Lane<?> lane : allLanes) {
      if (!lane.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
        LOG.log(
            Level.WARNING, "stopped before the database has answered; what waited got a failure");
      }
    }
  }
}
