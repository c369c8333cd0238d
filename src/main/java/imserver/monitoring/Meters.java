package imserver.monitoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every metric of this server. Durations are given in nanoseconds. Safe for use by several threads;
 * no method waits, or fails.
 */
public final class Meters {

  /** Keeps them, also where the settings let nobody read them. */
  static final PrometheusMeterRegistry REGISTRY =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /**
   * The upper bounds of the buckets of each histogram of durations: an acknowledgement takes 1 to
   * 10 ms, and 5 s is when a request is given up.
   */
  private static final Duration[] BOUNDS =
      IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** The same of sizes: a batch has 256 requests unless the settings say otherwise. */
  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

  private static final Counter STORED =
      Counter.builder("imserver.messages.stored")
          .description("Messages that were stored, and so acknowledged")
          .register(REGISTRY);

  private static final Counter REPEATED =
      Counter.builder("imserver.messages.repeated")
          .description("Messages that were stored before, and are acknowledged again")
          .register(REGISTRY);

  private static final Timer MESSAGE_COMMIT =
      timer("imserver.message.commit", "From when a message was taken in until it is committed");

  private static final Timer BATCH_DELIVERY =
      timer(
          "imserver.batch.delivery",
          "From the commit of a batch until it is answered and handed to all connections");

  private static final Timer CONNECTION_WRITE =
      timer(
          "imserver.connection.write",
          "From the first packet for a connection until all that waits for it is written");

  private static final Timer DATABASE_WRITE =
      timer("imserver.database.write", "A call that writes to the database, with its commit");

  private static final Counter REPLAYS =
      Counter.builder("imserver.replays")
          .description("Connections that began with a replay of unread messages")
          .register(REGISTRY);

  private static final Counter REPLAYED =
      Counter.builder("imserver.replay.messages")
          .description("Unread messages that were replayed")
          .register(REGISTRY);

  private static final Counter BUS_GAPS =
      Counter.builder("imserver.bus.gaps")
          .description("Times when something that another server told was missed, and looked up")
          .register(REGISTRY);

  private static final Timer BUS_LAG =
      timer("imserver.bus.lag", "From when a server tells its beat until it hears that itself");

  private static final Consumer<FailedCommit> FAILED_COMMITS =
      counters(
          FailedCommit.class,
          "imserver.commits.failed",
          "Calls that write to the database which failed, or are in doubt",
          "outcome");

  private static final Consumer<RefusedHandshake> REFUSED_HANDSHAKES =
      counters(
          RefusedHandshake.class,
          "imserver.handshakes.refused",
          "Handshakes of WebSockets that were refused, by the reason",
          "reason");

  private static final Consumer<UploadOutcome> UPLOADS =
      counters(
          UploadOutcome.class,
          "imserver.uploads",
          "Requests with a file or a part of one, by what became of them",
          "outcome");

  private static final Consumer<WebhookOutcome> WEBHOOK_REQUESTS =
      counters(
          WebhookOutcome.class,
          "imserver.webhook.requests",
          "Requests to the endpoint of the host application, by what became of them",
          "outcome");

  private Meters() {}

