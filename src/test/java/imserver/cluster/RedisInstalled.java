package imserver.cluster;

import imserver.server.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a test class where {@code redis-server} or {@code valkey-server} is on the path. */
public final class RedisInstalled implements ExecutionCondition {

  private static final List<String> NAMES = List.of("redis-server", "valkey-server");

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  /** The executable, if there is one. */
  static Optional<Path> executable() {
    return Programs.find(NAMES);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (executable().isPresent()) {
      return ConditionEvaluationResult.enabled("there is a Redis");
    }
    String why = "Redis tests skipped: no redis-server or valkey-server on the path.";
    if (!TOLD.getAndSet(true)) {
      System.out.println(why);
    }
    return ConditionEvaluationResult.disabled(why);
  }
}
