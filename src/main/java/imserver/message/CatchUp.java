package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.directory.UserDirectory;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the users who are connected here told of what other servers store: by what these say, and
 * where that is incomplete from the database. Safe for use by several threads.
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

  /** How long to wait for a database that does not answer. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** Heads in one query. */
  private static final int USERS = 1000;

  private static final int PAGE = 250;

  @Inject private Cluster cluster;
  @Inject private SessionRegistry registry;
  @Inject private UserDirectory directory;
  @Inject private MessageService service;
  @Inject private Workers workers;

  private final AtomicBoolean comparing = new AtomicBoolean();
  private final AtomicBoolean catchingUp = new AtomicBoolean();
  private Delivery delivery;

  /** For the container, which injects the rest. */
  public CatchUp() {}

  CatchUp(
      Cluster cluster,
      SessionRegistry registry,
      UserDirectory directory,
      MessageService service,
      Workers workers) {
    this.cluster = cluster;
    this.registry = registry;
    this.directory = directory;
    this.service = service;
    this.workers = workers;
  }

  @PostConstruct
  void start() {
    delivery = new Delivery(directory, registry, cluster);
    cluster.start(new Listener());
    if (cluster.isPossible()) {
      workers.runEvery(LOOK, this::look);
    }
  }

  /** Leaves the other servers. */
  @PreDestroy
  public void stop() {
    cluster.stop();
  }

  /**
   * To be called before the replay to a user's first connection: what is committed from then on is
   * told, or found. Does nothing where no other server can be.
   */
  public void begin(long userId) {
    if (cluster.isPossible() && registry.hasToBegin(userId)) {
      cluster.follow(userId);
      long head = service.heads(List.of(userId)).getOrDefault(userId, 0L);
      registry.begin(userId, head, service.lastUnreadId(userId));
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
      if (comparing.compareAndSet(false, true)) {
        workers.run(
            () -> {
              comparing.set(false); // what is committed from now on may need another comparison
              var unused = compareHeads(List.copyOf(registry.users()));
            });
      }
    }

    @Override
    public void compare(List<Long> users) {
      workers.run(() -> compareUntilDone(users));
    }

    @Override
    public Set<Long> users() {
      return registry.users();
    }
  }

  /** Where the database does not answer, again and again. */
  private void compareUntilDone(List<Long> users) {
    if (!compareHeads(users)) {
      workers.runIn(
          RETRY,
          () -> workers.run(() -> compareUntilDone(users)),
          () -> users.stream().anyMatch(registry::isConnected));
    }
  }

  /**
   * Whether that was done. Of all users the cluster has it done again, when the database answers.
   */
  private boolean compareHeads(List<Long> users) {
    try {
      for (int from = 0; from < users.size(); from += USERS) {
        List<Long> some = users.subList(from, Math.min(from + USERS, users.size()));
        service.heads(some).forEach(registry::compare);
      }
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "heads were not compared: {0}", e.getMessage());
      return false;
    }
  }

  /** Has those users caught up who have been behind for long enough. */
  void look() {
    if (catchingUp.compareAndSet(false, true)) {
      Map<Long, Long> due = registry.due();
      if (due.isEmpty()) {
        catchingUp.set(false);
      } else {
        workers.run(() -> catchUp(due));
      }
    }
  }

  private void catchUp(Map<Long, Long> due) {
    try {
      List<Map.Entry<Long, Long>> users = List.copyOf(due.entrySet());
      for (int from = 0; from < users.size(); from += USERS) {
        catchUp(users.subList(from, Math.min(from + USERS, users.size())));
      }
    } catch (RuntimeException e) { // they stay behind, and it is tried again
      LOG.log(Level.DEBUG, "users stay behind: {0}", e.getMessage());
    } finally {
      catchingUp.set(false);
    }
  }

  private void catchUp(List<Map.Entry<Long, Long>> lastIds) {
    Map<Long, Long> heads = service.heads(lastIds.stream().map(Map.Entry::getKey).toList());
    for (Map.Entry<Long, Long> each : lastIds) {
      catchUp(each.getKey(), heads.getOrDefault(each.getKey(), 0L), each.getValue());
    }
  }

  private void catchUp(long user, long head, long lastId) {
    List<Incoming> unread = service.unread(user, lastId, PAGE);
    if (unread.size() < PAGE) {
      registry.catchUp(user, head, unread);
    } else {
      registry.catchUpPartly(user, unread); // the next page when it is looked next
    }
  }
}
