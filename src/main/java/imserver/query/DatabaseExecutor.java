package imserver.query;

import imserver.auth.UserPrincipal;
import imserver.monitoring.Meters;
import imserver.packet.FailureCode;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Has requests wait for the database on threads of ours, in place of the container's. The answer to
 * every query but one of {@link #askForLong} is completed within {@link #DEADLINE}, whatever the
 * database does: a result that comes later is dropped. Safe for use by several threads; no method
 * makes its caller wait.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class DatabaseExecutor {

  /** Half of the pool's connections: the lanes, the replays and the ping need some too. */
  private static final int THREADS = 8;

  /** A few thousand look-ups a second pass here: more than this has no hope of being in time. */
  private static final int WAITING = 1000;

  /** So many requests of one user are here at a time, */
  private static final int MAX_OF_ONE = 16;

  /** and so many of them have a thread, or wait for one with those of others. */
  private static final int TURNS_OF_ONE = 3;

  /** Jobs of the host application, one after the other. */
  private static final int JOBS_WAITING = 100;

  /** The same without a time limit. */
  private static final int LONG_JOBS_WAITING = 8;

  /** Answers are made into JSON, and begun to be written, by these; neither waits. */
  private static final int ANSWERING = 4;

  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

  /** From the request on; its client waits for 6 s. */
  public static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Duration STOP = Duration.ofSeconds(3);

  private final UserQuota waiting = new UserQuota(MAX_OF_ONE);

  /** By identity. */
  private final Set<CompletableFuture<?>> pending = ConcurrentHashMap.newKeySet();

  @Resource private ManagedThreadFactory threads;

  private ThreadPoolExecutor database;
  private UserTurns turns;
  private ThreadPoolExecutor jobs;
  private ThreadPoolExecutor longJobs;
  private ThreadPoolExecutor imports;
  private ThreadPoolExecutor answers;
  private ScheduledThreadPoolExecutor timer;
  private volatile boolean stopped;

  /** For the container, which injects the rest. */
  public DatabaseExecutor() {}

  /** Started. */
  DatabaseExecutor(ManagedThreadFactory threads) {
    this.threads = threads;
    start();
  }

  @PostConstruct
  void start() {
    database = executor(THREADS, new ArrayBlockingQueue<>(WAITING));
    Meters.pool("queries", database);
    turns = new UserTurns(database, TURNS_OF_ONE);
    jobs = executor(1, new ArrayBlockingQueue<>(JOBS_WAITING));
    longJobs = executor(1, new ArrayBlockingQueue<>(LONG_JOBS_WAITING));
    imports = executor(1, new ArrayBlockingQueue<>(LONG_JOBS_WAITING));
    answers = executor(ANSWERING, new LinkedBlockingQueue<>());
    answers.setKeepAliveTime(IDLE_THREAD.toSeconds(), TimeUnit.SECONDS);
    answers.allowCoreThreadTimeOut(true);
    answers.setRejectedExecutionHandler((task, executor) -> task.run());
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
  }

  private ThreadPoolExecutor executor(int count, BlockingQueue<Runnable> queue) {
    return new ThreadPoolExecutor(
        count, count, 0, TimeUnit.SECONDS, queue, threads, new AbortPolicy());
  }

  /**
   * Asks the database on a thread of ours, for the host application.
   *
   * @return completed with what {@code query} returned or threw; or with a {@link
   *     RefusedException}: {@link FailureCode#STORAGE_UNAVAILABLE} after {@link #DEADLINE}, {@link
   *     FailureCode#SERVER_BUSY} at once where too much is waiting or the server is stopping
   */
  public <T> CompletionStage<T> ask(Callable<T> query) {
    return submit(database, within(new CompletableFuture<>()), query);
  }

  /**
   * The same for one user, of whom there may be a bounded number at a time, and fewer at the
   * database: others do not wait behind all of them.
   *
   * @param weight as many short queries as this one keeps a thread for as long as
   * @return as {@link #ask(Callable)}; or completed with {@link FailureCode#RATE_LIMITED}
   */
  public <T> CompletionStage<T> ask(UserPrincipal user, int weight, Callable<T> query) {
    if (user.service()) {
      return ask(query);
    }
    if (!waiting.take(user, weight)) {
      return CompletableFuture.failedFuture(
          new RefusedException(FailureCode.RATE_LIMITED, "too many requests of this user at once"));
    }
    CompletableFuture<T> answer = within(new CompletableFuture<>());
    DatabaseQuery<T> task =
        new DatabaseQuery<>(answer, query, answers, () -> waiting.giveBack(user, weight));
    turns.execute(user.userId(), task);
    task.leaveUnlessWanted(() -> turns.remove(user.userId(), task));
    return answer;
  }

  /** The same for jobs that wait for others of their kind: one after the other. */
  public <T> CompletionStage<T> askInTurn(Callable<T> job) {
    return submit(jobs, within(new CompletableFuture<>()), job);
  }

  /** The same for what may take longer than {@link #DEADLINE}. */
  public <T> CompletionStage<T> askForLong(Callable<T> job) {
    return submit(longJobs, register(new CompletableFuture<>()), job);
  }

  /**
   * The same for messages of another system, some hundred of them, which notices do not hold up.
   */
  public <T> CompletionStage<T> askForImport(Callable<T> job) {
    return submit(imports, register(new CompletableFuture<>()), job);
  }

  private <T> CompletionStage<T> submit(
      ThreadPoolExecutor executor, CompletableFuture<T> answer, Callable<T> work) {
    DatabaseQuery<T> task = new DatabaseQuery<>(answer, work, answers, () -> {});
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.refuse();
    }
    task.leaveUnlessWanted(() -> executor.remove(task));
    return answer;
  }

  /**
   * Waits, without a thread, for a result of another part of the server, and makes the answer of it
   * on a thread of ours: the one that has the result must not be kept.
   *
   * @return completed with {@code view} of the result, with its failure, or as {@link #ask}
   */
  public <T, R> CompletionStage<R> await(CompletableFuture<T> result, Function<T, R> view) {
    CompletableFuture<R> answer = within(new CompletableFuture<>());
    var unused =
        result.whenCompleteAsync(
            (value, error) -> {
              if (error == null) {
                complete(answer, () -> view.apply(value));
              } else {
                answer.completeExceptionally(cause(error));
              }
            },
            answers);
    return answer;
  }

  /**
   * An answer that is given when some time is over.
   *
   * @param delay at once where it is not positive
   */
  public <T> CompletionStage<T> later(Duration delay, T value) {
    CompletableFuture<T> answer = register(new CompletableFuture<>());
    var unused =
        timer.schedule(
            () -> answers.execute(() -> answer.complete(value)),
            Math.max(0, delay.toMillis() + 1),
            TimeUnit.MILLISECONDS);
    return answer;
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  /** The threads on which answers are completed, for one that does not come from here. */
  public Executor answering() {
    return answers;
  }

  private static <T> void complete(CompletableFuture<T> answer, Callable<T> work) {
    try {
      answer.complete(work.call());
    } catch (Exception e) {
      answer.completeExceptionally(e);
    } catch (Error e) {
      answer.completeExceptionally(e);
      throw e;
    }
  }

  /** With its deadline. */
  private <T> CompletableFuture<T> within(CompletableFuture<T> answer) {
    Future<?> deadline =
        timer.schedule(
            () -> answers.execute(() -> answer.completeExceptionally(tooLate())),
            DEADLINE.toMillis(),
            TimeUnit.MILLISECONDS);
    var unused = answer.whenComplete((value, error) -> deadline.cancel(false));
    return register(answer);
  }

  private static RefusedException tooLate() {
    return new RefusedException(
        FailureCode.STORAGE_UNAVAILABLE, "the database did not answer in time, try again");
  }

  @SuppressWarnings("CollectionUndefinedEquality") // see pending
  private <T> CompletableFuture<T> register(CompletableFuture<T> answer) {
    pending.add(answer);
    var unused = answer.whenComplete((value, error) -> pending.remove(answer));
    if (stopped) {
      answer.completeExceptionally(stopping());
    }
    return answer;
  }

  private static RefusedException stopping() {
    return new RefusedException(FailureCode.SERVER_BUSY, "the server is stopping, try again");
  }

  /** Answers all who wait, and ends the threads, in a bounded time. */
  @PreDestroy
  void stop() {
    stopped = true;
    pending.forEach(answer -> answer.completeExceptionally(stopping()));
    timer.shutdownNow();
    database.shutdownNow();
    jobs.shutdownNow();
    longJobs.shutdownNow();
    imports.shutdownNow();
    answers.shutdown();
    try {
      boolean ended =
          database.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)
              && answers.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        answers.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
