package imserver.query;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Shares the threads of a pool among users: of one user a few tasks are in the pool at a time, and
 * the others wait in the order in which they came, so that no user's task waits behind all those of
 * another. How many may wait is for the caller to bound. Safe for use by several threads.
 */
final class UserTurns {

  /** What is done when it has its turn, or refused where the pool takes no more. */
  interface Task extends Runnable {
    void refuse();
  }

  /** Of one user. */
  private static final class Line {
    private final long user;
    private int inPool;
    private final Queue<Task> waiting = new ArrayDeque<>();

    Line(long user) {
      this.user = user;
    }
  }

  private record Turn(UserTurns turns, Line line, Task task) implements Runnable {

    @Override
    public void run() {
      try {
        task.run();
      } finally {
        turns.next(line);
      }
    }
  }

  private final ThreadPoolExecutor pool;
  private final int ofOne;
  private final Map<Long, Line> lines = new HashMap<>();

  /**
   * Turns at a pool.
   *
   * @param ofOne how many tasks of a user are in the pool at a time
   */
  UserTurns(ThreadPoolExecutor pool, int ofOne) {
    this.pool = pool;
    this.ofOne = ofOne;
  }

  /** Has a task run when it is its turn. */
  void execute(long user, Task task) {
    Line line;
    synchronized (this) {
      line = lines.computeIfAbsent(user, Line::new);
      if (line.inPool == ofOne) {
        line.waiting.add(task);
        return;
      }
      line.inPool++;
    }
    begin(line, task);
  }

  private void begin(Line line, Task task) {
    try {
      pool.execute(new Turn(this, line, task));
    } catch (RejectedExecutionException e) {
      task.refuse();
      next(line);
    }
  }

  private void next(Line line) {
    Task next;
    synchronized (this) {
      next = line.waiting.poll();
      if (next == null && --line.inPool == 0) {
        lines.remove(line.user);
      }
    }
    if (next != null) {
      begin(line, next);
    }
  }

  /** Takes back a task that has not begun; whether it is so. */
  boolean remove(long user, Task task) {
    Line line;
    synchronized (this) {
      line = lines.get(user);
      if (line == null || line.waiting.remove(task)) {
        return line != null;
      }
    }
    boolean removed = pool.remove(new Turn(this, line, task));
    if (removed) {
      next(line);
    }
    return removed;
  }
}
