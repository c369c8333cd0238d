package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.directory.UserDirectory;
import imserver.file.Attachments;
import imserver.packet.Response.Incoming;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Has the users who are connected here told of what other servers store: by what these say, and
 * where that is incomplete from the database. That it is incomplete is seen by a change that is
 * missing, or by comparing the numbers of the last changes when the cluster says so. Safe for use
 * by several threads.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class CatchUp {

  private static final System.Logger LOG = System.getLogger(CatchUp.class.getName());

  /** How often it is looked for users who are behind. */
  private static final Duration LOOK = Duration.ofMillis(50);

  /**
   * How long a missing change may take. As long as nothing is in doubt it is on its way, and comes
   * when its lane, or its server, has the processor. To read it would do no harm, but with 50 ms a
   * busy server that was alone did 7 % less (2026-11-26).
   */
  private static final Duration WAIT = Duration.ofSeconds(1);

  /** The same where changes may have been missed. */
  private static final Duration WAIT_IN_DOUBT = Duration.ofMillis(50);

  /** Users in one query for heads. */
  private static final int HEADS = 1000;

  /** Users, and messages, in one query for messages. */
  private static final int USERS = 100;

  private static final int MESSAGES = 500;

  /** After what the database has not answered. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  @Inject private Cluster cluster;
  @Inject private SessionRegistry registry;
  @Inject private UserDirectory directory;
  @Inject private MessageService service;
  @Inject private Workers workers;
  @Inject private Attachments attachments;

  private final AtomicBoolean comparing = new AtomicBoolean();
  private final AtomicBoolean toCompare = new AtomicBoolean();
  private final AtomicBoolean catchingUp = new AtomicBoolean();
  private Delivery delivery;

  /** For the container, which injects the rest. */
  public CatchUp() {}

  CatchUp(
      Cluster cluster,
      SessionRegistry registry,
      UserDirectory directory,
      MessageService service,
      Workers workers,
      Attachments attachments) {
    this.cluster = cluster;
    this.registry = registry;
    this.directory = directory;
    this.service = service;
    this.workers = workers;
    this.attachments = attachments;
  }

  @PostConstruct
  void start() {
    delivery = new Delivery(directory, registry, cluster, attachments::link);
    cluster.start(new Listener());
    workers.runEvery(LOOK, this::look);
  }

  /** Leaves the other servers. */
  @PreDestroy
  public void stop() {
    cluster.stop();
  }

  /**
   * To be called before the replay to a user's first connection: what is committed from then on is
   * told, or found.
   */
  public void begin(long userId) {
    if (registry.hasToBegin(userId)) {
      cluster.follow(userId);
      UserPosition position = service.position(userId);
      registry.begin(userId, position.head(), position.lastId());
    }
  }

  /** No interface of the bean itself, which then would have no other. */
  private final class Listener implements Cluster.Listener {

    @Override
    public void changed(List<Change> changes) {
      delivery.apply(changes);
    }

    @Override
    public void compare() {
      toCompare.set(true);
      startComparing();
    }

    @Override
    public void compare(List<Long> users) {
      workers.run(() -> compareSome(users));
    }

    @Override
    public Set<Long> users() {
      return registry.users();
    }
  }

  /** One comparison of all at a time; what is asked for meanwhile comes after it, once. */
  private void startComparing() {
    if (toCompare.get() && comparing.compareAndSet(false, true)) {
      try {
        workers.run(this::compareAll);
      } catch (RuntimeException | Error e) { // none is started
        comparing.set(false);
        throw e;
      }
    }
  }

  private void compareAll() {
    try {
      toCompare.set(false);
      directory.forgetAll(); // which of them were changed may have been missed, too
      Map<Long, Long> before = registry.heads();
      if (!compareHeads(List.copyOf(before.keySet()), before)) {
        cluster.doubtHere(); // again, until the database answers
      }
    } finally {
      comparing.set(false);
      startComparing();
    }
  }

  private void compareSome(List<Long> users) {
    if (!compareHeads(users, registry.heads(users))) {
      cluster.doubtHere(); // all, until the database answers
    }
  }

  /** Whether the database has answered. A user who begins just now is compared too. */
  private boolean compareHeads(List<Long> users, Map<Long, Long> before) {
    try {
      for (int from = 0; from < users.size(); from += HEADS) {
        List<Long> some = users.subList(from, Math.min(from + HEADS, users.size()));
        Map<Long, Long> heads = service.heads(some);
        some.forEach(
            user ->
                registry.compare(
                    user, before.getOrDefault(user, 0L), heads.getOrDefault(user, 0L)));
      }
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "heads were not compared: {0}", e.getMessage());
      return false;
    }
  }

  /** Has those users catch up who have been behind for long enough. */
  void look() {
    if (catchingUp.compareAndSet(false, true)) {
      boolean started = false;
      try {
        Map<Long, Long> due = registry.due(cluster.isInDoubt() ? WAIT_IN_DOUBT : WAIT);
        if (!due.isEmpty()) {
          workers.run(() -> catchUp(due));
          started = true;
        }
      } finally {
        catchingUp.compareAndSet(!started, false);
      }
    }
  }

  /** In another order each time, so that those are not always the same who come after others. */
  private void catchUp(Map<Long, Long> due) {
    try {
      List<Long> users = new ArrayList<>(due.keySet());
      Collections.shuffle(users);
      for (int from = 0; from < users.size(); from += USERS) {
        Map<Long, Long> some = new HashMap<>();
        users
            .subList(from, Math.min(from + USERS, users.size()))
            .forEach(user -> some.put(user, due.get(user)));
        catchUpSome(some);
      }
    } finally {
      catchingUp.set(false);
    }
  }

  private void catchUpSome(Map<Long, Long> afterByUser) {
    try {
      Map<Long, Long> heads = service.heads(afterByUser.keySet());
      List<Incoming> messages = service.receivedAfter(afterByUser, MESSAGES);
      Map<Long, List<Incoming>> byUser =
          messages.stream().collect(Collectors.groupingBy(Incoming::toId));
      boolean all = messages.size() < MESSAGES;
      for (long user : afterByUser.keySet()) {
        List<Incoming> missed = byUser.getOrDefault(user, List.of());
        if (all) {
          registry.catchUp(user, heads.getOrDefault(user, 0L), missed);
        } else { // the next ones when it is looked next
          registry.catchUpPartly(user, missed, messages.get(messages.size() - 1).messageId());
        }
      }
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "{0} users stay behind: {1}", afterByUser.size(), e.getMessage());
      afterByUser.keySet().forEach(user -> registry.postpone(user, RETRY));
    }
  }
}
