package imserver.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A log of JSON")
class JsonLogTest {

  private static final System.Logger LOG = System.getLogger("imserver.test.JsonLogTest");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final JsonLog log = JsonLog.start(out);

  @AfterEach
  void stop() {
    log.stop();
  }

  private List<JsonObject> events() {
    return out.toString(UTF_8).lines().map(JsonLogTest::json).toList();
  }

  private static JsonObject json(String line) {
    try (var reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }

  @Test
  @DisplayName("has one line for each event, whatever its text and its stack trace are")
  void lines() {
    LOG.log(Level.INFO, "a {0} of \"two\"\nlines, 中文", "text");
    LOG.log(Level.WARNING, "failed", new IllegalStateException("a\nb"));
    LOG.log(Level.DEBUG, "not logged");
    assertThat(events()).hasSize(2);
    JsonObject first = events().get(0);
    assertThat(first.getString("message")).isEqualTo("a text of \"two\"\nlines, 中文");
    assertThat(first.getString("log.level")).isEqualTo("INFO");
    assertThat(first.getString("log.logger")).isEqualTo("imserver.test.JsonLogTest");
    assertThat(first.getString("service.name")).isEqualTo("imserver");
    assertThat(first.getString("@timestamp")).endsWith("Z");
    assertThat(first).doesNotContainKeys("connection.id", "user.id");
    JsonObject second = events().get(1);
    assertThat(second.getString("error.type")).isEqualTo("java.lang.IllegalStateException");
    assertThat(second.getString("error.stack_trace")).contains("JsonLogTest.lines");
  }

  @Test
  @DisplayName("says of which connection and user a line is, and of no line after it")
  void context() {
    LogContext.run("c1", "7", () -> LOG.log(Level.INFO, "opened {0}", "it"));
    LOG.log(Level.INFO, "another");
    assertThat(events().get(0).getString("connection.id")).isEqualTo("c1");
    assertThat(events().get(0).getString("user.id")).isEqualTo("7");
    assertThat(events().get(0).getString("message")).isEqualTo("opened it");
    assertThat(events().get(1)).doesNotContainKeys("connection.id", "user.id");
  }

  @Test
  @DisplayName("ends with the application, after which the container's handlers have the log again")
  void end() {
    log.stop();
    LOG.log(Level.INFO, "after");
    assertThat(events()).isEmpty();
    assertThat(Logger.getLogger("imserver").getUseParentHandlers()).isTrue();
  }

  @Test
  @DisplayName(
      "goes on when the JVM, which ends, takes the handlers off all loggers, until its stop")
  void reset() {
    Logger logger = Logger.getLogger("imserver");
    for (Handler handler : logger.getHandlers()) { // as LogManager.reset() does
      logger.removeHandler(handler);
      handler.close();
    }
    LOG.log(Level.INFO, "stopped");
    assertThat(events()).hasSize(1);
    Handler[] handlers = logger.getHandlers();
    log.stop();
    for (Handler handler : handlers) {
      handler.close();
    }
    assertThat(logger.getHandlers()).isEmpty();
  }
}