  private static Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(BOUNDS)
        .register(REGISTRY);
  }

  /** What became of a write whose transaction did not end well. */
  public enum FailedCommit {
    /** The database says that nothing was done. */
    ROLLED_BACK,
    /** It may have been done. */
    UNKNOWN
  }

  /** Why a handshake was refused. */
  public enum RefusedHandshake {
    /** It is no WebSocket. */
    NO_UPGRADE,
    /** It has a body. */
    BODY,
    /** The server is about to stop. */
    STOPPING,
    /** The page's origin is not allowed. */
    ORIGIN,
    /** The credential does not verify. */
    CREDENTIAL,
    /** A moderator has suspended the user from everything. */
    SUSPENDED,
    /** The user connects too often. */
    RATE
  }

  /** What became of a request with a file, or with a part of one. */
  public enum UploadOutcome {
    /** The file is complete now. */
    STORED,
    /** The file was complete before, under the same name of its owner. */
    REPEATED,
    /** What came of a resumable upload is kept; there is more to come. */
    PART,
    /** It is against a rule, or too much of its user at once. */
    REFUSED,
    /** Too much is being done at once, or the scanner does not answer. */
    BUSY,
    /** The database or the disk failed. */
    FAILED,
    /** Its client has not sent all of it, or not in time. */
    BROKEN_OFF
  }

  /** What became of a request to the endpoint of the host application. */
  public enum WebhookOutcome {
    /** It has taken the event. */
    TAKEN,
    /** It has not, as far as is known. */
    FAILED
  }

  /** Counts each value by itself, from 0 on: a rate needs a beginning. */
  private static <E extends Enum<E>> Consumer<E> counters(
      Class<E> type, String name, String description, String tag) {
    Map<E, Counter> counters = new EnumMap<>(type);
    for (E value : type.getEnumConstants()) {
      counters.put(
          value,
          Counter.builder(name)
              .description(description)
              .tag(tag, value.name().toLowerCase(Locale.ROOT))
              .register(REGISTRY));
    }
    return value -> Objects.requireNonNull(counters.get(value)).increment();
  }

  /** Messages of a batch were stored. */
  public static void stored(int count) {
    STORED.increment(count);
  }

  /** Messages of a batch had been stored before. */
  public static void repeated(int count) {
    REPEATED.increment(count);
  }

  /** A message is committed. */
  public static void committed(long nanosSinceTakenIn) {
    MESSAGE_COMMIT.record(nanosSinceTakenIn, TimeUnit.NANOSECONDS);
  }

  /** A batch is answered and handed to all connections. */
  public static void delivered(long nanosSinceCommit) {
    BATCH_DELIVERY.record(nanosSinceCommit, TimeUnit.NANOSECONDS);
  }

  /** Nothing waits for a connection any more. */
  public static void written(long nanosSinceFirst) {
    CONNECTION_WRITE.record(nanosSinceFirst, TimeUnit.NANOSECONDS);
  }

  /** A call that writes to the database has ended, however it did. */
  public static void databaseWrite(long nanos) {
    DATABASE_WRITE.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A call that writes to the database has failed. */
  public static void commitFailed(FailedCommit outcome) {
    FAILED_COMMITS.accept(outcome);
  }

  /**
   * A request got a failure.
   *
   * @param code of the protocol
   */
  public static void requestFailed(String code) {
    failures(code).increment();
  }

  /** Has these codes of failures told from 0 on. */
  public static void tellFailures(Stream<String> codes) {
    codes.forEach(Meters::failures);
  }

  private static Counter failures(String code) {
    return Counter.builder("imserver.requests.failed")
        .description("Requests of users that got a failure, by its code")
        .tag("code", code)
        .register(REGISTRY);
  }

  /**
   * A request over HTTP got a failure. No client may choose what is told here.
   *
   * @param status of the answer
   * @param code of the problem
   */
  public static void httpFailed(int status, String code) {
    httpFailures(status, code).increment();
  }

  /** Has a failure over HTTP told from 0 on. */
  public static void tellHttpFailure(int status, String code) {
    httpFailures(status, code);
  }

  private static Counter httpFailures(int status, String code) {
    return Counter.builder("imserver.http.requests.failed")
        .description("Requests over HTTP that got a failure, by the status and the code")
        .tag("status", Integer.toString(status))
        .tag("code", code)
        .register(REGISTRY);
  }

  /** A request with a file, or with a part of one, has ended. */
  public static void uploaded(UploadOutcome outcome) {
    UPLOADS.accept(outcome);
  }

  /** A handshake was refused. */
  public static void handshakeRefused(RefusedHandshake reason) {
    REFUSED_HANDSHAKES.accept(reason);
  }

  /**
   * A connection was opened.
   *
   * @param protocol the version of the protocol
   */
  public static void opened(String protocol) {
    opens(protocol).increment();
  }

  private static Counter opens(String protocol) {
    return Counter.builder("imserver.connections.opened")
        .description("Connections that were opened, by the version of the protocol")
        .tag("protocol", protocol)
        .register(REGISTRY);
  }

  /** Has connections of this version of the protocol told from 0 on. */
  public static void tellOpened(String protocol) {
    opens(protocol);
  }

  /**
   * A connection has ended.
   *
   * @param code of the close; one that the client has made up counts as {@code other}
   */
  public static void closed(String code) {
    closes(code).increment();
  }

  /** Has these codes of closes told from 0 on. */
  public static void tellCloses(Stream<String> codes) {
    codes.forEach(Meters::closes);
  }

  private static Counter closes(String code) {
    return Counter.builder("imserver.connections.closed")
        .description("Connections that have ended, by the code of the close")
        .tag("code", code)
        .register(REGISTRY);
  }

  /** A connection begins with a replay. */
  public static void replayBegun() {
    REPLAYS.increment();
  }

  /** Unread messages were replayed. */
  public static void replayed(int count) {
    REPLAYED.increment(count);
  }

  /** Something that another server told was missed. */
  public static void busGap() {
    BUS_GAPS.increment();
  }

  /** A server has heard its own beat. */
  public static void busLag(long nanos) {
    BUS_LAG.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The host application was told of an event, or asked to take it in vain. */
  public static void webhookRequest(WebhookOutcome outcome) {
    WEBHOOK_REQUESTS.accept(outcome);
  }

  /**
   * Where the sizes of batches are told.
   *
   * @param lane of which lane
   */
  public static DistributionSummary batchSizes(String lane) {
    return DistributionSummary.builder("imserver.batch.size")
        .description("Requests that were stored together")
        .tag("lane", lane)
        .serviceLevelObjectives(SIZES)
        .register(REGISTRY);
  }

  /**
   * Has a figure be told from now on.
   *
   * @param value asked for by whoever looks, on a thread of the container: must not wait
   * @param tags names and values in turn
   */
  public static void gauge(
      String name, String description, Supplier<Number> value, String... tags) {
    Tags all = Tags.of(tags);
    REGISTRY.find(name).tags(all).meters().forEach(REGISTRY::remove);
    Gauge.builder(name, value).description(description).tags(all).register(REGISTRY);
  }

  /** Has no more figures told that were registered until now, and keeps none of their owners. */
  static void forgetGauges() {
    REGISTRY.getMeters().stream().filter(Gauge.class::isInstance).forEach(REGISTRY::remove);
  }

  /** Has it be told how many threads of a pool are busy, and how many tasks wait for one. */
  public static void pool(String name, ThreadPoolExecutor pool) {
    gauge(
        "imserver.workers.busy",
        "Threads that are at work, by their pool",
        pool::getActiveCount,
        "pool",
        name);
    gauge(
        "imserver.workers.waiting",
        "Tasks that wait for a thread, by the pool",
        () -> pool.getQueue().size(),
        "pool",
        name);
  }
}
