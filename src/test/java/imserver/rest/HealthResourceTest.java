package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.cluster.Cluster;
import imserver.config.Configs;
import imserver.database.StorageException;
import imserver.message.MessageService;
import imserver.monitoring.TaskWatch;
import imserver.monitoring.Watchdog;
import imserver.monitoring.Watches;
import imserver.query.DatabaseExecutor;
import imserver.session.FakeThreads;
import imserver.session.SessionRegistry;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Field;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The health of a server")
class HealthResourceTest {

  private static final String UP = "200 {\"status\":\"up\"}";
  private static final String DOWN = "503 {\"status\":\"down\"}";

  private final HealthResource resource = new HealthResource();
  private final Watchdog watchdog = new Watchdog();
  private final TaskWatch watch = watchdog.watch("a test");
  private volatile boolean fails;
  private volatile boolean closing;

  private final HealthCheck check =
      new HealthCheck(
          new MessageService() {
            @Override
            public void ping() {
              if (fails) {
                throw new StorageException(new IllegalStateException("down"));
              }
            }
          },
          new FakeThreads());

  @BeforeEach
  void inject() throws Exception {
    inject("check", check);
    inject(
        "database",
        new DatabaseExecutor() {
          @Override
          public Executor answering() {
            return Runnable::run;
          }
        });
    inject("config", Configs.with());
    inject("cluster", new Cluster());
    inject(
        "registry",
        new SessionRegistry() {
          @Override
          public boolean isClosing() {
            return closing;
          }
        });
    inject("watchdog", watchdog);
  }

  private void inject(String name, Object value) throws Exception {
    Field field = HealthResource.class.getDeclaredField(name);
    field.setAccessible(true);
    field.set(resource, value);
  }

  @AfterEach
  void stop() {
    check.stop();
  }

  private static String said(CompletionStage<Response> answer) throws Exception {
    return said(answer.toCompletableFuture().get(30, TimeUnit.SECONDS));
  }

  private static String said(Response answer) {
    return answer.getStatus() + " " + answer.getEntity();
  }

  @Test
  @DisplayName("is good where nothing is wrong")
  void up() throws Exception {
    assertThat(said(resource.health()))
        .startsWith("200 {\"status\":\"up\",\"database\":\"up\",\"authMode\":");
    assertThat(said(resource.live())).isEqualTo(UP);
    assertThat(said(resource.ready())).isEqualTo(UP);
  }

  @Test
  @DisplayName("is bad for all who ask while a thread is stuck, though the database answers")
  void stuck() throws Exception {
    watch.begin();
    assertThat(Watches.isStuck(watchdog)).isTrue();
    assertThat(said(resource.health()))
        .startsWith("503 {\"status\":\"down\",\"database\":\"up\",\"authMode\":");
    assertThat(said(resource.live())).isEqualTo(DOWN);
    assertThat(said(resource.ready())).isEqualTo(DOWN);
    fails = true;
    assertThat(said(resource.live())).as("it may wait for the database").isEqualTo(UP);
    fails = false;
    watch.end();
    assertThat(Watches.isStuckStill(watchdog)).isFalse();
    up();
  }

  @Test
  @DisplayName("is no reason to start it anew where the database is down, or the server stops")
  void alive() throws Exception {
    fails = true;
    assertThat(said(resource.health()))
        .startsWith("503 {\"status\":\"down\",\"database\":\"down\",\"authMode\":");
    assertThat(said(resource.live())).isEqualTo(UP);
    assertThat(said(resource.ready())).isEqualTo(DOWN);
    fails = false;
    closing = true;
    assertThat(said(resource.live())).isEqualTo(UP);
    assertThat(said(resource.ready())).isEqualTo(DOWN);
  }
}
