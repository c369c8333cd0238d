package imserver.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.cluster.Cluster;
import imserver.config.Configs;
import imserver.message.Housekeeping;
import imserver.message.Intake;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import imserver.webhook.Webhooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The stop of the server")
class GracefulShutdownTest {

  private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
  private int servers = 1;
  private Runnable atIntake = () -> {};
  private Runnable atConnections = () -> {};

  private final GracefulShutdown shutdown =
      new GracefulShutdown(
          new Intake() {
            @Override
            public void stop() {
              steps.add("intake");
              atIntake.run();
            }
          },
          new SessionRegistry() {
            @Override
            public void closeNew() {
              steps.add("new connections");
            }

            @Override
            public void drain(Duration time) {
              steps.add("drain " + time.toSeconds() + " s");
            }

            @Override
            public void closeAll(Duration patience) {
              steps.add("connections " + patience.toSeconds() + " s");
              atConnections.run();
            }
          },
          new Workers() {
            @Override
            public void stop() {
              steps.add("workers");
            }
          },
          new Cluster() {
            @Override
            public int servers() {
              return servers;
            }

            @Override
            public void stop() {
              steps.add("cluster");
            }
          },
          new Webhooks() {
            @Override
            public void stop() {
              steps.add("webhooks");
            }
          },
          new Housekeeping() {
            @Override
            public void stop() {
              steps.add("housekeeping");
            }
          },
          Configs.with("IMSERVER_DRAIN", "7"));

  @Test
  @DisplayName("stores what was taken in, then closes the connections, then ends the threads")
  void order() {
    shutdown.arm();
    assertThat(shutdown.isOver()).isFalse();
    shutdown.run();
    assertThat(steps)
        .containsExactly(
            "new connections",
            "intake",
            "connections 5 s",
            "webhooks",
            "housekeeping",
            "cluster",
            "workers");
    assertThat(shutdown.isOver()).isTrue();
  }

  @Test
  @DisplayName("begins with closing connections one by one, where other servers are alive")
  void drained() {
    servers = 2;
    shutdown.arm();
    shutdown.run();
    assertThat(steps)
        .containsExactly(
            "new connections",
            "drain 7 s",
            "intake",
            "connections 5 s",
            "webhooks",
            "housekeeping",
            "cluster",
            "workers");
  }

  @Test
  @DisplayName("is done once, whoever hears of it")
  void once() {
    shutdown.arm();
    shutdown.beforeDestroyed(new Object());
    shutdown.run();
    assertThat(steps).hasSize(7);
  }

  @Test
  @DisplayName("does nothing where the application has not started")
  void notStarted() {
    shutdown.run();
    assertThat(steps).isEmpty();
    assertThat(shutdown.isOver()).isFalse();
  }

  @Test
  @DisplayName("goes on where a step fails, and says so")
  void failing() {
    atIntake =
        () -> {
          throw new IllegalStateException("intake");
        };
    atConnections =
        () -> {
          throw new IllegalStateException("connections");
        };
    shutdown.arm();
    assertThatThrownBy(shutdown::run).isInstanceOf(IllegalStateException.class);
    assertThat(steps)
        .containsExactly(
            "new connections",
            "intake",
            "connections 5 s",
            "webhooks",
            "housekeeping",
            "cluster",
            "workers");
  }

  @Test
  @DisplayName("is over where the intake fails")
  void overAllTheSame() {
    atIntake =
        () -> {
          throw new IllegalStateException("intake");
        };
    shutdown.arm();
    assertThatThrownBy(shutdown::run).hasMessage("intake");
    assertThat(shutdown.isOver()).isTrue();
  }

  @Test
  @DisplayName("is waited for by the second that hears of it")
  void secondWaits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stored = new CountDownLatch(1);
    atIntake =
        () -> {
          begun.countDown();
          await(stored);
        };
    shutdown.arm();
    CompletableFuture<Void> first = CompletableFuture.runAsync(shutdown::run);
    begun.await();
    CompletableFuture<Boolean> second =
        CompletableFuture.supplyAsync(
            () -> {
              shutdown.run();
              return shutdown.isOver();
            });
    assertThat(shutdown.isOver()).isFalse();
    stored.countDown();
    assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
    first.get(20, TimeUnit.SECONDS);
    assertThat(steps).hasSize(7);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
