package imserver.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import imserver.config.Config;
import io.github.bucket4j.TimeMeter;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;

/** What each user may still send without a connection: as much as over one connection. */
@ApplicationScoped
public class SendingBudgets {

  /** A budget that was not used for this long is full again. */
  private static final Duration FULL_AGAIN = Duration.ofSeconds(2L * SendingBudget.BURST_SECONDS);

  @Inject private Config config;

  private Cache<Long, SendingBudget> budgets;

  /** For the container, which injects the rest. */
  public SendingBudgets() {}

  @PostConstruct
  void create() {
    budgets =
        Caffeine.newBuilder()
            .expireAfterAccess(FULL_AGAIN)
            .maximumSize(config.limits().profiles())
            .executor(Runnable::run) // no thread of the JVM's common pool, which outlives the WAR
            .build();
  }

  /** The budget of a user. */
  public SendingBudget of(long userId) {
    return budgets.get(
        userId, user -> new SendingBudget(config.limits().rate(), TimeMeter.SYSTEM_NANOTIME));
  }
}
