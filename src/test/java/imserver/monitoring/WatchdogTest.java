package imserver.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.auth.Warnings;
import imserver.session.FakeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The watchdog")
class WatchdogTest {

  private final Watchdog watchdog = new Watchdog(new FakeThreads(), Duration.ofMillis(1));
  private final TaskWatch watch = watchdog.watch("a test");
  private final List<Thread> threads = new ArrayList<>();
  private Warnings log;

  @BeforeEach
  void open() {
    log = new Warnings(Watchdog.class);
  }

  @AfterEach
  void stop() {
    watchdog.stop();
    threads.forEach(Thread::interrupt);
    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
    log.close();
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watchdog.look();
    }
  }

  private Thread run(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // the end of the test
              }
            },
            "of the test " + threads.size());
    threads.add(thread);
    thread.start();
    return thread;
  }

  private interface Task {
    void run() throws Exception;
  }

  @Test
  @DisplayName(
      "tells of a task that it has seen at sixty looks after the first, once, and that it goes on")
  void stuck() {
    watch.begin();
    look(60);
    assertThat(watchdog.isStuck()).isFalse();
    look(10);
    assertThat(watchdog.isStuck()).isTrue();
    assertThat(log.lines)
        .containsExactly("a test has not gone on for 60 s: this server is to be started anew");
    assertThat(log.thrown.get(0))
        .hasMessage(Thread.currentThread().getName() + ", RUNNABLE")
        .hasNoCause()
        .hasStackTraceContaining("WatchdogTest.stuck");
    watch.end();
    look(1);
    assertThat(watchdog.isStuck()).isFalse();
    look(100);
    assertThat(log.lines).hasSize(2).last().isEqualTo("{0} goes on");
  }

  @Test
  @DisplayName("is content where one task follows another, however often it sees one being done")
  void busy() {
    for (int i = 0; i < 200; i++) {
      watch.begin();
      look(1);
      watch.end();
      if (i % 2 == 0) {
        look(1);
      }
    }
    look(200);
    assertThat(watchdog.isStuck()).isFalse();
    assertThat(log.lines).isEmpty();
  }

  @Test
  @DisplayName("says of a deadlock where each thread stands, and of one that has ended that it has")
  void deadlock() throws Exception {
    ReentrantLock first = new ReentrantLock();
    ReentrantLock second = new ReentrantLock();
    CyclicBarrier both = new CyclicBarrier(2);
    Thread one = run(() -> lock(first, both, second));
    Thread other =
        run(
            () -> {
              watch.begin();
              lock(second, both, first);
            });
    await().until(() -> first.hasQueuedThread(other) && second.hasQueuedThread(one));
    Thread ended = run(watchdog.watch("another")::begin);
    ended.join();
    look(61);
    assertThat(log.thrown).hasSize(2);
    assertThat(log.thrown.get(0))
        .hasMessageStartingWith("of the test 1, WAITING for java.util.concurrent.locks.Reentrant");
    assertThat(log.thrown.get(0).getStackTrace()).anyMatch(at -> at.getMethodName().equals("lock"));
    assertThat(log.thrown.get(0).getCause())
        .hasMessageStartingWith("of the test 0, WAITING for")
        .hasNoCause();
    assertThat(log.thrown.get(1)).hasMessage("a thread that has ended");
  }

  private static void lock(ReentrantLock mine, CyclicBarrier both, ReentrantLock then)
      throws Exception {
    mine.lockInterruptibly();
    try {
      both.await();
      then.lockInterruptibly();
    } finally {
      mine.unlock();
    }
  }

  @Test
  @DisplayName("looks by itself, again and again")
  void byItself() {
    CountDownLatch never = new CountDownLatch(1);
    run(
        () -> {
          watch.begin();
          never.await();
        });
    watchdog.start();
    await().until(watchdog::isStuck);
  }
}
