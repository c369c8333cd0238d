package imserver.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a test class: a server with the WAR runs while its tests do. In one process the next class
 * with the same settings has the same server, as long as no others were wanted in between (with H2,
 * where each has a database of its own, no two others); on PostgreSQL and MariaDB all use the same
 * database. A test takes users of its own ({@link Users}).
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedServer.class)
public @interface WithServer {

  /**
   * {@code NAME=value} of environment variables, beside those of {@link ServerProcess#start}. By
   * default ample room, so that tests may be quick, and frequent pings, so that a client that
   * answers none is found out soon; and limits of files that a test may meet.
   */
  String[] value() default {
    "IMSERVER_LANES=4",
    "IMSERVER_REPLAY_LIMIT=100000",
    "IMSERVER_OUTBOX=100000",
    "IMSERVER_PING_INTERVAL=3",
    "IMSERVER_MAX_FILE=" + FilesIT.MEGABYTES,
    "IMSERVER_FILES_PER_DAY=" + FilesIT.A_DAY,
    "IMSERVER_TIME_ZONE=" + LegacyPathsIT.ZONE
  };
}
