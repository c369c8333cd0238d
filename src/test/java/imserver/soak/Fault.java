package imserver.soak;

import imserver.soak.Link.Way;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/** What can go wrong. Each fault begins, lasts, and is over when its method returns. */
enum Fault {
  /** SIGKILL; after a while the server is started again. */
  KILL(true) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      node.kill();
      last(time);
      node.start();
    }
  },

  /** SIGTERM, as an operator stops a server; after a while it is started again. */
  STOP(true) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      node.stop();
      last(time);
      node.start();
    }
  },

  /** SIGSTOP: the server is there and does nothing. */
  SUSPEND(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      node.suspend();
      try {
        last(time);
      } finally {
        node.resume();
      }
    }
  },

  /** Nothing goes between a server and the database. */
  CUT(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      cut(node, EnumSet.allOf(Way.class), time);
    }
  },

  /** Nothing comes to the database from a server, which hears what others say. */
  CUT_TO_DATABASE(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      cut(node, EnumSet.of(Way.TO_DATABASE), time);
    }
  },

  /** The database does what a server says, who hears nothing of it. */
  CUT_TO_SERVER(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      cut(node, EnumSet.of(Way.TO_SERVER), time);
    }
  },

  /** The connections of a server to the database are reset, and new ones refused. */
  REFUSE(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      node.link().refuse();
      try {
        last(time);
      } finally {
        node.link().mend();
      }
    }
  },

  /** Each packet between a server and the database takes its time, and some are lost. */
  SLOW_LINK(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      node.link().slowDown(5 + Math.floorMod(seed, 60), Math.floorMod(seed, 6));
      try {
        last(time);
      } finally {
        node.link().mend();
      }
    }
  },

  /** The database is shut down at once, and started again. */
  POSTGRES_IMMEDIATE(true) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      restart(site.postgres(), "QUIT", time);
    }
  },

  /** The database is killed, and started again. */
  POSTGRES_KILL(true) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      restart(site.postgres(), "KILL", time);
    }
  },

  /** The connections by which servers hear each other are ended, all at once, a few times. */
  LISTENERS(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      for (int i = 0; i < 3; i++) {
        tryInDatabase(site, Duration.ZERO, END_LISTENERS);
        last(time.dividedBy(3));
      }
    }
  },

  /** Commits of a few users are held up. */
  HOLD(false) {
    @Override
    void run(Site site, Node node, Duration time, long seed) throws Exception {
      tryInDatabase(site, time, LOCK_USERS.formatted(Math.floorMod(seed, 3)));
    }
  };

  private static final String END_LISTENERS =
      "select pg_terminate_backend(pid) from pg_stat_activity"
          + " where application_name like 'imserver listener%'";

  private static final String LOCK_USERS =
      "select from user_state where user_id %% 3 = %d order by user_id for update";

  private final boolean ending;

  Fault(boolean ending) {
    this.ending = ending;
  }

  /**
   * Does it, and puts all right again.
   *
   * @param node which it is about, if it is about one
   * @param time how long it lasts; some last a little longer
   * @param seed for what else there is to choose
   */
  abstract void run(Site site, Node node, Duration time, long seed) throws Exception;

  /** Whether a process ends. A server cannot be started while the database is away. */
  boolean isEnding() {
    return ending;
  }

  private static void last(Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }

  private static void cut(Node node, EnumSet<Way> ways, Duration time) throws InterruptedException {
    node.link().cut(ways);
    try {
      last(time);
    } finally {
      node.link().mend();
    }
  }

  private static void restart(Postgres postgres, String signal, Duration time)
      throws IOException, InterruptedException {
    postgres.end(signal);
    last(time);
    postgres.start();
  }

  /** Does something in a transaction that lasts. Nothing where the database is down just now. */
  private static void tryInDatabase(Site site, Duration time, String sql)
      throws InterruptedException {
    try (Connection connection = site.postgres().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(sql);
      last(time);
      connection.commit();
    } catch (SQLException e) {
      return; // the other fault is that of the database
    }
  }
}
