package imserver.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import imserver.server.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class the installed browser as a parameter of type {@link Browser}: what the
 * environment variable {@code CHROME} names, else {@code chromium} or {@code google-chrome} on the
 * path. One browser for all classes.
 */
public final class Chromium implements ExecutionCondition, ParameterResolver {

  private static final List<String> NAMES = List.of("chromium", "google-chrome");

  private static final List<String> ARGUMENTS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          // The pages of tests come from no address, and such may not talk to loopback by
          // themselves.
          "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets");

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  /** The executable, if there is one. */
  static Optional<Path> executable() {
    String named = System.getenv("CHROME");
    if (named != null && !named.isBlank()) {
      return Optional.of(Path.of(named));
    }
    return Programs.find(NAMES);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (executable().isPresent()) {
      return ConditionEvaluationResult.enabled("there is a browser");
    }
    String why = "Browser tests skipped: no chromium or google-chrome on the path, CHROME not set.";
    if (!TOLD.getAndSet(true)) {
      System.out.println(why);
    }
    return ConditionEvaluationResult.disabled(why);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Browser.class;
  }

  @Override
  public Browser resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(Chromium.class))
        .getOrComputeIfAbsent(Running.class, key -> new Running(), Running.class)
        .browser;
  }

  /** The browser and what drives it, until the last test has run. */
  private static final class Running implements AutoCloseable {

    private final Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

    private final Browser browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable().orElseThrow())
                    .setArgs(ARGUMENTS));

    @Override
    public void close() {
      browser.close();
      playwright.close();
    }
  }
}
