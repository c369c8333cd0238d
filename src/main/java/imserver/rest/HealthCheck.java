package imserver.rest;

import imserver.message.MessageService;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * Asks whether the database answers, and says so within {@link #ANSWER_TIMEOUT} whatever the
 * database does. Requests that come while it is being asked share the answer, so that a hundred of
 * them cost one ping.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class HealthCheck {

  private static final System.Logger LOG = System.getLogger(HealthCheck.class.getName());

  /** An orchestrator waits for longer. */
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);

  @Inject private MessageService messages;
  @Resource private ManagedThreadFactory threads;

  private ThreadPoolExecutor pinging;
  private ScheduledThreadPoolExecutor timer;

  /** The answer to the ping that was begun last. */
  private volatile CompletableFuture<Boolean> latest = CompletableFuture.completedFuture(true);

  /** Whether it has not returned: then no other is begun. */
  private boolean inFlight;

  private boolean stopped;

  /** For the container, which injects the rest. */
  public HealthCheck() {}

  /** With what it needs, and started. */
  HealthCheck(MessageService messages, ManagedThreadFactory threads) {
    this.messages = messages;
    this.threads = threads;
    start();
  }

  @PostConstruct
  void start() {
    pinging =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads, new DiscardPolicy());
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Whether the database answers: a ping that begins now, or one that is under way and has not
   * taken longer than {@link #ANSWER_TIMEOUT}.
   */
  public synchronized CompletionStage<Boolean> databaseAnswers() {
    if (!inFlight && !stopped) {
      inFlight = true;
      CompletableFuture<Boolean> answer = new CompletableFuture<>();
      latest = answer;
      pinging.execute(() -> ping(answer));
      Future<?> deadline =
          timer.schedule(() -> giveUp(answer), ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      var unused = answer.whenComplete((value, error) -> deadline.cancel(false));
    }
    return latest;
  }

  private void ping(CompletableFuture<Boolean> answer) {
    boolean up = false;
    try {
      messages.ping();
      up = true;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the database does not answer: {0}", e.getMessage());
    } finally {
      ended();
      answer.complete(up);
    }
  }

  private synchronized void ended() {
    inFlight = false;
  }

  private static void giveUp(CompletableFuture<Boolean> answer) {
    if (answer.complete(false)) {
      LOG.log(Level.WARNING, "the database has not answered for {0} s", ANSWER_TIMEOUT.toSeconds());
    }
  }

  @PreDestroy
  synchronized void stop() {
    stopped = true;
    timer.shutdownNow();
    pinging.shutdownNow();
    latest.complete(false);
  }
}
