package imserver.policy;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import imserver.config.Config;
import imserver.config.Config.OnPolicyFailure;
import imserver.packet.BlankText;
import imserver.packet.StorableText;
import imserver.session.Workers;
import imserver.webhook.HostHttp;
import imserver.webhook.WebhookSigner;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks the policies of the host application, which are found at the start: one that cannot be made
 * stops it. Safe for use by several threads; nothing waits.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Policies {

  private static final System.Logger LOG = System.getLogger(Policies.class.getName());

  private static final int THREADS = 8;
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
  private static final int MAX_REASON = 500;

  /** Failures are logged once in so long. */
  private static final Duration LOG_PERIOD = Duration.ofSeconds(10);

  @Inject private Config config;
  @Inject private Workers workers;
  @Inject private Clock clock;
  @Inject @Any private Instance<MessagePolicy> beans;
  @Resource private ManagedThreadFactory threads;

  private List<Policy> policies = List.of();
  private @Nullable ThreadPoolExecutor pool;
  private @Nullable ThreadPoolExecutor http;
  private final AtomicLong loggedAt = new AtomicLong(System.nanoTime() - LOG_PERIOD.toNanos());

  /** For the container, which injects the rest. */
  public Policies() {}

  /** For tests. */
  Policies(Config config, Workers workers, List<Policy> policies) {
    this.config = config;
    this.workers = workers;
    this.policies = policies;
  }

  @PostConstruct
  void start() {
    List<MessagePolicy> found = found();
    List<Policy> all = new ArrayList<>();
    if (!found.isEmpty()) {
      pool =
          new ThreadPoolExecutor(
              THREADS,
              THREADS,
              IDLE_THREAD.toSeconds(),
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              threads,
              new AbortPolicy());
      pool.allowCoreThreadTimeOut(true);
      FairTurns turns = new FairTurns(THREADS);
      for (MessagePolicy policy : found) {
        LOG.log(Level.INFO, "messages are decided by {0}", nameOf(policy));
        all.add(new LocalPolicy(policy, pool, turns));
      }
    }
    URI url = config.webhook().policyUrl();
    if (url != null && config.webhook().secrets() != null) {
      http = HostHttp.executor(threads);
      all.add(new HttpPolicy(url, new WebhookSigner(config.webhook().secrets()), clock, http));
      LOG.log(
          Level.INFO, "messages are decided by {0}://{1}", url.getScheme(), url.getRawAuthority());
    }
    policies = List.copyOf(all);
  }

  /** Each class once, though it may be a service and a bean. */
  private List<MessagePolicy> found() {
    Map<String, MessagePolicy> byName = new LinkedHashMap<>();
    beans.forEach(bean -> byName.put(nameOf(bean), bean));
    ServiceLoader.load(MessagePolicy.class, MessagePolicy.class.getClassLoader())
        .forEach(service -> byName.putIfAbsent(nameOf(service), service));
    return byName.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Of a proxy of CDI the class for which it stands. */
  private static String nameOf(MessagePolicy policy) {
    Class<?> type = policy.getClass();
    Class<?> parent = type.getSuperclass();
    boolean isProxy = type.isSynthetic() || type.getSimpleName().contains("$");
    return isProxy && parent != null && parent != Object.class ? parent.getName() : type.getName();
  }

  /** Whether anybody is asked. */
  public boolean isOn() {
    return !policies.isEmpty();
  }

  /**
   * Asks all of a message.
   *
   * @return completed with what is to become of it, within the time of the settings for all
   *     together; never exceptionally
   */
  public CompletableFuture<Ruling> ask(MessageDraft draft) {
    Duration within = Duration.ofMillis(config.rules().policyTimeout());
    long end = System.nanoTime() + within.toNanos();
    CompletableFuture<Ruling> ruling = new CompletableFuture<>();
    ask(draft, 0, end, ruling);
    return ruling;
  }

  private void ask(MessageDraft draft, int index, long end, CompletableFuture<Ruling> ruling) {
    if (index == policies.size()) {
      ruling.complete(new Ruling.Store(draft.content(), true));
      return;
    }
    Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
    CompletableFuture<PolicyDecision> answer = policies.get(index).ask(draft, left);
    if (!answer.isDone()) {
      workers.runIn(left, () -> answer.cancel(true), () -> !answer.isDone());
    }
    var unused =
        answer.whenComplete(
            (decision, error) -> {
              if (error != null) {
                failed(draft, error, ruling);
              } else {
                decided(draft, decision, index, end, ruling);
              }
            });
  }

  private void decided(
      MessageDraft draft,
      PolicyDecision decision,
      int index,
      long end,
      CompletableFuture<Ruling> ruling) {
    if (decision instanceof PolicyDecision.Refuse refusal) {
      ruling.complete(new Ruling.Refuse(reason(refusal.reason())));
    } else if (decision instanceof PolicyDecision.Replace replacement) {
      String content = replacement.content();
      if (isContent(content, !draft.attachments().isEmpty())) {
        MessageDraft replaced =
            new MessageDraft(
                draft.senderId(),
                draft.recipientId(),
                content,
                draft.clientMessageId(),
                draft.attachments());
        ask(replaced, index + 1, end, ruling);
      } else {
        failed(draft, new IllegalArgumentException("a text that no message may have"), ruling);
      }
    } else {
      ask(draft, index + 1, end, ruling);
    }
  }

  private boolean isContent(@Nullable String content, boolean hasFiles) {
    return content != null
        && (hasFiles || !BlankText.isBlank(content))
        && StorableText.isStorable(content)
        && content.codePointCount(0, content.length()) <= config.limits().maxContent();
  }

  /** A text of others, in one line and bounded. */
  private static String reason(@Nullable String reason) {
    if (reason == null || !StorableText.isStorable(reason)) {
      return "";
    }
    return reason
        .codePoints()
        .limit(MAX_REASON)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private void failed(MessageDraft draft, Throwable error, CompletableFuture<Ruling> ruling) {
    boolean allows = config.rules().policyFailure() == OnPolicyFailure.ALLOW;
    long now = System.nanoTime();
    long last = loggedAt.get();
    if (now - last >= LOG_PERIOD.toNanos() && loggedAt.compareAndSet(last, now)) {
      LOG.log(
          Level.WARNING,
          "a policy has not decided, what it was asked of is {0}: {1}",
          allows ? "allowed" : "refused for now",
          error instanceof CancellationException ? "it took too long" : error.toString());
    }
    ruling.complete(allows ? new Ruling.Store(draft.content(), false) : new Ruling.Unknown());
  }

  @PreDestroy
  void stop() {
    if (pool != null) {
      pool.shutdownNow();
    }
    if (http != null) {
      http.shutdownNow();
    }
  }
}
